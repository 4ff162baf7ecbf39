// expect: 'cornu::FitOptions' has no non-static data member named 'epoch'
#include <cornu/cornu.hpp>
using namespace cornu;

int main() {
  Sequential model{Input{.shape = {4}}, Dense{.units = 1}};
  model.fit(Tensor({8, 4}), Tensor({8, 1}), FitOptions{.epoch = 3});
}
