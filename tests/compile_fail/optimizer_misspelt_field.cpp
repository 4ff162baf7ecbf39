// expect: 'cornu::Adam' has no non-static data member named 'lr'
#include <cornu/cornu.hpp>
using namespace cornu;

int main() {
  Sequential model{Input{.shape = {4}}, Dense{.units = 1}};
  model.compile(CompileOptions{.optimizer = Adam{.lr = 0.1f}, .loss = MeanSquaredError{}});
}
