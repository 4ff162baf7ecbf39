#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cornu/core/tensor.hpp"

namespace cornu::detail {

/// Bytes of a file at addresses that come from the file: every access is checked. Errors: FileError, with the
/// name.
class H5Bytes {
 public:
  H5Bytes(std::span<const std::uint8_t> bytes, std::string name) : bytes_(bytes), name_(std::move(name)) {}

  std::span<const std::uint8_t> at(std::uint64_t address, std::uint64_t size) const {
    if (address > bytes_.size() || size > bytes_.size() - address)
      damaged("a part of it lies beyond its end");
    return bytes_.subspan(std::size_t(address), std::size_t(size));
  }
  /// A little-endian number of 1 to 8 bytes.
  std::uint64_t number(std::uint64_t address, unsigned size) const;
  bool has_signature(std::uint64_t address, std::string_view signature) const;
  /// Up to the next zero byte.
  std::string text(std::uint64_t address, std::uint64_t end) const;
  std::uint64_t size() const { return bytes_.size(); }
  const std::string& name() const { return name_; }
  [[noreturn]] void damaged(std::string_view what) const;

 private:
  std::span<const std::uint8_t> bytes_;
  std::string name_;
};

/// What a dataset or attribute consists of.
struct H5Type {
  enum class Kind { integer, floating, text, list_of_text, other } kind = Kind::other;
  unsigned size = 0;
  bool is_signed = false, big_endian = false;
};

/// One object of a file, its header read. Addresses are those in the file.
struct H5Object {
  struct Attribute {
    std::string name;
    H5Type type;
    std::optional<std::vector<std::uint64_t>> extents;  ///< nothing: no values at all
    std::uint64_t address = 0, end = 0;                 ///< of its values
  };
  struct Filter {
    unsigned id;
    std::vector<std::uint64_t> values;
  };
  enum class Layout { none, compact, contiguous, chunked };

  std::vector<std::pair<std::string, std::uint64_t>> links;  ///< of a group: names and addresses
  std::vector<Attribute> attributes;
  bool is_dataset = false;
  H5Type type;
  std::optional<std::vector<std::uint64_t>> extents;
  Layout layout = Layout::none;
  std::uint64_t address = 0, stored = 0;  ///< of the values, or of the tree of chunks
  std::vector<std::uint64_t> chunk;       ///< extents of a chunk, then the size of an element
  std::vector<Filter> filters;
};

inline constexpr std::uint64_t kH5Undefined = ~std::uint64_t(0);

/// Reads the structure of HDF5 files as Keras and h5py write them: superblocks 0 to 3, object headers 1 and
/// 2, groups as symbol tables or links in the header, contiguous, compact and chunked datasets. What else
/// there is, is refused. The HDF5 library is not used for files from outside: 1.10 reads beyond its buffers
/// when they are damaged. Source  HDF5 File Format Specification, version 3.0.
class H5Format {
 public:
  explicit H5Format(H5Bytes bytes);
  std::uint64_t root() const { return root_; }
  H5Object object(std::uint64_t address);
  const H5Bytes& bytes() const { return bytes_; }

 private:
  struct Message {
    unsigned type, flags;
    std::uint64_t at, end;
  };
  std::vector<Message> messages(std::uint64_t address);
  void messages_in(std::uint64_t at, std::uint64_t end, int version, bool ordered, std::vector<Message>& out);
  void read_message(const Message& message, H5Object& out);
  void symbol_table(std::uint64_t tree, std::uint64_t heap, H5Object& out);
  void group_tree(std::uint64_t address, int level, std::uint64_t names, std::uint64_t names_end,
                  H5Object& out);
  void link(const Message& message, H5Object& out);
  void attribute(const Message& message, H5Object& out);
  void filters(const Message& message, H5Object& out);
  void layout(const Message& message, H5Object& out);
  H5Type type(std::uint64_t at, std::uint64_t end) const;
  std::optional<std::vector<std::uint64_t>> extents(std::uint64_t at, std::uint64_t end) const;
  /// Work is bounded: a damaged file may refer to the same large part again and again.
  void spend(std::uint64_t work);

  H5Bytes bytes_;
  std::uint64_t root_ = 0, base_ = 0, budget_ = 0;
};

/// The values of a dataset as float32. Errors: FileError.
Tensor read_h5_values(const H5Bytes& bytes, const H5Object& dataset, const Shape& shape,
                      const std::string& path);
/// Of a dataset with one whole number.
std::int64_t read_h5_integer(const H5Bytes& bytes, const H5Object& dataset, const std::string& path);
/// Where texts of variable length lie, by the address of their heap and their number in it; and what is left
/// of the work for them (a place listed, a byte read), so that a file cannot ask for the same again and
/// again.
struct H5Texts {
  std::uint64_t steps = 0;
  std::map<std::uint64_t, std::map<std::uint64_t, std::span<const std::uint8_t>>> heaps = {};
};
/// Texts of an attribute; none when it holds something else. Errors: FileError, also when the steps end.
std::vector<std::string> read_h5_texts(const H5Bytes& bytes, const H5Object::Attribute& attribute,
                                       H5Texts& texts);

}  // namespace cornu::detail
