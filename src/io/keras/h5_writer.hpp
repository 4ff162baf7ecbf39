#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cornu/core/view.hpp"

namespace cornu::detail {

/// Makes an HDF5 file in memory, as h5py does for Keras: groups with a symbol table, float32 arrays in one
/// piece, texts of variable length. Every program that reads HDF5 since 1998 reads it.
/// Equal content gives equal bytes. Errors: FileError when something is to be in one place twice.
/// Source: HDF5 File Format Specification, version 1.1 (superblock 0).
class H5Writer {
 public:
  H5Writer();
  ~H5Writer();

  /// A group with those above it; a group that is there already stays.
  void group(const std::string& path);
  void array(const std::string& path, View<const float> values);
  /// One whole number of 64 bits.
  void integer(const std::string& path, std::int64_t value);
  /// Attributes of a group; "" is the root. Long lists are cut into name0, name1, ... as Keras does.
  void text(const std::string& path, const std::string& name, const std::string& value);
  void texts(const std::string& path, const std::string& name, const std::vector<std::string>& values);
  /// The finished file. The writer is of no use afterwards.
  std::vector<std::uint8_t> finish();

 private:
  struct Contents;
  std::unique_ptr<Contents> contents_;
};

}  // namespace cornu::detail
