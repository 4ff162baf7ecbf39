#pragma once
#include "cornu/layers/layer.hpp"

namespace cornu::detail {

/// What makes a mask from masks: layers without weights and gradients.
class MaskLayer : public Layer {
 public:
  using Layer::Layer;
  void backward(const BackwardCall<float>&) const final {}
  BackwardNeeds backward_needs() const final { return {.input = false}; }
};

/// A step counts that counts in any of the masks, which are of one shape.
class AnyMask final : public MaskLayer {
 public:
  AnyMask() : MaskLayer("any_mask") {}
  std::string_view type() const override { return "AnyMask"; }
  Shapes output_shapes(const Shapes& inputs) const override { return {inputs[0]}; }
  void forward(const ForwardCall<float>& c) const override;
};

/// Masks one after the other along an axis.
class JoinedMask final : public MaskLayer {
 public:
  struct Part {
    Shape shape;  ///< of a sample's mask
    bool given;   ///< false: all its steps count, and it is no input
  };
  JoinedMask(std::vector<Part> parts, int axis)
      : MaskLayer("joined_mask"), parts_(std::move(parts)), axis_(axis) {}
  std::string_view type() const override { return "JoinedMask"; }
  Shapes output_shapes(const Shapes& inputs) const override;
  void forward(const ForwardCall<float>& c) const override;

 private:
  std::vector<Part> parts_;
  int axis_;  ///< of a sample's mask
};

}  // namespace cornu::detail
