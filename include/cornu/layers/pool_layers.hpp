#pragma once
#include <cstdint>

#include "cornu/kernels/global_pool.hpp"
#include "cornu/kernels/mask.hpp"
#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/pool_window.hpp"
#include "cornu/layers/spatial.hpp"

namespace cornu::detail {

/// MaxPooling1D and 2D.
template <class Spec>
class MaxPoolLayer final : public LayerOf<Spec, MaxPoolLayer<Spec>> {
 public:
  explicit MaxPoolLayer(Spec spec)
      : LayerOf<Spec, MaxPoolLayer>(std::move(spec)),
        window_(PoolWindow::checked(*this, this->spec_.pool_size, this->spec_.strides, this->spec_.padding)) {
    if (this->spec_.strides == 0) this->spec_.strides = this->spec_.pool_size;
  }

  Shape output_shape(const Shape& input) const { return window_.output_shape(*this, input); }
  BackwardNeeds backward_needs() const override { return {.input = false, .output = false}; }
  Index saved_bytes(const Shapes& inputs, Index samples, Index) const override {
    const Shape x = inputs[0].with_front(samples), y = output_shape(inputs[0]).with_front(samples);
    return y.count() * kernels::max_pool2d_argmax_bytes(window_.geometry(x, y));
  }
  Slicing slicing(const Shapes&, bool) const override { return Slicing::samples; }
  bool picks_largest() const override { return true; }

  const PoolWindow& window() const { return window_; }

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
  PoolWindow window_;
};

/// AveragePooling1D and 2D.
template <class Spec>
class AveragePoolLayer final : public LayerOf<Spec, AveragePoolLayer<Spec>> {
 public:
  explicit AveragePoolLayer(Spec spec)
      : LayerOf<Spec, AveragePoolLayer>(std::move(spec)),
        window_(PoolWindow::checked(*this, this->spec_.pool_size, this->spec_.strides, this->spec_.padding)) {
    if (this->spec_.strides == 0) this->spec_.strides = this->spec_.pool_size;
  }

  Shape output_shape(const Shape& input) const { return window_.output_shape(*this, input); }
  BackwardNeeds backward_needs() const override { return {.input = false, .output = false}; }
  Slicing slicing(const Shapes&, bool) const override { return Slicing::samples; }

  const PoolWindow& window() const { return window_; }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    kernels::average_pool2d<T>(window_.geometry(c.x[0].shape, c.y[0].shape), c.x[0], c.y[0]);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (!c.dx[0]) return;
    kernels::average_pool2d_grad<T>(window_.geometry(c.dx[0].shape, c.dy[0].shape), c.dy[0], c.dx[0]);
  }

 private:
  PoolWindow window_;
};

/// Errors: ShapeError: not so many axes before the channels, or none of them has anything to pool over.
Shape global_pool_shape(const Layer& layer, const Shape& input, int axes, bool keepdims);

/// GlobalMaxPooling1D and 3D: over Spec::axes axes.
template <class Spec>
class GlobalMaxPoolLayer final : public LayerOf<Spec, GlobalMaxPoolLayer<Spec>> {
 public:
  using LayerOf<Spec, GlobalMaxPoolLayer>::LayerOf;

  Shape output_shape(const Shape& input) const {
    return global_pool_shape(*this, input, Spec::axes, this->spec_.keepdims);
  }
  BackwardNeeds backward_needs() const override { return {.input = true, .output = true}; }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    kernels::global_max_pool<T>(c.x[0], c.y[0]);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (c.dx[0]) kernels::global_max_pool_grad<T>(c.x[0], c.y[0], c.dy[0], c.dx[0]);
  }
};

/// GlobalAveragePooling1D and 3D.
template <class Spec>
class GlobalAveragePoolLayer final : public LayerOf<Spec, GlobalAveragePoolLayer<Spec>> {
 public:
  using LayerOf<Spec, GlobalAveragePoolLayer>::LayerOf;

  Shape output_shape(const Shape& input) const {
    return global_pool_shape(*this, input, Spec::axes, this->spec_.keepdims);
  }
  BackwardNeeds backward_needs() const override { return {.input = false, .output = false}; }
  bool uses_masks() const override { return Spec::axes == 1; }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    if (c.mask(0)) return kernels::masked_mean<T>(c.x[0], c.masks[0], c.y[0]);
    kernels::global_average_pool<T>(c.x[0], c.y[0]);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (!c.dx[0]) return;
    if (c.mask(0)) return kernels::masked_mean_grad<T>(c.masks[0], c.dy[0], c.dx[0]);
    kernels::global_average_pool_grad<T>(c.dy[0], c.dx[0]);
  }
};

}  // namespace cornu::detail
