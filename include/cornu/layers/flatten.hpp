#pragma once
#include "cornu/kernels/elementwise.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu {

/// Each sample as one row of numbers, in memory order (height, width, channels).
///
///   Flatten{}
///
/// Input   (n, ...)
/// Output  (n, product of the other axes)
/// Cost    nothing: the output is the input's memory
/// Source  Keras 3 Flatten.
struct Flatten {
  std::string name = {};

  static constexpr std::string_view type = "Flatten";
  static void fields(auto&, auto&&) {}
};

class FlattenLayer final : public LayerOf<Flatten, FlattenLayer> {
 public:
  using LayerOf::LayerOf;

  Shape output_shape(const Shape& input) const { return {input.count()}; }
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

std::unique_ptr<Layer> make_layer(Flatten spec);

}  // namespace cornu
