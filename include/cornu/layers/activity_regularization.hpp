#pragma once
#include "cornu/kernels/elementwise.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu {

/// y = x, and the loss grows by l1 * sum |x| + l2 * sum x^2.
///
///   ActivityRegularization{.l2 = 0.01f}
///
/// Input   (n, ...)
/// Output  as the input
/// Errors  ValueError: a negative factor.
/// Source  Keras 3 ActivityRegularization.
struct ActivityRegularization {
  float l1 = 0.f;  ///< factor of the absolute values, >= 0
  float l2 = 0.f;  ///< factor of the squares, >= 0
  std::string name = {};

  static constexpr std::string_view type = "ActivityRegularization";
  static void fields(auto& self, auto&& visit) {
    visit("l1", self.l1);
    visit("l2", self.l2);
  }
  /// What the base class tells the model.
  Regularizer activity_regularizer() const { return L1L2{.l1 = l1, .l2 = l2}; }
};

class ActivityRegularizationLayer final
    : public LayerOf<ActivityRegularization, ActivityRegularizationLayer> {
 public:
  using LayerOf::LayerOf;

  Shape output_shape(const Shape& input) const { return input; }
  MaskFlow mask_flow(std::size_t) const override { return MaskFlow::pass; }
  BackwardNeeds backward_needs() const override { return {.input = false}; }
  InPlace in_place(bool) const override { return InPlace::same; }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    kernels::copy<T>(c.x[0], c.y[0]);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (c.dx[0]) kernels::copy<T>(c.dy[0], c.dx[0]);
  }
};

std::unique_ptr<Layer> make_layer(ActivityRegularization spec);

}  // namespace cornu
