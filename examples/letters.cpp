// Handwritten capitals: first A, B and C with a dense network, then the whole alphabet.
#include "arguments.hpp"

using namespace cornu;

namespace {
void learn(const std::string& data, std::vector<std::string> letters, Index epochs, std::uint64_t seed) {
  const FlowOptions flow{.target_size = {28, 28},
                         .color_mode = ColorMode::grayscale,
                         .classes = std::move(letters),
                         .batch_size = 32,
                         .class_mode = ClassMode::sparse,
                         .seed = seed};
  // Each picture is brought to mean 0 and deviation 1, so that uneven paper and pale ink do not matter.
  const ImageDataGenerator augment{.samplewise_center = true,
                                   .samplewise_std_normalization = true,
                                   .rotation_range = 8,
                                   .width_shift_range = 0.08,
                                   .height_shift_range = 0.08,
                                   .zoom_range = 0.1};
  const ImageDataGenerator plain{.samplewise_center = true, .samplewise_std_normalization = true};
  auto train = augment.flow_from_directory(data + "/train", flow);
  auto test = plain.flow_from_directory(data + "/test", flow);

  Sequential model{
      Input{.shape = {28, 28, 1}},
      Flatten{},
      Dense{.units = 512, .activation = relu},
      Dropout{.rate = 0.3f},
      Dense{.units = 256, .activation = relu},
      Dropout{.rate = 0.3f},
      Dense{.units = train.num_classes(), .activation = softmax},
  };
  model.initialize(seed);
  model.compile(
      CompileOptions{.optimizer = Adam{}, .loss = SparseCategoricalCrossentropy{}, .metrics = {accuracy}});
  model.fit(train, FitOptions{.epochs = epochs, .verbose = 2, .validation_data = &test, .seed = seed});
  const Logs result = model.evaluate(test, EvaluateOptions{.verbose = 0});
  std::printf("%td letters: test accuracy %.1f %%\n", train.num_classes(), 100 * result["accuracy"]);
}
}  // namespace

int main(int argc, char** argv) {
  const Arguments args(argc, argv, {{"data", "examples/data/letters"}, {"epochs", "100"}, {"seed", "0"}},
                       "letters [--data FOLDER] [--epochs N] [--seed N]\n"
                       "  FOLDER holds train/ and test/, each with one folder a letter.");
  return run([&] {
    learn(args["data"], {"A", "B", "C"}, args.number("epochs"), std::uint64_t(args.number("seed")));
    learn(args["data"], {}, args.number("epochs"), std::uint64_t(args.number("seed")));
  });
}
