#pragma once
#include <array>
#include <utility>

#include "optimizers/base.hpp"

namespace cornu::detail {

/// An optimizer whose rule works element by element: rule(g, w, state) with the clipped gradient, the decayed
/// weight and the state of one element. One pass over memory: clip, decay, update.
template <class Rule>
class ElementwiseOptimizer final : public OptimizerBase {
 public:
  ElementwiseOptimizer(CommonOptions options, Rule rule) : OptimizerBase(std::move(options)), rule_(rule) {}

 protected:
  std::vector<std::vector<SlotKind>> slot_groups() const override { return rule_.slots(); }
  SlotKind shared_kind() const override {
    if constexpr (requires { rule_.shared(); })
      return rule_.shared();
    else
      return {""};
  }
  void prepare(float learning_rate, Index t) override {
    if constexpr (requires { rule_.shared(); })
      rule_.prepare(learning_rate, static_cast<float>(t), *shared_slot());
    else
      rule_.prepare(learning_rate, static_cast<float>(t));
  }
  void run_piece(const Piece& piece) override {
    constexpr int kSlots = Rule::kSlots;
    float* const w = value(piece.parameter) + piece.first;
    const float* const g = gradient(piece.parameter) + piece.first;
    std::array<float*, static_cast<std::size_t>(kSlots)> state{};
    for (int k = 0; k < kSlots; ++k)
      state[static_cast<std::size_t>(k)] = slot(k, piece.parameter) + piece.first;
    run(w, g, state, piece.count, gradient_scale(piece.parameter), decay(), rule_,
        std::make_index_sequence<static_cast<std::size_t>(kSlots)>{});
  }

 private:
  template <std::size_t N, std::size_t... K>
  static void run(float* w, const float* g, const std::array<float*, N>& state, Index n,
                  const GradientScale scale, const float decay, const Rule rule, std::index_sequence<K...>) {
#pragma omp simd
    for (Index i = 0; i < n; ++i) {
      float x = w[i];
      x -= x * decay;
      rule(scale(g[i]), x, state[K][i]...);
      w[i] = x;
    }
  }

  Rule rule_;
};

}  // namespace cornu::detail
