// expect: 'cornu::Dense' has no non-static data member named 'activaton'
#include <cornu/layers/conv2d.hpp>
#include <cornu/layers/dense.hpp>
using namespace cornu;

int main() { Dense dense{.units = 3, .activaton = relu}; }
