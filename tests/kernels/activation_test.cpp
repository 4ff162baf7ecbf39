#include "cornu/kernels/activation.hpp"

#include <cmath>
#include <limits>

#include "kernels/kernel_support.hpp"

namespace cornu {
namespace {
using test::Doubles;
using test::Guarded;

/// Every word; linear to threshold.
std::vector<ActivationFn> words() {
  std::vector<ActivationFn> out;
  for (int i = 0; i < static_cast<int>(ActivationFn::custom); ++i)
    out.push_back(static_cast<ActivationFn>(i));
  return out;
}

/// Numbers that are no multiples of anything, from -high to high.
Guarded spread(const Shape& shape, float high) {
  Guarded x = Guarded::random(shape, 3);
  for (Index i = 0; i < x.size(); ++i) x.data()[i] *= high;
  return x;
}

class Activations : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { kernels::set_isa(GetParam()); }
  void TearDown() override { kernels::set_isa(""); }
};

TEST_P(Activations, FloatIsDoubleRounded) {
  for (const float high : {0.01f, 1.f, 12.f, 80.f})
    for (const ActivationFn fn : words()) {
      if (!ActivationFunction(fn).elementwise()) continue;  // sums round more
      const Shape shape{19, 57};
      const Guarded x = spread(shape, high), dy = Guarded::random(shape, 4);
      Guarded y(shape, std::nanf("")), dx(shape, std::nanf(""));
      const Doubles x2(x), dy2(dy);
      Doubles y2(shape), dx2(shape);
      kernels::activation<float>(fn, x.in(), y.view());
      kernels::activation_grad<float>(fn, x.in(), y.in(), dy.in(), dx.view());
      kernels::activation<double>(fn, x2.in(), y2.view());
      kernels::activation_grad<double>(fn, x2.in(), y2.in(), dy2.in(), dx2.view());
      const std::string name(ActivationFunction(fn).name());
      for (Index i = 0; i < x.size(); ++i) {
        const double value = y2.numbers[std::size_t(i)], slope = dx2.numbers[std::size_t(i)];
        ASSERT_NEAR(y.data()[i], value, 1e-7 + 5e-7 * std::abs(value)) << name << " at " << x.data()[i];
        ASSERT_NEAR(dx.data()[i], slope, 3e-6 + 1e-6 * std::abs(slope)) << name << "' at " << x.data()[i];
      }
      EXPECT_TRUE(y.guards_untouched() && dx.guards_untouched()) << name;
    }
}

TEST_P(Activations, DoTheSameWithANumberWhereverItStands) {
  const Guarded x = spread({1, 200}, 6), dy = Guarded::random({1, 200}, 4);
  for (const ActivationFn fn : words()) {
    if (!ActivationFunction(fn).elementwise()) continue;
    Guarded whole({1, 200}), whole_dx({1, 200});
    kernels::activation<float>(fn, x.in(), whole.view());
    kernels::activation_grad<float>(fn, x.in(), whole.in(), dy.in(), whole_dx.view());
    for (Index size = 0; size < 40; ++size) {  // around every vector width, from every offset
      const Index first = size % 17;
      const auto part = [&](const Guarded& g) { return View<const float>(g.data() + first, {size}); };
      Guarded y({size}), dx({size});
      kernels::activation<float>(fn, part(x), y.view());
      kernels::activation_grad<float>(fn, part(x), y.in(), part(dy), dx.view());
      for (Index i = 0; i < size; ++i) {
        ASSERT_EQ(y.data()[i], whole.data()[first + i]) << ActivationFunction(fn).name();
        ASSERT_EQ(dx.data()[i], whole_dx.data()[first + i]) << ActivationFunction(fn).name();
      }
      ASSERT_TRUE(y.guards_untouched() && dx.guards_untouched());
      kernels::activation_grad<float>(fn, part(x), y.in(), part(dy), y.view());  // in place of y's memory
      ASSERT_EQ(y.values(), dx.values()) << ActivationFunction(fn).name();
    }
  }
}

TEST_P(Activations, SoftmaxRowsOfAnyWidth) {
  for (const ActivationFn fn : {ActivationFn::softmax, ActivationFn::log_softmax})
    for (Index width = 1; width < 40; ++width) {
      const Guarded x = spread({3, width}, 20), dy = Guarded::random({3, width}, 4);
      Guarded y({3, width}), dx({3, width});
      const Doubles x2(x), dy2(dy);
      Doubles y2(x2.shape), dx2(x2.shape);
      kernels::activation<float>(fn, x.in(), y.view());
      kernels::activation_grad<float>(fn, {}, y.in(), dy.in(), dx.view());
      kernels::activation<double>(fn, x2.in(), y2.view());
      kernels::activation_grad<double>(fn, {}, y2.in(), dy2.in(), dx2.view());
      for (Index i = 0; i < x.size(); ++i) {
        ASSERT_NEAR(y.data()[i], y2.numbers[std::size_t(i)], 4e-6) << width;
        ASSERT_NEAR(dx.data()[i], dx2.numbers[std::size_t(i)], 4e-6) << width;
      }
      EXPECT_TRUE(y.guards_untouched() && dx.guards_untouched());
    }
}

TEST_P(Activations, SaturateAtInfinity) {
  const float inf = std::numeric_limits<float>::infinity();
  struct Row {
    ActivationFn fn;
    float at_minus, at_plus;
  };
  for (const Row& row : {Row{ActivationFn::exponential, 0, inf}, Row{ActivationFn::sigmoid, 0, 1},
                         Row{ActivationFn::tanh, -1, 1}, Row{ActivationFn::softplus, 0, inf},
                         Row{ActivationFn::elu, -1, inf}, Row{ActivationFn::relu, 0, inf}})
    for (const Index size : {Index(2), Index(34)}) {  // the rest of a vector, and whole ones
      Guarded x({size}, -inf), y({size});
      for (Index i = 0; i < size; i += 2) x.data()[i] = inf;
      kernels::activation<float>(row.fn, x.in(), y.view());
      for (Index i = 0; i < size; ++i)
        EXPECT_EQ(y.data()[i], i % 2 == 0 ? row.at_plus : row.at_minus)
            << ActivationFunction(row.fn).name() << size;
    }
}

INSTANTIATE_TEST_SUITE_P(Isa, Activations, ::testing::ValuesIn([] {
                           std::vector<std::string> names;
                           for (const auto name : kernels::available_isas()) names.emplace_back(name);
                           return names;
                         }()),
                         [](const auto& isa) { return isa.param; });

}  // namespace
}  // namespace cornu
