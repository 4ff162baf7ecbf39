#pragma once
#include <utility>

#include "cornu/layers/layer.hpp"

namespace cornu {

/// The aggregate that a layer was made from: what `dynamic_cast<const SpecOf<Conv2D>*>(&layer)` finds.
template <class Spec>
class SpecOf {
 public:
  const Spec& spec() const { return spec_; }

 protected:
  explicit SpecOf(Spec spec) : spec_(std::move(spec)) {}
  ~SpecOf() = default;
  Spec spec_;
};

/// Base of a layer made from an aggregate: Spec is what the user writes, Self the class that derives from
/// this. Self provides
///
///   Shape output_shape(const Shape& input) const;  // or overrides output_shapes: several inputs
///   template <class T> void compute(const ForwardCall<T>&) const;  // for float, and for double in checks
///   template <class T> void gradient(const BackwardCall<T>&) const;
///
/// and overrides of Layer's other functions where their defaults do not fit. Spec has `static constexpr
/// std::string_view type`, `static void fields(auto& self, auto&& visit)`, a `name`, and may have `trainable`
/// and `activity_regularizer`.
template <class Spec, class Self>
class LayerOf : public Layer, public SpecOf<Spec> {
 public:
  explicit LayerOf(Spec spec)
      : Layer(spec.name, trainable_of(spec), activity_of(spec)), SpecOf<Spec>(std::move(spec)) {
    if constexpr (requires(const Spec& s) { s.activation.halves(); })
      detail::check_keeps_shape(*this, this->spec_.activation);
    if constexpr (requires(const Spec& s) { s.recurrent_activation.halves(); })
      detail::check_keeps_shape(*this, this->spec_.recurrent_activation);
  }

  std::string_view type() const override { return Spec::type; }
  Shapes output_shapes(const Shapes& inputs) const override {
    check_input_count(inputs, 1);
    if constexpr (requires(const Self& s) { s.output_shape(inputs[0]); })
      return {self().output_shape(inputs[0])};
    else
      throw StateError(who() +
                       " has neither output_shape nor output_shapes. Write one of them in its class.");
  }
  void forward(const ForwardCall<float>& call) const override { self().compute(call); }
  void backward(const BackwardCall<float>& call) const override { self().gradient(call); }
  void forward(const ForwardCall<double>& call) const override { self().compute(call); }
  void backward(const BackwardCall<double>& call) const override { self().gradient(call); }

 private:
  const Self& self() const { return static_cast<const Self&>(*this); }
  static bool trainable_of(const Spec& spec) {
    if constexpr (requires { spec.trainable; }) return spec.trainable;
    return true;
  }
  static Regularizer activity_of(const Spec& spec) {
    if constexpr (requires { spec.activity_regularizer(); }) return spec.activity_regularizer();
    if constexpr (requires { Regularizer(spec.activity_regularizer); }) return spec.activity_regularizer;
    return {};
  }
};

}  // namespace cornu
