// expect: designator order for field 'cornu::Dense::units'
#include <cornu/layers/conv2d.hpp>
#include <cornu/layers/dense.hpp>
using namespace cornu;

int main() { Dense dense{.activation = relu, .units = 3}; }
