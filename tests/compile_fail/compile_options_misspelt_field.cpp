// expect: 'cornu::CompileOptions' has no non-static data member named 'losses'
#include <cornu/cornu.hpp>
using namespace cornu;

int main() {
  Sequential model{Input{.shape = {4}}, Dense{.units = 1}};
  model.compile(CompileOptions{.optimizer = Adam{}, .losses = MeanSquaredError{}});
}
