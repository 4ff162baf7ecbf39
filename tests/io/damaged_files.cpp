#include "io/damaged_files.hpp"

#include <zlib.h>

#include <stdexcept>

#include "cornu/core/error.hpp"
#include "cornu/core/random.hpp"
#include "io/npy_format.hpp"
#include "io/read_file.hpp"
#include "io/zip.hpp"
#include "io/zip_bombs.hpp"
#include "support/golden.hpp"

namespace cornu::support {

namespace {

struct Sound {
  std::string stem, ending, bytes;
};

std::string file_of(const std::string& name) {
  const auto bytes = cornu::detail::read_file(golden_path(name));
  return {bytes.begin(), bytes.end()};
}

std::vector<Sound> sound_files() {
  return {{"functional", ".keras", file_of("keras/nested_functional.keras")},
          {"operators", ".keras", file_of("keras/operators/model.keras")},
          {"adam", ".keras", file_of("keras/fit_optimizer_adam.end.keras")},
          {"catdog", ".h5", file_of("keras/catdog_like_h5/model.h5")},
          {"resnet", ".h5", file_of("keras/resnet_like_h5/model.h5")},
          {"flower", ".weights.h5", file_of("keras/flower_weights_only/model.weights.h5")},
          {"f4", ".npy", file_of("npy/type_le_f4.npy")},
          {"f8_fortran", ".npy", file_of("npy/type_be_f8_fortran.npy")},
          {"stored", ".npz", file_of("npy/stored.npz")},
          {"deflated", ".npz", file_of("npy/deflated.npz")},
          {"zip64", ".npz", file_of("npy/zip64.npz")}};
}

std::string numbered(const char* what, int number, const Sound& file) {
  return what + std::to_string(number) + "_" + file.stem + file.ending;
}

void add_cut(const std::vector<Sound>& files, int count, Random& random, std::vector<DamagedFile>& out) {
  for (int i = 0; i < count; ++i) {
    const Sound& file = files[std::size_t(i) % files.size()];
    const auto size = Index(file.bytes.size());
    // The last byte, then some that miss a little, then anywhere.
    const Index left = i < int(files.size()) ? size - 1
                       : i % 3 == 0          ? size - 1 - random.below(size / 20)
                                             : random.below(size);
    out.push_back({numbered("cut", i, file), file.bytes.substr(0, std::size_t(left)), true, ""});
  }
}

void add_flipped(const std::vector<Sound>& files, int count, int most, Random& random,
                 std::vector<DamagedFile>& out) {
  for (int i = 0; i < count; ++i) {
    const Sound& file = files[std::size_t(i) % files.size()];
    DamagedFile damaged{numbered(most > 1 ? "flips" : "flip", i, file), file.bytes, false, ""};
    const Index flips = most > 1 ? 2 + random.below(most - 1) : 1;
    for (Index flip = 0; flip < flips; ++flip) {
      // Half of them among the first bytes, where the structure is.
      const auto size = Index(file.bytes.size());
      const Index reach = random.bernoulli(0.5f) ? std::min<Index>(2048, size) : size;
      damaged.bytes[std::size_t(random.below(reach))] ^= char(1 << random.below(8));
    }
    out.push_back(std::move(damaged));
  }
}

/// The members of a .keras file, unpacked.
std::vector<ZipMember> members_of(const std::string& bytes) {
  const std::span<const std::uint8_t> archive(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                              bytes.size());
  std::vector<ZipMember> out;
  for (const auto& entry : cornu::detail::zip_entries(archive, "golden")) {
    const auto content = cornu::detail::zip_extract(archive, entry, "golden");
    out.push_back(stored_member(entry.name, {content.begin(), content.end()}));
  }
  return out;
}

ZipMember sized(ZipMember member, std::uint64_t size) {
  member.size = size;
  return member;
}

/// A .keras file of which one member is a bomb.
void add_keras_bombs(const Sound& file, std::vector<DamagedFile>& out) {
  const std::vector<ZipMember> members = members_of(file.bytes);
  for (std::size_t at = 0; at < members.size(); ++at) {
    const ZipMember& member = members[at];
    if (member.name == "metadata.json") continue;
    const ZipMember bomb = zeros_member(member.name, member.packed, 1024);
    const auto add = [&](const std::string& what, const ZipMember& instead, const std::string& says) {
      auto changed = members;
      changed[at] = instead;
      out.push_back({what + (member.name == "config.json" ? "_config" : "_weights") + ".keras",
                     zip_archive(changed), true, says});
    };
    add("bomb_true", bomb, "would unpack");
    add("bomb_modest", sized(bomb, member.size), "does not unpack to its");
    add("bomb_claimed", sized(zeros_member(member.name, member.packed, 0), 0xfffffff0), "contradict");
  }
}

void add_npz_bombs(std::vector<DamagedFile>& out) {
  constexpr std::uint64_t kGiB = std::uint64_t(1) << 30;
  std::string header = cornu::detail::npy_header({Index(kGiB)});
  header.replace(header.find("<f4"), 3, "|u1");
  const ZipMember bomb = zeros_member("x.npy", header, 1024);
  const std::string refused = "would unpack from";
  out.push_back({"bomb_array.npz", zip_archive({bomb}), true, refused});
  out.push_back({"bomb_zeros.npz", zip_archive({zeros_member("x.npy", "", 2048)}), true, refused});
  out.push_back({"bomb_modest.npz", zip_archive({sized(bomb, 1000)}), true, "does not unpack to its 1000"});
  out.push_back({"bomb_claimed.npz", zip_archive({sized(zeros_member("x.npy", header, 0), 0xfffffff0)}), true,
                 "contradict"});
  std::vector<ZipMember> many;
  for (int i = 0; i < 40; ++i)
    many.push_back(zeros_member(cornu::detail::concat("x", i, ".npy"), header, 25));
  out.push_back({"bomb_many.npz", zip_archive(many), true, refused});
  const ZipMember array = stored_member("x.npy", cornu::detail::npy_header({1000}) + std::string(4000, 'x'));
  out.push_back({"bomb_overlapping.npz", zip_archive({array}, 5000), true, "overlap"});
  std::string counted = zip_archive({array});
  counted[counted.size() - 12] = counted[counted.size() - 11] = '\xff';  // 65,535 members
  out.push_back({"bomb_counted.npz", counted, true, "directory"});
  ZipMember stored = array;
  stored.size = 0x7fffffff;
  out.push_back({"bomb_stored.npz", zip_archive({stored}), true, "contradict"});
}

/// Headers of .npy files whose sizes are far beyond the file's.
void add_npy_headers(std::vector<DamagedFile>& out) {
  const char* const shapes[] = {"(1099511627776,)",
                                "(4294967296, 4294967296)",
                                "(1000000000, 1000000000, 1000000000)",
                                "(9223372036854775807,)",
                                "(18446744073709551616,)",
                                "(1048576, 1048576, 1048576, 1048576, 1048576, 1048576, 1048576, 1048576)",
                                "(268435456,)"};
  int number = 0;
  for (const char* shape : shapes) {
    std::string header = cornu::detail::npy_header({6});
    const std::string dict = std::string("{'descr': '<f8', 'fortran_order': True, 'shape': ") + shape + ", }";
    header = header.substr(0, 8) + char(dict.size() & 255) + char(dict.size() >> 8) + dict;
    out.push_back({"header" + std::to_string(number++) + ".npy", header + std::string(48, 'x'), true, ""});
  }
  out.push_back({"header_long.npy", std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff", 12) + "{'descr'", true,
                 "ends inside its header"});
}

/// Where the extents of arrays of two axes and more stand: messages of version 1 with their largest extents.
std::vector<std::size_t> extents_in(const std::string& bytes) {
  std::vector<std::size_t> out;
  for (std::size_t at = 0; at + 40 < bytes.size(); at += 8) {
    const auto rank = std::size_t(bytes[at + 1]);
    if (bytes[at] != 1 || rank < 2 || rank > 5 || bytes[at + 2] != 1) continue;
    if (bytes.compare(at + 3, 5, std::string(5, '\0')) != 0 || at + 8 + 16 * rank > bytes.size()) continue;
    if (bytes.compare(at + 8, 8 * rank, bytes, at + 8 + 8 * rank, 8 * rank) == 0) out.push_back(at + 8);
  }
  if (out.empty()) throw std::runtime_error("no array is found in a golden HDF5 file");
  return out;
}

std::string with_extent(std::string bytes, Random& random, std::uint64_t extent) {
  const auto places = extents_in(bytes);
  const std::size_t at = places[std::size_t(random.below(Index(places.size())))];
  const auto rank = std::size_t(bytes[at - 7]);
  for (std::size_t i = 0; i < 8; ++i) {
    const char part = static_cast<char>(extent >> (8 * i) & 255);
    bytes[at + i] = bytes[at + 8 * rank + i] = part;  // and its largest extent
  }
  return bytes;
}

void add_extents(const std::vector<Sound>& files, Random& random, std::vector<DamagedFile>& out) {
  constexpr std::uint64_t kExtents[] = {1000000000, std::uint64_t(1) << 32, std::uint64_t(1) << 40,
                                        std::uint64_t(1) << 62, ~std::uint64_t(0)};
  for (const Sound& file : files) {
    const bool archive = file.ending == ".keras";
    if ((!archive && !file.ending.ends_with(".h5")) || file.stem == "resnet" || file.stem == "adam") continue;
    for (std::size_t i = 0; i < std::size(kExtents); ++i) {
      DamagedFile damaged{numbered("extent", int(i), file), "", true, ""};
      if (archive) {
        auto members = members_of(file.bytes);
        for (ZipMember& member : members)
          if (member.name == "model.weights.h5")
            member = stored_member(member.name, with_extent(member.packed, random, kExtents[i]));
        damaged.bytes = zip_archive(members);
      } else {
        damaged.bytes = with_extent(file.bytes, random, kExtents[i]);
      }
      out.push_back(std::move(damaged));
    }
  }
}

}  // namespace

std::vector<DamagedFile> damaged_files() {
  constexpr std::size_t kCount = 200;
  Random random(2024);
  const std::vector<Sound> files = sound_files();
  std::vector<DamagedFile> out;
  add_keras_bombs(files[0], out);
  add_npz_bombs(out);
  add_npy_headers(out);
  add_extents(files, random, out);
  add_cut(files, 55, random, out);
  add_flipped(files, 53, 1, random, out);
  add_flipped(files, int(kCount - out.size()), 16, random, out);
  return out;
}

}  // namespace cornu::support
