// The numbers and texts of HDF5 files.
#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "cornu/core/error.hpp"
#include "io/keras/h5_format.hpp"

namespace cornu::detail {

namespace {

using Bytes = std::span<const std::uint8_t>;
using Kind = H5Type::Kind;

std::uint64_t bits_of(const std::uint8_t* bytes, const H5Type& type) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < type.size; ++i)
    value |= std::uint64_t(bytes[type.big_endian ? type.size - 1 - i : i]) << (8 * i);
  return value;
}

float half(std::uint64_t bits) {
  const int exponent = int(bits >> 10 & 31), mantissa = int(bits & 1023);
  const float sign = bits >> 15 & 1 ? -1.f : 1.f;
  if (exponent == 31) return mantissa ? std::nanf("") : sign * HUGE_VALF;
  return sign * (exponent == 0 ? std::ldexp(float(mantissa), -24)
                               : std::ldexp(float(1024 + mantissa), exponent - 25));
}

std::int64_t integer_of(std::uint64_t bits, const H5Type& type) {
  const unsigned unused = 64 - 8 * type.size;
  return type.is_signed ? std::int64_t(bits << unused) >> unused : std::int64_t(bits);
}

void convert(const std::uint8_t* bytes, const H5Type& type, float* out, std::size_t count) {
  if (type.kind == Kind::floating && type.size == 4 && !type.big_endian &&
      std::endian::native == std::endian::little) {
    if (count > 0) std::memcpy(out, bytes, 4 * count);
    return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t bits = bits_of(bytes + i * type.size, type);
    if (type.kind == Kind::integer)
      out[i] = type.is_signed ? float(integer_of(bits, type)) : float(bits);
    else if (type.size == 8)
      out[i] = float(std::bit_cast<double>(bits));
    else if (type.size == 4)
      out[i] = std::bit_cast<float>(std::uint32_t(bits));
    else
      out[i] = half(bits);
  }
}

void check_numbers(const H5Bytes& bytes, const H5Type& type, const std::string& path) {
  const bool good = (type.kind == Kind::integer &&
                     (type.size == 1 || type.size == 2 || type.size == 4 || type.size == 8)) ||
                    (type.kind == Kind::floating && (type.size == 2 || type.size == 4 || type.size == 8));
  if (!good)
    throw FileError(concat("'", bytes.name(), "': '", path,
                           "' holds no numbers that Cornu knows (bfloat16?). Save the model in float32."));
}

/// Unpacks chunks: deflate, then shuffle, undone in the other order.
class Chunks {
 public:
  Chunks(const H5Bytes& bytes, const H5Object& dataset, const Shape& shape, const std::string& path,
         float* out)
      : bytes_(bytes), dataset_(dataset), shape_(shape), path_(path), out_(out) {
    const std::size_t rank = std::size_t(shape.rank());
    if (dataset.chunk.size() != rank + 1 || dataset.chunk[rank] != dataset.type.size)
      fail("its chunks have another shape");
    numbers_ = 1;
    for (std::size_t i = 0; i < rank; ++i) {
      if (dataset.chunk[i] == 0 || numbers_ > (1u << 30) / dataset.chunk[i]) fail("its chunks are too large");
      numbers_ *= dataset.chunk[i];
    }
    if (numbers_ > 16 * std::uint64_t(shape.count()) + (1u << 20)) fail("its chunks are larger than itself");
    unpacked_ = 16 * std::uint64_t(shape.count()) + numbers_;
    for (const auto& filter : dataset.filters)
      if (filter.id < 1 || filter.id > 3) fail("it is packed in an unknown way");
  }

  void read() {
    budget_ = bytes_.size();
    if (dataset_.address != kH5Undefined) node(dataset_.address, -1);
  }

 private:
  [[noreturn]] void fail(std::string_view what) const { bytes_.damaged(concat("'", path_, "': ", what)); }

  void node(std::uint64_t address, int level) {
    if (!bytes_.has_signature(address, "TREE") || bytes_.number(address + 4, 1) != 1)
      fail("it has no tree of chunks");
    const int own = int(bytes_.number(address + 5, 1));
    if (level >= 0 && own != level) fail("its tree of chunks has no order");
    const std::uint64_t count = bytes_.number(address + 6, 2), axes = dataset_.chunk.size();
    const std::uint64_t key = 8 + 8 * axes, step = key + 8;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t at = address + 24 + i * step, child = bytes_.number(at + key, 8);
      if (budget_ < step) fail("its chunks refer to each other again and again");
      budget_ -= step;
      if (own > 0)
        node(child, own - 1);
      else
        chunk(at, bytes_.at(child, bytes_.number(at, 4)), bytes_.number(at + 4, 4));
    }
  }

  void chunk(std::uint64_t key, Bytes packed, std::uint64_t skipped) {
    const std::uint64_t size = numbers_ * dataset_.type.size;
    if (unpacked_ < numbers_) fail("it has more chunks than fit into it");
    unpacked_ -= numbers_;
    std::vector<std::uint8_t> data(packed.begin(), packed.end());
    for (std::size_t f = dataset_.filters.size(); f-- > 0;) {
      if (skipped >> f & 1) continue;
      const unsigned id = dataset_.filters[f].id;
      if (id == 1) data = inflated(data, size);
      if (id == 2) data = unshuffled(data);
      if (id == 3 && data.size() >= 4) data.resize(data.size() - 4);  // a checksum
    }
    if (data.size() < size) fail("a chunk is too short");
    std::vector<float> numbers(std::size_t(numbers_), 0.f);
    convert(data.data(), dataset_.type, numbers.data(), numbers.size());
    place(key + 8, numbers);
  }

  std::vector<std::uint8_t> inflated(const std::vector<std::uint8_t>& data, std::uint64_t size) const {
    std::vector<std::uint8_t> out(std::size_t(size) + 8);  // room for a checksum
    uLongf length = uLongf(out.size());
    if (uncompress(out.data(), &length, data.data(), uLong(data.size())) != Z_OK)
      fail("a chunk does not unpack");
    out.resize(length);
    return out;
  }

  std::vector<std::uint8_t> unshuffled(const std::vector<std::uint8_t>& data) const {
    const std::size_t width = dataset_.type.size, count = data.size() / width;
    std::vector<std::uint8_t> out = data;
    for (std::size_t b = 0; b < width; ++b)
      for (std::size_t i = 0; i < count; ++i) out[i * width + b] = data[b * count + i];
    return out;
  }

  /// Copies what lies inside the array; chunks at its edges reach beyond.
  void place(std::uint64_t offsets, const std::vector<float>& numbers) {
    const int rank = shape_.rank();
    Index origin[Shape::kMaxRank], extent[Shape::kMaxRank];
    for (int axis = 0; axis < rank; ++axis) {
      const std::uint64_t offset = bytes_.number(offsets + 8 * std::uint64_t(axis), 8);
      if (offset >= std::uint64_t(shape_[axis])) fail("a chunk lies outside the array");
      origin[axis] = Index(offset);
      extent[axis] = std::min(Index(dataset_.chunk[std::size_t(axis)]), shape_[axis] - origin[axis]);
    }
    Index at[Shape::kMaxRank] = {};
    for (bool more = true; more;) {
      Index from = 0, to = 0;
      for (int axis = 0; axis < rank; ++axis) {
        from = from * Index(dataset_.chunk[std::size_t(axis)]) + at[axis];
        to = to * shape_[axis] + origin[axis] + at[axis];
      }
      const Index run = rank > 0 ? extent[rank - 1] : 1;
      std::copy_n(numbers.data() + from, run, out_ + to);
      int axis = rank - 2;
      while (axis >= 0 && ++at[axis] == extent[axis]) at[axis--] = 0;
      more = axis >= 0;
    }
  }

  const H5Bytes& bytes_;
  const H5Object& dataset_;
  const Shape& shape_;
  const std::string& path_;
  float* out_;
  std::uint64_t numbers_ = 0, budget_ = 0, unpacked_ = 0;
};

}  // namespace

Tensor read_h5_values(const H5Bytes& bytes, const H5Object& dataset, const Shape& shape,
                      const std::string& path) {
  check_numbers(bytes, dataset.type, path);
  const auto count = std::uint64_t(shape.count()), size = count * dataset.type.size;
  const bool missing = dataset.address == kH5Undefined;
  if (dataset.layout != H5Object::Layout::chunked) {
    if (!dataset.filters.empty()) bytes.damaged(concat("'", path, "' is packed in an unknown way"));
    if (!missing && dataset.stored < size) bytes.damaged(concat("'", path, "' is too short"));
  }
  if (missing || dataset.layout == H5Object::Layout::chunked) {
    Tensor values(shape);
    if (!missing) Chunks(bytes, dataset, shape, path, values.data()).read();
    return values;
  }
  const Bytes stored = bytes.at(dataset.address, size);  // before memory is taken
  Tensor values(shape);
  convert(stored.data(), dataset.type, values.data(), std::size_t(count));
  return values;
}

std::int64_t read_h5_integer(const H5Bytes& bytes, const H5Object& dataset, const std::string& path) {
  check_numbers(bytes, dataset.type, path);
  if (dataset.type.kind != Kind::integer || dataset.layout == H5Object::Layout::chunked ||
      dataset.address == kH5Undefined) {
    const float value = read_h5_values(bytes, dataset, {}, path).item();
    return std::isfinite(value) ? std::int64_t(std::clamp(value, -9e15f, 9e15f)) : 0;
  }
  const Bytes stored = bytes.at(dataset.address, dataset.type.size);
  return integer_of(bits_of(stored.data(), dataset.type), dataset.type);
}

namespace {
void spend(const H5Bytes& bytes, H5Texts& texts, std::uint64_t steps) {
  if (steps > texts.steps) bytes.damaged("its attributes refer to the same texts again and again");
  texts.steps -= steps;
}

/// The objects of a global heap: texts of variable length are kept there.
std::map<std::uint64_t, Bytes> heap_objects(const H5Bytes& bytes, std::uint64_t address, H5Texts& texts) {
  if (!bytes.has_signature(address, "GCOL")) bytes.damaged("a text is not where an attribute says");
  const std::uint64_t size = bytes.number(address + 8, 8);
  bytes.at(address, size);
  std::map<std::uint64_t, Bytes> objects;
  for (std::uint64_t at = 16; at + 16 <= size;) {
    const std::uint64_t own = bytes.number(address + at, 2), stored = bytes.number(address + at + 8, 8);
    if (own == 0) break;
    spend(bytes, texts, 16);
    if (stored > size - at - 16) bytes.damaged("a text is longer than its place");
    objects.emplace(own, bytes.at(address + at + 16, stored));
    at += 16 + (stored + 7) / 8 * 8;
  }
  return objects;
}

std::string heap_text(const H5Bytes& bytes, std::uint64_t address, std::uint64_t index, std::uint64_t length,
                      H5Texts& texts) {
  if (length == 0) return {};
  auto heap = texts.heaps.find(address);
  if (heap == texts.heaps.end())
    heap = texts.heaps.emplace(address, heap_objects(bytes, address, texts)).first;
  const auto found = heap->second.find(index);
  if (found == heap->second.end()) bytes.damaged("a text is not where an attribute says");
  const Bytes text = found->second.first(std::size_t(std::min<std::uint64_t>(found->second.size(), length)));
  spend(bytes, texts, 1 + text.size());
  return {text.begin(), std::find(text.begin(), text.end(), std::uint8_t(0))};
}
}  // namespace

std::vector<std::string> read_h5_texts(const H5Bytes& bytes, const H5Object::Attribute& attribute,
                                       H5Texts& texts) {
  const bool fixed = attribute.type.kind == Kind::text, listed = attribute.type.kind == Kind::list_of_text;
  if (!attribute.extents || (!fixed && !listed)) return {};  // an empty list has the type of numbers
  const std::uint64_t width = listed ? 16 : attribute.type.size, room = attribute.end - attribute.address;
  std::uint64_t count = 1;
  for (const std::uint64_t extent : *attribute.extents) {
    if (extent == 0 || width == 0) return {};
    if (count > room / extent) bytes.damaged(concat("attribute '", attribute.name, "' is too short"));
    count *= extent;
  }
  if (width == 0 || count > room / width)
    bytes.damaged(concat("attribute '", attribute.name, "' is too short"));
  std::vector<std::string> out;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t at = attribute.address + i * width;
    out.push_back(listed ? heap_text(bytes, bytes.number(at + 4, 8), bytes.number(at + 12, 4),
                                     bytes.number(at, 4), texts)
                         : bytes.text(at, at + width));
  }
  return out;
}

}  // namespace cornu::detail
