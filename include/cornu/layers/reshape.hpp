#pragma once
#include "cornu/kernels/elementwise.hpp"
#include "cornu/layers/index_list.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu {

/// The same numbers of each sample under another shape.
///
///   Reshape{.target_shape = {7, 7, -1}}
///
/// Input   (n, ...)
/// Output  (n, target_shape); -1 stands for what is left
/// Errors  ShapeError: another count than the input's.  ValueError: more than one -1, an extent < -1.
/// Cost    nothing: the output is the input's memory
/// Source  Keras 3 Reshape.
struct Reshape {
  IndexList target_shape;  ///< extents after the batch axis; -1 once for the rest
  std::string name = {};

  static constexpr std::string_view type = "Reshape";
  static Reshape blank() { return {.target_shape = {-1}}; }
  static void fields(auto& self, auto&& visit) { visit("target_shape", self.target_shape); }
};

class ReshapeLayer final : public LayerOf<Reshape, ReshapeLayer> {
 public:
  explicit ReshapeLayer(Reshape spec);

  Shape output_shape(const Shape& input) const;
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

std::unique_ptr<Layer> make_layer(Reshape spec);

}  // namespace cornu
