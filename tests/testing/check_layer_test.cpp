#include "cornu/testing/check_layer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/broken_layers.hpp"

namespace cornu::support {
namespace {

using cornu::testing::check_layer;
using cornu::testing::CheckOptions;
using cornu::testing::LayerReport;
using ::testing::HasSubstr;

LayerReport check(Fault fault, const CheckOptions& options = {}) {
  return check_layer(std::make_unique<BrokenDense>(fault), {{4}}, options);
}

TEST(CheckLayer, PassesARightLayer) {
  EXPECT_TRUE(check(Fault::none).passed()) << check(Fault::none).text();
  EXPECT_EQ(check(Fault::none).text(), "layer 'broken_dense' (BrokenDense) passed");
  const LayerReport training = check(Fault::none, {.samples = 5, .training = true});
  EXPECT_TRUE(training.passed()) << training.text();
  const LayerReport one = check_layer(std::make_unique<BrokenDense>(Fault::none), {{1}}, {.samples = 1});
  EXPECT_TRUE(one.passed()) << one.text();
}

struct FaultCase {
  Fault fault;
  const char* finding;
};

TEST(CheckLayer, FindsEveryFaultAndNamesIt) {
  const std::vector<FaultCase> cases{
      {Fault::forgets_bias_gradient, "gradient of weight 'bias' is wrong"},
      {Fault::overwrites_dweights, "gradient of weight 'kernel' is not added to what was there"},
      {Fault::transposes_kernel_gradient, "gradient of weight 'kernel' is wrong"},
      {Fault::wrong_in_last_row, "gradient of weight 'kernel' is wrong: double, at (3, "},
      {Fault::forgets_part_of_dx, "backward leaves dx[0] not finite"},
      {Fault::adds_to_dx, "backward leaves dx[0] not finite"},
      {Fault::wrong_dx, "gradient of x[0] is wrong"},
      {Fault::writes_beyond_y, "forward writes beyond y[0]"},
      {Fault::writes_beyond_dweights, "backward writes beyond the gradient of weight 'kernel'"},
      {Fault::writes_beyond_saved, "forward writes beyond the saved bytes"},
      {Fault::leaves_part_of_y, "forward leaves y[0] not finite"},
      {Fault::hidden_state, "a second call gives other bits: y[0]"},
      {Fault::position_in_slice, "slices of the batch differ from the whole: y[0]"},
      {Fault::undeclared_input, "backward reads inputs or outputs that backward_needs() does not declare"},
      {Fault::undeclared_output, "backward reads outputs that backward_needs() does not declare"},
      {Fault::changes_input, "forward changes its input x[0]"},
      {Fault::changes_weight, "forward changes weight 'bias'"},
      {Fault::ignores_logits, "final_activation() of the logits is not the output"},
      {Fault::follows_key, "the random key changes the result"},
      {Fault::reads_scratch, "forward leaves y[0] not finite"},
      {Fault::follows_threads, "the number of threads changes bits: y[0]"},
      {Fault::needs_all_gradients, "gradients that nobody asks for change others: gradient of weight 'bias'"},
      {Fault::throws_in_backward, "backward throws"},
  };
  for (const FaultCase& c : cases) {
    const LayerReport report = check(c.fault);
    EXPECT_TRUE(report.names(c.finding)) << "expected: " << c.finding << "\nreceived: " << report.text();
  }
}

TEST(CheckLayer, FindsEveryFaultInALargerLayer) {
  for (const Fault fault : {Fault::wrong_in_last_row, Fault::forgets_bias_gradient, Fault::wrong_dx}) {
    const LayerReport report = check_layer(std::make_unique<BrokenDense>(fault), {{97}}, {.samples = 7});
    EXPECT_TRUE(report.names("gradient along a random direction is wrong")) << report.text();
  }
}

TEST(CheckLayer, FindsFaultsOfInPlaceLayers) {
  const auto check = [](ElementwiseFault fault) {
    return check_layer(std::make_unique<BrokenElementwise>(fault), {{3, 5}}, {.training = true});
  };
  EXPECT_TRUE(check(ElementwiseFault::none).passed()) << check(ElementwiseFault::none).text();
  EXPECT_TRUE(check(ElementwiseFault::same_but_doubles)
                  .names("in_place() says same, but forward changes numbers: at (0, 0, 0)"));
  EXPECT_TRUE(check(ElementwiseFault::overwrite_but_needs_input).names("in_place() says overwrite, but"));
  EXPECT_TRUE(check(ElementwiseFault::derivative_one).names("gradient of x[0] is wrong"));
}

TEST(CheckLayer, ChecksRandomLayersAndThoseWithoutDouble) {
  const auto check = [](bool follows_key, const CheckOptions& options) {
    return check_layer(std::make_unique<BrokenNoise>(follows_key), {{6}}, options);
  };
  const LayerReport right = check(true, {.training = true, .random = true});
  EXPECT_TRUE(right.passed()) << right.text();
  EXPECT_TRUE(check(true, {}).passed());
  EXPECT_TRUE(check(true, {.training = true}).names("give .random = true"));
  EXPECT_TRUE(
      check(false, {.training = true, .random = true}).names("another random key gives the same numbers"));
}

TEST(CheckLayer, ReportsWhatCannotBeBuilt) {
  const LayerReport report = check_layer(std::make_unique<BrokenDense>(Fault::none), {Shape{}});
  EXPECT_TRUE(report.names("the layer cannot be built: ")) << report.text();
}

TEST(CheckLayer, RefusesWrongOptions) {
  const auto message = [](const CheckOptions& options) {
    try {
      check_layer(std::make_unique<BrokenDense>(Fault::none), {{4}}, options);
    } catch (const ValueError& error) {
      return std::string(error.what());
    }
    return std::string("no ValueError");
  };
  EXPECT_THAT(message({.samples = 0}), HasSubstr("samples is 0; it must be at least 1"));
  EXPECT_THAT(message({.x = {Tensor({2, 5})}}),
              HasSubstr("the given x[0] is (2, 5); the layer takes (2, 4)"));
  EXPECT_THAT(message({.weights = {Tensor({4, 4})}}), HasSubstr("1 weights are given; the layer has 2"));
}

TEST(CheckLayer, LeavesTheLayerAsItWas) {
  LayerHandle layer(std::make_unique<BrokenDense>(Fault::none));
  layer.layer().call_shapes({{4}});
  layer.layer().initialize({.seed = 9});
  const Tensor kernel = layer.layer().weight("kernel");
  check_layer(layer, {{4}}, {.training = true});
  EXPECT_TRUE(same_bits(kernel, layer.layer().weight("kernel")));
}

TEST(RunLayer, GivesOutputsAndGradients) {
  BrokenDense layer(Fault::none);
  layer.call_shapes({{1}});
  layer.weight("kernel") = Tensor({1, 4}, {1, 2, 3, 4});
  layer.weight("bias") = Tensor({4}, {0, 0, 0, 1});
  const Tensor x({2, 1}, {2, 3}), dy({2, 4}, 1.f);
  const auto run = testing::run_layer(layer, {x}, {dy});
  EXPECT_EQ(run.y.at(0), Tensor({2, 4}, {2, 4, 6, 9, 3, 6, 9, 13}));
  EXPECT_EQ(run.dx.at(0), Tensor({2, 1}, {10, 10}));
  EXPECT_EQ(run.dweights.at(0), Tensor({1, 4}, {5, 5, 5, 5}));
  EXPECT_EQ(run.dweights.at(1), Tensor({4}, {2, 2, 2, 2}));
  EXPECT_TRUE(testing::run_layer(layer, {x}).dx.empty());
}

}  // namespace
}  // namespace cornu::support
