#pragma once
#include <memory>
#include <string>
#include <vector>

#include "cornu/model/symbolic_tensor.hpp"

namespace cornu::detail {

/// The calls of a model in an order in which they can run, and its layers in Keras' order.
class Graph {
 public:
  /// Names layers that have none and draws weights that are not drawn yet (seed 0). Errors: Model's.
  Graph(std::vector<SymbolicTensor> inputs, std::vector<SymbolicTensor> outputs, std::string name,
        bool sequential);

  const std::string& name() const { return name_; }
  bool sequential() const { return sequential_; }
  const std::vector<SymbolicTensor>& inputs() const { return inputs_; }
  const std::vector<SymbolicTensor>& outputs() const { return outputs_; }
  /// Every call once, producers before consumers, without the calls that make the inputs.
  const std::vector<std::shared_ptr<const Node>>& nodes() const { return nodes_; }
  /// Every layer once, by depth as Keras sorts them, input layers included.
  const std::vector<std::shared_ptr<Layer>>& layers() const { return layers_; }
  Shapes input_shapes() const;
  Shapes output_shapes() const;
  /// Every weight once, nested models opened.
  std::vector<Weight*> weights() const;
  /// All layers that are not models, nested models opened.
  std::vector<Layer*> leaf_layers() const;
  void initialize(std::uint64_t seed, bool only_new);

 private:
  void collect_nodes();
  void sort_layers();
  void name_layers();

  std::string name_;
  bool sequential_;
  std::vector<SymbolicTensor> inputs_, outputs_;
  std::vector<std::shared_ptr<const Node>> nodes_;
  std::vector<std::shared_ptr<Layer>> layers_;
};

/// A model that is called as a layer. The plan of the outer model opens it and runs the layers inside, so it
/// is never run itself; its weights are those layers'.
class NestedModel final : public Layer {
 public:
  explicit NestedModel(std::shared_ptr<Graph> graph);
  const std::shared_ptr<Graph>& graph() const { return graph_; }
  std::string_view type() const override { return graph_->sequential() ? "Sequential" : "Functional"; }
  Shapes output_shapes(const Shapes& inputs) const override;
  void forward(const ForwardCall<float>&) const override;
  void backward(const BackwardCall<float>&) const override;

 private:
  std::shared_ptr<Graph> graph_;
};

/// The graph of a nested model, or nullptr for a plain layer.
const Graph* nested_graph(const Layer& layer);

}  // namespace cornu::detail
