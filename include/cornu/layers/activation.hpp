#pragma once
#include "cornu/layers/activated.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu {

/// An activation that must be given: relu, tanh, softmax, ... or a CustomActivation.
class RequiredActivation {
 public:
  RequiredActivation(ActivationFn fn) : function_(fn) {}
  RequiredActivation(double (*function)(double)) : function_(function) {}
  RequiredActivation(const CustomActivation& custom) : function_(custom) {}
  RequiredActivation(const ActivationFunction& function) : function_(function) {}

  const ActivationFunction& get() const { return function_; }
  ActivationFunction& get() { return function_; }

 private:
  ActivationFunction function_;
};

/// An activation as a layer of its own: y = activation(x). Formulas: cornu/ops/activations.hpp.
///
///   Activation{.activation = relu}
///
/// Input   (n, ...); softmax, log_softmax, sparsemax and glu run over the last axis
/// Output  as the input; glu: half of the last axis
/// Errors  ShapeError: one of these without an axis after the batch axis, glu of an odd number of features.
/// Source  Keras 3 Activation.
struct Activation {
  RequiredActivation activation;  ///< what is computed
  std::string name = {};

  static constexpr std::string_view type = "Activation";
  static Activation blank() { return {.activation = linear}; }
  static void fields(auto& self, auto&& visit) { visit("activation", self.activation.get()); }
};

class ActivationLayer final : public LayerOf<Activation, ActivationLayer> {
 public:
  using LayerOf::LayerOf;

  Shape output_shape(const Shape& input) const {
    if (input.empty() && !function().elementwise())
      throw ShapeError(detail::concat(who(), ": the input is (batch,); ", function().name(),
                                      " takes (batch, ..., features). Reshape it to (batch, 1)."));
    if (!function().halves()) return input;
    if (input.back() % 2 != 0)
      throw ShapeError(detail::concat(who(), ": the input ", input.batch_text(), " has ", input.back(),
                                      " features; ", function().name(),
                                      " takes an even number, of which the second half are gates."));
    return input.with_back(input.back() / 2);
  }
  MaskFlow mask_flow(std::size_t) const override { return MaskFlow::pass; }
  BackwardNeeds backward_needs() const override {
    return {.input = function().needs_input(),
            .output = !function().is_linear() && !function().needs_input()};
  }
  InPlace in_place(bool) const override {
    if (function().is_linear()) return InPlace::same;
    return function().needs_input() ? InPlace::no : InPlace::overwrite;
  }
  ActivationFn final_activation() const override {
    return function().halves() ? ActivationFn::linear : function().fn();
  }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    if (c.logits || function().is_linear()) return kernels::copy<T>(c.x[0], c.y[0]);
    kernels::activation<T>(function(), c.x[0], c.y[0]);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (!c.dx[0]) return;
    if (c.logits || function().is_linear()) return kernels::copy<T>(c.dy[0], c.dx[0]);
    const View<const T> x = function().needs_input() ? c.x[0] : View<const T>();
    kernels::activation_grad<T>(function(), x, c.y[0], c.dy[0], c.dx[0]);
  }

 private:
  const ActivationFunction& function() const { return spec_.activation.get(); }
};

std::unique_ptr<Layer> make_layer(Activation spec);

}  // namespace cornu
