// expect: no non-static data member named 'rat'
#include <cornu/core/required.hpp>

struct Layer {
  cornu::Required<int> units;
  float rate = 0.5f;
};
int main() { return Layer{.units = 3, .rat = 0.1f}.units; }
