#pragma once
#include <array>
#include <string_view>
#include <utility>

#include "cornu/kernels/isa.hpp"
#include "optimizers/base.hpp"
#include "optimizers/rules.hpp"

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
  bool element_by_element() const override { return true; }
  void run_piece(const Piece& piece) override {
    constexpr int kSlots = Rule::kSlots;
    float* const w = value(piece.parameter) + piece.first;
    const float* const g = gradient(piece.parameter) + piece.first;
    std::array<float*, static_cast<std::size_t>(kSlots)> state{};
    for (int k = 0; k < kSlots; ++k)
      state[static_cast<std::size_t>(k)] = slot(k, piece.parameter) + piece.first;
    constexpr std::make_index_sequence<static_cast<std::size_t>(kSlots)> slots;
    const std::string_view isa = kernels::isa();
    if (const float* const squares = this->squares(piece.parameter))
      run_sparse(w, g, squares + piece.first, state, piece.count, gradient_scale(piece.parameter), decay(),
                 rule_, slots);
    else if (isa == "avx2" || isa == "avx512")
      run_wide(w, g, state, piece.count, gradient_scale(piece.parameter), decay(), rule_, slots);
    else
      run_narrow(w, g, state, piece.count, gradient_scale(piece.parameter), decay(), rule_, slots);
  }

 private:
  template <std::size_t N, std::size_t... K>
  [[gnu::always_inline]] static inline void loop(float* w, const float* g, const std::array<float*, N>& state,
                                                 Index n, const GradientScale scale, const float decay,
                                                 const Rule rule, std::index_sequence<K...>) {
#pragma omp simd
    for (Index i = 0; i < n; ++i) {
      float x = w[i];
      x -= x * decay;
      rule(scale(g[i]), x, state[K][i]...);
      w[i] = x;
    }
  }

  /// With squares of their own.
  template <std::size_t N, std::size_t... K>
  static void run_sparse(float* w, const float* g, const float* squares, const std::array<float*, N>& state,
                         Index n, const GradientScale scale, const float decay, const Rule rule,
                         std::index_sequence<K...>) {
#pragma omp simd
    for (Index i = 0; i < n; ++i) {
      float x = w[i];
      x -= x * decay;
      rule(Gradient(scale(g[i]), squares[i] * scale.scale * scale.scale), x, state[K][i]...);
      w[i] = x;
    }
  }

  // The same loop on vectors of four and of eight. Nothing is contracted to fused multiply-adds
  // (CMakeLists.txt), so the bits are the same.
  template <std::size_t N, class Slots>
  static void run_narrow(float* w, const float* g, const std::array<float*, N>& state, Index n,
                         const GradientScale scale, const float decay, const Rule rule, Slots slots) {
    loop(w, g, state, n, scale, decay, rule, slots);
  }
#ifdef __x86_64__
  template <std::size_t N, class Slots>
  [[gnu::target("avx2")]] static void run_wide(float* w, const float* g, const std::array<float*, N>& state,
                                               Index n, const GradientScale scale, const float decay,
                                               const Rule rule, Slots slots) {
    loop(w, g, state, n, scale, decay, rule, slots);
  }
#else
  template <class... Arguments>
  static void run_wide(Arguments&&... arguments) {
    run_narrow(std::forward<Arguments>(arguments)...);
  }
#endif

  Rule rule_;
};

}  // namespace cornu::detail
