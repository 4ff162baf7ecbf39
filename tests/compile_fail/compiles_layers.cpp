#include <cornu/layers/conv2d.hpp>
#include <cornu/layers/dense.hpp>
using namespace cornu;

int main() {
  const Dense dense{.units = 3, .activation = relu, .name = "head"};
  const Conv2D conv{.filters = 8, .kernel_size = {3, 5}, .padding = Padding::same, .activation = relu};
  const Dense any_case[] = {Dense{.units = 1}, dense};
  return any_case[0].units == 1 && conv.filters == 8 ? 0 : 1;
}
