#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cornu::detail {

inline constexpr std::uint64_t kH5Nowhere = ~std::uint64_t(0);  ///< the address of what is not there

// Half of the entries of a symbol node and of a node of a group's tree: HDF5's own numbers.
inline constexpr unsigned kH5LeafRank = 4, kH5TreeRank = 16;

/// Bytes of an HDF5 file that grow, numbers with the lowest byte first.
struct H5Output {
  std::vector<std::uint8_t> bytes;

  std::uint64_t size() const { return bytes.size(); }
  H5Output& put(std::uint64_t value, unsigned width) {
    for (unsigned i = 0; i < width; ++i) bytes.push_back(std::uint8_t(value >> (8 * i)));
    return *this;
  }
  H5Output& put(std::string_view text) {
    bytes.insert(bytes.end(), text.begin(), text.end());
    return *this;
  }
  H5Output& put(const H5Output& other) {
    bytes.insert(bytes.end(), other.bytes.begin(), other.bytes.end());
    return *this;
  }
  H5Output& fill(std::uint64_t count) {
    bytes.resize(bytes.size() + count);
    return *this;
  }
  /// Zeros up to the next multiple of 8, where HDF5 begins everything.
  H5Output& pad() { return fill((8 - size() % 8) % 8); }
};

/// Texts of a file, which attributes refer to: a list of global heaps, of texts added and then written.
class H5TextWriter {
 public:
  struct Place {
    std::size_t heap = 0;
    unsigned index = 0;  ///< 0: the empty text, which is nowhere
    std::uint32_t size = 0;
  };
  Place add(const std::string& text);
  /// Appends the heaps to a file. Afterwards address() is known.
  void write(H5Output& file);
  std::uint64_t address(const Place& place) const { return place.index == 0 ? 0 : addresses_[place.heap]; }

 private:
  struct Heap {
    H5Output objects;
    unsigned count = 0;
  };
  std::vector<Heap> heaps_;
  std::vector<std::uint64_t> addresses_;
};

/// An object of a group.
struct H5Symbol {
  std::string_view name;
  std::uint64_t address;
};
/// Addresses of the two parts of a symbol table.
struct H5SymbolTable {
  std::uint64_t tree, names;
};
/// Appends the list of a group's objects, which come sorted by their names.
H5SymbolTable write_symbols(const std::vector<H5Symbol>& symbols, H5Output& file);

}  // namespace cornu::detail
