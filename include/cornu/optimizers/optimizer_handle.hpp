#pragma once
#include <memory>
#include <string>
#include <type_traits>
#include <variant>

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
using OptimizerSpec =
    std::variant<SGD, RMSprop, Adam, AdamW, Adamax, Nadam, Adagrad, Adadelta, Adafactor, Ftrl, Lion, Lamb>;

/// Any optimizer as a value: an aggregate or Keras' name for one, in any case.
///
///   .optimizer = Adam{.learning_rate = 1e-4f}      .optimizer = "adam"
///
/// Errors  ValueError: an unknown name (the near ones are listed), an option out of range (from make()).
class OptimizerHandle {
 public:
  /// RMSprop with its defaults, as Keras' compile.
  OptimizerHandle() : spec_(RMSprop{}) {}
  template <class T>
  requires(std::is_constructible_v<OptimizerSpec, T>&& std::is_class_v<std::remove_cvref_t<T>> &&
           !std::is_convertible_v<T, std::string>) OptimizerHandle(T&& spec)
      : spec_(std::forward<T>(spec)) {}
  OptimizerHandle(const char* name) : OptimizerHandle(std::string(name)) {}
  OptimizerHandle(const std::string& name);

  /// A running optimizer with fresh state; build() it next.
  std::unique_ptr<Optimizer> make() const;
  /// Keras' class name: "Adam".
  std::string_view type() const;
  const OptimizerSpec& spec() const { return spec_; }

 private:
  OptimizerSpec spec_;
};

}  // namespace cornu
