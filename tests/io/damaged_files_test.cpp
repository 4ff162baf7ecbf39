// Files that cannot be trusted, each read by a process of its own whose time and memory are measured. The
// measure of memory is the peak of what is resident: addresses alone say little, as threads and the
// allocator reserve many of them.
#include "io/damaged_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "support/child.hpp"
#include "support/golden.hpp"
#include "support/temporary_folder.hpp"

namespace cornu::support {
namespace {

constexpr double kMostSeconds = kSanitized ? 40 : 2;
constexpr double kMostMebibytes = kSanitized ? 1 << 20 : 1024;

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string ending_of(const std::string& name) { return name.substr(name.find('.')); }

struct Share {
  int refused = 0, all = 0;
};

class DamagedFiles : public testing::Test {
 protected:
  DamagedFiles() { setenv("OMP_NUM_THREADS", "2", 1); }

  /// Every file through a program: status 0 or 1, soon, in little memory, with a message of one line that
  /// names the file and nothing else printed. Returns how many were refused, by the kind of file.
  std::map<std::string, Share> run_all(const std::vector<std::string>& program, bool silent) {
    std::map<std::string, Share> shares;
    double seconds = 0, mebibytes = 0;
    for (const DamagedFile& file : files_) {
      SCOPED_TRACE(file.name);
      folder_.write(file.name, file.bytes);
      const std::string path = folder_.path(file.name);
      std::vector<std::string> command = program;
      command.insert(command.begin() + std::ptrdiff_t(program.size() - tail_), path);
      const Child child = run_child(command, folder_.path("out"), folder_.path("err"));
      EXPECT_LE(child.cpu_seconds, kMostSeconds);
      EXPECT_LE(child.peak_mebibytes, kMostMebibytes);
      seconds = std::max(seconds, child.cpu_seconds);
      mebibytes = std::max(mebibytes, child.peak_mebibytes);
      const std::string out = text_of(folder_.path("out")), err = text_of(folder_.path("err"));
      EXPECT_TRUE(child.status == 0 || child.status == 1) << child.status << err;
      if (child.status == 1) expect_message(file, err);
      if (child.status == 1 || silent) EXPECT_EQ(out, "");
      if (child.status == 0) EXPECT_EQ(err, "");
      if (file.hopeless) EXPECT_EQ(child.status, 1);
      Share& share = shares[ending_of(file.name)];
      share.refused += child.status == 1;
      ++share.all;
      std::filesystem::remove(path);
    }
    RecordProperty("most_cpu_milliseconds", int(seconds * 1000));
    RecordProperty("most_mebibytes", int(mebibytes));
    std::printf("most CPU time %.3f s, most memory %.0f MiB\n", seconds, mebibytes);
    for (const auto& [ending, share] : shares)
      std::printf("%s: %d of %d refused\n", ending.c_str(), share.refused, share.all);
    return shares;
  }

  void expect_message(const DamagedFile& file, const std::string& message) {
    EXPECT_THAT(message, testing::HasSubstr(file.name));
    EXPECT_GT(message.size(), file.name.size() + 20);
    EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 1) << message;
    if (tail_ == 1) EXPECT_THAT(message, testing::HasSubstr(file.says));
  }

  const std::vector<DamagedFile> files_ = damaged_files();
  const TemporaryFolder folder_;
  std::size_t tail_ = 0;  // arguments of the program that come after the file
};

TEST_F(DamagedFiles, AreTwoHundredDifferentOnes) {
  std::set<std::string> names, contents;
  for (const DamagedFile& file : files_) {
    names.insert(file.name);
    contents.insert(file.bytes);
  }
  EXPECT_EQ(names.size(), 200u);
  EXPECT_GE(contents.size(), 199u);
  EXPECT_GE(std::count_if(files_.begin(), files_.end(), [](const auto& file) { return file.hopeless; }), 95);
}

TEST_F(DamagedFiles, AreRefusedOrReadSoonAndInLittleMemory) {
  tail_ = 1;
  auto shares = run_all({CORNU_LOAD_FILE, golden_path("keras/flower_weights_only/model.keras")}, true);
  // Checksums find nearly everything in archives; the others have none.
  for (const char* ending : {".keras", ".npz"})
    EXPECT_GE(shares[ending].refused, shares[ending].all * 9 / 10) << ending;
  for (const char* ending : {".h5", ".weights.h5", ".npy"})
    EXPECT_LT(shares[ending].refused, shares[ending].all) << ending;
}

#ifdef CORNU_PROGRAM_FILE
TEST_F(DamagedFiles, AreRefusedByTheProgramInOneLine) { run_all({CORNU_PROGRAM_FILE, "summary"}, false); }
#endif

}  // namespace
}  // namespace cornu::support
