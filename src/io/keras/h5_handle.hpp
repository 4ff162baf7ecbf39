#pragma once
#include <hdf5.h>

#include <mutex>
#include <string>
#include <utility>

namespace cornu::detail {

/// HDF5 has one state for the whole process and is built without threads in mind: whoever calls it holds
/// this.
std::recursive_mutex& h5_mutex();
/// Turns off what HDF5 prints. Call it first, with the mutex.
void h5_start();

/// A name for a file in memory: another one at each call, as HDF5 takes two of one name for the same file,
/// and one that no file has.
std::string h5_memory_name();

/// Closes what an id stands for.
class H5Handle {
 public:
  H5Handle() = default;
  H5Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  H5Handle(H5Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  H5Handle& operator=(H5Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~H5Handle() {
    if (id_ >= 0) close_(id_);
  }
  hid_t get() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }

 private:
  hid_t id_ = -1;
  herr_t (*close_)(hid_t) = nullptr;
};

}  // namespace cornu::detail
