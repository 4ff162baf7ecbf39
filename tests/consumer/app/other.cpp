// A second translation unit with the same headers: anything defined twice would not link.
#include <cornu/core/random.hpp>
#include <cornu/core/tensor.hpp>

cornu::Tensor noise(unsigned seed) {
  cornu::Tensor x({2, 3});
  cornu::fill_normal(x.view(), {.seed = seed}, 0.f, 1.f);
  return x;
}
