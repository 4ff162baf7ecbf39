#pragma once
#include <cstdint>

#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/pool_window.hpp"

namespace cornu {

/// Largest number of each window, channel by channel.
///
///   MaxPooling2D{.pool_size = 2}
///
/// Input   (n, height, width, channels)
/// Output  (n, height', width', channels);  valid: height' = (height - pool_h) / strides_h + 1, rounded down
///                                          same:  height' = height / strides_h, rounded up
/// Errors  ShapeError: input not 4-D, empty output.  ValueError: pool_size or strides < 1.
/// Numerics  the gradient goes to the first of equal numbers in row-major order, as in TensorFlow.
/// Source  Keras 3 MaxPooling2D (same names, defaults).
struct MaxPooling2D {
  Size2 pool_size = 2;               ///< window, e.g. 2 or {3, 2}
  Size2 strides = 0;                 ///< step of the window; 0: as pool_size (Keras' None)
  Padding padding = Padding::valid;  ///< valid or same
  std::string name = {};

  static constexpr std::string_view type = "MaxPooling2D";
  static void fields(auto& self, auto&& visit) {
    visit("pool_size", self.pool_size);
    visit("strides", self.strides);
    visit("padding", self.padding);
  }
};

class MaxPooling2DLayer final : public LayerOf<MaxPooling2D, MaxPooling2DLayer> {
 public:
  explicit MaxPooling2DLayer(MaxPooling2D spec)
      : LayerOf(std::move(spec)),
        window_(detail::PoolWindow::checked(*this, spec_.pool_size, spec_.strides, spec_.padding)) {
    spec_.strides = window_.strides;
  }

  Shape output_shape(const Shape& input) const { return window_.output_shape(*this, input); }
  BackwardNeeds backward_needs() const override { return {.input = false, .output = false}; }
  Index saved_bytes(const Shapes& inputs, Index samples, Index) const override {
    const Shape x = inputs[0].with_front(samples), y = output_shape(inputs[0]).with_front(samples);
    return y.count() * kernels::max_pool2d_argmax_bytes(window_.geometry(x, y));
  }
  Slicing slicing(const Shapes&, bool) const override { return Slicing::samples; }

  const detail::PoolWindow& window() const { return window_; }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    const auto g = window_.geometry(c.x[0].shape, c.y[0].shape);
    kernels::max_pool2d<T>(g, c.x[0], c.y[0], c.template saved_as<std::uint8_t>());
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (!c.dx[0]) return;
    const auto g = window_.geometry(c.dx[0].shape, c.dy[0].shape);
    kernels::max_pool2d_grad<T>(g, c.template saved_as<std::uint8_t>(), c.dy[0], c.dx[0]);
  }

 private:
  detail::PoolWindow window_;
};

std::unique_ptr<Layer> make_layer(MaxPooling2D spec);

}  // namespace cornu
