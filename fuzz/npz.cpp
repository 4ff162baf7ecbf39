// An archive of NumPy arrays: as read_npz reads it, and again with true checksums, so that damage behind
// them is met too.
#include <zlib.h>

#include "cornu/core/error.hpp"
#include "cornu/io/npy.hpp"
#include "io/npy_format.hpp"
#include "io/zip.hpp"
#include "memory_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cornu::detail;
  try {
    const MemoryFile file(data, size);
    cornu::read_npz(file.path());
    return 0;
  } catch (const cornu::FileError&) {
  }
  try {
    for (ZipEntry entry : zip_entries({data, size}, "fuzz")) {
      if (entry.method != 0) continue;
      entry.crc = static_cast<std::uint32_t>(crc32_z(0, data + entry.offset, entry.packed_size));
      try {
        parse_npy(zip_extract({data, size}, entry, "fuzz"), "fuzz");
      } catch (const cornu::FileError&) {  // the others may be sound
      }
    }
  } catch (const cornu::FileError&) {
  }
  return 0;
}
