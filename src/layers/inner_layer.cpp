#include "cornu/layers/inner_layer.hpp"

namespace cornu::detail {

void InnerLayer::build(const Shapes& inputs, std::vector<Weight>& weights, const std::string& prefix) {
  layer_->weights().clear();  // built before, for another call of the same outer layer
  layer_->build(inputs);
  first_ = weights.size();
  count_ = layer_->weights().size();
  for (Weight& w : layer_->weights()) {
    w.name = prefix + w.name;
    w.trainable = w.trainable && layer_->trainable();
    weights.push_back(std::move(w));
  }
  layer_->weights().clear();
}

void check_inner(const Layer& outer, const Layer& inner) {
  if (inner.type() == "Sequential" || inner.type() == "Functional" || inner.type() == "InputLayer")
    throw ValueError(concat(outer.who(), ": its layer is a ", inner.type(),
                            ", which it cannot run. Give a single layer."));
  if (inner.activity_regularizer())
    throw ValueError(concat(outer.who(), ": its ", inner.type(),
                            " has an activity_regularizer, which a wrapped layer cannot have. Put an "
                            "ActivityRegularization layer after it."));
}

}  // namespace cornu::detail
