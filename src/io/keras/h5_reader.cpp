#include "io/keras/h5_reader.hpp"

#include <algorithm>
#include <cctype>

#include "cornu/core/error.hpp"
#include "io/read_file.hpp"

namespace cornu::detail {

namespace {

constexpr std::size_t kMostObjects = 200000;
constexpr int kDeepest = 64;
// Arrays above so many bytes must be stored: Keras leaves no holes in them.
constexpr std::uint64_t kUnsuspicious = 1u << 22;

/// Bytes that an array takes in a file at least: one a number, or a 250th of that when deflate packs zeros.
std::uint64_t least_stored(const H5Object& object, const Shape& shape) {
  const auto deflate = [](const H5Object::Filter& filter) { return filter.id == 1; };
  const bool packed = std::any_of(object.filters.begin(), object.filters.end(), deflate);
  return std::uint64_t(shape.count()) / (packed ? 250 : 1);
}

std::string slashes(std::string path) {
  std::replace(path.begin(), path.end(), '\\', '/');
  return path;
}

std::string joined(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + "/" + name;
}

/// Errors: FileError for an array that is larger than the file can hold.
Shape shape_of(const H5Object& object, const std::string& path, const H5Bytes& bytes) {
  if (!object.extents) bytes.damaged(concat("'", path, "' is an array without values"));
  const auto& extents = *object.extents;
  if (extents.size() > Shape::kMaxRank) bytes.damaged(concat("'", path, "' has ", extents.size(), " axes"));
  std::vector<Index> sizes;
  std::uint64_t size = 4;
  for (const std::uint64_t extent : extents) {
    if (extent > (1ull << 40) || (extent > 0 && size > (1ull << 42) / extent))
      bytes.damaged(concat("'", path, "' would be larger than 4 TB"));
    size *= extent;
    sizes.push_back(static_cast<Index>(extent));
  }
  const Shape shape{std::span<const Index>(sizes)};
  if (size > kUnsuspicious && least_stored(object, shape) > bytes.size())
    bytes.damaged(concat("'", path, "' claims ", size, " bytes in a file of ", bytes.size()));
  return shape;
}

}  // namespace

bool natural_less(std::string_view a, std::string_view b) {
  const auto digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (digit(a[i]) && digit(b[j])) {
      const auto number = [&](std::string_view text, std::size_t& at) {
        const std::size_t begin = at;
        while (at < text.size() && digit(text[at])) ++at;
        text = text.substr(begin, at - begin);
        text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
        return text;
      };
      const auto x = number(a, i), y = number(b, j);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
    } else if (a[i] != b[j]) {
      return a[i] < b[j];
    } else {
      ++i;
      ++j;
    }
  }
  return a.size() - i < b.size() - j;
}

H5Reader H5Reader::open(const std::string& path) { return from_bytes(read_file(path), path); }

H5Reader H5Reader::from_bytes(std::vector<std::uint8_t> bytes, const std::string& name) {
  return {std::move(bytes), name};
}

H5Reader::H5Reader(std::vector<std::uint8_t> bytes, const std::string& name)
    : bytes_(std::move(bytes)),
      format_(H5Bytes(bytes_, name)),
      texts_{.steps = 16 * bytes_.size() + 1000000} {
  list(format_.root(), "", 0);
}

void H5Reader::list(std::uint64_t address, const std::string& path, int depth) {
  const H5Bytes& bytes = format_.bytes();
  if (depth > kDeepest) bytes.damaged("its groups are nested too deep");
  if (entries_.size() > kMostObjects) bytes.damaged("it holds more than 200,000 objects");
  Entry entry{.shape = {}, .object = format_.object(address)};
  if (entry.object.is_dataset) {
    entry.shape = shape_of(entry.object, path, bytes);
    least_stored_ += least_stored(entry.object, entry.shape);  // the same bytes may be claimed by many
    if (least_stored_ > kUnsuspicious && least_stored_ > bytes.size())
      bytes.damaged(
          concat("its arrays claim ", least_stored_, " bytes and more in a file of ", bytes.size()));
    entries_.insert_or_assign(path, std::move(entry));
    return;
  }
  const auto links = std::move(entry.object.links);
  entries_.insert_or_assign(path, std::move(entry));
  for (const auto& [name, child] : links) {
    const std::string below = slashes(name);
    // On Windows Keras wrote "layers\conv2d" as one name: the groups in between do not exist.
    for (std::size_t cut = below.find('/'); cut != std::string::npos; cut = below.find('/', cut + 1))
      entries_.try_emplace(joined(path, below.substr(0, cut)));
    list(child, joined(path, below), depth + 1);
  }
}

const H5Reader::Entry* H5Reader::entry(const std::string& path) const {
  const auto found = entries_.find(slashes(path));
  return found == entries_.end() ? nullptr : &found->second;
}

bool H5Reader::has_dataset(const std::string& path) const {
  const Entry* found = entry(path);
  return found && found->object.is_dataset;
}

const H5Reader::Entry& H5Reader::dataset(const std::string& path) const {
  const Entry* found = entry(path);
  if (!found || !found->object.is_dataset) format_.bytes().damaged(concat("it has no array '", path, "'"));
  return *found;
}

std::vector<std::string> H5Reader::children(const std::string& path) const {
  const std::string prefix = path.empty() ? "" : path + "/";
  std::vector<std::string> names;
  for (auto it = entries_.lower_bound(prefix); it != entries_.end() && it->first.starts_with(prefix); ++it) {
    const std::string_view rest = std::string_view(it->first).substr(prefix.size());
    if (!rest.empty() && rest.find('/') == std::string_view::npos) names.emplace_back(rest);
  }
  std::sort(names.begin(), names.end(), natural_less);
  return names;
}

Index H5Reader::total_numbers() const {
  Index total = 0;
  for (const auto& [path, entry] : entries_)
    if (entry.object.is_dataset) total += entry.shape.count();
  return total;
}

const Shape& H5Reader::shape(const std::string& path) const { return dataset(path).shape; }

Tensor H5Reader::read(const std::string& path) const {
  const Entry& found = dataset(path);
  return read_h5_values(format_.bytes(), found.object, found.shape, path);
}

std::int64_t H5Reader::read_integer(const std::string& path) const {
  const Entry& found = dataset(path);
  if (found.shape.count() != 1) format_.bytes().damaged(concat("'", path, "' is not one number"));
  return read_h5_integer(format_.bytes(), found.object, path);
}

std::optional<std::string> H5Reader::text(const std::string& path, const std::string& attribute) const {
  auto all = texts(path, attribute);
  if (!all || all->empty()) return std::nullopt;
  return std::move(all->front());
}

std::optional<std::vector<std::string>> H5Reader::texts(const std::string& path,
                                                        const std::string& attribute) const {
  const Entry* found = entry(path);
  if (!found) return std::nullopt;
  std::map<std::string_view, const H5Object::Attribute*> by_name;
  for (const auto& candidate : found->object.attributes) by_name.emplace(candidate.name, &candidate);
  const auto read = [&](const std::string& name) -> std::optional<std::vector<std::string>> {
    const auto place = by_name.find(name);
    if (place == by_name.end()) return std::nullopt;
    return read_h5_texts(format_.bytes(), *place->second, texts_);
  };
  if (auto whole = read(attribute)) return whole;
  auto all = read(attribute + "0");
  if (!all) return std::nullopt;
  for (int part = 1; const auto next = read(attribute + std::to_string(part)); ++part)
    all->insert(all->end(), next->begin(), next->end());
  return all;
}

}  // namespace cornu::detail
