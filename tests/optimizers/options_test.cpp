#include "cornu/core/error.hpp"
#include "cornu/optimizers/optimizer_handle.hpp"
#include "support/messages.hpp"

namespace cornu {
namespace {

using support::message_of;

std::string error_of(const OptimizerHandle& handle) {
  return message_of<ValueError>([&] { (void)handle.make(); });
}

TEST(OptimizerOptions, AreChecked) {
  EXPECT_EQ(error_of(SGD{.momentum = 2}),
            "SGD: momentum is 2; it must be between 0 and 1. It is the share of the last step that is kept.");
  EXPECT_EQ(error_of(Adam{.clipnorm = 1.f, .clipvalue = 1.f}),
            "Adam: 2 of clipnorm, clipvalue and global_clipnorm are set; at most one may be. Keep the one "
            "you mean.");
  EXPECT_EQ(error_of(Adam{.clipnorm = -1.f}),
            "Adam: clipnorm is -1; it must be at least 0. Leave it out to switch clipping off.");
  EXPECT_EQ(error_of(Adam{.use_ema = true, .ema_momentum = 1.5f}),
            "Adam: ema_momentum is 1.5; it must be between 0 and 1. It is the weight of the old average.");
  EXPECT_EQ(error_of(Adam{.use_ema = true, .ema_overwrite_frequency = 0}),
            "Adam: ema_overwrite_frequency is 0; it must be at least 1. Leave it out to overwrite at the end "
            "of training "
            "only.");
  EXPECT_EQ(
      error_of(Adam{.gradient_accumulation_steps = 1}),
      "Adam: gradient_accumulation_steps is 1; it must be at least 2. Leave it out to update at every step.");
  EXPECT_EQ(error_of(Adam{.loss_scale_factor = 0.f}),
            "Adam: loss_scale_factor is 0; it must be positive. Leave it out: float32 training needs none.");
  EXPECT_EQ(error_of(AdamW{.weight_decay = {}}),
            "AdamW: weight_decay is not set. Give a number, or use Adam.");
  EXPECT_EQ(error_of(Adagrad{.initial_accumulator_value = -0.1f}),
            "Adagrad: initial_accumulator_value is -0.1; it must be at least 0. Keras starts at 0.1.");
  EXPECT_EQ(error_of(Ftrl{.learning_rate_power = 0.5f}),
            "Ftrl: learning_rate_power is 0.5; it must be at most 0. 0 keeps the learning rate fixed.");
  EXPECT_EQ(error_of(Ftrl{.l1_regularization_strength = -1}),
            "Ftrl: l1_regularization_strength is -1; it must be at least 0. 0 switches it off.");
  EXPECT_EQ(error_of(Lion{.beta_1 = 0}),
            "Lion: beta_1 is 0; it must be above 0 and at most 1. At 0 it would be SGD on signs.");
}

TEST(OptimizerNames, AreKerasInAnyCase) {
  for (const char* name : {"sgd", "rmsprop", "adam", "adamw", "adamax", "nadam", "adagrad", "adadelta",
                           "adafactor", "ftrl", "lion", "lamb"}) {
    EXPECT_EQ(OptimizerHandle(name).make()->name(), name);
  }
  EXPECT_EQ(OptimizerHandle("Adam").type(), "Adam");
  EXPECT_EQ(OptimizerHandle("RMSPROP").type(), "RMSprop");
  EXPECT_EQ(OptimizerHandle().type(), "RMSprop");
  EXPECT_EQ(message_of<ValueError>([] { OptimizerHandle("addam"); }),
            "unknown optimizer 'addam'. Near names: adam.");
}

/// The options all optimizers share.
template <class Spec>
void expect_common_defaults(const Spec& s, float learning_rate, const char* name) {
  EXPECT_EQ(s.learning_rate.at(0), learning_rate) << name;
  EXPECT_TRUE(!s.clipnorm && !s.clipvalue && !s.global_clipnorm) << name;
  EXPECT_TRUE(!s.use_ema && s.ema_momentum == 0.99f && !s.ema_overwrite_frequency) << name;
  EXPECT_TRUE(!s.loss_scale_factor && !s.gradient_accumulation_steps) << name;
  EXPECT_EQ(s.name, name);
  if (std::string(name) != "adamw") {
    EXPECT_FALSE(s.weight_decay) << name;
  }
}
template <class Spec>
void expect_betas(const Spec& s, float beta_2, float epsilon = 1e-7f) {
  EXPECT_TRUE(s.beta_1 == 0.9f && s.beta_2 == beta_2) << s.name;
  if constexpr (requires { s.epsilon; }) {
    EXPECT_EQ(s.epsilon, epsilon) << s.name;
  }
}

TEST(OptimizerDefaults, AreKeras) {
  expect_common_defaults(SGD{}, 0.01f, "sgd");
  EXPECT_TRUE(SGD{}.momentum == 0 && !SGD{}.nesterov);
  expect_common_defaults(RMSprop{}, 0.001f, "rmsprop");
  EXPECT_TRUE(RMSprop{}.rho == 0.9f && RMSprop{}.momentum == 0 && RMSprop{}.epsilon == 1e-7f &&
              !RMSprop{}.centered);
  expect_common_defaults(Adam{}, 0.001f, "adam");
  expect_betas(Adam{}, 0.999f);
  EXPECT_FALSE(Adam{}.amsgrad);
  expect_common_defaults(AdamW{}, 0.001f, "adamw");
  expect_betas(AdamW{}, 0.999f);
  EXPECT_EQ(AdamW{}.weight_decay, 0.004f);
  expect_common_defaults(Adamax{}, 0.001f, "adamax");
  expect_betas(Adamax{}, 0.999f);
  expect_common_defaults(Nadam{}, 0.001f, "nadam");
  expect_betas(Nadam{}, 0.999f);
  expect_common_defaults(Lamb{}, 0.001f, "lamb");
  expect_betas(Lamb{}, 0.999f);
  expect_common_defaults(Lion{}, 0.001f, "lion");
  expect_betas(Lion{}, 0.99f);
  expect_common_defaults(Adagrad{}, 0.001f, "adagrad");
  EXPECT_TRUE(Adagrad{}.initial_accumulator_value == 0.1f && Adagrad{}.epsilon == 1e-7f);
  expect_common_defaults(Adadelta{}, 0.001f, "adadelta");
  EXPECT_TRUE(Adadelta{}.rho == 0.95f && Adadelta{}.epsilon == 1e-7f);
  expect_common_defaults(Adafactor{}, 0.001f, "adafactor");
  const Adafactor a;
  EXPECT_TRUE(a.beta_2_decay == -0.8f && a.epsilon_1 == 1e-30f && a.epsilon_2 == 1e-3f &&
              a.clip_threshold == 1.f && a.relative_step);
  expect_common_defaults(Ftrl{}, 0.001f, "ftrl");
  const Ftrl f;
  EXPECT_TRUE(f.learning_rate_power == -0.5f && f.initial_accumulator_value == 0.1f && f.beta == 0);
  EXPECT_TRUE(f.l1_regularization_strength == 0 && f.l2_regularization_strength == 0 &&
              f.l2_shrinkage_regularization_strength == 0);
}

}  // namespace
}  // namespace cornu
