#pragma once
#include "cornu/kernels/dot.hpp"
#include "cornu/kernels/elementwise.hpp"
#include "cornu/layers/index_list.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu {

/// Makes vectors 1 long: y = x / sqrt(sum of x^2 along the axes). A vector of zeros stays one.
///
///   UnitNormalization{}      UnitNormalization{.axis = {1, 2}}
///
/// Input   (n, ...)
/// Output  as the input
/// Errors  ValueError: no axis, an axis that is the batch axis or beyond the input, axes that are not
///         neighbours in ascending order.
/// Source  Keras 3 UnitNormalization (same names, defaults; Keras also takes axes apart from each other).
struct UnitNormalization {
  IndexList axis = -1;  ///< the axis, or neighbouring ones, over which squares are summed; 0 is the batch
  std::string name = {};

  static constexpr std::string_view type = "UnitNormalization";
  static void fields(auto& self, auto&& visit) { visit("axis", self.axis); }
};

class UnitNormalizationLayer final : public LayerOf<UnitNormalization, UnitNormalizationLayer> {
 public:
  explicit UnitNormalizationLayer(UnitNormalization spec) : LayerOf(std::move(spec)) {
    if (spec_.axis.values().empty())
      throw ValueError(who() + ": axis is empty; it must name at least 1 axis, e.g. -1 for the last.");
  }

  Shape output_shape(const Shape& input) const;
  MaskFlow mask_flow(std::size_t) const override { return MaskFlow::pass; }
  BackwardNeeds backward_needs() const override { return {.input = false, .output = true}; }
  /// 1 / length of each vector.
  Index saved_bytes(const Shapes& inputs, Index samples, Index value_size) const override {
    return scratch_values(inputs, samples) * value_size;
  }
  Index scratch_values(const Shapes& inputs, Index samples) const override {
    return samples * side(inputs[0]).left();
  }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    T* const saved = c.template saved_as<T>();
    kernels::unit_length<T>(c.samples(), side(c.x[0].shape.without_front()), c.x[0].data, c.y[0].data,
                            saved ? saved : c.scratch.data(), T(kLimit));
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (!c.dx[0]) return;
    kernels::copy<T>(c.dy[0], c.dx[0]);
    kernels::unit_length_grad<T>(c.samples(), side(c.dx[0].shape.without_front()), c.y[0].data,
                                 c.template saved_as<T>(), c.dx[0].data, T(kLimit));
  }

 private:
  static constexpr double kLimit = 1e12;  // 1 / Keras' epsilon
  /// From a shape without the batch axis.
  kernels::DotSide side(const Shape& sample) const;
};

std::unique_ptr<Layer> make_layer(UnitNormalization spec);

}  // namespace cornu
