#pragma once
#include <cmath>
#include <functional>

#include "cornu/core/tensor.hpp"
#include "support/random_data.hpp"

namespace cornu::support {

/// Attention of one head, written out in double. query (n, queries, dim), value (n, values, value_dim), key
/// (n, values, dim); score(query's numbers, key's numbers, dim).
inline Tensor attention_twin(const Tensor& query, const Tensor& value, const Tensor& key, bool causal,
                             const std::function<double(const float*, const float*, Index)>& score) {
  const Index n = query.shape()[0], queries = query.shape()[1], dim = query.shape()[2];
  const Index values = value.shape()[1], out = value.shape()[2];
  Tensor y({n, queries, out});
  for (Index s = 0; s < n; ++s)
    for (Index i = 0; i < queries; ++i) {
      std::vector<double> weights;
      double sum = 0;
      for (Index j = 0; j < values && !(causal && j > i); ++j) {
        weights.push_back(std::exp(
            score(query.begin() + (s * queries + i) * dim, key.begin() + (s * values + j) * dim, dim)));
        sum += weights.back();
      }
      for (Index d = 0; d < out; ++d) {
        double total = 0;
        for (std::size_t j = 0; j < weights.size(); ++j)
          total += weights[j] / sum * static_cast<double>(value(s, static_cast<Index>(j), d));
        y(s, i, d) = static_cast<float>(total);
      }
    }
  return y;
}

}  // namespace cornu::support
