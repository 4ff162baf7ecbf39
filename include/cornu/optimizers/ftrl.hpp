#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "cornu/schedules/learning_rate.hpp"

namespace cornu {

/// Follow the regularized leader: sparse weights through l1_regularization_strength.
///
///   Ftrl{.learning_rate = 1e-3f}
///
/// Errors  ValueError: a strength or initial_accumulator_value < 0, learning_rate_power > 0, ema_momentum
///         outside [0, 1], more than one of the clips, gradient_accumulation_steps < 2, a negative clip
///         (checked when the model is compiled).
/// Source  Keras 3 Ftrl: same names, order and defaults. McMahan et al. 2013.
struct Ftrl {
  LearningRate learning_rate = 0.001f;
  float learning_rate_power = -0.5f;
  float initial_accumulator_value = 0.1f;
  float l1_regularization_strength = 0.f;
  float l2_regularization_strength = 0.f;
  float l2_shrinkage_regularization_strength = 0.f;
  float beta = 0.f;
  std::optional<float> weight_decay = {};     ///< w -= w * weight_decay * learning_rate before each update
  std::optional<float> clipnorm = {};         ///< largest norm of one gradient
  std::optional<float> clipvalue = {};        ///< largest magnitude of one gradient element
  std::optional<float> global_clipnorm = {};  ///< largest norm of all gradients together
  bool use_ema = false;                       ///< keep a moving average of the weights and end with it
  float ema_momentum = 0.99f;                 ///< weight of the old average, 0 .. 1
  std::optional<Index> ema_overwrite_frequency = {};  ///< also overwrite the weights every this many steps
  std::optional<float> loss_scale_factor = {};        ///< gradients are divided by it
  std::optional<Index> gradient_accumulation_steps = {};  ///< update once in so many steps, >= 2
  std::string name = "ftrl";
  static constexpr std::string_view type = "Ftrl";
  static void fields(auto& self, auto visit) {
    visit("learning_rate", self.learning_rate);
    visit("learning_rate_power", self.learning_rate_power);
    visit("initial_accumulator_value", self.initial_accumulator_value);
    visit("l1_regularization_strength", self.l1_regularization_strength);
    visit("l2_regularization_strength", self.l2_regularization_strength);
    visit("l2_shrinkage_regularization_strength", self.l2_shrinkage_regularization_strength);
    visit("beta", self.beta);
    visit("weight_decay", self.weight_decay);
    visit("clipnorm", self.clipnorm);
    visit("clipvalue", self.clipvalue);
    visit("global_clipnorm", self.global_clipnorm);
    visit("use_ema", self.use_ema);
    visit("ema_momentum", self.ema_momentum);
    visit("ema_overwrite_frequency", self.ema_overwrite_frequency);
    visit("loss_scale_factor", self.loss_scale_factor);
    visit("gradient_accumulation_steps", self.gradient_accumulation_steps);
    visit("name", self.name);
  }
};

}  // namespace cornu
