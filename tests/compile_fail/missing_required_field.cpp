// expect: cornu::Required<int>
#include <cornu/core/required.hpp>

struct Layer {
  cornu::Required<int> units;
  float rate = 0.5f;
};
int main() { return Layer{.rate = 0.1f}.units; }
