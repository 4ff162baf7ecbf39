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

  Index saved_bytes(const Shapes& inputs, Index samples, Index) const override {
    const bool draws = spec_.rate > 0 && spec_.rate < 1;
    return draws ? samples * kernels::kept_words(inputs[0].count()) * Index(sizeof(std::uint64_t)) : 0;
  }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    if (without_draw<T>(c, c.x[0], c.y[0])) return;
    kernels::drop<T>(rule(), detail::streams(c, spec_.seed), c.x[0], c.y[0],
                     c.template saved_as<std::uint64_t>());
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (!c.dx[0] || without_draw<T>(c, c.dy[0], c.dx[0])) return;
    kernels::drop_again<T>(rule(), c.template saved_as<std::uint64_t>(), c.dy[0], c.dx[0]);
  }

 private:
  kernels::DropRule rule() const {
    const double rate = spec_.rate;
    return {.rate = rate, .scale = 1 / (1 - rate)};
  }
  /// Whether nothing is left to chance; then it is done.
  template <class T>
  bool without_draw(const Call<T>& c, View<const T> from, View<T> to) const {
    if (c.training && spec_.rate > 0 && spec_.rate < 1) return false;
    if (c.training && spec_.rate == 1)
      kernels::fill<T>(to, T(0));
    else
      kernels::copy<T>(from, to);
    return true;
  }
};

std::unique_ptr<Layer> make_layer(Dropout spec);

}  // namespace cornu
