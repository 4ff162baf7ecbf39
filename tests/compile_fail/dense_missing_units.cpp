// expect: cornu::Required<long int>
#include <cornu/layers/conv2d.hpp>
#include <cornu/layers/dense.hpp>
using namespace cornu;

int main() { Dense dense{.activation = relu}; }
