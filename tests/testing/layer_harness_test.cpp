#include "support/layer_harness.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "cornu/layers/dense.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

/// The failures that a table reports, in one text.
std::string failures_of(const LayerCase<Dense>& row) {
  ::testing::TestPartResultArray results;
  {
    const ::testing::ScopedFakeTestPartResultReporter reporter(
        ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
    check_layer_cases<Dense>({row});
  }
  std::string out;
  for (int i = 0; i < results.size(); ++i) out += std::string(results.GetTestPartResult(i).message()) + "\n";
  return out;
}

// A table that cannot fail is worth nothing: each of these rows is wrong in one way.
TEST(LayerHarness, NoticesWhatKerasDoesNot) {
  EXPECT_EQ(failures_of({.spec = {.units = 6}, .golden = "dense_2"}), "");
  const std::string relu_failures =
      failures_of({.spec = {.units = 6, .activation = relu}, .golden = "dense_2"});
  for (const char* what :
       {"y (2, 2, 6) differs", "dx (2, 2, 4) differs", "gradient of weight 0 'kernel' (4, 6) differs",
        "gradient of weight 1 'bias' (6,) differs", "row 0 of Dense: (batch, 2, 4), golden dense_2"})
    EXPECT_THAT(relu_failures, HasSubstr(what));
}

TEST(LayerHarness, NoticesWeightsThatAreNotThere) {
  const std::string failures = failures_of({.spec = {.units = 6, .use_bias = false}, .golden = "dense_2"});
  EXPECT_THAT(failures, HasSubstr("weights of the layer and of Keras"));
  EXPECT_THAT(failures, HasSubstr("golden arrays that were compared, and that there are"));
  EXPECT_THAT(failures_of({.spec = {.units = 3}, .golden = "dense_2"}), HasSubstr("weight 0 'kernel'"));
}

TEST(LayerHarness, NoticesTheContract) {
  EXPECT_THAT(failures_of({.spec = {.units = 3}, .input = {4}, .training = true, .random = true}),
              HasSubstr("another random key gives the same numbers"));
}

TEST(LayerHarness, ComparesElementByElement) {
  const Tensor a = Tensor::from({1, 2, 3}), b = Tensor::from({1, 2.1f, 3});
  EXPECT_NONFATAL_FAILURE(expect_close(a, b, 1e-2, "a"), "a (3,) differs most at element 1: expected 2");
  expect_close(a, b, 5e-2, "a");
  const Tensor nan = Tensor::from({1, NAN, 3});
  EXPECT_NONFATAL_FAILURE(expect_close(a, nan, 1e-2, "a"), "received nan");
}

}  // namespace
}  // namespace cornu::support
