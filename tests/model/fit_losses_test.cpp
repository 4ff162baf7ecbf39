#include <gtest/gtest.h>

#include "model/fit_case.hpp"

namespace cornu::support {
namespace {

FitCase with(std::string name, Index units, ActivationFunction activation, LossHandle loss,
             MetricHandle metric = "mse") {
  return {.name = std::move(name),
          .model = small_net(units, activation),
          .compile = {.optimizer = SGD{.learning_rate = 0.05f}, .loss = loss, .metrics = {metric}}};
}

TEST(FitGolden, LossesOfProbabilities) {
  check_fit_cases({
      with("loss_bce", 1, sigmoid, "binary_crossentropy"),
      with("loss_bce_logits_smooth", 1, linear,
           BinaryCrossentropy{.from_logits = true, .label_smoothing = 0.1f}),
      with("loss_cce", 3, softmax, "categorical_crossentropy"),
      with("loss_cce_logits", 3, linear, CategoricalCrossentropy{.from_logits = true}),
      with("loss_cce_sigmoid", 3, sigmoid, "categorical_crossentropy"),
      with("loss_cce_smooth", 3, softmax, CategoricalCrossentropy{.label_smoothing = 0.2f}),
      with("loss_focal", 1, sigmoid, "binary_focal_crossentropy"),
      with("loss_kld", 3, softmax, "kl_divergence"),
      with("loss_scce", 3, softmax, "sparse_categorical_crossentropy", "accuracy"),
      with("loss_scce_logits", 3, linear, SparseCategoricalCrossentropy{.from_logits = true}, "accuracy"),
  });
}

TEST(FitGolden, LossesOfDistance) {
  check_fit_cases({
      with("loss_categorical_hinge", 3, linear, "categorical_hinge"),
      with("loss_cosine", 3, linear, "cosine_similarity"),
      with("loss_dice", 3, sigmoid, Dice{}),
      with("loss_hinge", 1, tanh, "hinge"),
      with("loss_huber", 3, linear, Huber{}),
      with("loss_log_cosh", 3, linear, "log_cosh"),
      with("loss_mae", 3, linear, "mae"),
      with("loss_mape", 3, softplus, "mape"),
      with("loss_mse", 3, linear, "mean_squared_error"),
      with("loss_msle", 3, softplus, "msle"),
      with("loss_poisson", 3, softplus, "poisson"),
      with("loss_squared_hinge", 1, tanh, "squared_hinge"),
      with("loss_tversky", 3, sigmoid, Tversky{}),
  });
}

TEST(FitGolden, Metrics) {
  check_fit_cases({
      {.name = "metrics_binary",
       .model = small_net(1, sigmoid),
       .compile = {.optimizer = Adam{},
                   .loss = "binary_crossentropy",
                   .metrics = {accuracy, Precision{}, Recall{}, AUC{},
                               BinaryAccuracy{.name = "b3", .threshold = 0.3f}}}},
      {.name = "metrics_multi",
       .model = small_net(3, softmax),
       .compile = {.optimizer = Adam{},
                   .loss = "categorical_crossentropy",
                   .metrics = {accuracy, "categorical_crossentropy",
                               TopKCategoricalAccuracy{.k = 2, .name = "top2"},
                               F1Score{.average = ScoreAverage::macro, .name = "f1"}}}},
      {.name = "metrics_regression",
       .model = small_net(3, linear),
       .compile = {.optimizer = Adam{},
                   .loss = "mse",
                   .metrics = {"mse", "mae", RootMeanSquaredError{.name = "rmse"}, R2Score{.name = "r2"}}}},
      {.name = "metrics_sparse",
       .model = small_net(3, softmax),
       .compile = {.optimizer = Adam{},
                   .loss = "sparse_categorical_crossentropy",
                   .metrics = {accuracy, SparseTopKCategoricalAccuracy{.k = 2, .name = "top2"}}}},
  });
}

}  // namespace
}  // namespace cornu::support
