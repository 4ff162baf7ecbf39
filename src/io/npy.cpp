#include "cornu/io/npy.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string_view>

#include "cornu/core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/npy_format.hpp"
#include "io/read_file.hpp"

namespace cornu {

namespace {
using Bytes = std::span<const std::uint8_t>;

[[noreturn]] void damaged(const std::string& name, std::string_view why) {
  throw FileError(detail::concat(
      name, ": ", why, ". Write the file again with numpy.save of a plain number array, or copy it again."));
}

/// What an .npy header says.
struct Header {
  char kind = 0;     // b i u f
  int size = 0;      // bytes a number
  bool big = false;  // big-endian
  bool fortran = false;
  Shape shape;
};

/// Reads the header's Python dictionary, and nothing beyond what numpy.save writes into it.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  Header parse() {
    expect('{');
    while (!accept('}')) {
      const std::string_view key = quoted();
      expect(':');
      if (key == "descr")
        descr();
      else if (key == "fortran_order")
        fortran_order();
      else if (key == "shape")
        shape();
      else
        damaged(name_, "its header has an unknown key");
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip();
    if (at_ != text_.size() || seen_ != 7)
      damaged(name_, "its header does not have exactly descr, fortran_order and shape");
    return header_;
  }

 private:
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }
  bool accept(char c) {
    skip();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) damaged(name_, detail::concat("its header lacks a '", c, "'"));
  }
  void once(int bit) {
    if (seen_ & bit) damaged(name_, "its header names a key twice");
    seen_ |= bit;
  }
  std::string_view quoted() {
    const char mark = accept('\'') ? '\'' : '"';
    if (mark == '"') expect('"');
    const std::size_t end = text_.find(mark, at_);
    if (end == std::string_view::npos) damaged(name_, "its header has an open quotation mark");
    const auto word = text_.substr(at_, end - at_);
    at_ = end + 1;
    return word;
  }
  void descr() {
    once(1);
    skip();
    if (at_ < text_.size() && text_[at_] == '[')
      damaged(name_, "it holds structures; only arrays of plain numbers can be read");
    const std::string_view word = quoted();
    constexpr std::string_view orders = "<>|=", types = "b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8";
    const bool known = word.size() == 3 && orders.find(word[0]) != std::string_view::npos &&
                       word.find(' ') == std::string_view::npos &&
                       types.find(word.substr(1)) != std::string_view::npos;
    if (!known)
      damaged(name_, detail::concat("its numbers are of type '", word.substr(0, 20),
                                    "'; bool, integers and float16 to float64 can be read"));
    header_.kind = word[1];
    header_.size = word[2] - '0';
    header_.big = word[0] == '>' || (word[0] != '<' && std::endian::native == std::endian::big);
  }
  void fortran_order() {
    once(2);
    skip();
    const auto rest = text_.substr(at_);
    header_.fortran = rest.starts_with("True");
    if (!header_.fortran && !rest.starts_with("False")) damaged(name_, "its fortran_order is no truth value");
    at_ += header_.fortran ? 4 : 5;
  }
  void shape() {
    once(4);
    expect('(');
    std::array<Index, Shape::kMaxRank> extents{};
    std::size_t rank = 0;
    while (!accept(')')) {
      if (rank == extents.size()) damaged(name_, "it has more than 8 axes; reshape it");
      extents[rank++] = extent();
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    try {
      header_.shape = Shape(std::span<const Index>(extents.data(), rank));
    } catch (const ValueError&) {
      damaged(name_, "its shape is too large");
    }
  }
  Index extent() {
    skip();
    const std::size_t first = at_;
    Index value = 0;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
      if (value > (Index(1) << 58)) damaged(name_, "its shape is too large");
      value = value * 10 + (text_[at_] - '0');
    }
    if (at_ == first) damaged(name_, "its shape is not a tuple of whole numbers");
    if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // Python 2 wrote 3L
    return value;
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0;
  int seen_ = 0;
  Header header_;
};

float half_to_float(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31, fraction = bits & 1023;
  const auto sign = std::uint32_t(bits >> 15) << 31;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000u | std::uint32_t(fraction) << 13);
  const float tiny = static_cast<float>(fraction) * 0x1p-24f;
  if (exponent == 0) return sign ? -tiny : tiny;
  return std::bit_cast<float>(sign | std::uint32_t(exponent + 112) << 23 | std::uint32_t(fraction) << 13);
}

struct Half {
  std::uint16_t bits;
  explicit operator float() const { return half_to_float(bits); }
};
struct Truth {
  std::uint8_t byte;
  explicit operator float() const { return byte ? 1.f : 0.f; }
};

template <class T>
float number_at(const std::uint8_t* from, bool swap) {
  std::array<std::uint8_t, sizeof(T)> raw;
  std::memcpy(raw.data(), from, sizeof(T));
  if (swap) std::reverse(raw.begin(), raw.end());
  return static_cast<float>(std::bit_cast<T>(raw));
}

/// Position in Fortran order of the element that comes next in C order, step by step.
class FortranWalk {
 public:
  explicit FortranWalk(const Shape& shape) : shape_(shape) {
    Index step = 1;
    for (int axis = 0; axis < shape.rank(); ++axis) {
      steps_[std::size_t(axis)] = step;
      step *= shape[axis];
    }
  }
  Index position() const { return position_; }
  void next() {
    for (int axis = shape_.rank() - 1; axis >= 0; --axis) {
      const auto a = std::size_t(axis);
      position_ += steps_[a];
      if (++index_[a] < shape_[axis]) return;
      position_ -= index_[a] * steps_[a];
      index_[a] = 0;
    }
  }

 private:
  Shape shape_;
  std::array<Index, Shape::kMaxRank> steps_{}, index_{};
  Index position_ = 0;
};

template <class T>
void convert(const Header& header, const std::uint8_t* from, Tensor& to) {
  const bool swap = sizeof(T) > 1 && header.big != (std::endian::native == std::endian::big);
  const Index n = to.size();
  float* out = to.data();
  if (header.fortran && header.shape.rank() > 1) {
    FortranWalk walk(header.shape);
    for (Index i = 0; i < n; ++i, walk.next())
      out[i] = number_at<T>(from + walk.position() * Index(sizeof(T)), swap);
    return;
  }
  for (Index i = 0; i < n; ++i) out[i] = number_at<T>(from + i * Index(sizeof(T)), swap);
}

void convert_any(const Header& header, const std::uint8_t* from, Tensor& to) {
  const int size = header.size;
  switch (header.kind) {
    case 'b':
      return convert<Truth>(header, from, to);
    case 'f':
      return size == 2   ? convert<Half>(header, from, to)
             : size == 4 ? convert<float>(header, from, to)
                         : convert<double>(header, from, to);
    case 'u':
      return size == 1   ? convert<std::uint8_t>(header, from, to)
             : size == 2 ? convert<std::uint16_t>(header, from, to)
             : size == 4 ? convert<std::uint32_t>(header, from, to)
                         : convert<std::uint64_t>(header, from, to);
    default:
      return size == 1   ? convert<std::int8_t>(header, from, to)
             : size == 2 ? convert<std::int16_t>(header, from, to)
             : size == 4 ? convert<std::int32_t>(header, from, to)
                         : convert<std::int64_t>(header, from, to);
  }
}

constexpr std::string_view kMagic = "\x93NUMPY";
}  // namespace

namespace detail {

Tensor parse_npy(Bytes bytes, const std::string& name) {
  if (bytes.size() < 10 || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0)
    damaged(name, "it does not start as an .npy file does");
  const int version = bytes[6];
  if (version < 1 || version > 3)
    damaged(name, concat("it is of .npy format ", version, "; formats 1 to 3 are known"));
  const std::size_t prefix = version == 1 ? 10 : 12;
  if (bytes.size() < prefix) damaged(name, "it ends inside its header");
  std::size_t length = bytes[8] | std::size_t(bytes[9]) << 8;
  if (version > 1) length |= std::size_t(bytes[10]) << 16 | std::size_t(bytes[11]) << 24;
  if (length > bytes.size() - prefix) damaged(name, "it ends inside its header");
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + prefix, length);
  const Header header = HeaderParser(text, name).parse();

  const std::size_t have = bytes.size() - prefix - length;
  const auto count = static_cast<std::size_t>(header.shape.count());
  if (count > have / std::size_t(header.size) || count * std::size_t(header.size) != have)
    damaged(name, concat("its header announces ", count, " numbers of ", header.size, " bytes, shape ",
                         header.shape.text(), ", but ", have, " bytes follow"));
  Tensor out;
  out.resize(header.shape);
  convert_any(header, bytes.data() + prefix + length, out);
  return out;
}

std::string npy_header(const Shape& shape) {
  std::string dict = concat("{'descr': '", std::endian::native == std::endian::big ? ">f4" : "<f4",
                            "', 'fortran_order': False, 'shape': ", shape.text(), ", }");
  dict.append(63 - (10 + dict.size()) % 64, ' ');
  dict += '\n';
  std::string out(kMagic);
  out += {'\x01', '\x00', static_cast<char>(dict.size() & 255), static_cast<char>(dict.size() >> 8)};
  return out + dict;
}

}  // namespace detail

Tensor read_npy(const std::string& path) {
  return detail::parse_npy(detail::read_file(path), detail::concat("read_npy: '", path, "'"));
}

void write_npy(const std::string& path, const Tensor& tensor) {
  detail::AtomicFile file(path);
  const std::string header = detail::npy_header(tensor.shape());
  file.write(header.data(), header.size());
  file.write(tensor.data(), std::size_t(tensor.size()) * sizeof(float));
  file.commit();
}

}  // namespace cornu
