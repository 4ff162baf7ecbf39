#include "io/keras/h5_writer.hpp"

#include <cstring>
#include <map>

#include "cornu/core/error.hpp"
#include "io/keras/h5_output.hpp"

namespace cornu::detail {

namespace {
// Numbers of messages in object headers.
constexpr unsigned kDataspace = 1, kDatatype = 3, kFillValue = 5, kLayout = 8, kAttribute = 12,
                   kSymbolTable = 17;

struct Attribute {
  std::string name;
  std::vector<H5TextWriter::Place> values;
  bool list;
};

/// A group, or an array whose numbers are in the file already.
struct Object {
  std::map<std::string, Object> children;
  std::vector<Attribute> attributes;
  bool is_array = false, is_float = true;
  Shape shape = {};
  std::uint64_t address = kH5Nowhere, size = 0;
};

H5Output dataspace(const Shape& shape) {
  H5Output out;
  out.put(1, 1).put(std::uint64_t(shape.rank()), 1).fill(6);
  for (const Index extent : shape) out.put(std::uint64_t(extent), 8);
  return out;
}

H5Output float32() {
  constexpr unsigned kVersionAndFloat = 0x11, kImpliedBit = 0x20, kSign = 31;
  H5Output out;
  out.put(kVersionAndFloat, 1).put(kImpliedBit, 1).put(kSign, 1).put(0, 1).put(4, 4);
  out.put(0, 2).put(32, 2);                                          // the bits of the number
  return out.put(23, 1).put(8, 1).put(0, 1).put(23, 1).put(127, 4);  // of exponent and mantissa; bias
}
H5Output float64() {  // of empty lists only
  constexpr unsigned kVersionAndFloat = 0x11, kImpliedBit = 0x20, kSign = 63;
  H5Output out;
  out.put(kVersionAndFloat, 1).put(kImpliedBit, 1).put(kSign, 1).put(0, 1).put(8, 4);
  out.put(0, 2).put(64, 2);
  return out.put(52, 1).put(11, 1).put(0, 1).put(52, 1).put(1023, 4);
}
H5Output int64() {
  constexpr unsigned kVersionAndInteger = 0x10, kSigned = 0x08;
  H5Output out;
  return out.put(kVersionAndInteger, 1).put(kSigned, 3).put(8, 4).put(0, 2).put(64, 2);
}
/// Of variable length, UTF-8: a sequence of bytes.
H5Output text_type() {
  constexpr unsigned kVersionAndSequence = 0x19, kText = 0x01, kUtf8 = 0x01, kVersionAndInteger = 0x10;
  H5Output out;
  out.put(kVersionAndSequence, 1).put(kText, 1).put(kUtf8, 1).put(0, 1).put(16, 4);
  return out.put(kVersionAndInteger, 1).put(0, 3).put(1, 4).put(0, 2).put(8, 2);
}

/// An object header: messages, each of a multiple of 8 bytes.
class Header {
 public:
  void message(unsigned type, const H5Output& content) {
    const std::uint64_t size = (content.size() + 7) / 8 * 8;
    messages_.put(type, 2).put(size, 2).put(0, 4).put(content).pad();
    ++count_;
  }
  /// Appends it; returns its address.
  std::uint64_t write(H5Output& file) const {
    file.pad();
    const std::uint64_t address = file.size();
    constexpr std::uint64_t kVersion = 1, kReferences = 1;
    file.put(kVersion, 2).put(count_, 2).put(kReferences, 4).put(messages_.size(), 8).put(messages_);
    return address;
  }

 private:
  H5Output messages_;
  std::uint64_t count_ = 0;
};

H5Output attribute(const Attribute& a, const H5TextWriter& texts) {
  // h5py gives an empty list the type of numbers; Keras reads both.
  const H5Output type = a.values.empty() ? float64() : text_type();
  const H5Output space = dataspace(a.list ? Shape{std::ssize(a.values)} : Shape{});
  H5Output out;
  out.put(1, 2).put(a.name.size() + 1, 2).put(type.size(), 2).put(space.size(), 2);
  out.put(a.name).fill(1).pad().put(type).pad().put(space).pad();
  for (const H5TextWriter::Place& place : a.values)
    out.put(place.size, 4).put(texts.address(place), 8).put(place.index, 4);
  return out;
}

/// Appends an object after all that it holds. The table comes back for the root.
std::uint64_t write_object(const Object& object, const H5TextWriter& texts, H5Output& file,
                           H5SymbolTable* table = nullptr) {
  Header header;
  if (object.is_array) {
    header.message(kDataspace, dataspace(object.shape));
    header.message(kDatatype, object.is_float ? float32() : int64());
    header.message(kFillValue, H5Output().put(2, 1).put(2, 1).put(2, 1).put(1, 5));  // the usual: zero
    header.message(kLayout, H5Output().put(3, 1).put(1, 1).put(object.address, 8).put(object.size, 8));
    return header.write(file);
  }
  std::vector<H5Symbol> symbols;
  for (const auto& [name, child] : object.children)
    symbols.push_back({name, write_object(child, texts, file)});
  const H5SymbolTable symbol_table = write_symbols(symbols, file);
  if (table) *table = symbol_table;
  header.message(kSymbolTable, H5Output().put(symbol_table.tree, 8).put(symbol_table.names, 8));
  for (const Attribute& a : object.attributes) header.message(kAttribute, attribute(a, texts));
  return header.write(file);
}

H5Output superblock(std::uint64_t root, const H5SymbolTable& table, std::uint64_t file_size) {
  constexpr unsigned kBytesOfAddress = 8, kBytesOfSize = 8, kTableIsHere = 1;
  H5Output out;
  out.put("\x89HDF\r\n\x1a\n").put(0, 5).put(kBytesOfAddress, 1).put(kBytesOfSize, 1).put(0, 1);
  out.put(kH5LeafRank, 2).put(kH5TreeRank, 2).put(0, 4);
  out.put(0, 8).put(kH5Nowhere, 8).put(file_size, 8).put(kH5Nowhere, 8);
  return out.put(0, 8).put(root, 8).put(kTableIsHere, 8).put(table.tree, 8).put(table.names, 8);
}
constexpr std::uint64_t kSuperblock = 96;
}  // namespace

struct H5Writer::Contents {
  Object root;
  H5TextWriter texts;
  H5Output file;

  Object& group(const std::string& path) {
    Object* at = &root;
    for (std::size_t from = 0; !path.empty() && from <= path.size();) {
      const std::size_t cut = std::min(path.find('/', from), path.size());
      at = &at->children[checked(path.substr(from, cut - from), path)];
      if (at->is_array) twice(path);
      from = cut + 1;
    }
    return *at;
  }
  void add_array(const std::string& path, const Shape& shape, bool is_float, const void* data,
                 std::uint64_t size) {
    const std::size_t cut = path.rfind('/');
    Object& parent = cut == std::string::npos ? root : group(path.substr(0, cut));
    const auto [place, added] = parent.children.try_emplace(checked(path.substr(cut + 1), path));
    if (!added) twice(path);
    Object& array = place->second;
    array.is_array = true, array.is_float = is_float, array.shape = shape, array.size = size;
    if (size == 0) return;
    array.address = file.pad().size();
    file.fill(size);
    std::memcpy(file.bytes.data() + array.address, data, size);
  }
  /// HDF5 takes these for the group itself, so nobody would find what is called so.
  static std::string checked(std::string name, const std::string& path) {
    if (name.empty() || name == ".")
      throw FileError(concat("a Keras file cannot hold '", path,
                             "', a part of whose name is empty or a dot. Give the layers of the model other "
                             "names."));
    return name;
  }
  [[noreturn]] static void twice(const std::string& path) {
    throw FileError(concat("a Keras file cannot hold two things called '", path,
                           "'. Give the layers of the model names of their own."));
  }
};

H5Writer::H5Writer() : contents_(std::make_unique<Contents>()) { contents_->file.fill(kSuperblock); }
H5Writer::~H5Writer() = default;

void H5Writer::group(const std::string& path) { (void)contents_->group(path); }

void H5Writer::array(const std::string& path, View<const float> values) {
  contents_->add_array(path, values.shape, true, values.data, std::uint64_t(values.size()) * sizeof(float));
}

void H5Writer::integer(const std::string& path, std::int64_t value) {
  contents_->add_array(path, {}, false, &value, sizeof(value));
}

void H5Writer::text(const std::string& path, const std::string& name, const std::string& value) {
  contents_->group(path).attributes.push_back({name, {contents_->texts.add(value)}, false});
}

void H5Writer::texts(const std::string& path, const std::string& name,
                     const std::vector<std::string>& values) {
  Object& group = contents_->group(path);
  constexpr std::size_t kMost = 3000;  // an attribute holds 64 KiB, and each text takes 16 bytes of it
  const bool parts = values.size() > kMost;
  for (std::size_t first = 0; first == 0 || first < values.size(); first += kMost) {
    Attribute a{parts ? name + std::to_string(first / kMost) : name, {}, true};
    for (std::size_t i = first; i < std::min(values.size(), first + kMost); ++i)
      a.values.push_back(contents_->texts.add(values[i]));
    group.attributes.push_back(std::move(a));
  }
}

std::vector<std::uint8_t> H5Writer::finish() {
  H5Output& file = contents_->file;
  contents_->texts.write(file);
  H5SymbolTable table{};
  const std::uint64_t root = write_object(contents_->root, contents_->texts, file, &table);
  const H5Output head = superblock(root, table, file.pad().size());
  std::copy(head.bytes.begin(), head.bytes.end(), file.bytes.begin());
  return std::move(file.bytes);
}

}  // namespace cornu::detail
