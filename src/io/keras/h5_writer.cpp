#include "io/keras/h5_writer.hpp"

#include "cornu/core/error.hpp"
#include "io/keras/h5_handle.hpp"

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
  static const bool started = H5open() >= 0;
  (void)started;
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // per thread
}

struct H5Writer::File {
  H5Handle id, links;
};

namespace {
using Lock = std::lock_guard<std::recursive_mutex>;

H5Handle checked(hid_t id, herr_t (*close)(hid_t), std::string_view what) {
  if (id < 0) throw FileError(concat("HDF5 cannot write ", what, ". Is there enough memory?"));
  return {id, close};
}

/// Without times, so that equal content gives equal bytes.
H5Handle without_times(hid_t kind) {
  H5Handle properties = checked(H5Pcreate(kind), H5Pclose, "a property list");
  H5Pset_obj_track_times(properties.get(), 0);
  return properties;
}

H5Handle text_type() {
  H5Handle type = checked(H5Tcopy(H5T_C_S1), H5Tclose, "a type");
  H5Tset_size(type.get(), H5T_VARIABLE);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  return type;
}

void write_dataset(hid_t file, hid_t links, const std::string& path, const Shape& shape, hid_t stored,
                   hid_t given, const void* data) {
  std::vector<hsize_t> extents(shape.begin(), shape.end());
  const H5Handle space =
      shape.empty() ? checked(H5Screate(H5S_SCALAR), H5Sclose, path)
                    : checked(H5Screate_simple(shape.rank(), extents.data(), nullptr), H5Sclose, path);
  const H5Handle properties = without_times(H5P_DATASET_CREATE);
  const H5Handle id = checked(
      H5Dcreate2(file, ("/" + path).c_str(), stored, space.get(), links, properties.get(), H5P_DEFAULT),
      H5Dclose, path);
  if (shape.count() > 0 && H5Dwrite(id.get(), given, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)
    throw FileError(concat("HDF5 cannot write the numbers of '", path, "'. Is there enough memory?"));
}
}  // namespace

H5Writer::H5Writer() : file_(std::make_unique<File>()) {
  const Lock lock(h5_mutex());
  h5_start();
  const H5Handle access = checked(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "a property list");
  H5Pset_fapl_core(access.get(), 1u << 20, 0);
  file_->id = checked(H5Fcreate(h5_memory_name().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.get()), H5Fclose,
                      "a file");
  file_->links = checked(H5Pcreate(H5P_LINK_CREATE), H5Pclose, "a property list");
  H5Pset_create_intermediate_group(file_->links.get(), 1);
}

H5Writer::~H5Writer() {
  const Lock lock(h5_mutex());
  file_.reset();
}

void H5Writer::group(const std::string& path) {
  const Lock lock(h5_mutex());
  if (path.empty()) return;
  for (std::size_t cut = path.find('/');; cut = path.find('/', cut + 1)) {
    const std::string part = "/" + path.substr(0, cut);
    if (H5Lexists(file_->id.get(), part.c_str(), H5P_DEFAULT) <= 0) {
      const H5Handle properties = without_times(H5P_GROUP_CREATE);
      checked(H5Gcreate2(file_->id.get(), part.c_str(), H5P_DEFAULT, properties.get(), H5P_DEFAULT), H5Gclose,
              path);
    }
    if (cut == std::string::npos) return;
  }
}

void H5Writer::array(const std::string& path, View<const float> values) {
  const Lock lock(h5_mutex());
  if (const std::size_t cut = path.rfind('/'); cut != std::string::npos) group(path.substr(0, cut));
  write_dataset(file_->id.get(), file_->links.get(), path, values.shape, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT,
                values.data);
}

void H5Writer::integer(const std::string& path, std::int64_t value) {
  const Lock lock(h5_mutex());
  if (const std::size_t cut = path.rfind('/'); cut != std::string::npos) group(path.substr(0, cut));
  write_dataset(file_->id.get(), file_->links.get(), path, {}, H5T_STD_I64LE, H5T_NATIVE_INT64, &value);
}

void H5Writer::text(const std::string& path, const std::string& name, const std::string& value) {
  const Lock lock(h5_mutex());
  group(path);
  const H5Handle object =
      checked(H5Oopen(file_->id.get(), ("/" + path).c_str(), H5P_DEFAULT), H5Oclose, path);
  const H5Handle space = checked(H5Screate(H5S_SCALAR), H5Sclose, name), type = text_type();
  const H5Handle id =
      checked(H5Acreate2(object.get(), name.c_str(), type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT),
              H5Aclose, name);
  const char* data = value.c_str();
  if (H5Awrite(id.get(), type.get(), &data) < 0) throw FileError(concat("HDF5 cannot write '", name, "'."));
}

namespace {
void write_texts(hid_t object, const std::string& name, const char* const* values, std::size_t count) {
  const hsize_t extent = count;
  const H5Handle space = checked(H5Screate_simple(1, &extent, nullptr), H5Sclose, name);
  // h5py gives an empty list the type of numbers; Keras reads both.
  const H5Handle type = count == 0 ? checked(H5Tcopy(H5T_IEEE_F64LE), H5Tclose, name) : text_type();
  const H5Handle id = checked(
      H5Acreate2(object, name.c_str(), type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose, name);
  if (count > 0 && H5Awrite(id.get(), type.get(), values) < 0)
    throw FileError(concat("HDF5 cannot write '", name, "'."));
}
}  // namespace

void H5Writer::texts(const std::string& path, const std::string& name,
                     const std::vector<std::string>& values) {
  const Lock lock(h5_mutex());
  group(path);
  const H5Handle object =
      checked(H5Oopen(file_->id.get(), ("/" + path).c_str(), H5P_DEFAULT), H5Oclose, path);
  std::vector<const char*> data;
  for (const std::string& value : values) data.push_back(value.c_str());
  constexpr std::size_t kMost = 3000;  // an attribute holds 64 KiB, and each text takes 16 bytes of it
  if (data.size() <= kMost) return write_texts(object.get(), name, data.data(), data.size());
  for (std::size_t part = 0; part * kMost < data.size(); ++part)
    write_texts(object.get(), name + std::to_string(part), data.data() + part * kMost,
                std::min(kMost, data.size() - part * kMost));
}

std::vector<std::uint8_t> H5Writer::finish() {
  const Lock lock(h5_mutex());
  H5Fflush(file_->id.get(), H5F_SCOPE_GLOBAL);
  const ssize_t size = H5Fget_file_image(file_->id.get(), nullptr, 0);
  if (size <= 0) throw FileError("HDF5 cannot finish the file. Is there enough memory?");
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
  if (H5Fget_file_image(file_->id.get(), bytes.data(), bytes.size()) < 0)
    throw FileError("HDF5 cannot finish the file. Is there enough memory?");
  return bytes;
}

}  // namespace cornu::detail
