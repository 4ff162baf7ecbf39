#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "cornu/schedules/learning_rate.hpp"

namespace cornu {

/// Adam's step scaled, for each weight, by the norm of the weight over the norm of the step.
///
///   Lamb{.learning_rate = 1e-3f}
///
/// Errors  ValueError: ema_momentum outside [0, 1], more than one of the clips, gradient_accumulation_steps
///         < 2, a negative clip (checked when the model is compiled).
/// Source  Keras 3 Lamb: same names, order and defaults. You et al. 2019.
struct Lamb {
  LearningRate learning_rate = 0.001f;
  float beta_1 = 0.9f;
  float beta_2 = 0.999f;
  float epsilon = 1e-7f;
  std::optional<float> weight_decay = {};     ///< w -= w * weight_decay * learning_rate before each update
  std::optional<float> clipnorm = {};         ///< largest norm of one gradient
  std::optional<float> clipvalue = {};        ///< largest magnitude of one gradient element
  std::optional<float> global_clipnorm = {};  ///< largest norm of all gradients together
  bool use_ema = false;                       ///< keep a moving average of the weights and end with it
  float ema_momentum = 0.99f;                 ///< weight of the old average, 0 .. 1
  std::optional<Index> ema_overwrite_frequency = {};  ///< also overwrite the weights every this many steps
  std::optional<float> loss_scale_factor = {};        ///< gradients are divided by it
  std::optional<Index> gradient_accumulation_steps = {};  ///< update once in so many steps, >= 2
  std::string name = "lamb";
  static constexpr std::string_view type = "Lamb";
  static void fields(auto& self, auto visit) {
    visit("learning_rate", self.learning_rate);
    visit("beta_1", self.beta_1);
    visit("beta_2", self.beta_2);
    visit("epsilon", self.epsilon);
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
