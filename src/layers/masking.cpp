#include "cornu/layers/masking.hpp"

namespace cornu {

namespace detail {
namespace {
class MaskWhereNot final : public Layer {
 public:
  MaskWhereNot(float value, bool each) : Layer("mask"), value_(value), each_(each) {}
  std::string_view type() const override { return "MaskWhereNot"; }
  Shapes output_shapes(const Shapes& inputs) const override {
    const Shape& x = inputs[0];
    if (each_) return {x};
    return {Shape(std::span<const Index>(x.begin(), x.end() - 1))};
  }
  BackwardNeeds backward_needs() const override { return {.input = false}; }
  void forward(const ForwardCall<float>& c) const override {
    kernels::mask_of<float>(value_, c.x[0], c.y[0]);
  }
  void backward(const BackwardCall<float>&) const override {}

 private:
  float value_;
  bool each_;
};
}  // namespace

std::unique_ptr<Layer> mask_where_not(float value, bool each) {
  return std::make_unique<MaskWhereNot>(value, each);
}
}  // namespace detail

std::unique_ptr<Layer> MaskingLayer::mask_maker() const {
  return detail::mask_where_not(spec_.mask_value, false);
}

}  // namespace cornu
