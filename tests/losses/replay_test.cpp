#include "support/hand_mlp.hpp"

/// Every golden run of Keras whose subject is this folder: history and final weights within 1e-4.
namespace cornu::support {
namespace {

class Replay : public testing::TestWithParam<const char*> {};
TEST_P(Replay, AgreesWithKeras) { expect_replays(GetParam()); }

constexpr const char* kCases[] = {
    "loss_bce",
    "loss_bce_logits_smooth",
    "loss_categorical_hinge",
    "loss_cce",
    "loss_cce_logits",
    "loss_cce_sigmoid",
    "loss_cce_smooth",
    "loss_cosine",
    "loss_dice",
    "loss_focal",
    "loss_hinge",
    "loss_huber",
    "loss_kld",
    "loss_log_cosh",
    "loss_mae",
    "loss_mape",
    "loss_mse",
    "loss_msle",
    "loss_poisson",
    "loss_scce",
    "loss_scce_logits",
    "loss_squared_hinge",
    "loss_tversky",
};
INSTANTIATE_TEST_SUITE_P(Losses, Replay, testing::ValuesIn(kCases),
                         [](const auto& one) { return std::string(one.param); });

}  // namespace
}  // namespace cornu::support
