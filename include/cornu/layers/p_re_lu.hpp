#pragma once
#include <vector>

#include "cornu/kernels/rectifier.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu {

/// Rectified linear unit with learned slopes: y = x where x > 0, else alpha * x.
///
///   PReLU{.shared_axes = {1, 2}}   // one slope for each channel of a picture
///
/// Input   (n, ...)
/// Output  as the input
/// Weights alpha, the shape of a sample with 1 in place of each shared axis, zeros
/// Errors  ShapeError: a shared axis that the input does not have (1 is the first after the batch).
/// Source  Keras 3 PReLU. He et al., "Delving deep into rectifiers", 2015.
struct PReLU {
  Initializer alpha_initializer = Zeros{};
  Regularizer alpha_regularizer = {};
  Constraint alpha_constraint = {};
  std::vector<Index> shared_axes = {};  ///< axes whose positions share slopes; 1 is the first after the batch
  bool trainable = true;
  std::string name = {};

  static constexpr std::string_view type = "PReLU";
  static void fields(auto& self, auto&& visit) {
    visit("alpha_initializer", self.alpha_initializer);
    visit("alpha_regularizer", self.alpha_regularizer);
    visit("alpha_constraint", self.alpha_constraint);
    visit("shared_axes", self.shared_axes);
  }
};

class PReLULayer final : public LayerOf<PReLU, PReLULayer> {
 public:
  using LayerOf::LayerOf;

  Shape output_shape(const Shape& input) const;
  void build(const Shapes& inputs) override;
  Index scratch_values(const Shapes& inputs, Index) const override { return alpha_shape(inputs[0]).count(); }
  MaskFlow mask_flow(std::size_t) const override { return MaskFlow::pass; }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    kernels::prelu<T>(c.x[0], c.weights[0], c.y[0]);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    kernels::prelu_grad<T>(c.x[0], c.weights[0], c.dy[0], c.dx[0], c.dweights[0], c.scratch);
  }

 private:
  Shape alpha_shape(const Shape& input) const;
};

std::unique_ptr<Layer> make_layer(PReLU spec);

}  // namespace cornu
