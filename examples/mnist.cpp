// Handwritten digits, twice: with dense layers only, and with convolutions.
#include "arguments.hpp"

using namespace cornu;

namespace {
Sequential dense_network() {
  return Sequential{
      Input{.shape = {28, 28, 1}},
      Flatten{},
      Dense{.units = 512, .activation = relu},
      Dropout{.rate = 0.2f},
      Dense{.units = 512, .activation = relu},
      Dropout{.rate = 0.2f},
      Dense{.units = 10, .activation = softmax},
  };
}

Sequential convolutional_network() {
  return Sequential{
      Input{.shape = {28, 28, 1}},  Conv2D{.filters = 32, .kernel_size = 3, .activation = relu},
      MaxPooling2D{.pool_size = 2}, Conv2D{.filters = 64, .kernel_size = 3, .activation = relu},
      MaxPooling2D{.pool_size = 2}, Flatten{},
      Dropout{.rate = 0.5f},        Dense{.units = 10, .activation = softmax},
  };
}
}  // namespace

int main(int argc, char** argv) {
  const Arguments args(
      argc, argv, {{"data", "examples/data/mnist"}, {"network", "both"}, {"epochs", "12"}, {"seed", "0"}},
      "mnist [--data FOLDER] [--network dense|conv|both] [--epochs N] [--seed N]\n"
      "  FOLDER holds the four idx files of MNIST, packed (.gz) or not.");
  return run([&] {
    ImageDataset set = load_mnist(args["data"]);
    for (Tensor* pixels : {&set.x_train, &set.x_test}) {
      for (float& v : *pixels) v /= 255;
      *pixels = std::move(*pixels).reshape({pixels->shape()[0], 28, 28, 1});
    }
    const auto seed = std::uint64_t(args.number("seed"));
    for (const std::string kind : {"dense", "conv"}) {
      if (args["network"] != kind && args["network"] != "both") continue;
      Sequential model = kind == "dense" ? dense_network() : convolutional_network();
      model.initialize(seed);
      model.compile(CompileOptions{
          .optimizer = Adam{}, .loss = SparseCategoricalCrossentropy{}, .metrics = {accuracy}});
      model.summary();
      model.fit(
          set.x_train, set.y_train,
          FitOptions{
              .batch_size = 128, .epochs = args.number("epochs"), .validation_split = 0.1f, .seed = seed});
      const Logs result = model.evaluate(set.x_test, set.y_test, EvaluateOptions{.verbose = 0});
      std::printf("%s: test accuracy %.2f %%\n", kind.c_str(), 100 * result["accuracy"]);
    }
  });
}
