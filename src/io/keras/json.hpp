#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace cornu::detail {

using Json = nlohmann::json;

/// Parses text from a file: at most 64 MiB and 256 levels deep. `what` names it in messages:
/// "'net.keras': config.json". Errors: FileError.
Json parse_json(std::string_view text, const std::string& what);

/// A member of an object, or null when it is not there or this is no object.
const Json& member(const Json& object, const char* key);
/// The same as a text; "" when it is none.
std::string text_member(const Json& object, const char* key);
/// A value for a message, cut after 60 letters.
std::string shown(const Json& value);

}  // namespace cornu::detail
