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

/// "--name value" arguments of an example; `help` is printed, and the program ends, on --help and on
/// mistakes.
class Arguments {
 public:
  Arguments(int argc, char** argv, std::map<std::string, std::string> defaults, const char* help)
      : values_(std::move(defaults)) {
    for (int i = 1; i < argc; ++i) {
      const std::string word = argv[i];
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

 private:
  std::map<std::string, std::string> values_;
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
