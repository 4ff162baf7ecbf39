#include <cmath>

#include "cornu/constraints/constraint.hpp"
#include "cornu/core/error.hpp"
#include "cornu/core/random.hpp"
#include "support/golden.hpp"
#include "support/messages.hpp"

namespace cornu {
namespace {

using support::message_of;

Tensor applied(const Constraint& constraint, Tensor w) {
  constraint.apply(w.view());
  return w;
}

TEST(Constraint, AreThoseOfTheFormulas) {
  const Tensor w = Tensor::from({{3, 0.3f}, {-4, 0.4f}});  // columns of norm 5 and 0.5
  support::expect_close(Tensor::from({{1.2f, 0.3f}, {-1.6f, 0.4f}}), applied(MaxNorm{}, w), 1e-6, "max_norm");
  support::expect_close(Tensor::from({{3, 0.3f}, {0, 0.4f}}), applied(NonNeg{}, w), 0, "non_neg");
  support::expect_close(Tensor::from({{0.6f, 0.6f}, {-0.8f, 0.8f}}), applied(UnitNorm{}, w), 1e-6,
                        "unit_norm");
  support::expect_close(Tensor::from({{0.6f, 0.42f}, {-0.8f, 0.56f}}),
                        applied(MinMaxNorm{.min_value = 0.7f}, w), 1e-6, "min_max_norm");
  support::expect_close(Tensor::from({{1.8f, 0.36f}, {-2.4f, 0.48f}}),
                        applied(MinMaxNorm{.min_value = 0.7f, .rate = 0.5f}, w), 1e-6, "half the way");
  EXPECT_EQ(applied(Constraint{}, w), w);
  EXPECT_FALSE(Constraint{});
  EXPECT_TRUE(Constraint(NonNeg{}));
  EXPECT_EQ(applied(UnitNorm{}, Tensor({2, 2})), Tensor({2, 2}));  // no division by zero
}

TEST(Constraint, NormsRunOverAnyAxes) {
  Tensor w({3, 4, 5, 6});
  fill_normal(w.view(), RandomKey{.seed = 1}, 0, 1);
  const auto expect_unit = [&](const NormAxes& axes, bool a, bool b, bool c, bool d) {
    const Tensor u = applied(UnitNorm{.axis = axes}, w);
    Tensor squares({3, 4, 5, 6});
    for (Index i = 0; i < 3; ++i)
      for (Index j = 0; j < 4; ++j)
        for (Index k = 0; k < 5; ++k)
          for (Index l = 0; l < 6; ++l)
            squares(a ? 0 : i, b ? 0 : j, c ? 0 : k, d ? 0 : l) += u(i, j, k, l) * u(i, j, k, l);
    for (Index i = 0; i < (a ? 1 : 3); ++i)
      for (Index j = 0; j < (b ? 1 : 4); ++j)
        for (Index k = 0; k < (c ? 1 : 5); ++k)
          for (Index l = 0; l < (d ? 1 : 6); ++l) ASSERT_NEAR(squares(i, j, k, l), 1, 1e-5);
  };
  expect_unit(0, true, false, false, false);
  expect_unit(-1, false, false, false, true);
  expect_unit({0, 1, 2}, true, true, true, false);
  expect_unit({1, 3}, false, true, false, true);
}

TEST(Constraint, NamesAndDefaultsAreKeras) {
  EXPECT_TRUE(MaxNorm{}.max_value == 2 && MaxNorm{}.axis == NormAxes(0) && UnitNorm{}.axis == NormAxes(0));
  const MinMaxNorm m;
  EXPECT_TRUE(m.min_value == 0 && m.max_value == 1 && m.rate == 1 && m.axis == NormAxes(0));
  for (const auto& [name, type] : {std::pair{"max_norm", "MaxNorm"},
                                   {"non_neg", "NonNeg"},
                                   {"unit_norm", "UnitNorm"},
                                   {"min_max_norm", "MinMaxNorm"},
                                   {"MaxNorm", "MaxNorm"}}) {
    EXPECT_EQ(Constraint(name).name(), type);
  }
  EXPECT_EQ(Constraint{}.name(), "");
}

TEST(Constraint, ErrorsSayWhatToDo) {
  EXPECT_EQ(message_of<ValueError>([] {
              applied(MaxNorm{.axis = 2}, Tensor({3, 4}));
            }),
            "MaxNorm: axis is 2, but the weight has shape (3, 4) with 2 axes. Give an axis below 2.");
  EXPECT_EQ(message_of<ValueError>([] { Constraint("nonneg"); }),
            "unknown constraint 'nonneg'. Near names: non_neg.");
  EXPECT_EQ(message_of<ValueError>([] {
              applied(MinMaxNorm{.min_value = 2, .max_value = 1}, Tensor({3, 4}));
            }),
            "MinMaxNorm: min_value 2 is above max_value 1. Swap them.");
}

}  // namespace
}  // namespace cornu
