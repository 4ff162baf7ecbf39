#pragma once
#include <string>

#include "cornu/layers/layer_handle.hpp"
#include "io/keras/field_reader.hpp"

namespace cornu::detail {

/// A layer from its saved object {"class_name": ..., "config": {...}}, of any class in BuiltinLayers, and in
/// the forms of Keras 1, 2 and 3. Errors: ValueError naming the layer and what cannot be represented.
LayerHandle read_layer(const Json& saved, Notes& notes);

/// "layer 'conv' (Conv2D)" of a saved object.
std::string who_of(const Json& saved);

/// Shape of one sample from Keras' (None, 28, 28, 1). Errors: ValueError for an axis without a size.
Shape sample_shape(const Json& batch_shape, const std::string& who);

}  // namespace cornu::detail
