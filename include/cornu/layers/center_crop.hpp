#pragma once
#include "cornu/core/required.hpp"
#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/picture_frame.hpp"

namespace cornu {

/// The middle of pictures. Where a picture is smaller than what is to be cut out, the largest part in its
/// middle with the same proportions is enlarged (bilinear).
///
///   CenterCrop{.height = 224, .width = 224}
///
/// Input   (n, in_height, in_width, channels)
/// Output  (n, height, width, channels)
/// Errors  ValueError: height or width < 1.  ShapeError: input not 4-D, a picture without pixels.
/// Source  Keras 3 CenterCrop (same names).
struct CenterCrop {
  Required<Index> height;  ///< rows that are left, >= 1
  Required<Index> width;   ///< columns that are left, >= 1
  std::string name = {};

  static constexpr std::string_view type = "CenterCrop";
  static CenterCrop blank() { return {.height = 1, .width = 1}; }
  static void fields(auto& self, auto&& visit) {
    visit("height", self.height);
    visit("width", self.width);
  }
};

class CenterCropLayer final : public LayerOf<CenterCrop, CenterCropLayer> {
 public:
  explicit CenterCropLayer(CenterCrop spec);

  Shape output_shape(const Shape& input) const;
  BackwardNeeds backward_needs() const override { return {.input = false}; }
  Index scratch_values(const Shapes& inputs, Index samples) const override {
    return cuts(inputs[0]) ? 0 : samples * frame(inputs[0]).values(inputs[0].back());
  }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    const Shape x = c.x[0].shape.without_front();
    if (cuts(x)) return kernels::crop2d<T>(c.x[0], c.y[0], top(x), left(x));
    detail::resize_framed<T>(frame(x), Interpolation::bilinear, c.x[0], T(0), c.y[0], c.scratch.data());
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (!c.dx[0]) return;
    const Shape x = c.dx[0].shape.without_front();
    if (cuts(x)) return kernels::pad2d<T>(c.dy[0], c.dx[0], top(x), left(x));
    detail::resize_framed_grad<T>(frame(x), Interpolation::bilinear, c.dy[0], c.dx[0], c.scratch.data());
  }

 private:
  // From shapes without the batch axis.
  bool cuts(const Shape& x) const { return x[0] >= spec_.height && x[1] >= spec_.width; }
  Index top(const Shape& x) const { return (x[0] - spec_.height) / 2; }
  Index left(const Shape& x) const { return (x[1] - spec_.width) / 2; }
  detail::PictureFrame frame(const Shape& x) const {
    return detail::PictureFrame::cut_to(spec_.height, spec_.width, x[0], x[1]);
  }
};

std::unique_ptr<Layer> make_layer(CenterCrop spec);

}  // namespace cornu
