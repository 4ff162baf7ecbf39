#pragma once
#include <array>

#include "cornu/layers/layer_handle.hpp"

namespace cornu::detail {

/// A layer that another one holds and calls: its weights stand among those of the outer one, first to
/// first + count - 1.
class InnerLayer {
 public:
  /// Inputs and outputs that an inner layer may have.
  static constexpr std::size_t kMost = 16;

  InnerLayer() = default;
  explicit InnerLayer(std::shared_ptr<Layer> layer) : layer_(std::move(layer)) {}

  Layer& layer() const { return *layer_; }
  /// Adds the weights for these inputs to those of the outer layer, names after the prefix.
  void build(const Shapes& inputs, std::vector<Weight>& weights, const std::string& prefix);
  std::size_t first() const { return first_; }
  std::size_t count() const { return count_; }
  std::span<Weight> of(std::vector<Weight>& weights) const {
    return std::span(weights).subspan(first_, count_);
  }

  /// What the inner layer gets of the outer one's call; x, saved and scratch are still to be set.
  template <class CallTo, class CallFrom>
  CallTo call(const CallFrom& from, std::uint64_t place) const {
    CallTo to;
    to.weights = from.weights.subspan(first_, count_);
    to.training = from.training;
    to.trainable = from.trainable && layer_->trainable();
    to.random = from.random.child(place);
    to.first_sample = from.first_sample;
    if constexpr (requires { to.dweights = from.dweights; }) {
      to.dweights = from.dweights.subspan(first_, count_);
      if (!from.dsquares.empty()) to.dsquares = from.dsquares.subspan(first_, count_);
    }
    return to;
  }

 private:
  std::shared_ptr<Layer> layer_;
  std::size_t first_ = 0, count_ = 0;
};

/// Errors: ValueError where an inner layer has more inputs or outputs than a wrapper handles, is a model, or
/// has an activity regularizer.
void check_inner(const Layer& outer, const Layer& inner);

}  // namespace cornu::detail
