#pragma once
#include <algorithm>
#include <cornu/cornu.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <vector>

/// Whether a program also takes arguments without a name, such as files.
enum class Words { none, some };

/// "--name value" arguments of an example; `help` is printed, and the program ends, on --help and on
/// mistakes.
class Arguments {
 public:
  Arguments(int argc, char** argv, std::map<std::string, std::string> defaults, const char* help,
            Words words = Words::none)
      : values_(std::move(defaults)) {
    for (int i = 1; i < argc; ++i) {
      const std::string word = argv[i];
      if (words == Words::some && !word.starts_with("--")) {
        words_.push_back(word);
        continue;
      }
      const bool known = word.starts_with("--") && values_.contains(word.substr(2));
      if (word == "--help" || !known || i + 1 == argc) {
        std::fprintf(word == "--help" ? stdout : stderr, "%s\n", help);
        if (word != "--help") std::fprintf(stderr, "Cannot use '%s'.\n", word.c_str());
        std::exit(word == "--help" ? 0 : 2);
      }
      values_[word.substr(2)] = argv[++i];
    }
  }
  const std::string& operator[](const std::string& name) const { return values_.at(name); }
  cornu::Index number(const std::string& name) const {
    return std::strtoll(values_.at(name).c_str(), nullptr, 10);
  }
  float real(const std::string& name) const { return std::strtof(values_.at(name).c_str(), nullptr); }
  const std::vector<std::string>& words() const { return words_; }

 private:
  std::map<std::string, std::string> values_;
  std::vector<std::string> words_;
};

/// Runs an example and shows an error as one line instead of a crash.
template <class Program>
int run(const Program& program) {
  try {
    program();
    return 0;
  } catch (const cornu::Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
