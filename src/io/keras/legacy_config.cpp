#include "io/keras/legacy_config.hpp"

#include <array>
#include <utility>

namespace cornu::detail {

namespace {
using Names = std::pair<const char*, const char*>;

constexpr std::array kClasses{Names{"Convolution1D", "Conv1D"},
                              Names{"Convolution2D", "Conv2D"},
                              Names{"Convolution3D", "Conv3D"},
                              Names{"AtrousConvolution2D", "Conv2D"},
                              Names{"Deconvolution2D", "Conv2DTranspose"},
                              Names{"SeparableConvolution2D", "SeparableConv2D"},
                              Names{"BatchNormalizationV1", "BatchNormalization"},
                              Names{"BatchNormalizationV2", "BatchNormalization"},
                              Names{"SyncBatchNormalization", "BatchNormalization"},
                              Names{"ThresholdedReLU", "ReLU"}};

// Keras 1's names of fields, in the classes that had them.
constexpr std::array kFields{Names{"nb_filter", "filters"},
                             Names{"output_dim", "units"},
                             Names{"subsample", "strides"},
                             Names{"subsample_length", "strides"},
                             Names{"border_mode", "padding"},
                             Names{"filter_length", "kernel_size"},
                             Names{"init", "kernel_initializer"},
                             Names{"inner_init", "recurrent_initializer"},
                             Names{"inner_activation", "recurrent_activation"},
                             Names{"W_regularizer", "kernel_regularizer"},
                             Names{"U_regularizer", "recurrent_regularizer"},
                             Names{"b_regularizer", "bias_regularizer"},
                             Names{"W_constraint", "kernel_constraint"},
                             Names{"b_constraint", "bias_constraint"},
                             Names{"bias", "use_bias"},
                             Names{"atrous_rate", "dilation_rate"},
                             Names{"pool_length", "pool_size"},
                             Names{"stride", "strides"},
                             Names{"dropout_W", "dropout"},
                             Names{"dropout_U", "recurrent_dropout"}};

void rename(Json& config, const char* from, const char* to) {
  const auto found = config.find(from);
  if (found == config.end()) return;
  Json value = std::move(*found);
  config.erase(found);
  if (!config.contains(to)) config[to] = std::move(value);
}

void modernize_keras1(const std::string& type, Json& config) {
  // Embedding has its own output_dim, which stays.
  for (const auto& [from, to] : kFields)
    if (!(type == "Embedding" && std::string_view(from) == "output_dim")) rename(config, from, to);
  if (config.contains("nb_row") && config.contains("nb_col")) {
    config["kernel_size"] = Json::array({config["nb_row"], config["nb_col"]});
    config.erase("nb_row");
    config.erase("nb_col");
  }
  if (config.contains("dim_ordering")) {
    config["data_format"] = config["dim_ordering"] == "th" ? "channels_first" : "channels_last";
    config.erase("dim_ordering");
  }
  if (type == "Dropout") rename(config, "p", "rate");
  // The other modes, by sample and always by the statistics of the batch, are refused as unknown.
  if (type == "BatchNormalization" && member(config, "mode") == 0) config.erase("mode");
  if (type == "Dense") config.erase("input_dim");
}
}  // namespace

std::string modern_class(const std::string& type) {
  for (const auto& [from, to] : kClasses)
    if (type == from) return to;
  return type;
}

void modernize(const std::string& type, Json& config) {
  modernize_keras1(type, config);
  if (type == "LeakyReLU") rename(config, "alpha", "negative_slope");
  if (type == "ReLU") rename(config, "theta", "threshold");
  // One axis in a list, as Keras 2 wrote it.
  if (type == "BatchNormalization" && member(config, "axis").is_array() && config["axis"].size() == 1)
    config["axis"] = Json(config["axis"][0]);
  // Before TensorFlow 2 the reset gate came before the product, and nothing said so.
  if (type == "GRU" && !config.contains("reset_after")) config["reset_after"] = false;
  if (config.contains("input_length") && type == "Embedding") config.erase("input_length");
}

bool has_older_sigmoid(const Json& config, const std::string& version) {
  return (version.starts_with("1.") || version.starts_with("2.")) &&
         config.dump().find("\"hard_sigmoid\"") != std::string::npos;
}

}  // namespace cornu::detail
