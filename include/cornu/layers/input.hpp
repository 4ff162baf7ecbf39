#pragma once
#include "cornu/layers/layer_of.hpp"

namespace cornu {

/// Where data enters a model.
///
///   Sequential model{Input{.shape = {28, 28, 1}}, ...};       SymbolicTensor image = Input{.shape = {150,
///   150, 3}};
///
/// Output  (n, shape...)
/// Errors  ValueError: an extent of 0.
struct Input {
  Shape shape;            ///< of one sample, without the batch axis
  std::string name = {};  ///< "input_layer" by default, numbered in the model

  static constexpr std::string_view type = "InputLayer";
  static Input blank() { return {.shape = {1}}; }
  static void fields(auto& self, auto&& visit) { visit("shape", self.shape); }
};

/// Holds the shape only: the model puts the data where others read it, so it is never run.
class InputLayer final : public LayerOf<Input, InputLayer> {
 public:
  explicit InputLayer(Input spec);
  Shapes output_shapes(const Shapes& inputs) const override;
  template <class T>
  void compute(const ForwardCall<T>&) const {}
  template <class T>
  void gradient(const BackwardCall<T>&) const {}
};

std::unique_ptr<Layer> make_layer(Input spec);

}  // namespace cornu
