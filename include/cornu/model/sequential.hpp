#pragma once
#include <initializer_list>

#include "cornu/model/model.hpp"

namespace cornu {

/// A chain of layers, each fed by the one before.
///
///   Sequential model{Input{.shape = {784}}, Dense{.units = 10, .activation = softmax}};
///
/// Built as soon as the input shape is known: at construction when the list starts with an Input, else when
/// data arrives; so a wrong stack fails there, naming the layer. Note that `Sequential b{std::move(a)}` makes
/// a model that holds a; write `Sequential b(std::move(a))` to move.
class Sequential final : public Model {
 public:
  Sequential() = default;
  Sequential(std::initializer_list<LayerHandle> layers, std::string name = {});

  /// Appends a layer. Errors: ShapeError where it does not fit; ValueError: an Input that is not first.
  void add(const LayerHandle& layer);
  /// Takes the last layer off. Errors: StateError when there is none.
  void pop();
  /// Builds for samples of this shape (without the batch axis), as an Input would.
  void build(const Shape& input);

 protected:
  void build_for(const Shapes& inputs) override;

 private:
  void rebuild();

  std::string name_;
  std::vector<LayerHandle> layers_;
  Shape input_;
  bool has_input_ = false;
};

}  // namespace cornu
