// Cats and dogs: the first convolutional network of the courses, from a folder of pictures to a prediction.
#include <algorithm>

#include "arguments.hpp"

using namespace cornu;

int main(int argc, char** argv) {
  const Arguments args(
      argc, argv,
      {{"data", "examples/data/cats_dogs"},
       {"single", "examples/data/single"},
       {"epochs", "25"},
       {"seed", "0"},
       {"save", "."}},
      "cat_dog [--data FOLDER] [--single FOLDER] [--epochs N] [--seed N] [--save FOLDER]\n"
      "  FOLDER of --data holds train/ and test/ (or training_set/ and test_set/), each with cats/ and "
      "dogs/.\n"
      "  Writes catdog.npz and curves.svg to the --save folder and says what the --single pictures show.");
  return run([&] {
    Sequential model{
        Input{.shape = {64, 64, 3}},
        Conv2D{.filters = 32, .kernel_size = 3, .activation = relu},
        MaxPooling2D{.pool_size = 2},
        Conv2D{.filters = 32, .kernel_size = 3, .activation = relu},
        MaxPooling2D{.pool_size = 2},
        Flatten{},
        Dense{.units = 128, .activation = relu},
        Dense{.units = 1, .activation = sigmoid},
    };
    model.initialize(std::uint64_t(args.number("seed")));
    model.compile(CompileOptions{.optimizer = Adam{}, .loss = BinaryCrossentropy{}, .metrics = {accuracy}});
    model.summary();

    const bool course = std::filesystem::exists(args["data"] + "/training_set");
    const FlowOptions flow{.target_size = {64, 64},
                           .batch_size = 32,
                           .class_mode = ClassMode::binary,
                           .seed = std::uint64_t(args.number("seed"))};
    const ImageDataGenerator augment{
        .rescale = 1.f / 255, .shear_range = 0.2f, .zoom_range = 0.2f, .horizontal_flip = true};
    const ImageDataGenerator plain{.rescale = 1.f / 255};
    auto train = augment.flow_from_directory(args["data"] + (course ? "/training_set" : "/train"), flow);
    auto test = plain.flow_from_directory(args["data"] + (course ? "/test_set" : "/test"), flow);

    const History history = model.fit(train, FitOptions{.epochs = args.number("epochs"),
                                                        .verbose = 1,
                                                        .validation_data = &test,
                                                        .seed = std::uint64_t(args.number("seed"))});
    history.plot(args["save"] + "/curves.svg");
    history.save_csv(args["save"] + "/history.csv");
    model.save_weights(args["save"] + "/catdog.npz");
    const Logs result = model.evaluate(test, EvaluateOptions{.verbose = 0});
    std::printf("On pictures it has not seen: accuracy %.1f %%, loss %.3f\n", 100 * result["accuracy"],
                result["loss"]);

    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(args["single"]))
      files.push_back(entry.path().string());
    std::sort(files.begin(), files.end());
    for (const std::string& file : files) {
      Tensor image = load_image(file, {.target_size = {64, 64}}).reshape({1, 64, 64, 3});
      for (float& v : image) v /= 255;
      const float dog = model.predict(image).item();
      const auto& [name, index] = train.class_indices()[dog > 0.5f ? 1 : 0];
      std::printf("%s: %s (%.1f %%)\n", file.c_str(), name.c_str(), 100 * (index == 1 ? dog : 1 - dog));
    }
  });
}
