#include "cornu/layers/layer.hpp"

#include <cctype>

#include "layers/weight_budget.hpp"

namespace cornu {

Layer::Layer(std::string name, bool trainable, const Regularizer& activity_regularizer)
    : name_(std::move(name)), trainable_(trainable), activity_regularizer_(activity_regularizer) {}

Layer::~Layer() = default;

void Layer::build(const Shapes&) {}

namespace {
[[noreturn]] void float_only(const Layer& layer) {
  throw StateError(layer.who() + " computes in float only. Derive it from LayerOf for checks in double.");
}
}  // namespace

void Layer::forward(const ForwardCall<double>&) const { float_only(*this); }
void Layer::backward(const BackwardCall<double>&) const { float_only(*this); }

Index Layer::saved_bytes(const Shapes&, Index, Index) const { return 0; }
Index Layer::scratch_values(const Shapes&, Index) const { return 0; }
Slicing Layer::slicing(const Shapes&, bool) const { return Slicing::any; }
InPlace Layer::in_place(bool) const { return InPlace::no; }
void Layer::finish_weights(std::span<Weight>) const {}
MaskFlow Layer::mask_flow(std::size_t) const { return MaskFlow::drop; }
std::unique_ptr<Layer> Layer::mask_maker() const { return nullptr; }

Shapes Layer::call_shapes(const Shapes& inputs) {
  Shapes outputs = output_shapes(inputs);
  if (!built_) {
    build(inputs);
    built_ = true;
    return outputs;
  }
  // A second call (a shared layer) must want weights of the shapes that the first one made.
  std::vector<Weight> made;
  std::swap(made, weights_);
  const Index left = detail::WeightBudget::left();
  build(inputs);
  detail::WeightBudget::left() = left;
  std::swap(made, weights_);
  for (std::size_t i = 0; i < weights_.size(); ++i)
    if (made[i].value.shape() != weights_[i].value.shape())
      throw ShapeError(detail::concat(who(), ": input ", inputs[0].batch_text(), " needs a ",
                                      weights_[i].name, " of ", made[i].value.shape().text(),
                                      ", but the layer was first called with inputs that gave it ",
                                      weights_[i].value.shape().text(),
                                      ". A shared layer takes inputs of one kind; use a second layer."));
  return outputs;
}

Tensor& Layer::weight(std::string_view name) {
  return const_cast<Tensor&>(static_cast<const Layer&>(*this).weight(name));
}

const Tensor& Layer::weight(std::string_view name) const {
  std::string known;
  for (const Weight& w : weights_) {
    if (w.name == name) return w.value;
    known += (known.empty() ? "" : ", ") + w.name;
  }
  throw ValueError(detail::concat(who(), " has no weight '", name, "'. ",
                                  known.empty() ? "It has none (is it built?)." : "It has: " + known + "."));
}

Index Layer::count_params() const {
  Index n = 0;
  for (const Weight& w : weights_) n += w.value.size();
  return n;
}

void Layer::initialize(const RandomKey& key) {
  for (std::size_t k = 0; k < weights_.size(); ++k)
    weights_[k].initializer.fill(weights_[k].value.view(), key.child(k));
  finish_weights(weights_);
  initialized_ = true;
}

std::string Layer::who() const {
  return detail::concat("layer '", name_.empty() ? snake_case(type()) : name_, "' (", type(), ")");
}

void Layer::add_weight(std::string name, const Shape& shape, const Initializer& initializer,
                       const Regularizer& regularizer, const Constraint& constraint, bool trainable) {
  Index& left = detail::WeightBudget::left();
  if (shape.count() > left)
    throw ShapeError(
        detail::concat(who(), ": its ", name, " of shape ", shape.text(), " has ", shape.count(),
                       " numbers, more than the file that describes it holds. The file is damaged."));
  left -= shape.count();
  weights_.push_back({std::move(name), Tensor(shape), trainable, initializer, regularizer, constraint});
}

void Layer::check_input_count(const Shapes& inputs, std::size_t expected) const {
  if (inputs.size() != expected)
    throw ShapeError(detail::concat(who(), ": ", inputs.size(), " inputs were given; ", type(), " takes ",
                                    expected, ". Give each input as one tensor of the list."));
}

void Layer::check_rank(const Shape& input, int rank, std::string_view axes) const {
  if (input.rank() != rank)
    throw ShapeError(detail::concat(who(), ": input has ", input.rank() + 1, " axes ", input.batch_text(),
                                    "; ", type(), " takes ", rank + 1, ": ", axes,
                                    ". Reshape the data, or put a Reshape or Flatten layer before it."));
}

void detail::check_keeps_shape(const Layer& layer, const ActivationFunction& activation) {
  if (activation.halves())
    throw ValueError(concat(layer.who(), ": activation is ", activation.name(),
                            ", which halves the features. Put an Activation layer with it after this one."));
}

std::string snake_case(std::string_view type) {
  // Keras' two regular expressions: (.)([A-Z][a-z]+) -> \1_\2, then ([a-z])([A-Z]) -> \1_\2, then lower case.
  const auto upper = [](char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; };
  const auto lower = [](char c) { return std::islower(static_cast<unsigned char>(c)) != 0; };
  std::string once, out;
  for (std::size_t i = 0; i < type.size(); ++i) {
    if (i > 0 && upper(type[i]) && i + 1 < type.size() && lower(type[i + 1])) once += '_';
    once += type[i];
  }
  for (std::size_t i = 0; i < once.size(); ++i) {
    if (i > 0 && lower(once[i - 1]) && upper(once[i])) out += '_';
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(once[i])));
  }
  return out;
}

}  // namespace cornu
