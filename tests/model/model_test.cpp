#include "cornu/model/model.hpp"

#include <gtest/gtest.h>

#include "cornu/layers/dense.hpp"
#include "cornu/model/sequential.hpp"
#include "cornu/training/compile_options.hpp"
#include "cornu/training/fit_options.hpp"
#include "cornu/training/history.hpp"

using namespace cornu;

namespace {
Tensor ramp(const Shape& shape) {
  Tensor t(shape);
  for (Index i = 0; i < t.size(); ++i) t.data()[i] = static_cast<float>(i % 17) / 17.f - 0.5f;
  return t;
}
}  // namespace

TEST(Sequential, LearnsALine) {
  Sequential model{Input{.shape = {1}}, Dense{.units = 1}};
  model.compile(CompileOptions{.optimizer = SGD{.learning_rate = 0.1f}, .loss = MeanSquaredError{}});
  const Tensor x = ramp({64, 1});
  Tensor y = x;
  for (float& v : y) v = 6 * v + 1;
  const History history = model.fit(x, y, FitOptions{.epochs = 200, .verbose = 0});
  EXPECT_NEAR(model.layer("dense").weight("kernel").item(), 6.f, 1e-2f);
  EXPECT_NEAR(model.layer("dense").weight("bias").item(), 1.f, 1e-2f);
  EXPECT_LT(history["loss"].back(), 1e-4);
  EXPECT_EQ(history["loss"].size(), 200u);
}
