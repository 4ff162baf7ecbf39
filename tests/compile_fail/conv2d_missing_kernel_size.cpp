// expect: Size2
#include <cornu/layers/conv2d.hpp>
#include <cornu/layers/dense.hpp>
using namespace cornu;

int main() { Conv2D conv{.filters = 8}; }
