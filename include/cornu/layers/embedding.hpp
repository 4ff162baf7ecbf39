#pragma once
#include "cornu/core/required.hpp"
#include "cornu/kernels/elementwise.hpp"
#include "cornu/kernels/embedding.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu {

/// A row of numbers, learned in training, for each token id.
///
///   Embedding{.input_dim = 10000, .output_dim = 64}
///
/// Input   (n, ...) token ids 0 .. input_dim - 1, as float (a fraction is cut off, as in Keras)
/// Output  (n, ..., output_dim)
/// Weights embeddings (input_dim, output_dim), uniform in +-0.05
/// Errors  ValueError: input_dim or output_dim < 1, input_dim above 2^24 (where float leaves out whole
///         numbers); in forward an id outside its range.
/// Source  Keras 3 Embedding (same names, defaults).
struct Embedding {
  Required<Index> input_dim;   ///< ids there are: the largest id + 1
  Required<Index> output_dim;  ///< numbers a token
  Initializer embeddings_initializer = RandomUniform{};
  Regularizer embeddings_regularizer = {};
  Constraint embeddings_constraint = {};
  bool mask_zero = false;  ///< whether id 0 is padding that later layers leave out
  bool trainable = true;
  std::string name = {};

  static constexpr std::string_view type = "Embedding";
  static Embedding blank() { return {.input_dim = 1, .output_dim = 1}; }
  static void fields(auto& self, auto&& visit) {
    visit("input_dim", self.input_dim);
    visit("output_dim", self.output_dim);
    visit("embeddings_initializer", self.embeddings_initializer);
    visit("embeddings_regularizer", self.embeddings_regularizer);
    visit("embeddings_constraint", self.embeddings_constraint);
    visit("mask_zero", self.mask_zero);
  }
};

class EmbeddingLayer final : public LayerOf<Embedding, EmbeddingLayer> {
 public:
  explicit EmbeddingLayer(Embedding spec);

  Shape output_shape(const Shape& input) const;
  void build(const Shapes& inputs) override;
  std::unique_ptr<Layer> mask_maker() const override;
  /// The table is large and its gradient is one array: slices would have one each.
  Slicing slicing(const Shapes&, bool) const override { return Slicing::batch; }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    const Index wrong = kernels::first_outside<T>(c.x[0], spec_.input_dim);
    if (wrong >= 0) refuse(static_cast<double>(c.x[0][wrong]), c.x[0].shape, wrong);
    kernels::gather_rows<T>(c.x[0], c.weights[0], c.y[0]);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (c.dweights[0]) kernels::scatter_add_rows<T>(c.x[0], c.dy[0], c.dweights[0]);
    if (!c.dsquares.empty() && c.dsquares[0]) kernels::scatter_add_squares<T>(c.x[0], c.dy[0], c.dsquares[0]);
    if (c.dx[0]) kernels::fill<T>(c.dx[0], T(0));  // ids have no gradient
  }

 private:
  [[noreturn]] void refuse(double id, const Shape& ids, Index at) const;
};

std::unique_ptr<Layer> make_layer(Embedding spec);

}  // namespace cornu
