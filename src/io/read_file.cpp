#include "io/read_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cornu/core/error.hpp"

namespace cornu::detail {

namespace {
struct Descriptor {
  int value;
  ~Descriptor() {
    if (value >= 0) ::close(value);
  }
};

[[noreturn]] void fail(const std::string& path, const char* why) {
  throw FileError(concat("'", path, "' cannot be read: ", why, ". Check the path and its permissions."));
}
}  // namespace

std::vector<std::uint8_t> read_file(const std::string& path, std::int64_t max_bytes) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.value < 0) fail(path, std::strerror(errno));
  struct stat status {};
  if (::fstat(file.value, &status) != 0) fail(path, std::strerror(errno));
  if (S_ISDIR(status.st_mode)) fail(path, "it is a folder");
  if (!S_ISREG(status.st_mode)) fail(path, "it is not a regular file");
  if (status.st_size > max_bytes)
    throw FileError(concat("'", path, "' has ", status.st_size, " bytes; at most ", max_bytes,
                           " are accepted here. Is it the right file?"));
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(status.st_size));
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = ::read(file.value, bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path, std::strerror(errno));
    if (got == 0) break;  // shortened meanwhile
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

}  // namespace cornu::detail
