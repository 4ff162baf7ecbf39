// train: a folder of pictures becomes a model file.
#include <cstdio>
#include <optional>

#include "cli/shared.hpp"
#include "cornu/core/error.hpp"
#include "cornu/data/image_data_generator.hpp"
#include "cornu/layers/layers.hpp"
#include "cornu/model/sequential.hpp"
#include "cornu/training/compile_options.hpp"
#include "cornu/training/fit_options.hpp"

namespace cornu::cli {

namespace {

/// The network takes pixels 0 .. 255 as they are, so that predict needs to know nothing else.
Sequential preset(const TrainCommand& command, Index classes) {
  const bool deep = command.network == "deep";
  Sequential net;
  net.add(Input{.shape = {command.size, command.size, 3}});
  net.add(Rescaling{.scale = 1.0 / 255});
  for (const Index filters : deep ? std::vector<Index>{32, 64, 96, 128} : std::vector<Index>{32, 32}) {
    net.add(Conv2D{.filters = filters,
                   .kernel_size = 3,
                   .padding = deep ? Padding::same : Padding::valid,
                   .activation = relu});
    net.add(MaxPooling2D{.pool_size = 2});
  }
  net.add(Flatten{});
  net.add(Dense{.units = 128, .activation = relu});
  if (deep) net.add(Dropout{.rate = 0.5f});
  net.add(classes == 2 ? Dense{.units = 1, .activation = sigmoid}
                       : Dense{.units = classes, .activation = softmax});
  return net;
}

Shape picture_shape(const Model& model) {
  const Shapes shapes = model.input_shapes();
  if (shapes.size() != 1 || shapes[0].rank() != 3 || shapes[0].back() != 3)
    throw ShapeError(detail::concat("train: the model takes ", shapes[0].batch_text(),
                                    "; pictures are (batch, height, width, 3). Give another model."));
  return shapes[0];
}

}  // namespace

void TrainCommand::run() const {
  std::optional<Model> given;
  if (!model.empty()) given = load_model({model});
  const Shape shape = given ? picture_shape(*given) : Shape{size, size, 3};
  ImageDataGenerator augment{.validation_split = validation_split};
  if (!no_augmentation) {
    augment.shear_range = 0.2;
    augment.zoom_range = 0.2;
    augment.horizontal_flip = true;
  }
  const ImageDataGenerator plain{.validation_split = validation_split};
  FlowOptions flow{.target_size = {shape[0], shape[1]},
                   .batch_size = batch_size,
                   .class_mode = ClassMode::sparse,
                   .seed = seed};
  if (validation_split > 0) flow.subset = Subset::training;
  ImageIterator pictures = augment.flow_from_directory(folder, flow);
  std::vector<std::string> classes;
  for (const auto& entry : pictures.class_indices()) classes.push_back(entry.first);
  if (classes.size() < 2)
    throw ValueError(detail::concat("train: '", folder, "' has ", classes.size(),
                                    " subfolders with pictures; there must be one for each class."));
  std::optional<ImageIterator> held_out;
  if (validation_split > 0) {
    flow.subset = Subset::validation;
    flow.shuffle = false;
    held_out = plain.flow_from_directory(folder, flow);
  }
  Model net = given ? std::move(*given) : Model(preset(*this, Index(classes.size())));
  if (model.empty()) net.initialize(seed);
  if (!net.compiled()) {
    const bool binary = net.output_shapes()[0].back() == 1;
    CompileOptions options{.optimizer = Adam{.learning_rate = learning_rate}, .metrics = {accuracy}};
    if (binary)
      options.loss = BinaryCrossentropy{};
    else
      options.loss = SparseCategoricalCrossentropy{};
    net.compile(options);
  }
  net.summary();
  FitOptions options{.epochs = epochs, .verbose = 1, .seed = seed};
  if (held_out) options.validation_data = &*held_out;
  const History trained = net.fit(pictures, options);
  net.save(output);
  std::string names;
  for (const std::string& name : classes) names += name + "\n";
  write_text(output + ".classes.txt", names);
  if (!plot.empty()) trained.plot(plot);
  if (!history.empty()) write_text(history, history_json(trained).dump() + "\n");
  if (trained.contains("val_accuracy"))
    std::printf("On pictures it has not seen: accuracy %.1f %%\n", 100 * trained["val_accuracy"].back());
  std::printf("Wrote %s and the names of its classes beside it. Try: cornu predict %s PICTURE\n",
              output.c_str(), output.c_str());
}

}  // namespace cornu::cli
