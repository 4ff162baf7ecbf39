#pragma once
#include "cornu/kernels/rectifier.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu {

/// Leaky rectified linear unit: y = x where x > 0, else negative_slope * x.
///
///   LeakyReLU{.negative_slope = 0.1f}
///
/// Input   (n, ...)
/// Output  as the input
/// Errors  ValueError: negative_slope < 0.
/// Source  Keras 3 LeakyReLU. Its default slope is 0.3; the activation `leaky_relu` has 0.2.
struct LeakyReLU {
  float negative_slope = 0.3f;  ///< slope below 0, >= 0
  std::string name = {};

  static constexpr std::string_view type = "LeakyReLU";
  static void fields(auto& self, auto&& visit) { visit("negative_slope", self.negative_slope); }
};

class LeakyReLULayer final : public LayerOf<LeakyReLU, LeakyReLULayer> {
 public:
  explicit LeakyReLULayer(LeakyReLU spec) : LayerOf(std::move(spec)) {
    if (!(spec_.negative_slope >= 0))
      throw ValueError(detail::concat(who(), ": negative_slope is ", spec_.negative_slope,
                                      "; it must be at least 0. Use PReLU for slopes of any sign."));
  }

  Shape output_shape(const Shape& input) const { return input; }
  MaskFlow mask_flow(std::size_t) const override { return MaskFlow::pass; }
  BackwardNeeds backward_needs() const override { return {.input = false, .output = true}; }
  InPlace in_place(bool) const override { return InPlace::overwrite; }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    kernels::rectify<T>({.negative_slope = spec_.negative_slope}, c.x[0], c.y[0]);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (c.dx[0]) kernels::rectify_grad<T>({.negative_slope = spec_.negative_slope}, c.y[0], c.dy[0], c.dx[0]);
  }
};

std::unique_ptr<Layer> make_layer(LeakyReLU spec);

}  // namespace cornu
