// summary, convert, weights, diff, info.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "cli/shared.hpp"
#include "cornu/core/error.hpp"
#include "cornu/core/threads.hpp"
#include "cornu/io/load_options.hpp"
#include "cornu/io/npy.hpp"
#include "cornu/kernels/isa.hpp"
#include "cornu/version.hpp"
#include "io/image_decode.hpp"

namespace cornu::cli {

namespace {

Json shapes_json(const Shapes& shapes) {
  Json out = Json::array();
  for (const Shape& shape : shapes) out.push_back(shape.to_vector());
  return out;
}

}  // namespace

void SummaryCommand::run() const {
  const Model net = load_model(model);
  if (!json) {
    std::printf("%s", net.summary_text().c_str());
    return;
  }
  Json layers = Json::array();
  for (const Layer* layer : net.layers())
    layers.push_back({{"name", layer->name()},
                      {"type", layer->type()},
                      {"trainable", layer->trainable()},
                      {"parameters", layer->count_params()}});
  print({{"name", net.name()},
         {"inputs", shapes_json(net.input_shapes())},
         {"outputs", shapes_json(net.output_shapes())},
         {"parameters", net.count_params()},
         {"compiled", net.compiled()},
         {"epochs", net.epoch()},
         {"layers", std::move(layers)}});
}

void ConvertCommand::run() const {
  Model net = load_model(model);
  if (!weights.empty()) {
    std::vector<std::string> notes;
    net.load_weights(weights,
                     LoadWeightsOptions{.by_name = by_name, .skip_mismatch = skip_mismatch, .notes = &notes});
    for (const std::string& note : notes) std::fprintf(stderr, "cornu: note: %s\n", note.c_str());
  }
  if (output.ends_with(".npz") || output.ends_with(".weights.h5"))
    net.save_weights(output);
  else
    net.save(output);
}

void WeightsCommand::run() const {
  const Model net = load_model(model);
  const std::vector<Weight*> all = net.weights();
  if (!output_dir.empty()) std::filesystem::create_directories(output_dir);
  Json list = Json::array();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Tensor& value = all[i]->value;
    const std::string file = "w" + std::to_string(i) + ".npy";
    if (!output_dir.empty()) write_npy((std::filesystem::path(output_dir) / file).string(), value);
    list.push_back(
        {{"name", all[i]->name}, {"shape", value.shape().to_vector()}, {"trainable", all[i]->trainable}});
    if (!json && output_dir.empty())
      std::printf("%s %s\n", all[i]->name.c_str(), value.shape().text().c_str());
  }
  if (json) print(list);
}

namespace {

/// What two models differ in, a line each; the largest difference of weights goes to `largest`.
std::vector<std::string> differences(const Model& a, const Model& b, double& largest) {
  std::vector<std::string> out;
  const auto first = a.layers(), second = b.layers();
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    const auto text = [&](const std::vector<Layer*>& layers) {
      return i < layers.size() ? std::string(layers[i]->type()) : std::string("nothing");
    };
    if (text(first) != text(second))
      out.push_back(detail::concat("layer ", i, ": ", text(first), " and ", text(second)));
  }
  const auto x = a.weights(), y = b.weights();
  if (x.size() != y.size()) out.push_back(detail::concat(x.size(), " and ", y.size(), " weights"));
  for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
    if (x[i]->value.shape() != y[i]->value.shape()) {
      out.push_back(detail::concat("weight ", i, " (", x[i]->name, "): ", x[i]->value.shape().text(), " and ",
                                   y[i]->value.shape().text()));
      continue;
    }
    for (Index k = 0; k < x[i]->value.size(); ++k) {
      const double difference = std::abs(double(x[i]->value.data()[k]) - double(y[i]->value.data()[k]));
      if (!(difference <= largest)) largest = difference;
    }
  }
  return out;
}

}  // namespace

bool DiffCommand::run() const {
  const Model first = load_model(a), second = load_model(b);
  double largest = 0;
  const std::vector<std::string> found = differences(first, second, largest);
  const bool same = found.empty() && largest <= tolerance;
  if (json) {
    print({{"same", same}, {"architecture", found}, {"largest_weight_difference", largest}});
  } else {
    for (const std::string& line : found) std::printf("%s\n", line.c_str());
    std::printf("largest weight difference: %g\n", largest);
  }
  return same;
}

void InfoCommand::run() const {
  const std::string version =
      detail::concat(CORNU_VERSION_MAJOR, ".", CORNU_VERSION_MINOR, ".", CORNU_VERSION_PATCH);
  const std::string isa(kernels::isa());
  const bool jpeg = detail::has_libjpeg();
  if (json)
    return print({{"version", version},
                  {"instruction_set", isa},
                  {"threads", num_threads()},
                  {"components", {{"keras_files", true}, {"libjpeg", jpeg}}}});
  std::printf("cornu %s\ninstruction set: %s\nthreads: %d\nKeras files: yes\nlibjpeg: %s\n", version.c_str(),
              isa.c_str(), num_threads(), jpeg ? "yes" : "no (stb_image decodes)");
}

}  // namespace cornu::cli
