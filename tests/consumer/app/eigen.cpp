// Eigen sees the library's memory and never owns it, so it may be compiled with other flags than the library.
#include <cornu/eigen.hpp>
#include <cstdio>

int main() {
  const cornu::Tensor x({2, 3}, {1, 2, 3, 4, 5, 6});
  const Eigen::MatrixXf product = cornu::eigen::matrix(x) * cornu::eigen::matrix(x).transpose();
  std::printf("%g %g %g\n", double(product(0, 0)), double(product(0, 1)), double(product(1, 1)));
}
