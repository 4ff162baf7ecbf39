// CIFAR-10 in steps, as the courses do it by hand: 500 batches of 100, the test accuracy every 100 steps.
#include "arguments.hpp"

using namespace cornu;

int main(int argc, char** argv) {
  const Arguments args(
      argc, argv, {{"data", ""}, {"steps", "500"}, {"batch", "100"}, {"seed", "0"}},
      "cifar10 [--data FOLDER] [--steps N] [--batch N] [--seed N]\n"
      "  FOLDER holds CIFAR-10's binary files data_batch_1.bin ... test_batch.bin. Without it the small\n"
      "  sample examples/data/cifar10_sample.bin is learned by heart, which shows that the code runs.");
  return run([&] {
    ImageDataset set;
    if (args["data"].empty()) {
      std::tie(set.x_train, set.y_train) = read_cifar10_batch("examples/data/cifar10_sample.bin");
      set.x_test = set.x_train, set.y_test = set.y_train;
    } else {
      set = load_cifar10(args["data"]);
    }
    for (Tensor* pixels : {&set.x_train, &set.x_test})
      for (float& v : *pixels) v /= 255;
    const auto seed = std::uint64_t(args.number("seed"));
    CifarHelper cifar(std::move(set.x_train), one_hot(set.y_train, 10), seed);
    const Tensor labels = one_hot(set.y_test, 10);

    Sequential model{
        Input{.shape = {32, 32, 3}},
        Conv2D{.filters = 32, .kernel_size = 4, .padding = Padding::same, .activation = relu},
        MaxPooling2D{.pool_size = 2},
        Conv2D{.filters = 64, .kernel_size = 4, .padding = Padding::same, .activation = relu},
        MaxPooling2D{.pool_size = 2},
        Flatten{},
        Dense{.units = 1024, .activation = relu},
        Dropout{.rate = 0.5f},
        Dense{.units = 10, .activation = softmax},
    };
    model.initialize(seed);
    model.compile(CompileOptions{
        .optimizer = Adam{.learning_rate = 1e-3f}, .loss = CategoricalCrossentropy{}, .metrics = {accuracy}});
    for (Index step = 1; step <= args.number("steps"); ++step) {
      const auto [x, y] = cifar.next_batch(args.number("batch"));
      const Logs logs = model.train_on_batch(x, y);
      if (step % 100 != 0 && step != args.number("steps")) continue;
      const Logs result =
          model.evaluate(set.x_test, labels, EvaluateOptions{.batch_size = 100, .verbose = 0});
      std::printf("step %td: loss %.3f, test accuracy %.1f %%\n", step, logs["loss"],
                  100 * result["accuracy"]);
      std::fflush(stdout);
    }
  });
}
