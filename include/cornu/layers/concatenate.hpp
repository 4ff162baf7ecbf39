#pragma once
#include "cornu/kernels/merge.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu {

/// The inputs side by side along one axis.
///
///   SymbolicTensors{a, b} | Concatenate{}
///
/// Inputs  one or more (n, ...), equal in all axes but `axis`
/// Output  the same, with the sum of the extents at `axis`
/// Errors  ShapeError: no input, shapes that differ elsewhere.  ValueError: axis is the batch axis or beyond
/// the
///         inputs.
/// Source  Keras 3 Concatenate (same names, defaults).
struct Concatenate {
  int axis = -1;  ///< 0 is the batch, which cannot be chosen
  std::string name = {};

  static constexpr std::string_view type = "Concatenate";
  static void fields(auto& self, auto&& visit) { visit("axis", self.axis); }
};

class ConcatenateLayer final : public LayerOf<Concatenate, ConcatenateLayer> {
 public:
  using LayerOf::LayerOf;

  Shapes output_shapes(const Shapes& inputs) const override;
  BackwardNeeds backward_needs() const override { return {.input = false, .output = false}; }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    const Index row = width(c.y[0].shape);
    Index at = 0;
    for (const View<const T>& x : c.x) {
      const Index part = width(x.shape);
      if (part == 0) continue;
      kernels::copy_rows<T>(x.size() / part, part, x.data, part, c.y[0].data + at, row);
      at += part;
    }
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    const Index row = width(c.dy[0].shape);
    Index at = 0;
    for (std::size_t k = 0; k < c.dx.size(); ++k) {
      const Index part = width(c.dx[k].shape);
      if (c.dx[k] && part > 0)
        kernels::copy_rows<T>(c.dx[k].size() / part, part, c.dy[0].data + at, row, c.dx[k].data, part);
      at += part;
    }
  }

 private:
  /// Numbers from `axis` on; the shape has the batch axis.
  Index width(const Shape& shape) const {
    Index count = 1;
    for (int k = spec_.axis < 0 ? spec_.axis + shape.rank() : spec_.axis; k < shape.rank(); ++k)
      count *= shape[k];
    return count;
  }
};

std::unique_ptr<Layer> make_layer(Concatenate spec);

}  // namespace cornu
