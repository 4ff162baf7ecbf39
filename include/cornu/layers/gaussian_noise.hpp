#pragma once
#include <limits>

#include "cornu/core/required.hpp"
#include "cornu/kernels/elementwise.hpp"
#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/random_layer.hpp"

namespace cornu {

/// In training y = x + noise of mean 0 and deviation stddev, against overfitting. In inference y = x.
///
///   GaussianNoise{.stddev = 0.1f}
///
/// Input   (n, ...)
/// Output  as the input
/// Errors  ValueError: stddev < 0 (Keras refuses more than 1 as well).
/// Source  Keras 3 GaussianNoise.
struct GaussianNoise {
  Required<float> stddev;  ///< deviation of the noise, >= 0
  Seed seed = {};          ///< in place of the model's seed
  std::string name = {};

  static constexpr std::string_view type = "GaussianNoise";
  static GaussianNoise blank() { return {.stddev = 0.f}; }
  static void fields(auto& self, auto&& visit) {
    visit("stddev", self.stddev);
    visit("seed", self.seed);
  }
};

class GaussianNoiseLayer final : public LayerOf<GaussianNoise, GaussianNoiseLayer> {
 public:
  explicit GaussianNoiseLayer(GaussianNoise spec) : LayerOf(std::move(spec)) {
    if (!(spec_.stddev >= 0 && spec_.stddev <= std::numeric_limits<float>::max()))
      throw ValueError(detail::concat(who(), ": stddev is ", spec_.stddev.get(),
                                      "; it must be at least 0 and finite. It is the noise's deviation."));
  }

  Shape output_shape(const Shape& input) const { return input; }
  MaskFlow mask_flow(std::size_t) const override { return MaskFlow::pass; }
  BackwardNeeds backward_needs() const override { return {.input = false}; }
  InPlace in_place(bool training) const override {
    return training && spec_.stddev > 0 ? InPlace::overwrite : InPlace::same;
  }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    if (!c.training || spec_.stddev == 0) return kernels::copy<T>(c.x[0], c.y[0]);
    kernels::add_noise<T>(spec_.stddev, detail::streams(c, spec_.seed), c.x[0], c.y[0]);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (c.dx[0]) kernels::copy<T>(c.dy[0], c.dx[0]);
  }
};

std::unique_ptr<Layer> make_layer(GaussianNoise spec);

}  // namespace cornu
