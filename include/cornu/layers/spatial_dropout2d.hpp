#pragma once
#include "cornu/core/required.hpp"
#include "cornu/kernels/elementwise.hpp"
#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/random_layer.hpp"

namespace cornu {

/// Dropout of whole channels: neighbours in a feature map are alike, so dropping single numbers of it would
/// hide nothing. In training each channel of a sample becomes 0 with probability rate and the others are
/// divided by 1 - rate. In inference y = x.
///
///   SpatialDropout2D{.rate = 0.2f}
///
/// Input   (n, height, width, channels)
/// Output  as the input
/// Errors  ValueError: rate outside 0 .. 1.  ShapeError: input not 4-D.
/// Source  Keras 3 SpatialDropout2D. Tompson et al. 2014.
struct SpatialDropout2D {
  Required<float> rate;  ///< fraction of the channels that is dropped, 0 .. 1
  Seed seed = {};        ///< in place of the model's seed
  std::string name = {};

  static constexpr std::string_view type = "SpatialDropout2D";
  static SpatialDropout2D blank() { return {.rate = 0.f}; }
  static void fields(auto& self, auto&& visit) {
    visit("rate", self.rate);
    visit("seed", self.seed);
  }
};

class SpatialDropout2DLayer final : public LayerOf<SpatialDropout2D, SpatialDropout2DLayer> {
 public:
  explicit SpatialDropout2DLayer(SpatialDropout2D spec) : LayerOf(std::move(spec)) {
    detail::check_rate(*this, spec_.rate, detail::RateOne::allowed);
  }

  Shape output_shape(const Shape& input) const {
    check_rank(input, 3, "(batch, height, width, channels)");
    return input;
  }
  MaskFlow mask_flow(std::size_t) const override { return MaskFlow::pass; }
  BackwardNeeds backward_needs() const override { return {.input = false}; }
  Index scratch_values(const Shapes& inputs, Index samples) const override {
    return samples * inputs[0].back();
  }
  InPlace in_place(bool training) const override {
    return training && spec_.rate > 0 ? InPlace::overwrite : InPlace::same;
  }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    apply<T>(c, c.x[0], c.y[0]);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (c.dx[0]) apply<T>(c, c.dy[0], c.dx[0]);
  }

 private:
  template <class T>
  void apply(const Call<T>& c, View<const T> from, View<T> to) const {
    if (!c.training || spec_.rate == 0) return kernels::copy<T>(from, to);
    if (spec_.rate == 1) return kernels::fill<T>(to, T(0));
    const double rate = spec_.rate;
    kernels::drop_channels<T>({.rate = rate, .scale = 1 / (1 - rate)}, detail::streams(c, spec_.seed), from,
                              to, c.scratch);
  }
};

std::unique_ptr<Layer> make_layer(SpatialDropout2D spec);

}  // namespace cornu
