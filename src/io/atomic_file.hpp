#pragma once
#include <cstddef>
#include <string>

namespace cornu::detail {

/// Writes a file so that a reader sees the old content or the new one, never half of it, also after a
/// power failure: writes beside it, flushes to the disk, renames. Not committed, it leaves nothing.
///
///   AtomicFile file(path);   file.write(data, size);   file.commit();
///
/// A library that opens files itself writes to temporary_path() instead of write().
/// Errors  FileError, naming the file, on all failures of the system.
class AtomicFile {
 public:
  explicit AtomicFile(const std::string& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* data, std::size_t size);
  /// Exists already, empty, in the folder of the final file.
  const std::string& temporary_path() const { return temporary_; }
  void commit();

 private:
  [[noreturn]] void fail(const char* what) const;

  std::string path_, temporary_;
  int descriptor_ = -1;
};

}  // namespace cornu::detail
