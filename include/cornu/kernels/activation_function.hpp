#pragma once
#include <string_view>

#ifdef __GLIBC__
// As math.h declares it, which brings libstdc++'s special functions too: 0.1 s whenever a user compiles.
extern "C" double tanh(double) noexcept;
#else
#include <math.h>
#endif

namespace cornu {

/// The activations of Keras that are named by a word. Formulas: cornu/ops/activations.hpp.
enum class ActivationFn {
  linear,
  relu,
  relu6,
  sigmoid,
  hard_sigmoid,
  tanh,
  softmax,
  log_softmax,
  softplus,
  softsign,
  elu,
  selu,
  celu,
  gelu,
  silu,
  hard_silu,
  mish,
  exponential,
  leaky_relu,
  threshold,
  glu,
  hard_tanh,
  tanh_shrink,
  soft_shrink,
  hard_shrink,
  sparse_plus,
  squareplus,
  sparsemax,
  custom
};

inline constexpr ActivationFn linear = ActivationFn::linear;
inline constexpr ActivationFn relu = ActivationFn::relu;
inline constexpr ActivationFn relu6 = ActivationFn::relu6;
inline constexpr ActivationFn sigmoid = ActivationFn::sigmoid;
inline constexpr ActivationFn hard_sigmoid = ActivationFn::hard_sigmoid;
inline constexpr ActivationFn softmax = ActivationFn::softmax;
inline constexpr ActivationFn log_softmax = ActivationFn::log_softmax;
inline constexpr ActivationFn softplus = ActivationFn::softplus;
inline constexpr ActivationFn softsign = ActivationFn::softsign;
inline constexpr ActivationFn elu = ActivationFn::elu;
inline constexpr ActivationFn selu = ActivationFn::selu;
inline constexpr ActivationFn celu = ActivationFn::celu;
inline constexpr ActivationFn gelu = ActivationFn::gelu;
inline constexpr ActivationFn silu = ActivationFn::silu;
inline constexpr ActivationFn hard_silu = ActivationFn::hard_silu;
inline constexpr ActivationFn mish = ActivationFn::mish;
inline constexpr ActivationFn exponential = ActivationFn::exponential;
inline constexpr ActivationFn leaky_relu = ActivationFn::leaky_relu;
inline constexpr ActivationFn threshold = ActivationFn::threshold;
inline constexpr ActivationFn glu = ActivationFn::glu;
inline constexpr ActivationFn hard_tanh = ActivationFn::hard_tanh;
inline constexpr ActivationFn tanh_shrink = ActivationFn::tanh_shrink;
inline constexpr ActivationFn soft_shrink = ActivationFn::soft_shrink;
inline constexpr ActivationFn hard_shrink = ActivationFn::hard_shrink;
inline constexpr ActivationFn sparse_plus = ActivationFn::sparse_plus;
inline constexpr ActivationFn squareplus = ActivationFn::squareplus;
inline constexpr ActivationFn sparsemax = ActivationFn::sparsemax;
// math.h puts ::tanh into every program, so a constant of that name would be ambiguous after
// `using namespace cornu`. The function itself serves as the name: ActivationFunction knows it.
using ::tanh;

/// An activation that the user writes: value and derivative at one number, as captureless lambdas.
///
///   CustomActivation cube{.name = "cube", .value = [](double x) { return x * x * x; },
///                         .derivative = [](double x) { return 3 * x * x; }};
///   Dense{.units = 4, .activation = cube}
struct CustomActivation {
  std::string_view name = "custom";        ///< a literal: the text must outlive the layer
  double (*value)(double) = nullptr;       ///< the activation of x
  double (*derivative)(double) = nullptr;  ///< its derivative at x
};

/// What a layer's `activation` field holds: a word (relu, tanh, softmax, ...) or a CustomActivation.
///
/// Errors  ValueError: a plain function other than tanh (it has no derivative); a CustomActivation without
///         value or derivative.
class ActivationFunction {
 public:
  ActivationFunction() = default;
  ActivationFunction(ActivationFn fn) : fn_(fn) {}
  ActivationFunction(double (*function)(double));
  ActivationFunction(const CustomActivation& custom);

  ActivationFn fn() const { return fn_; }
  const CustomActivation& custom() const { return custom_; }
  /// Keras' word: "relu", "hard_sigmoid"; a custom one's own name.
  std::string_view name() const;
  /// Whether the derivative needs the input; the others follow from the output.
  bool needs_input() const;
  /// Whether each output depends on its own input only (all but softmax, log_softmax, sparsemax and glu).
  bool elementwise() const {
    return fn_ != ActivationFn::softmax && fn_ != ActivationFn::log_softmax &&
           fn_ != ActivationFn::sparsemax && fn_ != ActivationFn::glu;
  }
  /// Whether the output has half as many numbers along the last axis (glu): only an Activation layer may.
  bool halves() const { return fn_ == ActivationFn::glu; }
  bool is_linear() const { return fn_ == ActivationFn::linear; }

 private:
  ActivationFn fn_ = ActivationFn::linear;
  CustomActivation custom_{};
};

/// By Keras' word. Errors: ValueError naming the words there are.
ActivationFn activation_from_name(std::string_view name);

}  // namespace cornu
