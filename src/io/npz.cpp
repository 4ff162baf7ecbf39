#include <algorithm>
#include <set>
#include <string_view>

#include "cornu/core/error.hpp"
#include "cornu/io/npy.hpp"
#include "io/npy_format.hpp"
#include "io/read_file.hpp"
#include "io/zip.hpp"

namespace cornu {

namespace {
constexpr std::string_view kSuffix = ".npy";

std::span<const std::uint8_t> bytes_of(const void* data, std::size_t size) {
  return {static_cast<const std::uint8_t*>(data), size};
}

/// A file of a megabyte could ask for gigabytes; arrays that are worth reading do not pack that well.
void refuse_bomb(const std::vector<detail::ZipEntry>& entries, std::uint64_t packed, const std::string& who) {
  constexpr std::uint64_t kUnsuspicious = 1u << 27, kMostRatio = 500;
  std::uint64_t size = 0;  // no overflow: an entry has at most 1040 times the bytes of the file
  for (const auto& entry : entries) size += entry.size;
  if (size > kUnsuspicious && size / kMostRatio > packed)
    throw FileError(detail::concat(who, " would unpack from ", packed, " to ", size,
                                   " bytes, which is more than ", kMostRatio,
                                   " to 1. If that is right, write it uncompressed, by numpy.savez."));
}
}  // namespace

std::vector<std::pair<std::string, Tensor>> read_npz(const std::string& path) {
  const std::string who = detail::concat("read_npz: '", path, "'");
  const auto archive = detail::read_file(path);
  const auto entries = detail::zip_entries(archive, who);
  refuse_bomb(entries, archive.size(), who);
  std::vector<std::pair<std::string, Tensor>> arrays;
  for (const auto& entry : entries) {
    if (!entry.name.ends_with(kSuffix))
      throw FileError(detail::concat(who, " holds '", entry.name,
                                     "', which is no .npy array. Is it really a file of numpy.savez?"));
    const auto bytes = detail::zip_extract(archive, entry, who);
    arrays.emplace_back(entry.name.substr(0, entry.name.size() - kSuffix.size()),
                        detail::parse_npy(bytes, detail::concat(who, ", array '", entry.name, "'")));
  }
  return arrays;
}

void write_npz(const std::string& path, const std::vector<std::pair<std::string, Tensor>>& entries) {
  std::set<std::string_view> names;
  for (const auto& [name, tensor] : entries)
    if (name.empty() || !names.insert(name).second)
      throw ValueError(detail::concat("write_npz: the name '", name,
                                      "' is empty or used twice. Give each array a name of its own."));
  detail::ZipWriter zip(path);
  for (const auto& [name, tensor] : entries) {
    const std::string header = detail::npy_header(tensor.shape());
    zip.add(name + std::string(kSuffix),
            {bytes_of(header.data(), header.size()),
             bytes_of(tensor.data(), std::size_t(tensor.size()) * sizeof(float))});
  }
  zip.commit();
}

}  // namespace cornu
