#pragma once
#include <optional>

#include "cornu/core/required.hpp"
#include "cornu/kernels/attention.hpp"
#include "cornu/layers/layer_of.hpp"
#include "cornu/layers/random_layer.hpp"
#include "cornu/layers/weight_fields.hpp"

namespace cornu {

/// Attention of several heads: query, key and value are projected for each head, y is a projection of what
/// the heads saw. A head's weights are softmax(q k^T / sqrt(key_dim)).
///
///   SymbolicTensors{x, x} | MultiHeadAttention{.num_heads = 8, .key_dim = 64}
///
/// Inputs  query (n, queries, dim), value (n, values, ...) and, if it is not the value, key (n, values, ...)
/// Output  (n, queries, output_shape), by default as the query
/// Masks   a query sees the values that count in the masks of value and key, one that its own mask leaves out
///         sees none; who sees none gets the mean of all values, or, with dropout > 0, zeros, as in Keras.
///         The output has the query's mask
/// Weights query/kernel (dim, num_heads, key_dim), query/bias (num_heads, key_dim), the same of key and value
///         (value_dim), attention_output/kernel (num_heads, value_dim, output), attention_output/bias
///         (output)
/// Errors  ShapeError: not 2 or 3 inputs, inputs that are not 3-D or do not fit.  ValueError: num_heads,
///         key_dim, value_dim or output_shape < 1, dropout outside 0 .. 1 (1 itself too), attention_axes
///         other than 1, use_gate, sliding_window or activity_regularizer (not supported).
/// Source  Keras 3 MultiHeadAttention (same names, defaults; use_causal_mask is there an argument of the
/// call).
///         Vaswani et al. 2017, "Attention is all you need".
struct MultiHeadAttention {
  Required<Index> num_heads;                 ///< heads, >= 1
  Required<Index> key_dim;                   ///< numbers of a query and a key in a head, >= 1
  std::optional<Index> value_dim = {};       ///< numbers of a value in a head; left out: key_dim
  float dropout = 0;                         ///< fraction of the weights that is dropped in training
  bool use_bias = true;                      ///< in all projections
  bool use_gate = false;                     ///< not supported
  std::optional<Index> output_shape = {};    ///< features of the output; left out: the query's
  std::vector<Index> attention_axes = {};    ///< the steps: empty or {1}
  std::optional<Index> sliding_window = {};  ///< not supported
  Initializer kernel_initializer = GlorotUniform{};
  Initializer bias_initializer = Zeros{};
  Regularizer kernel_regularizer = {};
  Regularizer bias_regularizer = {};
  Regularizer activity_regularizer = {};  ///< not supported (Keras applies it to each projection)
  Constraint kernel_constraint = {};
  Constraint bias_constraint = {};
  Seed seed = {};                ///< in place of the model's seed
  bool use_causal_mask = false;  ///< query i sees values 0 .. i only
  bool trainable = true;
  std::string name = {};

  static constexpr std::string_view type = "MultiHeadAttention";
  static MultiHeadAttention blank() { return {.num_heads = 1, .key_dim = 1}; }
  static void fields(auto& self, auto&& visit) {
    visit("num_heads", self.num_heads);
    visit("key_dim", self.key_dim);
    visit("value_dim", self.value_dim);
    visit("dropout", self.dropout);
    visit("use_bias", self.use_bias);
    visit("use_gate", self.use_gate);
    visit("output_shape", self.output_shape);
    visit("attention_axes", self.attention_axes);
    visit("sliding_window", self.sliding_window);
    detail::visit_weight_fields(self, visit);
    visit("seed", self.seed);
    visit("use_causal_mask", self.use_causal_mask);
  }
};

class MultiHeadAttentionLayer final : public LayerOf<MultiHeadAttention, MultiHeadAttentionLayer> {
 public:
  explicit MultiHeadAttentionLayer(MultiHeadAttention spec);

  Shapes output_shapes(const Shapes& inputs) const override;
  void build(const Shapes& inputs) override;
  Index saved_bytes(const Shapes& inputs, Index samples, Index value_size) const override;
  Index scratch_values(const Shapes& inputs, Index samples) const override;
  Slicing slicing(const Shapes&, bool) const override { return Slicing::batch; }
  bool uses_masks() const override { return true; }
  MaskFlow mask_flow(std::size_t) const override { return MaskFlow::pass; }

  template <class T>
  void compute(const ForwardCall<T>& c) const;
  template <class T>
  void gradient(const BackwardCall<T>& c) const;

 private:
  /// What lies between the projections: q, k, v and o as kernels/attention.hpp has them.
  template <class T>
  struct Heads {
    T *q, *k, *v, *o;
    Heads(const kernels::AttentionSizes& a, T* memory);
  };
  /// From shapes with the batch axis.
  kernels::AttentionSizes sizes(const Shape& query, const Shape& value) const;
  Index value_dim() const { return spec_.value_dim.value_or(spec_.key_dim); }
  /// y = x w + b for projection `at` (query, key, value, attention_output).
  template <class T>
  void project(const Call<T>& c, std::size_t at, const T* x, Index rows, T* y) const;
  /// Gradients of project. dx may be null; add: to what is there.
  template <class T>
  void project_grad(const BackwardCall<T>& c, std::size_t at, const T* x, Index rows, const T* dy, T* dx,
                    bool add) const;
  template <class T>
  kernels::AttentionMask<T> mask(const Call<T>& c) const;
  template <class T>
  bool drops(const Call<T>& c) const {
    return c.training && spec_.dropout > 0;
  }
  template <class T>
  void drop(const Call<T>& c, const kernels::AttentionSizes& a, const T* from, T* to) const;
};

std::unique_ptr<Layer> make_layer(MultiHeadAttention spec);

}  // namespace cornu
