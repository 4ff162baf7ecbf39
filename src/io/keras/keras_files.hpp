#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cornu/io/load_options.hpp"
#include "model/graph.hpp"

namespace cornu::detail {

// What the rest of the library calls; without HDF5 or nlohmann-json each throws a StateError that names the
// Debian packages (missing.cpp).

/// Sets the weights of a graph from the bytes of a .keras, .weights.h5 or .h5 file.
void load_keras_weights(const std::shared_ptr<Graph>& graph, std::vector<std::uint8_t> bytes,
                        const std::string& path, const LoadWeightsOptions& options);

/// Writes them: .weights.h5 in Keras 3's layout, another .h5 in that of Keras 2 with weights only. Atomic.
void save_keras_weights(const std::shared_ptr<Graph>& graph, const std::string& path);

}  // namespace cornu::detail
