#include "cornu/layers/embedding.hpp"

#include "cornu/layers/masking.hpp"
#include "cornu/layers/spatial.hpp"

namespace cornu {

EmbeddingLayer::EmbeddingLayer(Embedding spec) : LayerOf(std::move(spec)) {
  constexpr Index kMostIds = Index(1) << 24;
  detail::check_at_least_1(*this, "input_dim", spec_.input_dim);
  detail::check_at_least_1(*this, "output_dim", spec_.output_dim);
  if (spec_.input_dim > kMostIds)
    throw ValueError(detail::concat(who(), ": input_dim is ", spec_.input_dim.get(),
                                    "; ids travel as float, ", "which counts to ", kMostIds,
                                    ". Use a smaller vocabulary."));
}

std::unique_ptr<Layer> EmbeddingLayer::mask_maker() const {
  return spec_.mask_zero ? detail::mask_where_not(0.f, true) : nullptr;
}

Shape EmbeddingLayer::output_shape(const Shape& input) const {
  std::vector<Index> extents = input.to_vector();
  extents.push_back(spec_.output_dim);
  return Shape(extents);
}

void EmbeddingLayer::build(const Shapes&) {
  add_weight("embeddings", {spec_.input_dim, spec_.output_dim}, spec_.embeddings_initializer,
             spec_.embeddings_regularizer, spec_.embeddings_constraint);
  weights().back().sparse = !spec_.embeddings_regularizer;  // a regularizer adds to every row
}

void EmbeddingLayer::refuse(double id, const Shape& ids, Index at) const {
  const Index sample = ids.count() / ids.front();
  throw ValueError(detail::concat(who(), ": token id ", id, " in sample ", at / sample, ", position ",
                                  at % sample, "; it must be in 0 .. ", spec_.input_dim.get() - 1,
                                  ". Set input_dim to the largest id + 1, or map rare tokens to one id."));
}

}  // namespace cornu
