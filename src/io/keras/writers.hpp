#pragma once
#include <memory>
#include <string>
#include <vector>

#include "cornu/training/compile_options.hpp"
#include "io/keras/h5_writer.hpp"
#include "io/keras/json.hpp"
#include "io/keras/model_config.hpp"

namespace cornu::detail {

/// A layer as Keras saves it. Errors: ValueError naming a layer that is not one of BuiltinLayers.
Json write_layer(const Layer& layer);
/// Whether the layer has use_causal_mask, which Keras gives to the call.
bool sees_the_past_only(const Layer& layer);
/// A model as Keras saves it, with the layers in it.
Json write_model(const Graph& graph);
/// As Keras' compile_config; legacy: with the words that Keras finds in .h5 files. Null when an optimizer, a
/// loss or a metric is a class of the user's own.
Json write_compile(const CompileOptions& options, const Optimizer& optimizer, bool legacy);

/// layers/<class>_<place>/vars/<k> for all weights, in groups as Keras 3 has them.
void write_modern_weights(H5Writer& out, const FileModel& model);
/// <layer>/<array> with lists of their names, as Keras' .h5 files have them, under a group ("" is the root).
void write_legacy_weights(H5Writer& out, const FileModel& model, const std::string& root);
/// optimizer/vars/<k>, or the lists that .h5 files have.
void write_modern_optimizer(H5Writer& out, const Optimizer& optimizer);
void write_legacy_optimizer(H5Writer& out, const Optimizer& optimizer);

/// Where .h5 files of Cornu keep the optimizer's state. Keras 3.15 cannot train a model on whose file has it
/// at its own place, "optimizer_weights": it builds the optimizer for no variables then.
inline constexpr const char* kLegacyOptimizer = "cornu_optimizer_weights";

/// The version of Keras whose files these are like.
inline constexpr const char* kKerasVersion = "3.15.1";

}  // namespace cornu::detail
