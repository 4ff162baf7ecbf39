#pragma once
#include "cornu/core/required.hpp"
#include "cornu/kernels/elementwise.hpp"
#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/random_layer.hpp"

namespace cornu {

/// In training y = x times noise of mean 1 and deviation sqrt(rate / (1 - rate)): the same mean and deviation
/// as Dropout, without zeros. In inference y = x.
///
///   GaussianDropout{.rate = 0.3f}
///
/// Input   (n, ...)
/// Output  as the input
/// Errors  ValueError: rate outside 0 .. 1, or 1 (an infinite deviation).
/// Source  Keras 3 GaussianDropout. Srivastava et al. 2014, section 10.
struct GaussianDropout {
  Required<float> rate;  ///< as Dropout's, 0 .. below 1
  Seed seed = {};        ///< in place of the model's seed
  std::string name = {};

  static constexpr std::string_view type = "GaussianDropout";
  static GaussianDropout blank() { return {.rate = 0.f}; }
  static void fields(auto& self, auto&& visit) {
    visit("rate", self.rate);
    visit("seed", self.seed);
  }
};

class GaussianDropoutLayer final : public LayerOf<GaussianDropout, GaussianDropoutLayer> {
 public:
  explicit GaussianDropoutLayer(GaussianDropout spec) : LayerOf(std::move(spec)) {
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
    apply<T>(c, c.x[0], c.y[0]);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (c.dx[0]) apply<T>(c, c.dy[0], c.dx[0]);
  }

 private:
  template <class T>
  void apply(const Call<T>& c, View<const T> from, View<T> to) const;
};

std::unique_ptr<Layer> make_layer(GaussianDropout spec);

}  // namespace cornu
