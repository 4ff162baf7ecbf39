#pragma once
#include "cornu/kernels/elementwise.hpp"
#include "cornu/kernels/softmax.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu {

/// Softmax as a layer: y = exp(x) / sum of exp(x) along an axis.
///
///   Softmax{}      Softmax{.axis = 1}
///
/// Input   (n, ...)
/// Output  as the input
/// Errors  ShapeError: an axis that the input does not have, or the batch axis.
/// Source  Keras 3 Softmax.
struct Softmax {
  Index axis = -1;  ///< 1 is the first after the batch axis, -1 the last
  std::string name = {};

  static constexpr std::string_view type = "Softmax";
  static void fields(auto& self, auto&& visit) { visit("axis", self.axis); }
};

class SoftmaxLayer final : public LayerOf<Softmax, SoftmaxLayer> {
 public:
  using LayerOf::LayerOf;

  Shape output_shape(const Shape& input) const {
    const Index rank = input.rank() + 1, axis = spec_.axis < 0 ? spec_.axis + rank : spec_.axis;
    if (axis < 1 || axis >= rank)
      throw ShapeError(detail::concat(who(), ": axis is ", spec_.axis, "; the input ", input.batch_text(),
                                      " has axes 1 to ", rank - 1,
                                      " after the batch axis. Choose one of them, or -1 for the last."));
    return input;
  }
  MaskFlow mask_flow(std::size_t) const override { return MaskFlow::pass; }
  BackwardNeeds backward_needs() const override { return {.input = false, .output = true}; }
  InPlace in_place(bool) const override { return InPlace::overwrite; }
  ActivationFn final_activation() const override {
    return spec_.axis == -1 ? ActivationFn::softmax : ActivationFn::linear;
  }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    if (c.logits) return kernels::copy<T>(c.x[0], c.y[0]);
    kernels::softmax<T>(c.x[0], c.y[0], static_cast<int>(spec_.axis), false);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (!c.dx[0]) return;
    if (c.logits) return kernels::copy<T>(c.dy[0], c.dx[0]);
    kernels::softmax_grad<T>(c.y[0], c.dy[0], c.dx[0], static_cast<int>(spec_.axis), false);
  }
};

std::unique_ptr<Layer> make_layer(Softmax spec);

}  // namespace cornu
