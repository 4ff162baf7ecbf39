#pragma once
#include "cornu/kernels/rectifier.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu {

/// Exponential linear unit: y = x where x > 0, else alpha * (exp(x) - 1).
///
///   ELU{.alpha = 0.5f}
///
/// Input   (n, ...)
/// Output  as the input
/// Errors  ValueError: alpha < 0.
/// Source  Keras 3 ELU. Clevert et al. 2016.
struct ELU {
  float alpha = 1.f;  ///< the output goes down to -alpha, >= 0
  std::string name = {};

  static constexpr std::string_view type = "ELU";
  static void fields(auto& self, auto&& visit) { visit("alpha", self.alpha); }
};

class ELULayer final : public LayerOf<ELU, ELULayer> {
 public:
  explicit ELULayer(ELU spec) : LayerOf(std::move(spec)) {
    if (!(spec_.alpha >= 0))
      throw ValueError(detail::concat(who(), ": alpha is ", spec_.alpha,
                                      "; it must be at least 0. The output goes down to -alpha."));
  }

  Shape output_shape(const Shape& input) const { return input; }
  MaskFlow mask_flow(std::size_t) const override { return MaskFlow::pass; }
  BackwardNeeds backward_needs() const override { return {.input = false, .output = true}; }
  InPlace in_place(bool) const override { return InPlace::overwrite; }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    kernels::elu<T>(spec_.alpha, c.x[0], c.y[0]);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (c.dx[0]) kernels::elu_grad<T>(spec_.alpha, c.y[0], c.dy[0], c.dx[0]);
  }
};

std::unique_ptr<Layer> make_layer(ELU spec);

}  // namespace cornu
