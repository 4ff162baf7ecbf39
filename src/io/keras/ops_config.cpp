// Operators on tensors, which Keras 3 saves as operations with numbers among their arguments.
#include "cornu/core/error.hpp"
#include "cornu/layers/layers.hpp"
#include "io/keras/layer_config.hpp"
#include "io/keras/model_reader.hpp"

namespace cornu::detail {

namespace {

constexpr std::string_view kModule = "keras.src.ops";

/// scale * x + offset, under the operation's name.
SymbolicTensor scaled(const SymbolicTensor& x, double scale, double offset, std::string name) {
  return x | Rescaling{.scale = scale, .offset = offset, .name = std::move(name)};
}

template <class Merge>
SymbolicTensor merged(const SymbolicTensor& a, const SymbolicTensor& b, const std::string& name,
                      const std::string& who) {
  // Keras' operations align shapes from the right as NumPy does, its merging layers do not.
  if (a.shape().rank() != b.shape().rank())
    throw ValueError(concat(who, ": its inputs are ", a.shape().batch_text(), " and ", b.shape().batch_text(),
                            "; Cornu takes tensors of equal rank here. Use a Reshape before it."));
  Merge layer{};
  layer.name = name;
  return SymbolicTensors{a, b} | std::move(layer);
}

std::optional<ActivationFn> activation_of(const std::string& type) {
  constexpr std::pair<std::string_view, ActivationFn> kWords[] = {{"Relu", relu},
                                                                  {"Relu6", relu6},
                                                                  {"Sigmoid", sigmoid},
                                                                  {"Tanh", ActivationFn::tanh},
                                                                  {"Softplus", softplus},
                                                                  {"Softsign", softsign},
                                                                  {"Silu", silu},
                                                                  {"Swish", silu},
                                                                  {"Selu", selu},
                                                                  {"Exp", exponential},
                                                                  {"HardSigmoid", hard_sigmoid},
                                                                  {"HardSilu", hard_silu}};
  for (const auto& [word, fn] : kWords)
    if (word == type) return fn;
  return std::nullopt;
}

}  // namespace

bool is_operation(const Json& saved) { return text_member(saved, "module").starts_with(kModule); }

SymbolicTensor apply_operation(const Json& saved, const std::vector<std::optional<SymbolicTensor>>& tensors,
                               const std::vector<double>& numbers) {
  const std::string type = class_of(saved), who = who_of(saved);
  std::string name = text_member(saved, "name");
  const auto refuse = [&](std::string_view why) {
    return ValueError(concat(who, ": it is an operation on tensors that Cornu does not have (", why,
                             "). Use layers of Keras instead."));
  };
  if (tensors.size() == 1 && tensors[0]) {
    const SymbolicTensor& x = *tensors[0];
    if (type == "Negative") return scaled(x, -1, 0, name);
    if (type == "Square") return merged<Multiply>(x, x, name, who);
    if (const auto fn = activation_of(type)) return x | Activation{.activation = *fn, .name = name};
    throw refuse(type);
  }
  if (tensors.size() != 2 || (!tensors[0] && !tensors[1])) throw refuse(type);
  if (tensors[0] && tensors[1]) {
    const SymbolicTensor &a = *tensors[0], &b = *tensors[1];
    if (type == "Add") return merged<Add>(a, b, name, who);
    if (type == "Subtract") return merged<Subtract>(a, b, name, who);
    if (type == "Multiply") return merged<Multiply>(a, b, name, who);
    if (type == "Maximum") return merged<Maximum>(a, b, name, who);
    if (type == "Minimum") return merged<Minimum>(a, b, name, who);
    throw refuse(type + " of two tensors");
  }
  const bool first = tensors[0].has_value();
  const SymbolicTensor& x = first ? *tensors[0] : *tensors[1];
  const double number = first ? numbers[1] : numbers[0];
  if (type == "Add") return scaled(x, 1, number, name);
  if (type == "Multiply") return scaled(x, number, 0, name);
  if (type == "Subtract") return first ? scaled(x, 1, -number, name) : scaled(x, -1, number, name);
  if ((type == "TrueDivide" || type == "Divide") && first && number != 0)
    return scaled(x, 1 / number, 0, name);
  if (type == "Power" && first && number == 1) return scaled(x, 1, 0, name);
  if (type == "Power" && first && number == 2) return merged<Multiply>(x, x, name, who);
  if (type == "Maximum" && number == 0) return x | Activation{.activation = relu, .name = name};
  throw refuse(concat(type, " with ", number));
}

}  // namespace cornu::detail
