// One threshold unit learns AND by Rosenblatt's rule; XOR needs a hidden layer, because no line divides it.
#include "arguments.hpp"

using namespace cornu;

namespace {
const Tensor kInputs = Tensor::from({{0, 0}, {0, 1}, {1, 0}, {1, 1}});

/// Rosenblatt's rule: after each mistake the weights move by the input. Returns the rounds until all are
/// right, -1 if that does not happen.
int learn_by_mistakes(Sequential& unit, const Tensor& targets, int rounds) {
  Tensor& kernel = unit.layer("dense").weight("kernel");
  Tensor& bias = unit.layer("dense").weight("bias");
  for (int round = 1; round <= rounds; ++round) {
    int mistakes = 0;
    for (Index i = 0; i < 4; ++i) {
      const float error = targets(i, 0) - unit.predict(kInputs.slice(i, 1)).item();
      if (error == 0) continue;
      ++mistakes;
      for (Index k = 0; k < 2; ++k) kernel(k, 0) += error * kInputs(i, k);
      bias(0) += error;
    }
    if (mistakes == 0) return round;
  }
  return -1;
}

void show(const char* title, const Tensor& outputs) {
  std::printf("%s\n", title);
  for (Index i = 0; i < 4; ++i)
    std::printf("  %.0f %.0f -> %.3f\n", double(kInputs(i, 0)), double(kInputs(i, 1)), double(outputs(i, 0)));
}
}  // namespace

int main(int argc, char** argv) {
  const Arguments args(argc, argv, {{"epochs", "600"}},
                       "perceptron [--epochs N]   (epochs of the network with a hidden layer)");
  return run([&] {
    const Tensor and_targets = Tensor({4, 1}, {0, 0, 0, 1}), xor_targets = Tensor({4, 1}, {0, 1, 1, 0});
    const auto unit = [] {
      return Sequential{Input{.shape = {2}},
                        Dense{.units = 1, .activation = threshold, .kernel_initializer = Zeros{}}};
    };
    Sequential and_unit = unit(), xor_unit = unit();
    std::printf("AND is right after %d rounds\n", learn_by_mistakes(and_unit, and_targets, 100));
    show("AND with one threshold unit", and_unit.predict(kInputs));
    const int rounds = learn_by_mistakes(xor_unit, xor_targets, 1000);
    std::printf("XOR with one unit: %s\n", rounds < 0 ? "never right, in 1000 rounds" : "right");

    Sequential network{Input{.shape = {2}}, Dense{.units = 8, .activation = tanh},
                       Dense{.units = 1, .activation = sigmoid}};
    network.compile(CompileOptions{
        .optimizer = Adam{.learning_rate = 0.02f}, .loss = BinaryCrossentropy{}, .metrics = {accuracy}});
    network.fit(kInputs, xor_targets,
                FitOptions{.batch_size = 4, .epochs = args.number("epochs"), .verbose = 0});
    show("XOR with a hidden layer of 8", network.predict(kInputs));
  });
}
