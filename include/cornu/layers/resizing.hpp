#pragma once
#include "cornu/core/required.hpp"
#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/picture_frame.hpp"

namespace cornu {

/// Pictures of another size.
///
///   Resizing{.height = 64, .width = 64}      Resizing{.height = 64, .width = 64, .crop_to_aspect_ratio =
///   true}
///
/// Input   (n, in_height, in_width, channels)
/// Output  (n, height, width, channels)
/// Errors  ValueError: height or width < 1, an interpolation for reading pictures (box, hamming, lanczos),
///         antialias, crop_to_aspect_ratio and pad_to_aspect_ratio together, a fill_mode other than
///         "constant".
///         ShapeError: input not 4-D, a picture without pixels.
/// Source  Keras 3 Resizing (same names, defaults) on tf.image.resize (half pixel centres).
struct Resizing {
  Required<Index> height;                                 ///< rows of the output, >= 1
  Required<Index> width;                                  ///< columns of the output, >= 1
  Interpolation interpolation = Interpolation::bilinear;  ///< nearest, bilinear, bicubic, lanczos3, lanczos5
  bool crop_to_aspect_ratio = false;  ///< resize the largest part in the middle with the output's proportions
  bool pad_to_aspect_ratio = false;   ///< resize the picture with a frame that gives it those proportions
  std::string fill_mode = "constant";  ///< Keras knows no other
  float fill_value = 0;                ///< what the frame is filled with
  bool antialias = false;              ///< not supported
  std::string name = {};

  static constexpr std::string_view type = "Resizing";
  static Resizing blank() { return {.height = 1, .width = 1}; }
  static void fields(auto& self, auto&& visit) {
    visit("height", self.height);
    visit("width", self.width);
    visit("interpolation", self.interpolation);
    visit("crop_to_aspect_ratio", self.crop_to_aspect_ratio);
    visit("pad_to_aspect_ratio", self.pad_to_aspect_ratio);
    visit("fill_mode", self.fill_mode);
    visit("fill_value", self.fill_value);
    visit("antialias", self.antialias);
  }
};

class ResizingLayer final : public LayerOf<Resizing, ResizingLayer> {
 public:
  explicit ResizingLayer(Resizing spec);

  Shape output_shape(const Shape& input) const;
  BackwardNeeds backward_needs() const override { return {.input = false}; }
  Index scratch_values(const Shapes& inputs, Index samples) const override {
    return samples * frame(inputs[0]).values(inputs[0].back());
  }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    detail::resize_framed<T>(frame(c.x[0].shape.without_front()), spec_.interpolation, c.x[0],
                             T(spec_.fill_value), c.y[0], c.scratch.data());
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (!c.dx[0]) return;
    detail::resize_framed_grad<T>(frame(c.dx[0].shape.without_front()), spec_.interpolation, c.dy[0], c.dx[0],
                                  c.scratch.data());
  }

 private:
  /// From a shape without the batch axis.
  detail::PictureFrame frame(const Shape& sample) const;
};

std::unique_ptr<Layer> make_layer(Resizing spec);

}  // namespace cornu
