// expect: 'cornu::Dense' has no non-static data member named 'unit'
#include <cornu/cornu.hpp>
using namespace cornu;

int main() {
  Sequential model{
      Input{.shape = {4}},
      Dense{.units = 3, .activation = relu},
      Dense{.unit = 1},
  };
}
