// Prints the same numbers however the library was found, built and moved: tests/consumer/run.sh compares.
#include <cornu/core/random.hpp>
#include <cornu/core/tensor.hpp>
#include <cstdio>

cornu::Tensor noise(unsigned seed);  // other.cpp

int main() {
  cornu::Tensor x = noise(7);
  for (const float v : x) std::printf("%.6f\n", double(v));
  cornu::Tensor y = x.reshape({3, 2});
  y(2, 1) = 6.f;
  std::printf("%s\n%s\n", y.shape().text().c_str(), y.text().c_str());
  try {
    y(3, 0) = 1.f;
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
  }
}
