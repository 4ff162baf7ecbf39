#include <cornu/cornu.hpp>
using namespace cornu;

int main() {
  Sequential model{
      Input{.shape = {4}},
      Dense{.units = 3, .activation = relu},
      Dense{.units = 1},
  };
  model.compile(CompileOptions{.optimizer = Adam{.learning_rate = 0.1f}, .loss = MeanSquaredError{}});
  model.fit(Tensor({8, 4}), Tensor({8, 1}), FitOptions{.epochs = 3});
}
