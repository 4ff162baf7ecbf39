#pragma once
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cornu/io/npy.hpp"

namespace cornu::support {

/// Path in tests/golden: "layers/conv2d_0/x.npy".
inline std::string golden_path(const std::string& name) { return CORNU_TEST_DATA "/" + name; }

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

/// Expects |received - expected| <= tolerance * max(1, largest expected) at every element; tells the worst.
inline void expect_close(const Tensor& expected, const Tensor& received, double tolerance,
                         const std::string& what) {
  ASSERT_EQ(expected.shape(), received.shape())
      << what << ": expected " << expected.shape().text() << ", received " << received.shape().text();
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
