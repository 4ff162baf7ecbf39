#include "testing/gradient_check.hpp"

#include <cmath>

#include "cornu/core/random.hpp"

namespace cornu::testing::detail {

namespace {

/// Central differences are exact to step^2 and to rounding / step.
template <class T>
constexpr double kStep = sizeof(T) == sizeof(double) ? 1e-6 : 1e-2;
/// Arrays up to kAll are checked at every element, larger ones at kSome places.
constexpr Index kAll = 32;
constexpr Index kSome = 8;
constexpr int kDirections = 3;
constexpr int kRedraws = 8;

/// The slope of L from three values. Where a kink (a ReLU's, a maximum's) lies between them the one-sided
/// slopes differ by twice the error that it makes in the central one, so such an error proves nothing.
struct Slope {
  double below, above;

  double central() const { return (below + above) / 2; }
  double error(double gradient) const { return std::abs(central() - gradient); }
  bool smooth_beside(double gradient) const { return std::abs(above - below) < error(gradient); }
};

template <class T>
class GradientCheck {
 public:
  GradientCheck(const LayerRunner<T>& runner, const Numbers<T>& numbers, const RunMode& mode,
                const CheckOptions& options, Findings& findings)
      : runner_(runner), numbers_(numbers), mode_(mode), options_(options), findings_(findings) {
    mode_.start_at_zero = true;
    gradient_ = runner_.run(numbers_, mode_);
    mode_.backward = false;
    loss_ = loss(numbers_);
  }

  bool usable() const {
    const auto finite = [](const Arrays<T>& arrays) {
      for (const auto& a : arrays)
        for (const T v : a)
          if (!std::isfinite(static_cast<double>(v))) return false;
      return true;
    };
    return gradient_.complete && finite(gradient_.y) && finite(gradient_.dx) && finite(gradient_.dweights);
  }

  void elements() {
    for (std::size_t i = 0; i < numbers_.x.size() && options_.token_ids == 0; ++i)
      each_element(numbers_.x[i], gradient_.dx[i], runner_.input(i),
                   concat("gradient of x[", i, "] is wrong"));
    for (std::size_t k = 0; k < numbers_.weights.size(); ++k)
      if (!gradient_.dweights[k].empty())
        each_element(numbers_.weights[k], gradient_.dweights[k], runner_.layer().weights()[k].value.shape(),
                     concat("gradient of weight '", runner_.layer().weights()[k].name, "' is wrong"));
  }

  void directions() {
    Random random(RandomKey{.seed = options_.seed, .stream = 77});
    for (int d = 0; d < kDirections; ++d) direction(random);
  }

 private:
  double loss(const Numbers<T>& numbers) const {
    const Outcome<T> out = runner_.run(numbers, mode_);
    double sum = 0;
    for (std::size_t i = 0; i < out.y.size(); ++i)
      for (std::size_t j = 0; j < out.y[i].size(); ++j)
        sum += static_cast<double>(out.y[i][j]) * static_cast<double>(numbers.dy[i][j]);
    return sum;
  }

  double tolerance(double scale) const {
    return (sizeof(T) == sizeof(double) ? options_.tolerance : options_.float_tolerance) *
           std::max(1., scale);
  }

  void each_element(std::vector<T>& values, const std::vector<T>& gradient, const Shape& shape,
                    const std::string& what) {
    const auto n = static_cast<Index>(values.size());
    Random random(RandomKey{.seed = options_.seed, .stream = 78});
    const double limit = tolerance(largest(gradient));
    for (Index i = 0; i < (n <= kAll ? n : kSome); ++i) {
      // Of a large array the first, the last, and some between.
      const Index at = n <= kAll || i == 0 ? i : i == 1 ? n - 1 : random.below(n);
      const Slope slope = slope_at(values[static_cast<std::size_t>(at)]);
      const auto received = static_cast<double>(gradient[static_cast<std::size_t>(at)]);
      if (slope.error(received) > limit && slope.smooth_beside(received))
        return findings_.add(what, concat(mode_.name, ", at ", position_text(shape, at), " expected ",
                                          slope.central(), " (finite difference), received ", received));
    }
  }

  /// `value` is one of numbers_ and comes back as it was.
  Slope slope_at(T& value) {
    const T kept = value;
    const T above = kept + static_cast<T>(kStep<T>), below = kept - static_cast<T>(kStep<T>);
    Slope slope{};
    value = above;
    slope.above = (loss(numbers_) - loss_) / (static_cast<double>(above) - static_cast<double>(kept));
    value = below;
    slope.below = (loss_ - loss(numbers_)) / (static_cast<double>(kept) - static_cast<double>(below));
    value = kept;
    return slope;
  }

  void direction(Random& random) {
    for (int i = 1; i <= kRedraws; ++i) {
      Numbers<T> above = numbers_, below = numbers_;
      Along along;
      if (options_.token_ids == 0) move(above.x, below.x, gradient_.dx, random, along);
      move(above.weights, below.weights, gradient_.dweights, random, along);
      const Slope slope{(loss_ - loss(below)) / kStep<T>, (loss(above) - loss_) / kStep<T>};
      if (slope.error(along.slope) <= tolerance(std::sqrt(along.scale))) return;
      if (!slope.smooth_beside(along.slope) && i < kRedraws) continue;
      return findings_.add(
          "gradient along a random direction is wrong",
          concat(mode_.name, ", expected ", slope.central(), " (finite difference), received ", along.slope));
    }
  }

  struct Along {
    double slope = 0, scale = 0;
  };
  static void move(Arrays<T>& above, Arrays<T>& below, const Arrays<T>& gradients, Random& random,
                   Along& along) {
    for (std::size_t i = 0; i < above.size(); ++i)
      for (std::size_t j = 0; j < gradients[i].size(); ++j) {
        const double u = static_cast<double>(random.uniform(-1.f, 1.f));
        above[i][j] += static_cast<T>(kStep<T> * u);
        below[i][j] -= static_cast<T>(kStep<T> * u);
        const double part = static_cast<double>(gradients[i][j]) * u;
        along.slope += part;
        along.scale += part * part;
      }
  }

  const LayerRunner<T>& runner_;
  Numbers<T> numbers_;
  RunMode mode_;
  const CheckOptions& options_;
  Findings& findings_;
  Outcome<T> gradient_;
  double loss_ = 0;
};

}  // namespace

template <class T>
void check_gradients(const LayerRunner<T>& runner, const Numbers<T>& numbers, RunMode mode,
                     const CheckOptions& options, bool each, Findings& findings) {
  GradientCheck<T> check(runner, numbers, mode, options, findings);
  if (!check.usable()) return;  // told by the runner
  if (each) check.elements();
  check.directions();
}

template void check_gradients<float>(const LayerRunner<float>&, const Numbers<float>&, RunMode,
                                     const CheckOptions&, bool, Findings&);
template void check_gradients<double>(const LayerRunner<double>&, const Numbers<double>&, RunMode,
                                      const CheckOptions&, bool, Findings&);

}  // namespace cornu::testing::detail
