#include "testing/gradient_check.hpp"

#include "cornu/core/random.hpp"

namespace cornu::testing::detail {

namespace {

/// Central differences are exact to step^2 and to rounding / step.
template <class T>
constexpr double kStep = sizeof(T) == sizeof(double) ? 1e-5 : 1e-2;
/// Arrays up to this size are checked at every element, larger ones at so many places.
constexpr Index kElements = 48;
constexpr int kDirections = 4;

template <class T>
class GradientCheck {
 public:
  GradientCheck(const LayerRunner<T>& runner, const Numbers<T>& numbers, const RunMode& mode,
                const CheckOptions& options, Findings& findings)
      : runner_(runner), numbers_(numbers), mode_(mode), options_(options), findings_(findings) {
    mode_.start_at_zero = true;
    gradient_ = runner_.run(numbers_, mode_);
    mode_.backward = false;
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
    for (Index i = 0; i < std::min(n, kElements); ++i) {
      // Of a large array the first, the last, and some between.
      const Index at = n <= kElements || i == 0 ? i : i == 1 ? n - 1 : random.below(n);
      T& value = values[static_cast<std::size_t>(at)];
      const T kept = value;
      const T above = kept + static_cast<T>(kStep<T>), below = kept - static_cast<T>(kStep<T>);
      value = above;
      double difference = loss(numbers_);
      value = below;
      difference = (difference - loss(numbers_)) / (static_cast<double>(above) - static_cast<double>(below));
      value = kept;
      const auto received = static_cast<double>(gradient[static_cast<std::size_t>(at)]);
      if (std::abs(difference - received) > limit)
        return findings_.add(what, concat(mode_.name, ", at ", position_text(shape, at), " expected ",
                                          difference, " (finite difference), received ", received));
    }
  }

  void direction(Random& random) {
    Numbers<T> above = numbers_, below = numbers_;
    double expected = 0, scale = 0;
    const auto move = [&](Arrays<T>& up, Arrays<T>& down, const Arrays<T>& gradients) {
      for (std::size_t i = 0; i < up.size(); ++i)
        for (std::size_t j = 0; j < gradients[i].size(); ++j) {
          const float u = random.uniform(-1.f, 1.f);
          up[i][j] += static_cast<T>(kStep<T> * static_cast<double>(u));
          down[i][j] -= static_cast<T>(kStep<T> * static_cast<double>(u));
          const double part = static_cast<double>(gradients[i][j]) * static_cast<double>(u);
          expected += part;
          scale += part * part;
        }
    };
    if (options_.token_ids == 0) move(above.x, below.x, gradient_.dx);
    move(above.weights, below.weights, gradient_.dweights);
    const double difference = (loss(above) - loss(below)) / (2 * kStep<T>);
    if (std::abs(difference - expected) > tolerance(std::sqrt(scale)))
      findings_.add(
          "gradient along a random direction is wrong",
          concat(mode_.name, ", expected ", difference, " (finite difference), received ", expected));
  }

  const LayerRunner<T>& runner_;
  Numbers<T> numbers_;
  RunMode mode_;
  const CheckOptions& options_;
  Findings& findings_;
  Outcome<T> gradient_;
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
