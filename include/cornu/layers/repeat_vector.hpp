#pragma once
#include "cornu/core/required.hpp"
#include "cornu/kernels/rearrange.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu {

/// Each row n times, as the steps of a sequence.
///
///   RepeatVector{.n = 12}
///
/// Input   (batch, features)
/// Output  (batch, n, features)
/// Errors  ValueError: n < 1.  ShapeError: input not 2-D.
/// Source  Keras 3 RepeatVector.
struct RepeatVector {
  Required<Index> n;  ///< repetitions, >= 1
  std::string name = {};

  static constexpr std::string_view type = "RepeatVector";
  static RepeatVector blank() { return {.n = 1}; }
  static void fields(auto& self, auto&& visit) { visit("n", self.n); }
};

class RepeatVectorLayer final : public LayerOf<RepeatVector, RepeatVectorLayer> {
 public:
  explicit RepeatVectorLayer(RepeatVector spec) : LayerOf(std::move(spec)) {
    if (spec_.n < 1)
      throw ValueError(detail::concat(who(), ": n is ", spec_.n.get(),
                                      "; it must be at least 1. It is how often each row comes."));
  }

  Shape output_shape(const Shape& input) const {
    check_rank(input, 1, "(batch, features)");
    return {spec_.n, input[0]};
  }
  BackwardNeeds backward_needs() const override { return {.input = false}; }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    kernels::repeat<T>(c.x[0], c.y[0]);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (c.dx[0]) kernels::repeat_grad<T>(c.dy[0], c.dx[0]);
  }
};

std::unique_ptr<Layer> make_layer(RepeatVector spec);

}  // namespace cornu
