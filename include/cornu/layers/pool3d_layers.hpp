#pragma once
#include <cstdint>

#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/pool_window.hpp"
#include "cornu/layers/volume_window.hpp"

namespace cornu::detail {

/// MaxPooling3D and AveragePooling3D (Spec::maximum says which): first within each plane, then over the
/// depth, which gives the same maximum, and the same mean since the cells of a window inside the volume are a
/// box.
template <class Spec>
class Pool3DLayer final : public LayerOf<Spec, Pool3DLayer<Spec>> {
  using Base = LayerOf<Spec, Pool3DLayer<Spec>>;
  using Base::spec_;

 public:
  explicit Pool3DLayer(Spec spec) : Base(std::move(spec)) {
    if (spec_.strides == 0) spec_.strides = spec_.pool_size;
    window().check(*this);
  }

  Shape output_shape(const Shape& input) const {
    return window().output_shape(*this, input, input.rank() == 4 ? input[3] : 0);
  }
  BackwardNeeds backward_needs() const override { return {.input = false, .output = false}; }
  Index saved_bytes(const Shapes& inputs, Index samples, Index) const override {
    if (!Spec::maximum) return 0;
    const Stages s(*this, inputs[0].with_front(samples), output_shape(inputs[0]).with_front(samples));
    return s.plane_bytes() + s.y.count() * kernels::max_pool2d_argmax_bytes(s.depth);
  }
  /// What lies between the two.
  Index scratch_values(const Shapes& inputs, Index samples) const override {
    const Shape y = output_shape(inputs[0]);
    return samples * inputs[0][0] * y[1] * y[2] * y[3];
  }
  Slicing slicing(const Shapes&, bool) const override { return Slicing::samples; }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    const Stages s(*this, c.x[0].shape, c.y[0].shape);
    const View<T> between(c.scratch.data(), s.planes_y), columns(c.scratch.data(), s.columns);
    const View<const T> x = c.x[0].reshaped(s.planes_x);
    const View<T> y = c.y[0].reshaped(s.y);
    if constexpr (Spec::maximum) {
      auto* const saved = c.template saved_as<std::uint8_t>();
      kernels::max_pool2d<T>(s.plane, x, between, saved);
      kernels::max_pool2d<T>(s.depth, columns, y, saved ? saved + s.plane_bytes() : nullptr);
    } else {
      kernels::average_pool2d<T>(s.plane, x, between);
      kernels::average_pool2d<T>(s.depth, columns, y);
    }
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (!c.dx[0]) return;
    const Stages s(*this, c.dx[0].shape, c.dy[0].shape);
    const View<T> between(c.scratch.data(), s.planes_y), columns(c.scratch.data(), s.columns);
    const View<const T> dy = c.dy[0].reshaped(s.y);
    const View<T> dx = c.dx[0].reshaped(s.planes_x);
    if constexpr (Spec::maximum) {
      const auto* const saved = c.template saved_as<std::uint8_t>();
      kernels::max_pool2d_grad<T>(s.depth, saved + s.plane_bytes(), dy, columns);
      kernels::max_pool2d_grad<T>(s.plane, saved, between, dx);
    } else {
      kernels::average_pool2d_grad<T>(s.depth, dy, columns);
      kernels::average_pool2d_grad<T>(s.plane, between, dx);
    }
  }

 private:
  VolumeWindow window() const { return {"pool_size", spec_.pool_size, spec_.strides, 1, spec_.padding}; }

  /// Planes (n depth, height, width, channels) to (n depth, height', width', channels), and then columns
  /// (n, depth, height' width', channels) to y (n, depth', height' width', channels).
  struct Stages {
    Shape planes_x, planes_y, columns, y;
    kernels::PoolGeometry plane, depth;

    Stages(const Pool3DLayer& layer, const Shape& vx, const Shape& vy)
        : planes_x{vx[0] * vx[1], vx[2], vx[3], vx[4]},
          planes_y{vx[0] * vx[1], vy[2], vy[3], vy[4]},
          columns{vx[0], vx[1], vy[2] * vy[3], vy[4]},
          y{vy[0], vy[1], vy[2] * vy[3], vy[4]} {
      const Size3 &size = layer.spec_.pool_size, &step = layer.spec_.strides;
      const PoolWindow over_plane{{size.h, size.w}, {step.h, step.w}, layer.spec_.padding};
      const PoolWindow over_depth{{size.d, 1}, {step.d, 1}, layer.spec_.padding};
      plane = over_plane.geometry(planes_x, planes_y);
      depth = over_depth.geometry(columns, y);
    }
    Index plane_bytes() const { return planes_y.count() * kernels::max_pool2d_argmax_bytes(plane); }
  };
};

}  // namespace cornu::detail
