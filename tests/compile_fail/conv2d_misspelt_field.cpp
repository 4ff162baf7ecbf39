// expect: 'cornu::Conv2D' has no non-static data member named 'kernel'
#include <cornu/layers/conv2d.hpp>
#include <cornu/layers/dense.hpp>
using namespace cornu;

int main() { Conv2D conv{.filters = 8, .kernel = 3}; }
