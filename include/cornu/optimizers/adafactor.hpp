#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "cornu/schedules/learning_rate.hpp"

namespace cornu {

/// Second moments kept as row and column means for weights of two axes or more; steps relative to the
/// weight's size.
///
///   Adafactor{.learning_rate = 1e-3f}
///
/// Errors  ValueError: ema_momentum outside [0, 1], more than one of the clips, gradient_accumulation_steps
///         < 2, a negative clip (checked when the model is compiled).
/// Source  Keras 3 Adafactor: same names, order and defaults. Shazeer and Stern 2018.
struct Adafactor {
  LearningRate learning_rate = 0.001f;
  float beta_2_decay = -0.8f;
  float epsilon_1 = 1e-30f;
  float epsilon_2 = 1e-3f;
  float clip_threshold = 1.f;
  bool relative_step = true;
  std::optional<float> weight_decay = {};     ///< w -= w * weight_decay * learning_rate before each update
  std::optional<float> clipnorm = {};         ///< largest norm of one gradient
  std::optional<float> clipvalue = {};        ///< largest magnitude of one gradient element
  std::optional<float> global_clipnorm = {};  ///< largest norm of all gradients together
  bool use_ema = false;                       ///< keep a moving average of the weights and end with it
  float ema_momentum = 0.99f;                 ///< weight of the old average, 0 .. 1
  std::optional<Index> ema_overwrite_frequency = {};  ///< also overwrite the weights every this many steps
  std::optional<float> loss_scale_factor = {};        ///< gradients are divided by it
  std::optional<Index> gradient_accumulation_steps = {};  ///< update once in so many steps, >= 2
  std::string name = "adafactor";
  static constexpr std::string_view type = "Adafactor";
  static void fields(auto& self, auto visit) {
    visit("learning_rate", self.learning_rate);
    visit("beta_2_decay", self.beta_2_decay);
    visit("epsilon_1", self.epsilon_1);
    visit("epsilon_2", self.epsilon_2);
    visit("clip_threshold", self.clip_threshold);
    visit("relative_step", self.relative_step);
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
