#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cornu/core/tensor.hpp"
#include "io/keras/h5_format.hpp"

namespace cornu::detail {

/// An HDF5 file from somewhere: everything in it is listed when it is opened, with limits, so that later
/// calls meet no link, no cycle and no size that is not checked. Paths have no leading slash
/// ("layers/dense/vars/0"); backslashes, which Keras wrote on Windows, count as slashes.
///
/// Refused: soft and external links, external and virtual datasets, filters other than those built into HDF5,
/// more than 200,000 objects, sizes that cannot be true for what the file stores.
/// Errors  FileError, naming the file.
class H5Reader {
 public:
  static H5Reader open(const std::string& path);
  /// `name` says in messages whose bytes they are.
  static H5Reader from_bytes(std::vector<std::uint8_t> bytes, const std::string& name);

  const std::string& name() const { return format_.bytes().name(); }
  bool has(const std::string& path) const { return entry(path) != nullptr; }
  bool has_dataset(const std::string& path) const;
  /// Names of what a group holds directly: "" is the root. In natural order: dense, dense_2, dense_10.
  std::vector<std::string> children(const std::string& path) const;
  /// Numbers in all datasets together.
  Index total_numbers() const;

  /// Shape of a dataset. Errors: FileError when there is none of that path.
  const Shape& shape(const std::string& path) const;
  /// Its numbers, of any numeric type, as float32.
  Tensor read(const std::string& path) const;
  /// Whole numbers of one-number datasets, which float32 would round.
  std::int64_t read_integer(const std::string& path) const;

  /// A text, or nothing when the object has no such attribute.
  std::optional<std::string> text(const std::string& path, const std::string& attribute) const;
  /// A list of texts; also one that Keras has cut into attribute0, attribute1, ... Nothing when it is not
  /// there.
  std::optional<std::vector<std::string>> texts(const std::string& path, const std::string& attribute) const;

 private:
  struct Entry {
    Shape shape;
    H5Object object;
  };
  H5Reader(std::vector<std::uint8_t> bytes, const std::string& name);
  void list(std::uint64_t address, const std::string& path, int depth);
  const Entry* entry(const std::string& path) const;
  const Entry& dataset(const std::string& path) const;

  std::vector<std::uint8_t> bytes_;  // moving the vector leaves them where format_ finds them
  H5Format format_;
  std::map<std::string, Entry> entries_;
  mutable H5Texts texts_;
  std::uint64_t least_stored_ = 0;  // bytes that the arrays take in the file at least
};

/// "dense_2" before "dense_10".
bool natural_less(std::string_view a, std::string_view b);

}  // namespace cornu::detail
