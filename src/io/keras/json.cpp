#include "io/keras/json.hpp"

#include <algorithm>

#include "cornu/core/error.hpp"

namespace cornu::detail {

namespace {
/// How deep brackets are nested, in text that need not be JSON.
int depth_of(std::string_view text) {
  int depth = 0, deepest = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') quoted = !quoted;
    if (quoted) {
      if (c == '\\') ++i;  // what comes next does not end the text
    } else if (c == '[' || c == '{') {
      deepest = std::max(deepest, ++depth);
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return deepest;
}
}  // namespace

Json parse_json(std::string_view text, const std::string& what) {
  constexpr std::size_t kLongest = 16u << 20;
  constexpr int kDeepest = 256;
  if (text.size() > kLongest)
    throw FileError(concat(what, " has ", text.size(), " bytes; at most ", kLongest,
                           " are accepted. Is it the configuration of a model?"));
  // Not by a callback of the parser: with one, a list of n objects takes n * n steps.
  if (depth_of(text) > kDeepest)
    throw FileError(concat(what, " is nested more than ", kDeepest, " levels deep. It is damaged."));
  Json value = Json::parse(text.begin(), text.end(), nullptr, false);
  if (value.is_discarded())
    throw FileError(
        concat(what, " is not JSON (or has NaN or Infinity in it). It is damaged; save it again."));
  return value;
}

const Json& member(const Json& object, const char* key) {
  static const Json nothing;
  if (!object.is_object()) return nothing;
  const auto found = object.find(key);
  return found == object.end() ? nothing : *found;
}

std::string text_member(const Json& object, const char* key) {
  const Json& value = member(object, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::string shown(const Json& value) {
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  return text;
}

}  // namespace cornu::detail
