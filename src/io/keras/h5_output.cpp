#include <algorithm>

#include "io/keras/h5_output.hpp"

namespace cornu::detail {

H5TextWriter::Place H5TextWriter::add(const std::string& text) {
  if (text.empty()) return {};
  constexpr unsigned kMostObjects = 30000;  // their numbers have 16 bits
  constexpr std::uint64_t kEnough = 65536;
  if (heaps_.empty() || heaps_.back().count == kMostObjects || heaps_.back().objects.size() > kEnough)
    heaps_.emplace_back();
  Heap& heap = heaps_.back();
  constexpr std::uint64_t kReferences = 1;
  heap.objects.put(++heap.count, 2).put(kReferences, 2).put(0, 4).put(text.size(), 8).put(text).pad();
  return {heaps_.size() - 1, heap.count, std::uint32_t(text.size())};
}

void H5TextWriter::write(H5Output& file) {
  constexpr std::uint64_t kHead = 16, kLeast = 4096;
  for (const Heap& heap : heaps_) {
    file.pad();
    addresses_.push_back(file.size());
    const std::uint64_t used = kHead + heap.objects.size();
    const std::uint64_t size = std::max(kLeast, used), rest = size - used;
    file.put("GCOL").put(1, 4).put(size, 8).put(heap.objects);
    if (rest >= kHead)
      file.put(0, 8).put(rest, 8).fill(rest - kHead);  // object 0 is what is free, its head included
    else
      file.fill(rest);
  }
}

namespace {
struct Node {
  std::uint64_t address, last;  ///< the last: place of the greatest name below
};

// Of the superblock: twice these are in a node of each kind.
constexpr std::size_t kSymbolsOfNode = 2 * std::size_t(kH5LeafRank),
                      kNodesOfNode = 2 * std::size_t(kH5TreeRank);

/// Symbol nodes, each full but the last.
std::vector<Node> write_leaves(const std::vector<H5Symbol>& symbols, const std::vector<std::uint64_t>& names,
                               H5Output& file) {
  constexpr std::uint64_t kEntry = 40, kPlainLink = 0;
  std::vector<Node> nodes;
  for (std::size_t first = 0; first < symbols.size(); first += kSymbolsOfNode) {
    const std::size_t count = std::min(kSymbolsOfNode, symbols.size() - first);
    nodes.push_back({file.size(), names[first + count - 1]});
    file.put("SNOD").put(1, 2).put(count, 2);
    for (std::size_t i = first; i < first + count; ++i)
      file.put(names[i], 8).put(symbols[i].address, 8).put(kPlainLink, 8).fill(16);
    file.fill((kSymbolsOfNode - count) * kEntry);
  }
  return nodes;
}

/// One level of the tree above these nodes.
std::vector<Node> write_level(const std::vector<Node>& below, unsigned level, H5Output& file) {
  constexpr std::uint64_t kGroups = 0, kChild = 16;
  std::vector<Node> nodes;
  const std::uint64_t first_address = file.size(), node_size = 24 + kNodesOfNode * kChild + 8;
  const auto address = [&](std::size_t i) {
    return i == 0 || i * kNodesOfNode < below.size() ? first_address + i * node_size : kH5Nowhere;
  };
  for (std::size_t first = 0; first == 0 || first < below.size(); first += kNodesOfNode) {
    const std::size_t count = std::min(kNodesOfNode, below.size() - first), i = first / kNodesOfNode;
    file.put("TREE").put(kGroups, 1).put(level, 1).put(count, 2);
    file.put(i == 0 ? kH5Nowhere : address(i - 1), 8).put(address(i + 1), 8);
    file.put(first == 0 ? 0 : below[first - 1].last, 8);
    for (std::size_t k = first; k < first + count; ++k) file.put(below[k].address, 8).put(below[k].last, 8);
    file.fill((kNodesOfNode - count) * kChild);
    nodes.push_back({address(i), count == 0 ? 0 : below[first + count - 1].last});
  }
  return nodes;
}
}  // namespace

H5SymbolTable write_symbols(const std::vector<H5Symbol>& symbols, H5Output& file) {
  H5Output text;
  text.fill(8);  // the empty name, which is less than any other
  std::vector<std::uint64_t> names;
  for (const H5Symbol& symbol : symbols) {
    names.push_back(text.size());
    text.put(symbol.name).fill(1).pad();
  }
  file.pad();
  const std::uint64_t heap = file.size();
  constexpr std::uint64_t kHead = 32, kNothingFree = 1;
  file.put("HEAP").put(0, 4).put(text.size(), 8).put(kNothingFree, 8).put(heap + kHead, 8).put(text);
  std::vector<Node> nodes = write_level(write_leaves(symbols, names, file), 0, file);
  for (unsigned level = 1; nodes.size() > 1; ++level) nodes = write_level(nodes, level, file);
  return {nodes[0].address, heap};
}

}  // namespace cornu::detail
