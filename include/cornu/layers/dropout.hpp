#pragma once
#include "cornu/core/required.hpp"
#include "cornu/kernels/elementwise.hpp"
#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/random_layer.hpp"

namespace cornu {

/// In training each number becomes 0 with probability rate and the others are divided by 1 - rate, so that
/// the mean stays. In inference y = x.
///
///   Dropout{.rate = 0.5f}
///
/// Input   (n, ...)
/// Output  as the input
/// Errors  ValueError: rate outside 0 .. 1.
/// Numerics rate 1 gives zeros, as Keras. The mask depends on seed, step, layer, sample and element only.
/// Source  Keras 3 Dropout, without noise_shape (SpatialDropout2D drops whole channels). Srivastava et al.
/// 2014.
struct Dropout {
  Required<float> rate;  ///< fraction that is dropped, 0 .. 1
  Seed seed = {};        ///< in place of the model's seed
  std::string name = {};

  static constexpr std::string_view type = "Dropout";
  static Dropout blank() { return {.rate = 0.f}; }
  static void fields(auto& self, auto&& visit) {
    visit("rate", self.rate);
    visit("seed", self.seed);
  }
};

class DropoutLayer final : public LayerOf<Dropout, DropoutLayer> {
 public:
  explicit DropoutLayer(Dropout spec) : LayerOf(std::move(spec)) {
    detail::check_rate(*this, spec_.rate, detail::RateOne::allowed);
  }

  Shape output_shape(const Shape& input) const { return input; }
  MaskFlow mask_flow(std::size_t) const override { return MaskFlow::pass; }
  BackwardNeeds backward_needs() const override { return {.input = false}; }
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
  /// The same for values and gradients: the mask comes again from the same key.
  template <class T>
  void apply(const Call<T>& c, View<const T> from, View<T> to) const {
    if (!c.training || spec_.rate == 0) return kernels::copy<T>(from, to);
    if (spec_.rate == 1) return kernels::fill<T>(to, T(0));
    const double rate = spec_.rate;
    kernels::drop<T>({.rate = rate, .scale = 1 / (1 - rate)}, detail::streams(c, spec_.seed), from, to);
  }
};

std::unique_ptr<Layer> make_layer(Dropout spec);

}  // namespace cornu
