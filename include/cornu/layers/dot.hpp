#pragma once
#include "cornu/kernels/dot.hpp"
#include "cornu/layers/index_list.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu {

/// Sum of products of two inputs along one axis of each, sample by sample.
///
///   SymbolicTensors{a, b} | Dot{.axes = 1}      SymbolicTensors{query, key} | Dot{.axes = {2, 2}}
///
/// Inputs  (n, ...) and (n, ...), equally long at their axis
/// Output  (n, the first's other axes, the second's other axes);  (n, 1) where none are left
/// Errors  ShapeError: not exactly 2 inputs, axes of different length.  ValueError: axes that are not one or
/// two
///         numbers, or name the batch axis or one beyond the input.
/// Cost    2 n times the other extents of both times the length of the axis flops
/// Source  Keras 3 Dot (same names, defaults); its normalize, x / max(|x|, 1e-7).
struct Dot {
  IndexList axes;          ///< one axis for both inputs, or {axis of the first, axis of the second}
  bool normalize = false;  ///< make all vectors along the axes 1 long before (cosine similarity)
  std::string name = {};

  static constexpr std::string_view type = "Dot";
  static Dot blank() { return {.axes = -1}; }
  static void fields(auto& self, auto&& visit) {
    visit("axes", self.axes);
    visit("normalize", self.normalize);
  }
};

class DotLayer final : public LayerOf<Dot, DotLayer> {
 public:
  explicit DotLayer(Dot spec);

  Shapes output_shapes(const Shapes& inputs) const override;
  Index scratch_values(const Shapes& inputs, Index samples) const override;

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    const Index n = c.samples();
    const auto a = side(c.x[0].shape, 0), b = side(c.x[1].shape, 1);
    if (!spec_.normalize) {
      kernels::batch_dot<T>(n, a, b, c.x[0].data, c.x[1].data, c.y[0].data);
      return;
    }
    const Units<T> units = make_units(c, n, a, b);
    kernels::batch_dot<T>(n, a, b, units.a, units.b, c.y[0].data);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    const Index n = c.samples();
    const auto a = side(c.x[0].shape, 0), b = side(c.x[1].shape, 1);
    if (!spec_.normalize) {
      kernels::batch_dot_grad<T>(n, a, b, c.x[0].data, c.x[1].data, c.dy[0].data, c.dx[0].data, c.dx[1].data);
      return;
    }
    const Units<T> units = make_units(c, n, a, b);
    kernels::batch_dot_grad<T>(n, a, b, units.a, units.b, c.dy[0].data, c.dx[0].data, c.dx[1].data);
    if (c.dx[0]) kernels::unit_length_grad<T>(n, a, units.a, units.inverse_a, c.dx[0].data);
    if (c.dx[1]) kernels::unit_length_grad<T>(n, b, units.b, units.inverse_b, c.dx[1].data);
  }

 private:
  /// The inputs at length 1, in scratch.
  template <class T>
  struct Units {
    T *a, *b, *inverse_a, *inverse_b;
  };
  template <class T>
  Units<T> make_units(const Call<T>& c, Index n, const kernels::DotSide& a, const kernels::DotSide& b) const {
    T* at = c.scratch.data();
    const Units<T> units{at, at + n * a.size(), at + n * (a.size() + b.size()),
                         at + n * (a.size() + b.size() + a.left())};
    kernels::unit_length<T>(n, a, c.x[0].data, units.a, units.inverse_a);
    kernels::unit_length<T>(n, b, c.x[1].data, units.b, units.inverse_b);
    return units;
  }
  Index axis(std::size_t input) const {
    return spec_.axes.values()[spec_.axes.values().size() == 1 ? 0 : input];
  }
  /// From the shape of input 0 or 1 with the batch axis.
  kernels::DotSide side(const Shape& x, std::size_t input) const;
};

std::unique_ptr<Layer> make_layer(Dot spec);

}  // namespace cornu
