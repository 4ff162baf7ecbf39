#include <gtest/gtest.h>

#include "model/fit_case.hpp"

namespace cornu::support {
namespace {

FitCase with(std::string name, OptimizerHandle optimizer) {
  return {.name = std::move(name),
          .model = small_net(3, softmax),
          .compile = {.optimizer = optimizer, .loss = "categorical_crossentropy", .metrics = {accuracy}}};
}

TEST(FitGolden, Optimizers) {
  check_fit_cases({
      with("optimizer_adadelta", Adadelta{.learning_rate = 0.6312f}),
      with("optimizer_adafactor", Adafactor{.learning_rate = 0.0323f}),
      with("optimizer_adagrad", Adagrad{.learning_rate = 0.0556f}),
      with("optimizer_adam", Adam{.learning_rate = 0.0119f}),
      with("optimizer_adam_amsgrad", Adam{.learning_rate = 0.011f, .amsgrad = true}),
      with("optimizer_adam_clipnorm", Adam{.learning_rate = 0.01f, .clipnorm = 0.1f}),
      with("optimizer_adam_ema", Adam{.learning_rate = 0.01f, .use_ema = true, .ema_momentum = 0.9f}),
      with("optimizer_adam_global_clipnorm", Adam{.learning_rate = 0.01f, .global_clipnorm = 0.1f}),
      with("optimizer_adamax", Adamax{.learning_rate = 0.0088f}),
      with("optimizer_adamw", AdamW{.learning_rate = 0.0065f, .weight_decay = 0.01f}),
      with("optimizer_ftrl", Ftrl{.learning_rate = 0.0702f}),
      with("optimizer_lamb", Lamb{.learning_rate = 0.0055f}),
      with("optimizer_lion", Lion{.learning_rate = 0.0026f}),
      with("optimizer_nadam", Nadam{.learning_rate = 0.0131f}),
      with("optimizer_rmsprop", RMSprop{.learning_rate = 0.0066f}),
      with("optimizer_rmsprop_centered",
           RMSprop{.learning_rate = 0.0072f, .momentum = 0.5f, .centered = true}),
      with("optimizer_sgd", SGD{.learning_rate = 0.0765f}),
      with("optimizer_sgd_clipvalue", SGD{.learning_rate = 0.1f, .clipvalue = 0.01f}),
      with("optimizer_sgd_decay", SGD{.learning_rate = 0.1f, .weight_decay = 0.05f}),
      with("optimizer_sgd_momentum", SGD{.learning_rate = 0.0106f, .momentum = 0.9f}),
      with("optimizer_sgd_nesterov", SGD{.learning_rate = 0.0268f, .momentum = 0.8f, .nesterov = true}),
  });
}

TEST(FitGolden, Schedules) {
  check_fit_cases({
      with("optimizer_schedule_cosine",
           Adam{.learning_rate =
                    CosineDecay{.initial_learning_rate = 0.02f, .decay_steps = 10, .alpha = 0.1f}}),
      with("optimizer_schedule_cosine_restarts",
           SGD{.learning_rate = CosineDecayRestarts{.initial_learning_rate = 0.1f, .first_decay_steps = 3}}),
      with("optimizer_schedule_cosine_warmup", Adam{.learning_rate = CosineDecay{.initial_learning_rate = 0.f,
                                                                                 .decay_steps = 10,
                                                                                 .warmup_target = 0.02f,
                                                                                 .warmup_steps = 4}}),
      with("optimizer_schedule_exponential",
           SGD{.learning_rate =
                   ExponentialDecay{.initial_learning_rate = 0.1f, .decay_steps = 4, .decay_rate = 0.8f}}),
      with("optimizer_schedule_inverse",
           SGD{.learning_rate =
                   InverseTimeDecay{.initial_learning_rate = 0.1f, .decay_steps = 3, .decay_rate = 0.5f}}),
      with(
          "optimizer_schedule_piecewise",
          SGD{.learning_rate = PiecewiseConstantDecay{.boundaries = {3, 7}, .values = {0.1f, 0.05f, 0.01f}}}),
      with("optimizer_schedule_polynomial",
           SGD{.learning_rate = PolynomialDecay{.initial_learning_rate = 0.1f,
                                                .decay_steps = 9,
                                                .end_learning_rate = 0.0001f,
                                                .power = 2.f}}),
      with("optimizer_schedule_staircase",
           SGD{.learning_rate = ExponentialDecay{.initial_learning_rate = 0.1f,
                                                 .decay_steps = 4,
                                                 .decay_rate = 0.5f,
                                                 .staircase = true}}),
  });
}

}  // namespace
}  // namespace cornu::support
