#pragma once
#include "cornu/layers/attention_layer.hpp"

namespace cornu {

/// Additive attention (Bahdanau): each query gets the mean of the values, weighted by softmax of its scores
/// with their keys; a score is the sum of scale * tanh(query + key).
///
///   SymbolicTensors{query, value} | AdditiveAttention{}
///
/// Inputs  query (n, queries, dim), value (n, values, value_dim) and, if it is not the value, key
///         (n, values, dim)
/// Output  (n, queries, value_dim)
/// Masks   values that the value's mask leaves out are not seen (all alike where it leaves out all); queries
///         that the query's mask leaves out give 0; the output has the query's mask
/// Weights scale (dim), glorot_uniform, if use_scale
/// Errors  ShapeError: not 2 or 3 inputs, inputs that are not 3-D or do not fit.  ValueError: dropout outside
///         0 .. 1 (1 itself too).
/// Cost    n queries values dim tanh
/// Source  Keras 3 AdditiveAttention (same names, defaults; use_causal_mask is there an argument of the
/// call).
///         Bahdanau, Cho, Bengio 2015.
struct AdditiveAttention {
  bool use_scale = true;         ///< whether each number has a weight in the score
  float dropout = 0;             ///< fraction of the weights that is dropped in training
  Seed seed = {};                ///< in place of the model's seed
  bool use_causal_mask = false;  ///< query i sees values 0 .. i only
  bool trainable = true;
  std::string name = {};

  static constexpr bool additive = true;
  static constexpr std::string_view type = "AdditiveAttention";
  static void fields(auto& self, auto&& visit) {
    visit("use_scale", self.use_scale);
    visit("dropout", self.dropout);
    visit("seed", self.seed);
    visit("use_causal_mask", self.use_causal_mask);
  }
};

std::unique_ptr<Layer> make_layer(AdditiveAttention spec);

}  // namespace cornu
