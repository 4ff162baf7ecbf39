#pragma once
#include <string>

#include "io/keras/json.hpp"

namespace cornu::detail {

/// Keras 3's name of a class: "Convolution2D" of Keras 1 is Conv2D.
std::string modern_class(const std::string& type);

/// Brings the configuration of a layer of Keras 1 or 2 to the form of Keras 3.
void modernize(const std::string& type, Json& config);

/// Whether a file of this version of Keras asks for hard_sigmoid as it was before Keras 3.
bool has_older_sigmoid(const Json& config, const std::string& version);

}  // namespace cornu::detail
