#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace cornu::detail {

/// The whole file. Errors: FileError, naming the file: missing, a folder, unreadable, above max_bytes.
std::vector<std::uint8_t> read_file(const std::string& path, std::int64_t max_bytes = INT64_MAX);

}  // namespace cornu::detail
