#include "io/keras/json.hpp"

#include "cornu/core/error.hpp"

namespace cornu::detail {

Json parse_json(std::string_view text, const std::string& what) {
  constexpr std::size_t kLongest = 16u << 20;
  constexpr int kDeepest = 256;
  if (text.size() > kLongest)
    throw FileError(concat(what, " has ", text.size(), " bytes; at most ", kLongest,
                           " are accepted. Is it the configuration of a model?"));
  bool too_deep = false;
  const auto depth = [&](int level, Json::parse_event_t, Json&) {
    too_deep = too_deep || level > kDeepest;
    return !too_deep;  // what lies deeper is thrown away at once
  };
  Json value = Json::parse(text.begin(), text.end(), depth, false);
  if (too_deep)
    throw FileError(concat(what, " is nested more than ", kDeepest, " levels deep. It is damaged."));
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
