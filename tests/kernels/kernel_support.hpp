#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "cornu/core/random.hpp"
#include "cornu/core/threads.hpp"
#include "cornu/core/view.hpp"
#include "kernels/isa.hpp"

namespace cornu::test {

/// Numbers with guard words before and after, starting one float off any vector alignment.
class Guarded {
 public:
  explicit Guarded(const Shape& shape, float fill = 0.f)
      : shape_(shape), memory_(std::size_t(shape.count()) + 2 * kGuards, kGuard) {
    std::fill(data(), data() + shape.count(), fill);
  }
  static Guarded random(const Shape& shape, std::uint64_t seed) {
    Guarded g(shape);
    fill_uniform(g.view(), RandomKey{seed, 1}, -1.f, 1.f);
    return g;
  }
  float* data() { return memory_.data() + kGuards; }
  const float* data() const { return memory_.data() + kGuards; }
  Index size() const { return shape_.count(); }
  View<float> view() { return {data(), shape_}; }
  View<const float> in() const { return {data(), shape_}; }
  std::vector<float> values() const { return {data(), data() + size()}; }
  bool guards_untouched() const {
    return std::all_of(memory_.begin(), memory_.begin() + kGuards, [](float v) { return v == kGuard; }) &&
           std::all_of(memory_.end() - kGuards, memory_.end(), [](float v) { return v == kGuard; });
  }

 private:
  static constexpr std::ptrdiff_t kGuards = 37;
  static constexpr float kGuard = -12345.75f;
  Shape shape_;
  std::vector<float> memory_;
};

/// The same numbers in double, for the slow twins.
struct Doubles {
  Shape shape;
  std::vector<double> numbers;

  explicit Doubles(const Guarded& from)
      : shape(from.in().shape), numbers(from.data(), from.data() + from.size()) {}
  explicit Doubles(const Shape& s) : shape(s), numbers(std::size_t(s.count())) {}
  View<double> view() { return {numbers.data(), shape}; }
  View<const double> in() const { return {numbers.data(), shape}; }
};

/// Element by element; the tolerance is relative to the largest expected number, or to `least` where sums
/// cancel.
inline void expect_close(const Guarded& actual, const Doubles& expected, double tolerance,
                         const std::string& what, double least = 1e-3) {
  ASSERT_EQ(std::size_t(actual.size()), expected.numbers.size()) << what;
  EXPECT_TRUE(actual.guards_untouched()) << what << ": wrote outside its output";
  double largest = least;
  for (const double v : expected.numbers) largest = std::max(largest, std::fabs(v));
  for (std::size_t i = 0; i < expected.numbers.size(); ++i)
    ASSERT_NEAR(actual.data()[i], expected.numbers[i], tolerance * largest) << what << " at " << i;
}

/// Runs body once for every instruction set of this machine.
template <class Body>
void for_each_isa(const Body& body) {
  for (const std::string_view name : kernels::available_isas()) {
    SCOPED_TRACE(name);
    kernels::set_isa(name);
    body();
  }
  kernels::set_isa("");
}

/// Puts the thread count back.
class Threads {
 public:
  explicit Threads(int threads) : before_(num_threads()) { set_num_threads(threads); }
  ~Threads() { set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_;
};

/// Central differences of value() in every x, against `gradient`.
template <class Value>
void expect_gradient(std::vector<double>& x, const std::vector<double>& gradient, const Value& value,
                     const std::string& what) {
  ASSERT_EQ(x.size(), gradient.size());
  const double step = 1e-4;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double at = x[i];
    x[i] = at + step;
    const double up = value();
    x[i] = at - step;
    const double down = value();
    x[i] = at;
    ASSERT_NEAR((up - down) / (2 * step), gradient[i], 1e-6 * std::max(1.0, std::fabs(gradient[i])))
        << what << " at " << i;
  }
}

}  // namespace cornu::test
