#pragma once
#include "cornu/kernels/elementwise.hpp"
#include "cornu/kernels/merge.hpp"
#include "cornu/kernels/rearrange.hpp"
#include "cornu/kernels/resize.hpp"
#include "cornu/layers/layer.hpp"

namespace cornu::detail {

/// The part of a picture that is resized: cut out of it, or larger with a colour around. The size and
/// position of what is cut, or of the picture in what is larger.
struct PictureFrame {
  enum class Kind { whole, cut, larger };
  Kind kind = Kind::whole;
  Index h, w;       ///< of the frame
  Index top, left;  ///< of the frame in the picture (cut), of the picture in the frame (larger)

  static PictureFrame whole(Index height, Index width) { return {Kind::whole, height, width, 0, 0}; }
  /// The largest part in the middle with the proportions of height and width. Source: Keras' smart_resize.
  static PictureFrame cut_to(Index height, Index width, Index in_h, Index in_w);
  /// The smallest frame with these proportions, with the picture in its middle: one less where the picture
  /// could not be in the middle otherwise. Source: Keras' resize.
  static PictureFrame enlarged_to(Index height, Index width, Index in_h, Index in_w);

  /// Values that a picture's frame takes in scratch.
  Index values(Index channels) const { return kind == Kind::whole ? 0 : h * w * channels; }
  Shape shape(const Shape& x) const { return {x[0], h, w, x[3]}; }

  /// x seen through the frame: x itself, or made in scratch.
  template <class T>
  View<const T> take(View<const T> x, T fill, T* scratch) const {
    if (kind == Kind::whole) return x;
    const View<T> framed(scratch, shape(x.shape));
    if (kind == Kind::cut) {
      kernels::crop2d<T>(x, framed, top, left);
      return framed;
    }
    kernels::fill<T>(framed, fill);
    const Index rows = x.shape[1], width = x.shape[2] * x.shape[3], stride = w * x.shape[3];
    for (Index n = 0; n < x.shape[0]; ++n)
      kernels::copy_rows<T>(rows, width, x.data + n * rows * width, width,
                            framed.data + (n * h + top) * stride + left * x.shape[3], stride);
    return framed;
  }
  /// Where the gradient of take's result goes: dx itself, or scratch, which give_back then brings to dx.
  template <class T>
  View<T> gradient(View<T> dx, T* scratch) const {
    return kind == Kind::whole ? dx : View<T>(scratch, shape(dx.shape));
  }
  template <class T>
  void give_back(View<const T> framed, View<T> dx) const {
    if (kind == Kind::cut) kernels::pad2d<T>(framed, dx, top, left);
    if (kind == Kind::larger) kernels::crop2d<T>(framed, dx, top, left);
  }
};

/// Resizes what the frame shows of x to y, and its gradient. T* scratch: frame.values() a sample.
template <class T>
void resize_framed(const PictureFrame& frame, Interpolation how, View<const T> x, T fill, View<T> y,
                   T* scratch) {
  const View<const T> from = frame.take(x, fill, scratch);
  if (how == Interpolation::nearest) return kernels::resize_nearest<T>(from, y);
  if (how == Interpolation::bilinear) return kernels::resize_bilinear<T>(from, y);
  kernels::resize_filtered<T>(how, from, y);
}
template <class T>
void resize_framed_grad(const PictureFrame& frame, Interpolation how, View<const T> dy, View<T> dx,
                        T* scratch) {
  const View<T> to = frame.gradient(dx, scratch);
  if (how == Interpolation::nearest)
    kernels::resize_nearest_grad<T>(dy, to);
  else if (how == Interpolation::bilinear)
    kernels::resize_bilinear_grad<T>(dy, to);
  else
    kernels::resize_filtered_grad<T>(how, dy, to);
  frame.give_back(View<const T>(to), dx);
}

}  // namespace cornu::detail
