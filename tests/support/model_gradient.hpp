#pragma once
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cornu/model/model.hpp"
#include "cornu/training/compile_options.hpp"
#include "cornu/training/fit_options.hpp"
#include "cornu/training/history.hpp"
#include "cornu/training/logs.hpp"
#include "support/random_data.hpp"

namespace cornu::support {

/// The gradients that training computes, one a weight: the differences that one step of SGD with learning
/// rate 1 makes. Compiles the model; its weights are as before afterwards.
inline std::vector<Tensor> training_gradients(Model& model, const std::vector<Tensor>& x,
                                              const std::vector<Tensor>& y, CompileOptions options) {
  options.optimizer = SGD{.learning_rate = 1.f};
  model.compile(options);
  const std::vector<Tensor> before = model.get_weights();
  model.fit(x, y, FitOptions{.batch_size = x[0].shape().front(), .verbose = 0, .shuffle = false});
  std::vector<Tensor> gradients = model.get_weights();
  for (std::size_t i = 0; i < gradients.size(); ++i)
    for (Index k = 0; k < gradients[i].size(); ++k)
      gradients[i].data()[k] = before[i].data()[k] - gradients[i].data()[k];
  model.set_weights(before);
  return gradients;
}

/// For every trainable weight on its own, compares the slope of the loss along a random direction with what
/// training computes. Mode::training is for models that compute otherwise in training (dropout, batch
/// normalization); one input and output then.
enum class Mode { inference, training };
inline void expect_gradients(Model& model, const std::vector<Tensor>& x, const std::vector<Tensor>& y,
                             CompileOptions options, Mode mode = Mode::inference, double tolerance = 1e-3) {
  const std::vector<Tensor> gradients = training_gradients(model, x, y, options);
  options.optimizer = SGD{.learning_rate = 0.f};
  if (mode == Mode::training) model.compile(options);
  const std::vector<Weight*> weights = model.weights();
  double largest = 0;
  const auto loss_at = [&](Weight& w, const Tensor& start, const Tensor& direction, float step) {
    for (Index k = 0; k < start.size(); ++k) w.value.data()[k] = start.data()[k] + step * direction.data()[k];
    if (mode == Mode::training) {
      model.optimizer().set_iterations(0);  // the random numbers of the first step
      return model.train_on_batch(x[0], y[0])["loss"];
    }
    return model.evaluate(x, y, EvaluateOptions{.batch_size = x[0].shape().front(), .verbose = 0})["loss"];
  };
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (!weights[i]->trainable) continue;
    const Tensor start = weights[i]->value, direction = noise(start.shape(), 100 + i);
    // Two steps, combined so that the error of the fourth order is the first that is left.
    const auto slope_of = [&](float step) {
      return (loss_at(*weights[i], start, direction, step) - loss_at(*weights[i], start, direction, -step)) /
             (2. * double(step));
    };
    const double slope = (4. * slope_of(0.003f) - slope_of(0.006f)) / 3.;
    weights[i]->value = start;
    double expected = 0;
    for (Index k = 0; k < start.size(); ++k)
      expected += double(gradients[i].data()[k]) * double(direction.data()[k]);
    largest = std::max(largest, std::abs(slope));
    EXPECT_NEAR(expected, slope, tolerance * (0.3 + std::abs(slope)))
        << "weight " << i << " '" << weights[i]->name << "' " << start.shape().text();
  }
  EXPECT_GT(largest, 10 * tolerance) << "the check sees nothing: every slope is about zero";
}

}  // namespace cornu::support
