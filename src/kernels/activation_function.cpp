#include "cornu/kernels/activation_function.hpp"

#include <array>
#include <string>
#include <utility>

#include "cornu/core/error.hpp"

namespace cornu {

namespace {
constexpr std::array kNames{
    std::pair{ActivationFn::linear, std::string_view("linear")},
    std::pair{ActivationFn::relu, std::string_view("relu")},
    std::pair{ActivationFn::relu6, std::string_view("relu6")},
    std::pair{ActivationFn::sigmoid, std::string_view("sigmoid")},
    std::pair{ActivationFn::hard_sigmoid, std::string_view("hard_sigmoid")},
    std::pair{ActivationFn::tanh, std::string_view("tanh")},
    std::pair{ActivationFn::softmax, std::string_view("softmax")},
    std::pair{ActivationFn::log_softmax, std::string_view("log_softmax")},
    std::pair{ActivationFn::softplus, std::string_view("softplus")},
    std::pair{ActivationFn::softsign, std::string_view("softsign")},
    std::pair{ActivationFn::elu, std::string_view("elu")},
    std::pair{ActivationFn::selu, std::string_view("selu")},
    std::pair{ActivationFn::celu, std::string_view("celu")},
    std::pair{ActivationFn::gelu, std::string_view("gelu")},
    std::pair{ActivationFn::silu, std::string_view("silu")},
    std::pair{ActivationFn::hard_silu, std::string_view("hard_silu")},
    std::pair{ActivationFn::mish, std::string_view("mish")},
    std::pair{ActivationFn::exponential, std::string_view("exponential")},
    std::pair{ActivationFn::leaky_relu, std::string_view("leaky_relu")},
    std::pair{ActivationFn::threshold, std::string_view("threshold")},
    std::pair{ActivationFn::glu, std::string_view("glu")},
    std::pair{ActivationFn::hard_tanh, std::string_view("hard_tanh")},
    std::pair{ActivationFn::tanh_shrink, std::string_view("tanh_shrink")},
    std::pair{ActivationFn::soft_shrink, std::string_view("soft_shrink")},
    std::pair{ActivationFn::hard_shrink, std::string_view("hard_shrink")},
    std::pair{ActivationFn::sparse_plus, std::string_view("sparse_plus")},
    std::pair{ActivationFn::squareplus, std::string_view("squareplus")},
    std::pair{ActivationFn::sparsemax, std::string_view("sparsemax")},
};
static_assert(kNames.size() == static_cast<std::size_t>(ActivationFn::custom));
}  // namespace

ActivationFunction::ActivationFunction(double (*function)(double)) : fn_(ActivationFn::tanh) {
  if (function != static_cast<double (*)(double)>(&::tanh))
    throw ValueError(
        "activation: a plain function was given, which has no derivative. Use a CustomActivation with value "
        "and "
        "derivative, or one of the words (relu, tanh, softmax, ...).");
}

ActivationFunction::ActivationFunction(const CustomActivation& custom)
    : fn_(ActivationFn::custom), custom_(custom) {
  if (custom.value == nullptr || custom.derivative == nullptr)
    throw ValueError(detail::concat("activation '", custom.name, "': ", custom.value ? "derivative" : "value",
                                    " is missing. A CustomActivation needs both functions."));
}

std::string_view ActivationFunction::name() const {
  return fn_ == ActivationFn::custom ? custom_.name : kNames[static_cast<std::size_t>(fn_)].second;
}

bool ActivationFunction::needs_input() const {
  switch (fn_) {
    case ActivationFn::gelu:
    case ActivationFn::silu:
    case ActivationFn::hard_silu:
    case ActivationFn::mish:
    case ActivationFn::glu:
    case ActivationFn::tanh_shrink:
    case ActivationFn::sparsemax:
    case ActivationFn::custom:
      return true;
    default:
      return false;
  }
}

ActivationFn activation_from_name(std::string_view name) {
  std::string known;
  for (const auto& [fn, word] : kNames) {
    if (word == name) return fn;
    known += known.empty() ? "" : ", ";
    known += word;
  }
  throw ValueError(detail::concat("activation '", name, "' is unknown. There are: ", known, "."));
}

}  // namespace cornu
