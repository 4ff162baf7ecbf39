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
  /// Every layer once, by depth as Keras sorts them, input layers included: also one for an input that is an
  /// intermediate tensor of another model.
  const std::vector<std::shared_ptr<Layer>>& layers() const { return layers_; }
  /// The layer that makes a tensor in this model: the Input layer of the model's inputs.
  const std::shared_ptr<Layer>& source_layer(const SymbolicTensor& t) const;
  const Shapes& input_shapes() const { return input_shapes_; }
  const Shapes& output_shapes() const { return output_shapes_; }
  /// Every weight once, nested models opened.
  std::vector<Weight*> weights() const;
  /// All layers that are not models, nested models opened, each at its first place. It is trained when its
  /// own flag and those of the models around it say so.
  struct Leaf {
    Layer* layer;
    bool trainable;
  };
  std::vector<Leaf> leaves() const;
  /// Of the weights of leaves() as they were built: the user may have put other tensors there since.
  const std::vector<Shapes>& weight_shapes() const { return weight_shapes_; }
  std::vector<Layer*> leaf_layers() const;
  void set_trainable(bool trainable);
  void initialize(std::uint64_t seed, bool only_new);
  /// This graph as a layer, the same one at every call as long as somebody holds it.
  static std::shared_ptr<Layer> as_layer(const std::shared_ptr<Graph>& graph);

 private:
  void collect_nodes();
  void sort_layers();
  void name_layers();

  std::string name_;
  bool sequential_, named_;
  std::vector<SymbolicTensor> inputs_, outputs_;
  std::vector<std::shared_ptr<Layer>> input_layers_;
  Shapes input_shapes_, output_shapes_;
  std::vector<std::shared_ptr<const Node>> nodes_;
  std::vector<std::shared_ptr<Layer>> layers_;
  std::vector<Shapes> weight_shapes_;
  std::weak_ptr<Layer> as_layer_;
};

/// A model that is called as a layer. The plan of the outer model opens it and runs the layers inside, so it
/// is never run itself; its weights are those layers'.
class NestedModel final : public Layer {
 public:
  NestedModel(std::shared_ptr<Graph> graph, std::string name);
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
