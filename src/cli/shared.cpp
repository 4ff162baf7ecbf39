#include "cli/shared.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>

#include "cornu/core/error.hpp"
#include "cornu/io/load_options.hpp"
#include "cornu/io/npy.hpp"
#include "io/atomic_file.hpp"
#include "io/read_file.hpp"

namespace cornu::cli {

namespace {
std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(at, begin), text.size());
    std::string part = text.substr(begin, end - begin);
    if (!part.empty() && part.back() == '\r') part.pop_back();
    if (!part.empty()) out.push_back(std::move(part));
    begin = end + 1;
  }
  return out;
}
}  // namespace

Model load_model(const ModelArguments& arguments) {
  std::vector<std::string> notes;
  LoadOptions options{.notes = &notes};
  for (const std::string& shape : arguments.input_shapes) options.input_shapes.push_back(parse_shape(shape));
  Model model = Model::load(arguments.path, options);
  for (const std::string& note : notes) std::fprintf(stderr, "cornu: note: %s\n", note.c_str());
  return model;
}

std::vector<Tensor> read_arrays(const std::vector<std::string>& paths) {
  std::vector<Tensor> out;
  for (const std::string& path : paths) out.push_back(read_npy(path));
  return out;
}

Shape parse_shape(const std::string& text) {
  std::vector<Index> extents;
  for (const std::string& part : split(text, ',')) {
    std::size_t used = 0;
    Index extent = 0;
    try {
      extent = std::stol(part, &used);
    } catch (const std::exception&) {
    }
    if (used != part.size() || extent < 1)
      throw ValueError("'" + text + "' is no shape. Give the sizes of one sample, such as 64,64,3.");
    extents.push_back(extent);
  }
  return Shape(std::span<const Index>(extents));
}

std::vector<std::string> parse_names(const std::string& text) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(text, ignored)) return split(text, ',');
  const auto bytes = detail::read_file(text, 1 << 24);
  return split(std::string(bytes.begin(), bytes.end()), '\n');
}

void print(const Json& value) { std::printf("%s\n", value.dump(2).c_str()); }

void write_text(const std::string& path, const std::string& text) {
  detail::AtomicFile file(path);
  file.write(text.data(), text.size());
  file.commit();
}

Json history_json(const History& history) {
  Json out = Json::object();
  for (const std::string& key : history.keys()) out[key] = history[key];
  return out;
}

}  // namespace cornu::cli
