#pragma once
#include <memory>
#include <string>
#include <type_traits>
#include <variant>

#include "cornu/core/choice.hpp"
#include "cornu/optimizers/adadelta.hpp"
#include "cornu/optimizers/adafactor.hpp"
#include "cornu/optimizers/adagrad.hpp"
#include "cornu/optimizers/adam.hpp"
#include "cornu/optimizers/adamax.hpp"
#include "cornu/optimizers/adamw.hpp"
#include "cornu/optimizers/ftrl.hpp"
#include "cornu/optimizers/lamb.hpp"
#include "cornu/optimizers/lion.hpp"
#include "cornu/optimizers/nadam.hpp"
#include "cornu/optimizers/optimizer.hpp"
#include "cornu/optimizers/rmsprop.hpp"
#include "cornu/optimizers/sgd.hpp"

namespace cornu {

/// One of the optimizers Cornu brings.
using OptimizerTypes =
    detail::OneOf<SGD, RMSprop, Adam, AdamW, Adamax, Nadam, Adagrad, Adadelta, Adafactor, Ftrl, Lion, Lamb>;
using OptimizerChoice = detail::Choice<OptimizerTypes>;
using OptimizerSpec = OptimizerChoice::Variant;

/// Any optimizer as a value: an aggregate or Keras' name for one, in any case.
///
///   .optimizer = Adam{.learning_rate = 1e-4f}      .optimizer = "adam"
///
/// Errors  ValueError: an unknown name (the near ones are listed), an option out of range (from make()).
class OptimizerHandle {
 public:
  /// RMSprop with its defaults, as Keras' compile.
  OptimizerHandle();
  template <class T>
  requires(OptimizerChoice::holds<T>) OptimizerHandle(const T& spec) : spec_(spec) {}
  OptimizerHandle(const char* name) : OptimizerHandle(std::string(name)) {}
  OptimizerHandle(const std::string& name);

  /// A running optimizer with fresh state; build() it next.
  std::unique_ptr<Optimizer> make() const;
  /// Keras' class name: "Adam".
  std::string_view type() const;
  const OptimizerSpec& spec() const { return spec_.get(); }

 private:
  OptimizerChoice spec_;
};

}  // namespace cornu
