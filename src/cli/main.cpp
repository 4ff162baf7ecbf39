// The program `cornu`: the command line, and what goes wrong in one line on standard error.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>

#include "cli/commands.hpp"
#include "cornu/version.hpp"

namespace {

using namespace cornu::cli;  // NOLINT(google-build-using-namespace): our own, in this file only

void add_model(CLI::App& command, ModelArguments& model, const std::string& name = "model") {
  command.add_option(name, model.path, "A .keras or .h5 file of Keras or Cornu")->required();
  command
      .add_option("--input-shape", model.input_shapes,
                  "Shape of one sample, such as 64,64,3, for an input whose shape the file leaves open")
      ->allow_extra_args(false);
}
void add_json(CLI::App& command, bool& json) {
  command.add_flag("--json", json, "Print one JSON value for machines");
}
void add_data(CLI::App& command, DataArguments& data) {
  command.add_option("--x", data.x, "Inputs, an .npy file for each input of the model")
      ->required()
      ->allow_extra_args(false);
  command.add_option("--y", data.y, "Targets, an .npy file for each output")
      ->required()
      ->allow_extra_args(false);
  command.add_option("--sample-weight", data.sample_weight, "Factor of each sample's loss, an .npy file");
  command.add_option("--batch-size", data.batch_size, "Samples a step")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

struct Commands {
  SummaryCommand summary;
  PredictCommand predict;
  EvaluateCommand evaluate;
  FitCommand fit;
  TrainCommand train;
  ConvertCommand convert;
  WeightsCommand weights;
  DiffCommand diff;
  InfoCommand info;
};

void add_summary(CLI::App& app, SummaryCommand& c) {
  auto& command = *app.add_subcommand("summary", "Layers, shapes and numbers of weights");
  add_model(command, c.model);
  add_json(command, c.json);
}
void add_predict(CLI::App& app, PredictCommand& c) {
  auto& command = *app.add_subcommand("predict", "Outputs for .npy files, or classes of pictures");
  add_model(command, c.model);
  command.add_option("pictures", c.pictures, "Pictures, or folders of them");
  command
      .add_option("--input", c.inputs,
                  "An .npy file for each input of the model, samples along the first axis")
      ->allow_extra_args(false);
  command.add_option("--output", c.outputs, "Where each output goes, .npy; printed when left out")
      ->allow_extra_args(false);
  command.add_option("--classes", c.classes, "Names of the classes, cat,dog, or a file with one a line");
  command.add_option("--top", c.top, "So many classes of each picture")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--scale", c.scale,
                     "Factor of the pixels 0 .. 255, if the network does not rescale them itself");
  command.add_option("--batch-size", c.batch_size, "Samples at a time")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add_json(command, c.json);
}
void add_evaluate(CLI::App& app, EvaluateCommand& c) {
  auto& command = *app.add_subcommand("evaluate", "Loss and metrics on data");
  add_model(command, c.model);
  add_data(command, c.data);
  add_json(command, c.json);
}
void add_fit(CLI::App& app, FitCommand& c) {
  auto& command = *app.add_subcommand("fit", "Trains a compiled model on .npy files");
  add_model(command, c.model);
  add_data(command, c.data);
  command.add_option("--epochs", c.epochs, "Number of the last epoch")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_option("--initial-epoch", c.initial_epoch, "Epochs that are done already")
      ->check(CLI::NonNegativeNumber);
  command.add_flag("--resume", c.resume, "Go on after the epochs that the file has been trained for");
  command
      .add_option("--steps-per-epoch", c.steps_per_epoch, "Batches an epoch; the whole data when left out")
      ->check(CLI::NonNegativeNumber);
  command
      .add_option("--validation-split", c.validation_split, "This share of the data, from its end, validates")
      ->check(CLI::Range(0.0, 1.0));
  command.add_option("--class-weight", c.class_weight, "Factors of the loss by class, 0=1,1=2.5");
  command.add_flag("--no-shuffle", c.no_shuffle, "Take the samples in their order");
  command.add_option("--seed", c.seed, "Of shuffling, dropout and noise")->capture_default_str();
  command.add_option("--verbose", c.verbose, "0 silent, 1 progress bar, 2 a line an epoch")
      ->check(CLI::Range(0, 2));
  command.add_option("--history", c.history, "Where loss and metrics of each epoch go, .json");
  command.add_option("--output", c.output, "Where the trained model goes, .keras or .h5");
  add_json(command, c.json);
}
void add_train(CLI::App& app, TrainCommand& c) {
  auto& command =
      *app.add_subcommand("train", "Trains a network on a folder of pictures, one subfolder a class");
  command.add_option("folder", c.folder, "Folder with one subfolder of pictures a class")->required();
  command.add_option("--output", c.output, "Where the trained model goes, .keras or .h5")
      ->capture_default_str();
  command.add_option("--network", c.network, "small: two convolutions; deep: four")
      ->check(CLI::IsMember({"small", "deep"}))
      ->capture_default_str();
  command.add_option("--model", c.model, "Train this model file instead (it must take pictures)");
  command.add_option("--epochs", c.epochs, "Epochs")->check(CLI::PositiveNumber)->capture_default_str();
  command.add_option("--batch-size", c.batch_size, "Pictures a step")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--size", c.size, "Height and width that pictures are brought to")
      ->check(CLI::Range(8, 4096))
      ->capture_default_str();
  command.add_option("--validation-split", c.validation_split, "This share of the pictures validates")
      ->check(CLI::Range(0.0, 0.9))
      ->capture_default_str();
  command.add_option("--learning-rate", c.learning_rate, "Of Adam")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_flag("--no-augmentation", c.no_augmentation, "Take the pictures as they are");
  command.add_option("--seed", c.seed, "Of weights, order and augmentation")->capture_default_str();
  command.add_option("--plot", c.plot, "Where the curves go, .svg");
  command.add_option("--history", c.history, "Where loss and metrics of each epoch go, .json");
}
void add_convert(CLI::App& app, ConvertCommand& c) {
  auto& command = *app.add_subcommand("convert", "Reads a model in one format and writes it in another");
  add_model(command, c.model);
  command.add_option("output", c.output, "By its ending: .keras, .h5, .weights.h5, .npz (weights)")
      ->required();
  command.add_option("--weights", c.weights,
                     "Take the weights from this file: .weights.h5, .h5, .keras, .npz");
  command.add_flag("--by-name", c.by_name, "Take weights by the names of the layers");
  command.add_flag("--skip-mismatch", c.skip_mismatch, "Leave layers as they are whose weights do not fit");
}
void add_weights(CLI::App& app, WeightsCommand& c) {
  auto& command = *app.add_subcommand("weights", "Lists the weights, or writes each to an .npy file");
  add_model(command, c.model);
  command.add_option("--output-dir", c.output_dir, "Folder for w0.npy, w1.npy, ... in Keras' order");
  add_json(command, c.json);
}
void add_diff(CLI::App& app, DiffCommand& c) {
  auto& command = *app.add_subcommand("diff", "Compares two models; exit status 1 when they differ");
  command.add_option("a", c.a.path, "A .keras or .h5 file")->required();
  command.add_option("b", c.b.path, "Another one")->required();
  command.add_option("--tolerance", c.tolerance, "Largest difference of weights that counts as none")
      ->capture_default_str();
  add_json(command, c.json);
}

int run(CLI::App& app, const Commands& commands) {
  const std::string name = app.get_subcommands().at(0)->get_name();
  if (name == "summary") commands.summary.run();
  if (name == "predict") commands.predict.run();
  if (name == "evaluate") commands.evaluate.run();
  if (name == "fit") commands.fit.run();
  if (name == "train") commands.train.run();
  if (name == "convert") commands.convert.run();
  if (name == "weights") commands.weights.run();
  if (name == "diff") return commands.diff.run() ? 0 : 1;
  if (name == "info") commands.info.run();
  return 0;
}

/// One line: a message may have several.
int fail(std::string message, int status) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  std::fprintf(stderr, "cornu: %s\n", message.c_str());
  return status;
}

}  // namespace

int main(int argc, char** argv) try {
  CLI::App app{"Trains and runs networks that Keras or Cornu saved, without Python.", "cornu"};
  app.require_subcommand(1);
  app.set_version_flag("--version", std::to_string(CORNU_VERSION_MAJOR) + "." +
                                        std::to_string(CORNU_VERSION_MINOR) + "." +
                                        std::to_string(CORNU_VERSION_PATCH));
  Commands commands;
  add_summary(app, commands.summary);
  add_predict(app, commands.predict);
  add_evaluate(app, commands.evaluate);
  add_fit(app, commands.fit);
  add_train(app, commands.train);
  add_convert(app, commands.convert);
  add_weights(app, commands.weights);
  add_diff(app, commands.diff);
  add_json(*app.add_subcommand("info", "Version, instruction set, threads, what was built in"),
           commands.info.json);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help and --version
    if (app.get_subcommands().empty() && argc > 1 && argv[1][0] != '-')
      return fail(std::string("there is no command '") + argv[1] + "'. See cornu --help.", 2);
    return fail(std::string(error.what()) + ". See cornu --help, or cornu COMMAND --help.", 2);
  }
  return run(app, commands);
} catch (const std::bad_alloc&) {
  return fail("there is not enough memory for this model and these data.", 1);
} catch (const std::exception& error) {
  return fail(error.what(), 1);
}
