#pragma once
#include <string>
#include <vector>

namespace cornu::support {

/// A file that something happened to.
struct DamagedFile {
  std::string name;  ///< file name; its ending says what it was
  std::string bytes;
  bool hopeless;     ///< must be refused; of others it depends on where the damage is
  std::string says;  ///< part of the message, when it is the same on every machine
};

/// 200 damaged forms of the golden .keras, .h5, .weights.h5, .npy and .npz files, always the same ones: cut
/// short, single and several flipped bits, zip archives that unpack to gigabytes or say so, sizes in headers
/// that are not true.
std::vector<DamagedFile> damaged_files();

}  // namespace cornu::support
