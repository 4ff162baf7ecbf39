#pragma once
#include "cornu/core/required.hpp"
#include "cornu/kernels/conv.hpp"
#include "cornu/kernels/gemm.hpp"
#include "cornu/layers/activated.hpp"
#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/weight_fields.hpp"

namespace cornu {

/// Densely connected layer over the last axis: y = activation(x kernel + bias).
///
///   Dense{.units = 10, .activation = softmax}
///
/// Input   (n, ..., features)
/// Output  (n, ..., units)
/// Weights kernel (features, units), glorot_uniform;  bias (units), zeros
/// Errors  ShapeError: an input without a feature axis.  ValueError: units < 1.
/// Cost    2 n features units flops
/// Source  Keras 3 Dense (same names, defaults, layout).
struct Dense {
  Required<Index> units;                   ///< outputs a sample, >= 1
  ActivationFunction activation = linear;  ///< applied to the outputs
  bool use_bias = true;                    ///< whether a bias is added
  Initializer kernel_initializer = GlorotUniform{};
  Initializer bias_initializer = Zeros{};
  Regularizer kernel_regularizer = {};
  Regularizer bias_regularizer = {};
  Regularizer activity_regularizer = {};
  Constraint kernel_constraint = {};
  Constraint bias_constraint = {};
  bool trainable = true;
  std::string name = {};

  static constexpr std::string_view type = "Dense";
  static Dense blank() { return {.units = 1}; }
  static void fields(auto& self, auto&& visit) {
    visit("units", self.units);
    visit("activation", self.activation);
    visit("use_bias", self.use_bias);
    detail::visit_weight_fields(self, visit);
  }
};

class DenseLayer final : public LayerOf<Dense, DenseLayer> {
 public:
  explicit DenseLayer(Dense spec) : LayerOf(std::move(spec)) {
    if (spec_.units < 1)
      throw ValueError(detail::concat(who(), ": units is ", spec_.units.get(), "; it must be at least 1."));
  }

  Shape output_shape(const Shape& input) const {
    if (input.empty())
      throw ShapeError(
          who() + ": the input is (batch,); Dense takes (batch, ..., features). Reshape it to (batch, 1).");
    return input.with_back(spec_.units);
  }
  void build(const Shapes& inputs) override {
    add_weight("kernel", {inputs[0].back(), spec_.units}, spec_.kernel_initializer, spec_.kernel_regularizer,
               spec_.kernel_constraint);
    if (spec_.use_bias)
      add_weight("bias", {spec_.units}, spec_.bias_initializer, spec_.bias_regularizer,
                 spec_.bias_constraint);
  }
  MaskFlow mask_flow(std::size_t) const override { return MaskFlow::pass; }
  BackwardNeeds backward_needs() const override {
    return {.input = true, .output = !spec_.activation.is_linear() && !spec_.activation.needs_input()};
  }
  Index saved_bytes(const Shapes& inputs, Index samples, Index value_size) const override {
    return spec_.activation.needs_input() ? samples * output_shape(inputs[0]).count() * value_size : 0;
  }
  Slicing slicing(const Shapes&, bool) const override { return Slicing::batch; }
  ActivationFn final_activation() const override { return spec_.activation.fn(); }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    const auto [rows, in, out] = extents(c.x[0].shape, c.y[0].shape);
    const bool fused_relu = spec_.activation.fn() == relu && !c.logits;
    kernels::gemm<T>(kernels::Trans::no, kernels::Trans::no, rows, out, in, c.x[0].data, in,
                     c.weights[0].data, out, c.y[0].data, out, false,
                     {.bias = spec_.use_bias ? c.weights[1].data : nullptr, .relu = fused_relu});
    if (!fused_relu) activated(c).forward(c.y[0], c.template saved_as<T>());
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    const View<T>& dy = c.dy[0];
    const Index out = dy.shape.back(), rows = out == 0 ? 0 : dy.size() / out, in = c.weights[0].shape[0];
    activated(c).backward(c.y[0], dy, c.template saved_as<T>());
    if (c.dweights[0])
      kernels::gemm<T>(kernels::Trans::yes, kernels::Trans::no, in, out, rows, c.x[0].data, in, dy.data, out,
                       c.dweights[0].data, out, true);
    if (spec_.use_bias && c.dweights[1]) kernels::add_column_sums<T>(dy, c.dweights[1]);
    if (c.dx[0])
      kernels::gemm<T>(kernels::Trans::no, kernels::Trans::yes, rows, in, out, dy.data, out,
                       c.weights[0].data, out, c.dx[0].data, in, false);
  }

 private:
  struct Extents {
    Index rows, in, out;
  };
  static Extents extents(const Shape& x, const Shape& y) {
    const Index in = x.back(), out = y.back();
    return {y.count() / out, in, out};
  }
  template <class T>
  detail::Activated activated(const Call<T>& c) const {
    return {spec_.activation, c.logits};
  }
};

std::unique_ptr<Layer> make_layer(Dense spec);

}  // namespace cornu
