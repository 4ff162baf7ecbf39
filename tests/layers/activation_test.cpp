#include "cornu/layers/activation.hpp"

#include "cornu/layers/dense.hpp"
#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

using namespace cornu;
using support::check_layer_cases;
using support::layer_error;

TEST(Activation, AgreesWithKeras) {
  check_layer_cases<Activation>({
      {.spec = {.activation = celu}, .golden = "activation_celu"},
      {.spec = {.activation = elu}, .golden = "activation_elu"},
      {.spec = {.activation = exponential}, .golden = "activation_exponential"},
      {.spec = {.activation = gelu}, .golden = "activation_gelu"},
      {.spec = {.activation = hard_sigmoid}, .golden = "activation_hard_sigmoid"},
      {.spec = {.activation = hard_silu}, .golden = "activation_hard_silu"},
      {.spec = {.activation = leaky_relu}, .golden = "activation_leaky_relu"},
      {.spec = {.activation = linear}, .golden = "activation_linear"},
      {.spec = {.activation = log_softmax}, .golden = "activation_log_softmax"},
      {.spec = {.activation = mish}, .golden = "activation_mish"},
      {.spec = {.activation = relu}, .golden = "activation_relu"},
      {.spec = {.activation = relu6}, .golden = "activation_relu6"},
      {.spec = {.activation = selu}, .golden = "activation_selu"},
      {.spec = {.activation = sigmoid}, .golden = "activation_sigmoid"},
      {.spec = {.activation = silu}, .golden = "activation_silu"},
      {.spec = {.activation = softmax}, .golden = "activation_softmax"},
      {.spec = {.activation = softplus}, .golden = "activation_softplus"},
      {.spec = {.activation = softsign}, .golden = "activation_softsign"},
      {.spec = {.activation = glu}, .golden = "activation_glu"},
      {.spec = {.activation = hard_shrink}, .golden = "activation_hard_shrink"},
      {.spec = {.activation = hard_tanh}, .golden = "activation_hard_tanh"},
      {.spec = {.activation = soft_shrink}, .golden = "activation_soft_shrink"},
      {.spec = {.activation = sparse_plus}, .golden = "activation_sparse_plus"},
      {.spec = {.activation = sparsemax}, .golden = "activation_sparsemax"},
      {.spec = {.activation = squareplus}, .golden = "activation_squareplus"},
      {.spec = {.activation = tanh_shrink}, .golden = "activation_tanh_shrink"},
      {.spec = {.activation = tanh}, .golden = "activation_tanh"},
  });
}

TEST(Activation, OddSizes) {
  for (const auto fn : {ActivationFn::relu, ActivationFn::tanh, ActivationFn::softmax,
                        ActivationFn::log_softmax, ActivationFn::gelu, ActivationFn::threshold})
    check_layer_cases<Activation>({
        {.spec = {.activation = fn}, .input = {1}},
        {.spec = {.activation = fn}, .input = {17}, .samples = 1},
        {.spec = {.activation = fn}, .input = {3, 1, 5}, .training = true},
    });
  for (const auto fn : {ActivationFn::sparsemax, ActivationFn::hard_tanh, ActivationFn::squareplus})
    check_layer_cases<Activation>({{.spec = {.activation = fn}, .input = {17}, .samples = 1},
                                   {.spec = {.activation = fn}, .input = {3, 1, 5}, .training = true}});
  check_layer_cases<Activation>({{.spec = {.activation = glu}, .input = {2}, .samples = 1},
                                 {.spec = {.activation = glu}, .input = {3, 34}, .training = true}});
  const CustomActivation cube{.name = "cube",
                              .value = [](double x) { return x * x * x; },
                              .derivative = [](double x) { return 3 * x * x; }};
  check_layer_cases<Activation>({{.spec = {.activation = cube}, .input = {3, 7}}});
}

TEST(Activation, SaysWhatIsWrong) {
  EXPECT_EQ(layer_error(Activation{.activation = softmax}, {Shape()}),
            "ShapeError: layer 'activation' (Activation): the input is (batch,); softmax takes (batch, ..., "
            "features). Reshape it to (batch, 1).");
  EXPECT_EQ(layer_error(Activation{.activation = relu}, {Shape()}), "no error");
  EXPECT_EQ(
      layer_error(Activation{.activation = glu}, {Shape{4, 3}}),
      "ShapeError: layer 'activation' (Activation): the input (batch, 4, 3) has 3 features; glu takes an "
      "even number, of which the second half are gates.");
  EXPECT_EQ(layer_error(Dense{.units = 2, .activation = glu}),
            "ValueError: layer 'dense' (Dense): activation is glu, which halves the features. Put an "
            "Activation layer with it after this one.");
}
