#pragma once
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cornu/model/model.hpp"
#include "cornu/training/history.hpp"

namespace cornu::cli {

using Json = nlohmann::ordered_json;

/// Loads a model; what was left out of it is told on standard error.
Model load_model(const ModelArguments& arguments);
/// Every .npy file.
std::vector<Tensor> read_arrays(const std::vector<std::string>& paths);
/// "64,64,3" as a shape. Errors: ValueError.
Shape parse_shape(const std::string& text);
/// "cat,dog", or the lines of a file of that name.
std::vector<std::string> parse_names(const std::string& text);
void print(const Json& value);
void write_text(const std::string& path, const std::string& text);
Json history_json(const History& history);

}  // namespace cornu::cli
