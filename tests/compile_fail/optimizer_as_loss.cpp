// expect: 'cornu::Adam' to 'cornu::LossList'
#include <cornu/cornu.hpp>
using namespace cornu;

int main() {
  Sequential model{Input{.shape = {4}}, Dense{.units = 1}};
  model.compile(CompileOptions{.loss = Adam{}});
}
