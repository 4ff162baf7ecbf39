#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <filesystem>
#include <memory>
#include <numeric>
#include <span>
#include <string_view>
#include <tuple>

#include "cornu/core/error.hpp"
#include "cornu/core/random.hpp"
#include "cornu/data/cifar10.hpp"
#include "cornu/data/mnist.hpp"
#include "io/read_file.hpp"

namespace cornu {

namespace {
[[noreturn]] void damaged(const char* who, const std::string& path, std::string_view why) {
  throw FileError(detail::concat(who, ": '", path, "': ", why, ". Copy or download the file again."));
}

std::uint32_t big_endian(const std::uint8_t* bytes) {
  return std::uint32_t(bytes[0]) << 24 | std::uint32_t(bytes[1]) << 16 | std::uint32_t(bytes[2]) << 8 |
         bytes[3];
}

/// A file read through gzip, which passes plain files through.
class GzipFile {
 public:
  explicit GzipFile(const std::string& path) : path_(path), file_(gzopen(path.c_str(), "rb")) {
    if (!file_)
      throw FileError(
          detail::concat("read_idx: '", path, "' cannot be read. Check the path and its permissions."));
    gzbuffer(file_, 1 << 17);
  }
  ~GzipFile() { gzclose(file_); }
  GzipFile(const GzipFile&) = delete;
  GzipFile& operator=(const GzipFile&) = delete;

  /// Bytes read; fewer than size at the end of the file.
  std::size_t read(void* to, std::size_t size) {
    std::size_t have = 0;
    while (have < size) {
      const auto part = static_cast<unsigned>(std::min<std::size_t>(size - have, 1u << 30));
      const int got = gzread(file_, static_cast<char*>(to) + have, part);
      if (got < 0) damaged("read_idx", path_, "it is damaged or cut short");
      int code = Z_OK;
      gzerror(file_, &code);
      if (got == 0 && code == Z_BUF_ERROR) damaged("read_idx", path_, "it is cut short");  // in its checksum
      if (got == 0) break;
      have += static_cast<std::size_t>(got);
    }
    return have;
  }

 private:
  std::string path_;
  gzFile file_;
};

struct IdxHeader {
  int type = 0, size = 0;
  Shape shape;
};

IdxHeader read_header(GzipFile& file, const std::string& path) {
  std::array<std::uint8_t, 4 + 4 * Shape::kMaxRank> bytes{};
  if (file.read(bytes.data(), 4) < 4 || bytes[0] != 0 || bytes[1] != 0)
    damaged("read_idx", path, "it does not start as an idx file does (00 00)");
  IdxHeader header;
  header.type = bytes[2];
  constexpr std::array<int, 7> sizes{1, 1, 0, 2, 4, 4, 8};  // types 8 to 14
  header.size = header.type >= 8 && header.type <= 14 ? sizes[std::size_t(header.type - 8)] : 0;
  const std::size_t rank = bytes[3];
  if (header.size == 0 || rank < 1 || rank > std::size_t(Shape::kMaxRank))
    damaged("read_idx", path, detail::concat("type ", header.type, " with ", rank, " axes is not known"));
  if (file.read(bytes.data(), 4 * rank) < 4 * rank) damaged("read_idx", path, "it ends inside its header");
  std::array<Index, Shape::kMaxRank> extents{};
  for (std::size_t axis = 0; axis < rank; ++axis) extents[axis] = big_endian(bytes.data() + 4 * axis);
  try {
    header.shape = Shape(std::span<const Index>(extents.data(), rank));
  } catch (const ValueError&) {
    damaged("read_idx", path, "its header names an impossible size");
  }
  return header;
}

/// What the file can hold: gzip packs at most about 1032 to 1, and large sets that are worth reading at most
/// 500 to 1.
void check_size(const IdxHeader& header, const std::string& path) {
  constexpr std::uintmax_t kUnsuspicious = 1u << 27;
  std::error_code error;
  const auto length = std::filesystem::file_size(path, error);
  const auto count = static_cast<std::uintmax_t>(header.shape.count());
  if (error || count / (count > kUnsuspicious ? 500 : 1040) > length)
    damaged("read_idx", path,
            detail::concat("its header announces ", header.shape.text(), ", but it has only ",
                           error ? 0 : length, " bytes"));
}

float number_of(const std::uint8_t* bytes, int type) {
  switch (type) {
    case 0x08:
      return bytes[0];
    case 0x09:
      return static_cast<std::int8_t>(bytes[0]);
    case 0x0B:
      return static_cast<std::int16_t>(bytes[0] << 8 | bytes[1]);
    case 0x0C:
      return static_cast<float>(static_cast<std::int32_t>(big_endian(bytes)));
    case 0x0D:
      return std::bit_cast<float>(big_endian(bytes));
    default:
      return static_cast<float>(
          std::bit_cast<double>(std::uint64_t(big_endian(bytes)) << 32 | big_endian(bytes + 4)));
  }
}
}  // namespace

Tensor read_idx(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    throw FileError(detail::concat("read_idx: '", path, "' is a folder. Give one of the files in it."));
  GzipFile file(path);
  const IdxHeader header = read_header(file, path);
  check_size(header, path);
  Tensor out;
  out.resize(header.shape);
  constexpr Index kPart = 1 << 16;
  std::vector<std::uint8_t> part(std::size_t(kPart * header.size));
  for (Index first = 0; first < out.size(); first += kPart) {
    const Index n = std::min(kPart, out.size() - first);
    const auto wanted = std::size_t(n * header.size);
    if (file.read(part.data(), wanted) < wanted)
      damaged("read_idx", path,
              detail::concat("it ends before the ", out.size(), " numbers its header announces"));
    for (Index i = 0; i < n; ++i)
      out.data()[first + i] = number_of(part.data() + i * header.size, header.type);
  }
  if (file.read(part.data(), 1) != 0) damaged("read_idx", path, "it is longer than its header says");
  return out;
}

namespace {
Tensor read_packed_or_not(const std::string& folder, const std::string& name) {
  const std::string plain = folder + "/" + name, packed = plain + ".gz";
  std::error_code ignored;
  if (std::filesystem::exists(packed, ignored)) return read_idx(packed);
  if (std::filesystem::exists(plain, ignored)) return read_idx(plain);
  throw FileError(detail::concat("load_mnist: '", folder, "' holds neither ", name, " nor ", name,
                                 ".gz. Give the folder with the four files of the set."));
}

void read_part(const std::string& folder, const std::string& prefix, Tensor& x, Tensor& y) {
  x = read_packed_or_not(folder, prefix + "-images-idx3-ubyte");
  y = read_packed_or_not(folder, prefix + "-labels-idx1-ubyte");
  const std::string where = folder + "/" + prefix + "-*";
  if (x.rank() != 3 || y.rank() != 1 || x.shape()[0] != y.shape()[0])
    damaged("load_mnist", where,
            detail::concat("pictures of shape ", x.shape().text(), " and labels of shape ", y.shape().text(),
                           " do not belong together"));
  for (const float label : y)
    if (!(label >= 0 && label <= 9))
      damaged("load_mnist", where, detail::concat("label ", label, " is not 0 .. 9"));
}
}  // namespace

ImageDataset load_mnist(const std::string& folder) {
  ImageDataset set;
  read_part(folder, "train", set.x_train, set.y_train);
  read_part(folder, "t10k", set.x_test, set.y_test);
  return set;
}

const std::vector<std::string>& cifar10_classes() {
  static const std::vector<std::string> names{"airplane", "automobile", "bird",  "cat",  "deer",
                                              "dog",      "frog",       "horse", "ship", "truck"};
  return names;
}

namespace {
constexpr Index kPlane = 1024, kPixels = 3 * kPlane, kRecord = 1 + kPixels;
constexpr std::int64_t kMaxBytes = std::int64_t(4) << 30;

/// Appends a file's records from sample `at` on; x and y are large enough.
void unpack(const std::vector<std::uint8_t>& bytes, const std::string& path, Tensor& x, Tensor& y, Index at) {
  const auto records = static_cast<Index>(bytes.size()) / kRecord;
  for (Index r = 0; r < records; ++r) {
    const std::uint8_t* record = bytes.data() + r * kRecord;
    if (record[0] > 9)
      damaged("read_cifar10_batch", path,
              detail::concat("label ", int(record[0]), " of record ", r, " is not 0 .. 9"));
    y.data()[at + r] = record[0];
    float* pixels = x.data() + (at + r) * kPixels;
    for (Index i = 0; i < kPlane; ++i)
      for (Index c = 0; c < 3; ++c) pixels[3 * i + c] = record[1 + c * kPlane + i];
  }
}

std::vector<std::uint8_t> read_records(const std::string& path) {
  auto bytes = detail::read_file(path, kMaxBytes);
  if (bytes.empty() || bytes.size() % std::size_t(kRecord) != 0)
    damaged("read_cifar10_batch", path,
            detail::concat("it has ", bytes.size(), " bytes, not a multiple of ", kRecord,
                           ", which a record of CIFAR-10's binary version has"));
  return bytes;
}
}  // namespace

std::pair<Tensor, Tensor> read_cifar10_batch(const std::string& path) {
  const auto bytes = read_records(path);
  const auto n = static_cast<Index>(bytes.size()) / kRecord;
  std::pair<Tensor, Tensor> out{Tensor({n, 32, 32, 3}), Tensor({n})};
  unpack(bytes, path, out.first, out.second, 0);
  return out;
}

ImageDataset load_cifar10(const std::string& folder) {
  std::vector<std::string> paths;
  Index n = 0;
  for (char k = '1'; k <= '5'; ++k) {
    const std::string path = folder + "/data_batch_" + k + ".bin";
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (error) continue;
    paths.push_back(path);
    n += static_cast<Index>(size) / kRecord;
  }
  if (paths.empty())
    throw FileError(detail::concat("load_cifar10: '", folder,
                                   "' holds none of data_batch_1.bin .. data_batch_5.bin. ",
                                   "Give the folder of CIFAR-10's binary version."));
  ImageDataset set;
  set.x_train.resize({n, 32, 32, 3});
  set.y_train.resize({n});
  Index at = 0;
  for (const std::string& path : paths) {
    const auto bytes = read_records(path);
    const auto records = static_cast<Index>(bytes.size()) / kRecord;
    if (records > n - at) damaged("load_cifar10", path, "it grew while it was read");
    unpack(bytes, path, set.x_train, set.y_train, at);
    at += records;
  }
  if (at != n) damaged("load_cifar10", folder, "a file changed while it was read");
  std::tie(set.x_test, set.y_test) = read_cifar10_batch(folder + "/test_batch.bin");
  return set;
}

CifarHelper::CifarHelper(Tensor x, Tensor y, std::uint64_t seed)
    : x_(std::move(x)), y_(std::move(y)), seed_(seed) {
  const Index n = x_.rank() < 1 ? 0 : x_.shape().front();
  if (y_.rank() < 1 || y_.shape().front() != n)
    throw ShapeError(detail::concat("CifarHelper: x has shape ", x_.shape().text(), ", y ", y_.shape().text(),
                                    "; axis 0 must be equal. Give one target a sample."));
  if (n == 0)
    throw ValueError("CifarHelper: there are 0 samples, at least 1 is needed. Check how they were read.");
  order_.resize(std::size_t(n));
  reshuffle();
}

void CifarHelper::reshuffle() {
  Random random(RandomKey{.seed = seed_}.child(std::uint64_t(epoch_++)));
  order_ = random.permutation(static_cast<Index>(order_.size()));
  position_ = 0;
}

std::pair<Tensor, Tensor> CifarHelper::next_batch(Index n) {
  const auto all = static_cast<Index>(order_.size());
  if (n < 1 || n > all)
    throw ValueError(detail::concat("CifarHelper::next_batch(", n, "): there are ", all,
                                    " samples. Ask for 1 .. ", all, "."));
  if (position_ == all) reshuffle();
  std::vector<Index> rows;
  while (static_cast<Index>(rows.size()) < n) {
    if (position_ == all) reshuffle();
    rows.push_back(order_[std::size_t(position_++)]);
  }
  return {x_.gather(rows), y_.gather(rows)};
}

}  // namespace cornu
