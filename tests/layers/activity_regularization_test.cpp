#include "cornu/layers/activity_regularization.hpp"

#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

using namespace cornu;
using support::check_layer_cases;
using support::layer_error;

TEST(ActivityRegularization, Cases) {
  check_layer_cases<ActivityRegularization>({
      {.spec = {.l2 = 0.1f}, .golden = "activity"},
      {.spec = {}, .input = {1}, .samples = 1},
      {.spec = {.l1 = 0.5f}, .input = {3, 5, 7}, .training = true},
  });
}

TEST(ActivityRegularization, TellsTheModelItsRegularizer) {
  const LayerHandle handle(ActivityRegularization{.l1 = 0.5f, .l2 = 0.25f});
  const Regularizer& r = handle.layer().activity_regularizer();
  ASSERT_TRUE(bool(r));
  EXPECT_EQ(r.penalty(Tensor::from({-2.f, 1.f}).view()), 0.5 * 3 + 0.25 * 5);
}

TEST(ActivityRegularization, SaysWhatIsWrong) {
  EXPECT_NE(layer_error(ActivityRegularization{.l1 = -0.5f}).find("ValueError: "), std::string::npos);
}
