#include "support/hand_mlp.hpp"

/// Every golden run of Keras whose subject is this folder: history and final weights within 1e-4.
namespace cornu::support {
namespace {

class Replay : public testing::TestWithParam<const char*> {};
TEST_P(Replay, AgreesWithKeras) { expect_replays(GetParam()); }

constexpr const char* kCases[] = {
    "metrics_binary",
    "metrics_multi",
    "metrics_regression",
    "metrics_sparse",
};
INSTANTIATE_TEST_SUITE_P(Metrics, Replay, testing::ValuesIn(kCases),
                         [](const auto& one) { return std::string(one.param); });

}  // namespace
}  // namespace cornu::support
