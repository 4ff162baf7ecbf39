#pragma once
#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/pool_window.hpp"

namespace cornu {

/// Mean of each window, channel by channel. With padding same, cells outside the image do not count.
///
///   AveragePooling2D{.pool_size = 2}
///
/// Input   (n, height, width, channels)
/// Output  (n, height', width', channels);  valid: height' = (height - pool_h) / strides_h + 1, rounded down
///                                          same:  height' = height / strides_h, rounded up
/// Errors  ShapeError: input not 4-D, empty output.  ValueError: pool_size or strides < 1.
/// Source  Keras 3 AveragePooling2D (same names, defaults).
struct AveragePooling2D {
  Size2 pool_size;                   ///< window, e.g. 2 or {3, 2}
  Size2 strides = 0;                 ///< step of the window; 0: as pool_size (Keras' None)
  Padding padding = Padding::valid;  ///< valid or same
  std::string name = {};

  static constexpr std::string_view type = "AveragePooling2D";
  static AveragePooling2D blank() { return {.pool_size = 2}; }
  static void fields(auto& self, auto&& visit) {
    visit("pool_size", self.pool_size);
    visit("strides", self.strides);
    visit("padding", self.padding);
  }
};

class AveragePooling2DLayer final : public LayerOf<AveragePooling2D, AveragePooling2DLayer> {
 public:
  explicit AveragePooling2DLayer(AveragePooling2D spec)
      : LayerOf(std::move(spec)),
        window_(detail::PoolWindow::checked(*this, spec_.pool_size, spec_.strides, spec_.padding)) {
    spec_.strides = window_.strides;
  }

  Shape output_shape(const Shape& input) const { return window_.output_shape(*this, input); }
  BackwardNeeds backward_needs() const override { return {.input = false, .output = false}; }
  Slicing slicing(const Shapes&, bool) const override { return Slicing::samples; }

  const detail::PoolWindow& window() const { return window_; }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    const auto g = window_.geometry(c.x[0].shape, c.y[0].shape);
    kernels::average_pool2d<T>(g, c.x[0], c.y[0]);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (!c.dx[0]) return;
    const auto g = window_.geometry(c.dx[0].shape, c.dy[0].shape);
    kernels::average_pool2d_grad<T>(g, c.dy[0], c.dx[0]);
  }

 private:
  detail::PoolWindow window_;
};

std::unique_ptr<Layer> make_layer(AveragePooling2D spec);

}  // namespace cornu
