#include "cornu/model/sequential.hpp"

#include "model/graph.hpp"

namespace cornu {

Sequential::Sequential(std::initializer_list<LayerHandle> layers, std::string name)
    : name_(std::move(name)), layers_(layers) {
  for (std::size_t i = 1; i < layers_.size(); ++i)
    if (layers_[i].layer().type() == Input::type)
      throw ValueError(
          detail::concat("Sequential: an Input is at place ", i, "; only the first layer may be one."));
  rebuild();
}

void Sequential::add(const LayerHandle& layer) {
  if (!layers_.empty() && layer.layer().type() == Input::type)
    throw ValueError(detail::concat("Sequential::add: an Input was added after ", layers_.size(),
                                    " layers; only the first layer may be one."));
  layers_.push_back(layer);
  try {
    rebuild();
  } catch (...) {
    layers_.pop_back();  // the model stays as it was
    throw;
  }
}

void Sequential::pop() {
  if (layers_.empty()) throw StateError("Sequential::pop: there are no layers.");
  layers_.pop_back();
  rebuild();
}

void Sequential::build(const Shape& input) {
  input_ = input;
  has_input_ = true;
  rebuild();
}

void Sequential::build_for(const Shapes& inputs) {
  if (!has_graph() && inputs.size() == 1) build(inputs[0]);
}

void Sequential::rebuild() {
  const bool starts = !layers_.empty() && layers_[0].layer().type() == Input::type;
  const std::size_t first = starts ? 1 : 0;
  if ((!starts && !has_input_) || layers_.size() == first) return set_graph(nullptr);
  const SymbolicTensor input = starts ? call(layers_[0], {})[0] : SymbolicTensor(Input{.shape = input_});
  SymbolicTensor x = input;
  std::string stack = input.shape().text();
  for (std::size_t i = first; i < layers_.size(); ++i) {
    try {
      x = x | layers_[i];
    } catch (const ShapeError& error) {
      throw ShapeError(detail::concat(error.what(), "\n  The stack so far: ", stack, "."));
    }
    stack += detail::concat(" -> ", snake_case(layers_[i].layer().type()), " ", x.shape().text());
  }
  set_graph(std::make_shared<detail::Graph>(std::vector{input}, std::vector{x}, name_, true));
}

}  // namespace cornu
