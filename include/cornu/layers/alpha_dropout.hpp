#pragma once
#include "cornu/core/required.hpp"
#include "cornu/kernels/elementwise.hpp"
#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/random_layer.hpp"

namespace cornu {

/// Dropout for networks of selu units: what falls takes selu's lowest value, and the whole is scaled and
/// shifted so that mean 0 and variance 1 stay. In inference y = x.
///
///   AlphaDropout{.rate = 0.1f}
///
/// Input   (n, ...)
/// Output  as the input
/// Errors  ValueError: rate outside 0 .. 1, or 1 (an infinite scale).
/// Source  Keras 3 AlphaDropout, without noise_shape. Klambauer et al., "Self-normalizing neural networks",
/// 2017.
struct AlphaDropout {
  Required<float> rate;  ///< fraction that is dropped, 0 .. below 1
  Seed seed = {};        ///< in place of the model's seed
  std::string name = {};

  static constexpr std::string_view type = "AlphaDropout";
  static AlphaDropout blank() { return {.rate = 0.f}; }
  static void fields(auto& self, auto&& visit) {
    visit("rate", self.rate);
    visit("seed", self.seed);
  }
};

class AlphaDropoutLayer final : public LayerOf<AlphaDropout, AlphaDropoutLayer> {
 public:
  explicit AlphaDropoutLayer(AlphaDropout spec) : LayerOf(std::move(spec)) {
    detail::check_rate(*this, spec_.rate, detail::RateOne::refused);
  }

  Shape output_shape(const Shape& input) const { return input; }
  MaskFlow mask_flow(std::size_t) const override { return MaskFlow::pass; }
  BackwardNeeds backward_needs() const override { return {.input = false}; }
  InPlace in_place(bool training) const override {
    return training && spec_.rate > 0 ? InPlace::overwrite : InPlace::same;
  }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    if (!c.training || spec_.rate == 0) return kernels::copy<T>(c.x[0], c.y[0]);
    kernels::drop<T>(rule(), detail::streams(c, spec_.seed), c.x[0], c.y[0]);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (!c.dx[0]) return;
    if (!c.training || spec_.rate == 0) return kernels::copy<T>(c.dy[0], c.dx[0]);
    kernels::drop<T>({.rate = rule().rate, .scale = rule().scale}, detail::streams(c, spec_.seed), c.dy[0],
                     c.dx[0]);
  }

 private:
  kernels::DropRule rule() const;
};

std::unique_ptr<Layer> make_layer(AlphaDropout spec);

}  // namespace cornu
