#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cornu/core/view.hpp"

namespace cornu {

/// A running optimizer: the update rule with its state. An OptimizerHandle makes one.
///
/// A step does, in Keras' order: gradient accumulation, clipping (clipnorm, else global_clipnorm, else
/// clipvalue), weight decay (w -= w * weight_decay * learning_rate), the update, the moving average of the
/// weights. Constraints come after it and are the caller's. Parameters come in the same order and shapes at
/// every call. Nothing is allocated after build(); results do not depend on the number of threads.
class Optimizer {
 public:
  struct Parameter {
    View<float> value;
    View<const float> gradient;
    /// Of a sparse weight: what takes the place of the gradient's square (layers/layer.hpp). Used where
    /// gradients are neither clipped nor accumulated. May be empty.
    View<const float> squares = {};
  };
  /// A state variable: "momentum" of parameter 3. parameter is -1 for what belongs to all.
  struct Slot {
    std::string_view name;
    Index parameter;
    View<float> value;
  };

  virtual ~Optimizer() = default;
  /// Keras' name of the class in snake case, or the name given.
  virtual std::string_view name() const = 0;
  /// Allocates the state for parameters of these shapes. A second call throws away the state of the first.
  virtual void build(const std::vector<Shape>& shapes) = 0;
  virtual bool built() const = 0;
  /// One step. Errors: StateError before build(); ShapeError when the parameters are not those of build().
  virtual void step(std::span<const Parameter> parameters) = 0;

  /// Whether a parameter's step needs only its own gradient, once: false with accumulation and with clipping
  /// by a norm, and for Adafactor and Lamb. Then a step can also be taken in parts, while other gradients are
  /// still to be computed: begin_step(), update() of some parameters, end_step().
  virtual bool separable() const = 0;
  /// Begins a step in parts: gradients may still change until their update. Errors: those of step();
  /// StateError unless separable().
  virtual void begin_step(std::span<const Parameter> parameters) = 0;
  /// Updates parameter i < parameters.size(), once a step. Errors: StateError without begin_step().
  virtual void update(Index i) = 0;
  /// Updates the rest. Errors: as update().
  virtual void end_step() = 0;
  /// At the end of training: with use_ema the weights become their moving average. Nothing otherwise.
  virtual void finalize(std::span<const Parameter> parameters) = 0;

  /// Steps done, counted with every call of step() (accumulated ones too).
  virtual Index iterations() const = 0;
  virtual void set_iterations(Index iterations) = 0;
  /// The rate the next step uses.
  virtual float learning_rate() const = 0;
  /// Errors: StateError when a schedule drives the rate.
  virtual void set_learning_rate(float learning_rate) = 0;
  virtual bool has_schedule() const = 0;
  /// The factor the loss was multiplied with before gradients; step() divides by it. 1 when not set.
  virtual float loss_scale_factor() const = 0;

  /// The state in Keras' order (after iteration and learning_rate, which a file holds first): reading and
  /// writing it saves and resumes training. Views stay valid until the next build(). Errors: StateError
  /// before build().
  virtual std::span<const Slot> slots() const = 0;
};

}  // namespace cornu
