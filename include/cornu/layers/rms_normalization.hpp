#pragma once
#include "cornu/kernels/rms_norm.hpp"
#include "cornu/layers/index_list.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu {

/// Divides each sample by the root of its mean square over its last axis or axes: y = scale x / sqrt(mean of
/// x^2 + epsilon).
///
///   RMSNormalization{}
///
/// Input   (n, ..., features)
/// Output  as the input
/// Weights scale (extents of the axes), ones
/// Errors  ValueError: no axis, an axis that is the batch axis or beyond the input, axes that are not the
/// last
///         ones in ascending order, epsilon < 0.
/// Source  Keras 3 RMSNormalization (same names, defaults). Zhang and Sennrich 2019.
struct RMSNormalization {
  IndexList axis = -1;    ///< the last axis, or several last ones; 0 is the batch
  float epsilon = 1e-6f;  ///< added to the mean square
  bool trainable = true;
  std::string name = {};

  static constexpr std::string_view type = "RMSNormalization";
  static void fields(auto& self, auto&& visit) {
    visit("axis", self.axis);
    visit("epsilon", self.epsilon);
  }
};

class RMSNormalizationLayer final : public LayerOf<RMSNormalization, RMSNormalizationLayer> {
 public:
  explicit RMSNormalizationLayer(RMSNormalization spec);

  Shape output_shape(const Shape& input) const;
  void build(const Shapes& inputs) override;
  BackwardNeeds backward_needs() const override { return {.input = true, .output = false}; }
  /// The factor of each row.
  Index saved_bytes(const Shapes& inputs, Index samples, Index value_size) const override {
    return extents(inputs[0].with_front(samples)).rows * value_size;
  }
  Index scratch_values(const Shapes& inputs, Index samples) const override {
    return kernels::rms_norm_scratch(extents(inputs[0].with_front(samples)));
  }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    kernels::rms_norm<T>(extents(c.x[0].shape), c.x[0], T(spec_.epsilon), c.weights[0], c.y[0],
                         c.template saved_as<T>());
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    kernels::rms_norm_grad<T>(extents(c.dy[0].shape), c.x[0], c.dy[0], c.template saved_as<T>(), c.weights[0],
                              c.dx[0], c.dweights[0], c.scratch.data());
  }

 private:
  /// From a shape with the batch axis.
  kernels::RowExtents extents(const Shape& x) const;
};

std::unique_ptr<Layer> make_layer(RMSNormalization spec);

}  // namespace cornu
