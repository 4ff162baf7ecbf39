#pragma once
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "cornu/io/npy.hpp"
#include "support/test_data.hpp"

namespace cornu::support {

/// Path in tests/golden: "layers/conv2d_0/x.npy".
inline std::string golden_path(const std::string& name) { return test_data() + "/" + name; }

inline bool golden_exists(const std::string& name) { return std::filesystem::exists(golden_path(name)); }

inline Tensor golden(const std::string& name) { return read_npy(golden_path(name)); }

/// The .npy files directly in a folder of tests/golden, sorted, without ".npy".
inline std::vector<std::string> golden_arrays(const std::string& folder) {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(golden_path(folder)))
    if (entry.path().extension() == ".npy") out.push_back(entry.path().stem().string());
  std::sort(out.begin(), out.end());
  return out;
}

/// STEM0.npy, STEM1.npy ... of a folder of tests/golden that ends in '/'.
inline std::vector<Tensor> golden_list(const std::string& folder, const std::string& stem) {
  std::vector<Tensor> out;
  while (golden_exists(folder + stem + std::to_string(out.size()) + ".npy"))
    out.push_back(golden(folder + stem + std::to_string(out.size()) + ".npy"));
  return out;
}

/// The numbers of a flat .json file, {"key": 1.5} or {"key": [1.5, 2]}, in their order.
inline std::vector<std::pair<std::string, std::vector<double>>> golden_series(const std::string& name) {
  std::ifstream file(golden_path(name));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::vector<std::pair<std::string, std::vector<double>>> out;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '"') {
      const std::size_t end = text.find('"', i + 1);
      out.emplace_back(text.substr(i + 1, end - i - 1), std::vector<double>());
      i = end + 1;
    } else if (text[i] == '-' || (text[i] >= '0' && text[i] <= '9')) {
      std::size_t length = 0;
      out.back().second.push_back(std::stod(text.substr(i, 32), &length));
      i += length;
    } else {
      ++i;
    }
  }
  return out;
}

/// Expects |received - expected| <= tolerance * max(1, largest expected) at every element; tells the worst.
inline void expect_close(const Tensor& expected, const Tensor& received, double tolerance,
                         const std::string& what) {
  ASSERT_EQ(expected.shape().text(), received.shape().text()) << what;
  double largest = 1, worst = 0;
  Index at = -1;
  for (const float v : expected) largest = std::max(largest, std::abs(static_cast<double>(v)));
  for (Index i = 0; i < expected.size(); ++i) {
    const double error = std::abs(static_cast<double>(expected.at(i)) - static_cast<double>(received.at(i)));
    if (!(error <= tolerance * largest) && !(error <= worst)) {
      worst = error;
      at = i;
    }
  }
  if (at >= 0)
    ADD_FAILURE() << what << " " << expected.shape().text() << " differs most at element " << at
                  << ": expected " << expected.at(at) << ", received " << received.at(at)
                  << ", allowed difference " << tolerance * largest;
}

}  // namespace cornu::support
