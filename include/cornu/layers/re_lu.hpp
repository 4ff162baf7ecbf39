#pragma once
#include <optional>

#include "cornu/kernels/rectifier.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu {

/// Rectified linear unit: y = min(x, max_value) where x > threshold, else negative_slope * (x - threshold).
///
///   ReLU{}      ReLU{.max_value = 6}
///
/// Input   (n, ...)
/// Output  as the input
/// Errors  ValueError: a negative max_value, negative_slope or threshold.
/// Source  Keras 3 ReLU (same names and defaults).
struct ReLU {
  std::optional<float> max_value = {};  ///< largest output, >= 0; unlimited if left out
  float negative_slope = 0.f;           ///< slope below the threshold, >= 0
  float threshold = 0.f;                ///< x up to here is damped, >= 0
  std::string name = {};

  static constexpr std::string_view type = "ReLU";
  static void fields(auto& self, auto&& visit) {
    visit("max_value", self.max_value);
    visit("negative_slope", self.negative_slope);
    visit("threshold", self.threshold);
  }
};

class ReLULayer final : public LayerOf<ReLU, ReLULayer> {
 public:
  explicit ReLULayer(ReLU spec) : LayerOf(std::move(spec)) {
    check("max_value", spec_.max_value.value_or(0.f));
    check("negative_slope", spec_.negative_slope);
    check("threshold", spec_.threshold);
  }

  Shape output_shape(const Shape& input) const { return input; }
  MaskFlow mask_flow(std::size_t) const override { return MaskFlow::pass; }
  BackwardNeeds backward_needs() const override { return {.input = false, .output = true}; }
  InPlace in_place(bool) const override { return InPlace::overwrite; }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    kernels::rectify<T>(rectifier(), c.x[0], c.y[0]);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (c.dx[0]) kernels::rectify_grad<T>(rectifier(), c.y[0], c.dy[0], c.dx[0]);
  }

 private:
  void check(std::string_view field, float value) const {
    if (!(value >= 0))
      throw ValueError(detail::concat(who(), ": ", field, " is ", value,
                                      "; it must be at least 0. Use PReLU for slopes of any sign."));
  }
  kernels::Rectifier rectifier() const {
    kernels::Rectifier r{.negative_slope = spec_.negative_slope, .threshold = spec_.threshold};
    if (spec_.max_value) r.max_value = *spec_.max_value;
    return r;
  }
};

std::unique_ptr<Layer> make_layer(ReLU spec);

}  // namespace cornu
