#pragma once
#include "cornu/layers/attention_layer.hpp"

namespace cornu {

/// Dot-product attention (Luong): each query gets the mean of the values, weighted by softmax of its scores
/// with their keys.
///
///   SymbolicTensors{query, value} | Attention{}      SymbolicTensors{query, value, key} | Attention{}
///
/// Inputs  query (n, queries, dim), value (n, values, value_dim) and, if it is not the value, key
///         (n, values, dim)
/// Output  (n, queries, value_dim)
/// Masks   values that the value's mask leaves out are not seen (all alike where it leaves out all); queries
///         that the query's mask leaves out give 0; the output has the query's mask
/// Weights scale (), ones, if use_scale;  concat_score_weight (), ones, with score_mode concat
/// Errors  ShapeError: not 2 or 3 inputs, inputs that are not 3-D or do not fit.  ValueError: dropout outside
///         0 .. 1 (1 itself too).
/// Cost    2 n queries values (dim + value_dim) flops
/// Source  Keras 3 Attention (same names, defaults; use_causal_mask is there an argument of the call). Luong,
///         Pham, Manning 2015.
struct Attention {
  /// dot: q k^T, times scale.  concat: concat_score_weight times the sum of tanh(scale (q + k)).
  enum class Score { dot, concat };

  bool use_scale = false;         ///< whether scores are multiplied by a weight
  Score score_mode = Score::dot;  ///< how query and key are compared
  float dropout = 0;              ///< fraction of the weights that is dropped in training
  Seed seed = {};                 ///< in place of the model's seed
  bool use_causal_mask = false;   ///< query i sees values 0 .. i only
  bool trainable = true;
  std::string name = {};

  static constexpr bool additive = false;
  static constexpr std::string_view type = "Attention";
  static void fields(auto& self, auto&& visit) {
    visit("use_scale", self.use_scale);
    visit("score_mode", self.score_mode);
    visit("dropout", self.dropout);
    visit("seed", self.seed);
    visit("use_causal_mask", self.use_causal_mask);
  }
};

std::unique_ptr<Layer> make_layer(Attention spec);

}  // namespace cornu
