// predict, evaluate, fit.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <numeric>

#include "cli/shared.hpp"
#include "cornu/core/error.hpp"
#include "cornu/io/image.hpp"
#include "cornu/io/npy.hpp"
#include "cornu/training/fit_options.hpp"

namespace cornu::cli {

namespace {

std::vector<std::string> picture_files(const std::vector<std::string>& given) {
  namespace fs = std::filesystem;
  std::vector<std::string> out;
  for (const std::string& path : given) {
    if (!fs::is_directory(path)) {
      out.push_back(path);
      continue;
    }
    std::vector<std::string> inside;
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
      std::string ending = entry.path().extension().string();
      std::transform(ending.begin(), ending.end(), ending.begin(),
                     [](unsigned char c) { return std::tolower(c); });
      if (entry.is_regular_file() &&
          (ending == ".jpg" || ending == ".jpeg" || ending == ".png" || ending == ".bmp"))
        inside.push_back(entry.path().string());
    }
    std::sort(inside.begin(), inside.end());
    if (inside.empty())
      throw FileError("'" + path + "' holds no .jpg, .png or .bmp picture. Give another folder.");
    out.insert(out.end(), inside.begin(), inside.end());
  }
  return out;
}

struct Guess {
  std::string name;
  float probability;
};

/// The most probable classes; one sigmoid unit counts as two classes.
std::vector<Guess> guesses(const Tensor& y, Index row, const std::vector<std::string>& classes, Index top) {
  const Index width = y.size() / y.shape().front();
  const float* values = y.data() + row * width;
  std::vector<float> probabilities(values, values + width);
  if (width == 1) probabilities = {1 - values[0], values[0]};
  std::vector<std::size_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return probabilities[a] > probabilities[b]; });
  std::vector<Guess> out;
  for (std::size_t k = 0; k < order.size() && Index(k) < top; ++k)
    out.push_back(
        {order[k] < classes.size() ? classes[order[k]] : std::to_string(order[k]), probabilities[order[k]]});
  return out;
}

void predict_pictures(const PredictCommand& command, const Model& model) {
  const Shapes shapes = model.input_shapes();
  if (shapes.size() != 1 || shapes[0].rank() != 3 || (shapes[0].back() != 1 && shapes[0].back() != 3))
    throw ShapeError(detail::concat("predict: pictures were given, but the model takes ",
                                    shapes.size() == 1 ? shapes[0].batch_text() : "several inputs",
                                    ". Give .npy files with --input."));
  const Shape shape = shapes[0];
  std::vector<std::string> classes = parse_names(command.classes);
  const std::string beside = command.model.path + ".classes.txt";
  if (classes.empty() && std::filesystem::exists(beside)) classes = parse_names(beside);
  const std::vector<std::string> files = picture_files(command.pictures);
  Json all = Json::array();
  for (std::size_t first = 0; first < files.size(); first += std::size_t(command.batch_size)) {
    const std::size_t count = std::min(files.size() - first, std::size_t(command.batch_size));
    Tensor x(shape.with_front(Index(count)));
    for (std::size_t i = 0; i < count; ++i) {
      const Tensor picture = load_image(
          files[first + i], {.color_mode = shape.back() == 1 ? ColorMode::grayscale : ColorMode::rgb,
                             .target_size = {shape[0], shape[1]},
                             .interpolation = Interpolation::nearest});
      std::copy(picture.begin(), picture.end(), x.data() + Index(i) * shape.count());
    }
    if (command.scale != 1.f)
      for (float& value : x) value *= command.scale;
    const Tensor y = model.predict(x, PredictOptions{.batch_size = command.batch_size});
    for (std::size_t i = 0; i < count; ++i) {
      Json one{{"file", files[first + i]}, {"classes", Json::array()}};
      std::string line = files[first + i] + ":";
      for (const Guess& guess : guesses(y, Index(i), classes, command.top)) {
        one["classes"].push_back({{"class", guess.name}, {"probability", guess.probability}});
        char text[32];
        std::snprintf(text, sizeof text, " %.1f %%", 100 * double(guess.probability));
        line += (line.back() == ':' ? " " : ", ") + guess.name + text;
      }
      all.push_back(std::move(one));
      if (!command.json) std::printf("%s\n", line.c_str());
    }
  }
  if (command.json) print(all);
}

}  // namespace

void PredictCommand::run() const {
  if (inputs.empty() == pictures.empty())
    throw ValueError("predict: give either .npy files (--input) or pictures. See cornu predict --help.");
  const Model net = load_model(model);
  if (!pictures.empty()) return predict_pictures(*this, net);
  const std::vector<Tensor> y =
      net.predict_all(read_arrays(inputs), PredictOptions{.batch_size = batch_size});
  if (!outputs.empty() && outputs.size() != y.size())
    throw ValueError(detail::concat("predict: the model has ", y.size(), " outputs and ", outputs.size(),
                                    " --output files were given. Give one for each."));
  for (std::size_t i = 0; i < outputs.size(); ++i) write_npy(outputs[i], y[i]);
  if (!outputs.empty()) return;
  Json all = Json::array();
  for (const Tensor& one : y) {
    if (json)
      all.push_back({{"shape", one.shape().to_vector()}, {"values", one.to_vector()}});
    else
      std::printf("%s\n", one.text().c_str());
  }
  if (json) print(all);
}

namespace {
Tensor weight_of(const DataArguments& data) {
  return data.sample_weight.empty() ? Tensor() : read_npy(data.sample_weight);
}

std::map<Index, float> parse_class_weight(const std::string& text) {
  std::map<Index, float> out;
  for (const std::string& part : parse_names(text)) {
    const std::size_t equal = part.find('=');
    try {
      if (equal == std::string::npos) throw std::invalid_argument("");
      std::size_t used = 0, used_weight = 0;
      const Index label = std::stol(part.substr(0, equal), &used);
      const float weight = std::stof(part.substr(equal + 1), &used_weight);
      if (used != equal || used_weight != part.size() - equal - 1) throw std::invalid_argument("");
      out[label] = weight;
    } catch (const std::exception&) {
      throw ValueError("fit: '" + text + "' are no class weights. Write them as 0=1,1=2.5.");
    }
  }
  return out;
}
}  // namespace

void EvaluateCommand::run() const {
  Model net = load_model(model);
  const Logs logs = net.evaluate(
      read_arrays(data.x), read_arrays(data.y),
      EvaluateOptions{.batch_size = data.batch_size, .verbose = 0, .sample_weight = weight_of(data)});
  Json out = Json::object();
  for (const auto& [name, value] : logs) {
    out[name] = value;
    if (!json) std::printf("%s: %.6g\n", name.c_str(), value);
  }
  if (json) print(out);
}

void FitCommand::run() const {
  Model net = load_model(model);
  FitOptions options{
      .batch_size = data.batch_size,
      .epochs = epochs,
      .verbose = json ? 0 : verbose,
      .validation_split = validation_split,
      .shuffle = !no_shuffle,
      .class_weight = class_weight.empty() ? std::map<Index, float>{} : parse_class_weight(class_weight),
      .sample_weight = weight_of(data),
      .initial_epoch = resume ? net.epoch() : initial_epoch,
      .steps_per_epoch = steps_per_epoch,
      .seed = seed};
  const History trained = net.fit(read_arrays(data.x), read_arrays(data.y), options);
  if (!history.empty()) write_text(history, history_json(trained).dump() + "\n");
  if (!output.empty()) net.save(output);
  if (json) print(history_json(trained));
}

}  // namespace cornu::cli
