#include "io/keras/h5_reader.hpp"

#include <algorithm>
#include <cctype>

#include "cornu/core/error.hpp"
#include "io/keras/h5_handle.hpp"
#include "io/read_file.hpp"

namespace cornu::detail {

std::recursive_mutex& h5_mutex() {
  static std::recursive_mutex mutex;
  return mutex;
}

std::string h5_memory_name() {
  static std::uint64_t count = 0;  // under the mutex
  return "/dev/null/cornu-" + std::to_string(count++);
}

void h5_start() {
  static const bool started = [] {
    H5open();
    H5PLset_loading_state(0);
    return true;
  }();
  (void)started;
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

struct H5Reader::File {
  std::string name;
  H5Handle id;
  std::uint64_t size = 0;
};

namespace {

using Lock = std::lock_guard<std::recursive_mutex>;

constexpr std::size_t kMostObjects = 200000, kMostAttributeBytes = 1u << 28;
constexpr int kDeepest = 64;
// A dataset above this many bytes must be stored in at least a thousandth of them.
constexpr std::uint64_t kUnsuspicious = 1u << 22;

[[noreturn]] void damaged(const std::string& name, std::string_view what) {
  throw FileError(concat("'", name, "' is not a file that Cornu can read: ", what,
                         ". It may be damaged or cut short; get it again."));
}

std::string slashes(std::string path) {
  std::replace(path.begin(), path.end(), '\\', '/');
  return path;
}

struct Listing {
  std::vector<std::string> names;
  bool bad_link = false;
};

herr_t list_link(hid_t, const char* name, const H5L_info_t* info, void* data) {
  auto& listing = *static_cast<Listing*>(data);
  if (info->type != H5L_TYPE_HARD) listing.bad_link = true;
  if (listing.names.size() > kMostObjects) return -1;
  listing.names.emplace_back(name);
  return 0;
}

bool plain_storage(hid_t dataset) {
  const H5Handle properties(H5Dget_create_plist(dataset), H5Pclose);
  if (!properties) return false;
  const H5D_layout_t layout = H5Pget_layout(properties.get());
  if (layout == H5D_VIRTUAL || layout == H5D_LAYOUT_ERROR) return false;
  if (H5Pget_external_count(properties.get()) != 0) return false;
  const int filters = H5Pget_nfilters(properties.get());
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0, config = 0;
    std::size_t values = 0;
    const H5Z_filter_t filter =
        H5Pget_filter2(properties.get(), unsigned(i), &flags, &values, nullptr, 0, nullptr, &config);
    if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32)
      return false;
  }
  return true;
}

}  // namespace

bool natural_less(std::string_view a, std::string_view b) {
  const auto digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (digit(a[i]) && digit(b[j])) {
      std::size_t i_end = i, j_end = j;
      while (i_end < a.size() && digit(a[i_end])) ++i_end;
      while (j_end < b.size() && digit(b[j_end])) ++j_end;
      const auto number = [](std::string_view text) {
        text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
        return text;
      };
      const auto x = number(a.substr(i, i_end - i)), y = number(b.substr(j, j_end - j));
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
      i = i_end;
      j = j_end;
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

H5Reader H5Reader::from_bytes(std::span<const std::uint8_t> bytes, const std::string& name) {
  const Lock lock(h5_mutex());
  h5_start();
  const H5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  if (bytes.empty() || H5Pset_fapl_core(access.get(), 1u << 16, 0) < 0 ||
      H5Pset_file_image(access.get(), const_cast<std::uint8_t*>(bytes.data()), bytes.size()) < 0)
    damaged(name, "it is empty");
  H5Handle id(H5Fopen(h5_memory_name().c_str(), H5F_ACC_RDONLY, access.get()), H5Fclose);
  if (!id) damaged(name, "HDF5 does not open it");
  auto file = std::make_unique<File>();
  file->name = name;
  file->id = std::move(id);
  file->size = bytes.size();
  H5Reader reader(std::move(file));
  reader.list("", "", 0);
  return reader;
}

H5Reader::H5Reader(std::unique_ptr<File> file) : file_(std::move(file)) {}
H5Reader::H5Reader(H5Reader&&) noexcept = default;
H5Reader::~H5Reader() {
  const Lock lock(h5_mutex());
  file_.reset();
}

const std::string& H5Reader::name() const { return file_->name; }

void H5Reader::list(const std::string& written, const std::string& path, int depth) {
  if (depth > kDeepest) damaged(name(), "its groups are nested too deep");
  if (objects_.size() > kMostObjects) damaged(name(), "it holds more than 200,000 objects");
  const H5Handle id(H5Oopen(file_->id.get(), ("/" + written).c_str(), H5P_DEFAULT), H5Oclose);
  if (!id) damaged(name(), concat("'", path, "' cannot be opened"));
  Object object{.path = "/" + written, .dataset = false, .shape = {}};
  const H5I_type_t type = H5Iget_type(id.get());
  if (type == H5I_DATASET) {
    if (!plain_storage(id.get()))
      damaged(name(), concat("'", path, "' lies outside the file or is packed in an unknown way"));
    const H5Handle space(H5Dget_space(id.get()), H5Sclose), kind(H5Dget_type(id.get()), H5Tclose);
    const int rank = H5Sget_simple_extent_ndims(space.get());
    if (rank < 0 || rank > Shape::kMaxRank) damaged(name(), concat("'", path, "' has ", rank, " axes"));
    hsize_t extents[Shape::kMaxRank] = {};
    H5Sget_simple_extent_dims(space.get(), extents, nullptr);
    std::vector<Index> sizes;
    std::uint64_t bytes = 4;
    for (int i = 0; i < rank; ++i) {
      if (extents[i] > (1ull << 40) || (extents[i] > 0 && bytes > (1ull << 42) / extents[i]))
        damaged(name(), concat("'", path, "' would be larger than 4 TB"));
      bytes *= extents[i];
      sizes.push_back(static_cast<Index>(extents[i]));
    }
    if (bytes > kUnsuspicious && bytes / 1000 > H5Dget_storage_size(id.get()))
      damaged(name(), concat("'", path, "' claims ", bytes, " bytes and stores ",
                             std::uint64_t(H5Dget_storage_size(id.get()))));
    object.dataset = true;
    object.shape = Shape(std::span<const Index>(sizes));
  } else if (type != H5I_GROUP) {
    damaged(name(), concat("'", path, "' is neither a group nor an array"));
  }
  if (!path.empty() || object.dataset) objects_.insert_or_assign(path, object);
  if (object.dataset) return;
  Listing listing;
  hsize_t at = 0;
  if (H5Literate(id.get(), H5_INDEX_NAME, H5_ITER_NATIVE, &at, list_link, &listing) < 0)
    damaged(name(), concat("group '", path, "' cannot be listed"));
  if (listing.bad_link) damaged(name(), concat("group '", path, "' holds links to elsewhere"));
  for (const std::string& child : listing.names) {
    const std::string below = slashes(child);
    // On Windows Keras wrote "layers\conv2d" as one name: the groups in between do not exist.
    for (std::size_t cut = below.find('/'); cut != std::string::npos; cut = below.find('/', cut + 1)) {
      const std::string between = (path.empty() ? "" : path + "/") + below.substr(0, cut);
      objects_.try_emplace(between, Object{.path = "", .dataset = false, .shape = {}});
    }
    list((written.empty() ? "" : written + "/") + child, (path.empty() ? "" : path + "/") + below, depth + 1);
  }
}

const H5Reader::Object* H5Reader::object(const std::string& path) const {
  const auto found = objects_.find(slashes(path));
  return found == objects_.end() ? nullptr : &found->second;
}

bool H5Reader::has_dataset(const std::string& path) const {
  const Object* found = object(path);
  return found && found->dataset;
}

const H5Reader::Object& H5Reader::dataset(const std::string& path) const {
  const Object* found = object(path);
  if (!found || !found->dataset) damaged(name(), concat("it has no array '", path, "'"));
  return *found;
}

std::vector<std::string> H5Reader::children(const std::string& path) const {
  const std::string prefix = path.empty() ? "" : path + "/";
  std::vector<std::string> names;
  for (auto it = objects_.lower_bound(prefix); it != objects_.end() && it->first.starts_with(prefix); ++it) {
    const std::string_view rest = std::string_view(it->first).substr(prefix.size());
    if (!rest.empty() && rest.find('/') == std::string_view::npos) names.emplace_back(rest);
  }
  std::sort(names.begin(), names.end(), natural_less);
  return names;
}

Index H5Reader::total_numbers() const {
  Index total = 0;
  for (const auto& [path, object] : objects_)
    if (object.dataset) total += object.shape.count();
  return total;
}

const Shape& H5Reader::shape(const std::string& path) const { return dataset(path).shape; }

namespace {
H5Handle open_numbers(hid_t file, const std::string& written, const std::string& path,
                      const std::string& name) {
  H5Handle id(H5Dopen2(file, written.c_str(), H5P_DEFAULT), H5Dclose);
  const H5Handle type(H5Dget_type(id.get()), H5Tclose);
  const H5T_class_t kind = H5Tget_class(type.get());
  if (kind == H5T_OPAQUE)
    throw FileError(concat("'", name, "': '", path,
                           "' holds numbers of an unknown kind (bfloat16?). Save the model in float32."));
  if (kind != H5T_FLOAT && kind != H5T_INTEGER && kind != H5T_ENUM)
    damaged(name, concat("'", path, "' holds no numbers"));
  return id;
}
}  // namespace

Tensor H5Reader::read(const std::string& path) const {
  const Lock lock(h5_mutex());
  const Object& object = dataset(path);
  const H5Handle id = open_numbers(file_->id.get(), object.path, path, name());
  Tensor values(object.shape);
  if (!values.empty() &&
      H5Dread(id.get(), H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
    damaged(name(), concat("the numbers of '", path, "' cannot be read"));
  return values;
}

std::int64_t H5Reader::read_integer(const std::string& path) const {
  const Lock lock(h5_mutex());
  const Object& object = dataset(path);
  if (object.shape.count() != 1) damaged(name(), concat("'", path, "' is not one number"));
  const H5Handle id = open_numbers(file_->id.get(), object.path, path, name());
  std::int64_t value = 0;
  if (H5Dread(id.get(), H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value) < 0)
    damaged(name(), concat("the number in '", path, "' cannot be read"));
  return value;
}

namespace {
/// The texts of an attribute: vlen or fixed length, one or many. Anything but texts counts as no texts.
std::vector<std::string> attribute_texts(hid_t object, const std::string& attribute,
                                         const std::string& name) {
  const H5Handle id(H5Aopen(object, attribute.c_str(), H5P_DEFAULT), H5Aclose);
  const H5Handle space(H5Aget_space(id.get()), H5Sclose), type(H5Aget_type(id.get()), H5Tclose);
  const hssize_t count = H5Sget_simple_extent_npoints(space.get());
  // The list of names of a layer without weights is an empty list of numbers.
  if (count <= 0 || H5Tget_class(type.get()) != H5T_STRING) return {};
  const std::size_t width = H5Tget_size(type.get());
  if (std::size_t(count) > kMostAttributeBytes / std::max<std::size_t>(width, sizeof(char*)))
    damaged(name, concat("attribute '", attribute, "' is too large"));
  std::vector<std::string> out;
  if (H5Tis_variable_str(type.get()) > 0) {
    std::vector<char*> texts(std::size_t(count), nullptr);
    if (H5Aread(id.get(), type.get(), texts.data()) < 0)
      damaged(name, concat("attribute '", attribute, "' cannot be read"));
    for (const char* text : texts) out.emplace_back(text ? text : "");
    H5Dvlen_reclaim(type.get(), space.get(), H5P_DEFAULT, texts.data());
  } else {
    std::string text(width * std::size_t(count), '\0');
    if (H5Aread(id.get(), type.get(), text.data()) < 0)
      damaged(name, concat("attribute '", attribute, "' cannot be read"));
    for (std::size_t i = 0; i < std::size_t(count); ++i) {
      const std::string_view one = std::string_view(text).substr(i * width, width);
      out.emplace_back(one.substr(0, one.find('\0')));
    }
  }
  return out;
}
}  // namespace

std::optional<std::string> H5Reader::text(const std::string& path, const std::string& attribute) const {
  auto all = texts(path, attribute);
  if (!all || all->empty()) return std::nullopt;
  return std::move(all->front());
}

std::optional<std::vector<std::string>> H5Reader::texts(const std::string& path,
                                                        const std::string& attribute) const {
  const Lock lock(h5_mutex());
  const Object* found = path.empty() ? nullptr : object(path);
  if (!path.empty() && (!found || found->path.empty())) return std::nullopt;
  const H5Handle id(H5Oopen(file_->id.get(), path.empty() ? "/" : found->path.c_str(), H5P_DEFAULT),
                    H5Oclose);
  const auto there = [&](const std::string& key) { return H5Aexists(id.get(), key.c_str()) > 0; };
  if (there(attribute)) return attribute_texts(id.get(), attribute, name());
  if (!there(attribute + "0")) return std::nullopt;
  std::vector<std::string> all;
  for (int part = 0; there(attribute + std::to_string(part)); ++part)
    for (std::string& text : attribute_texts(id.get(), attribute + std::to_string(part), name()))
      all.push_back(std::move(text));
  return all;
}

}  // namespace cornu::detail
