// Trains y = 6 x and prints the same numbers however the library was found, built and moved: run.sh compares.
#include <cornu/cornu.hpp>
#include <cstdio>

using namespace cornu;

Tensor targets(const Tensor& x);  // other.cpp

int main() {
  Tensor x({64, 1});
  fill_uniform(x.view(), {.seed = 7}, -1.f, 1.f);
  const Tensor y = targets(x);

  Sequential model{Input{.shape = {1}}, Dense{.units = 8, .activation = tanh}, Dense{.units = 1}};
  model.initialize(3);
  model.compile(CompileOptions{.optimizer = Adam{.learning_rate = 0.05f}, .loss = MeanSquaredError{}});
  const History history =
      model.fit(x, y, FitOptions{.batch_size = 16, .epochs = 20, .verbose = 0, .seed = 1});
  for (const double loss : history["loss"]) std::printf("%.6f\n", loss);
  std::printf("%.6f\n", double(model.predict(Tensor::from({{0.5f}})).item()));
  try {
    model.save("no such folder/model.keras");  // needs what Keras files need, and writes nothing
  } catch (const Error& error) {
    std::printf("%s\n", error.what());
  }
  try {
    model.predict(Tensor({2, 3}));
  } catch (const Error& error) {
    std::printf("%s\n", error.what());
  }
}
