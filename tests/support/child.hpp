#pragma once
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

namespace cornu::support {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

/// How a program ended and what it took.
struct Child {
  int status;          ///< exit status; minus the signal that ended it
  double cpu_seconds;  ///< of all its threads: a busy machine does not change it
  double wall_seconds;
  double peak_mebibytes;  ///< of its resident memory
};

/// Runs a program, its path first, with its output going to files. Beyond 4 GiB of addresses it gets no
/// memory (sanitizers need terabytes of addresses, so not with them).
inline Child run_child(const std::vector<std::string>& command, const std::string& out,
                       const std::string& err) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) {
    const int out_file = ::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int err_file = ::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    constexpr rlim_t kMost = rlim_t(4) << 30;
    const rlimit limit{kMost, kMost};
    if (::dup2(out_file, 1) < 0 || ::dup2(err_file, 2) < 0) ::_exit(126);
    if (!kSanitized && ::setrlimit(RLIMIT_AS, &limit) != 0) ::_exit(126);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  int status = 0;
  rusage usage{};
  if (::wait4(child, &status, 0, &usage) != child) throw std::runtime_error("wait4 failed");
  const auto seconds = [](const timeval& time) { return double(time.tv_sec) + 1e-6 * double(time.tv_usec); };
  return {.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status),
          .cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime),
          .wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
          .peak_mebibytes = double(usage.ru_maxrss) / 1024};
}

}  // namespace cornu::support
