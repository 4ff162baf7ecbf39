#include "support/hand_mlp.hpp"

/// Every golden run of Keras whose subject is this folder: history and final weights within 1e-4.
namespace cornu::support {
namespace {

class Replay : public testing::TestWithParam<const char*> {};
TEST_P(Replay, AgreesWithKeras) { expect_replays(GetParam()); }

constexpr const char* kCases[] = {
    "optimizer_adadelta",
    "optimizer_adafactor",
    "optimizer_adagrad",
    "optimizer_adam",
    "optimizer_adam_amsgrad",
    "optimizer_adam_clipnorm",
    "optimizer_adam_ema",
    "optimizer_adam_global_clipnorm",
    "optimizer_adamax",
    "optimizer_adamw",
    "optimizer_ftrl",
    "optimizer_lamb",
    "optimizer_lion",
    "optimizer_nadam",
    "optimizer_rmsprop",
    "optimizer_rmsprop_centered",
    "optimizer_schedule_cosine",
    "optimizer_schedule_cosine_restarts",
    "optimizer_schedule_cosine_warmup",
    "optimizer_schedule_exponential",
    "optimizer_schedule_inverse",
    "optimizer_schedule_piecewise",
    "optimizer_schedule_polynomial",
    "optimizer_schedule_staircase",
    "optimizer_sgd",
    "optimizer_sgd_clipvalue",
    "optimizer_sgd_decay",
    "optimizer_sgd_momentum",
    "optimizer_sgd_nesterov",
};
INSTANTIATE_TEST_SUITE_P(Optimizers, Replay, testing::ValuesIn(kCases),
                         [](const auto& one) { return std::string(one.param); });

}  // namespace
}  // namespace cornu::support
