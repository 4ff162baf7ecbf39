#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cornu/core/random.hpp"
#include "cornu/layers/layers.hpp"
#include "cornu/model/sequential.hpp"
#include "cornu/training/compile_options.hpp"
#include "cornu/training/fit_options.hpp"
#include "support/golden.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

Tensor random(const Shape& shape) {
  Tensor x(shape);
  fill_uniform(x.view(), RandomKey{.seed = 9}, -1.f, 1.f);
  return x;
}

/// Steps first .. first + count - 1 of every sample.
Tensor steps_of(const Tensor& x, Index first, Index count) {
  const Index n = x.shape()[0], steps = x.shape()[1], width = x.shape()[2];
  Tensor y({n, count, width});
  for (Index i = 0; i < n; ++i)
    std::copy(x.data() + (i * steps + first) * width, x.data() + (i * steps + first + count) * width,
              y.data() + i * count * width);
  return y;
}

template <class Spec>
void check_stateful(const Spec& spec) {
  Spec stateful = spec;
  stateful.stateful = true;
  Sequential whole{Input{.shape = {6, 2}}, spec}, part{Input{.shape = {3, 2}}, stateful};
  part.set_weights(whole.get_weights());
  const Tensor x = random({4, 6, 2}), expected = whole.predict(x);
  for (int round = 0; round < 2; ++round) {
    (void)part.predict(steps_of(x, 0, 3));
    const Tensor y = part.predict(steps_of(x, 3, 3));
    for (Index i = 0; i < y.size(); ++i) EXPECT_NEAR(y.at(i), expected.at(i), 1e-6) << Spec::type << " " << i;
    part.reset_states();
  }
}

TEST(States, AStatefulLayerGoesOnWhereTheBatchBeforeEnded) {
  check_stateful(LSTM{.units = 5});
  check_stateful(GRU{.units = 5});
  check_stateful(SimpleRNN{.units = 5});
  check_stateful(RNN{.cell = StackedRNNCells{.cells = {LSTMCell{.units = 3}, GRUCell{.units = 4}}}});
}

TEST(States, AnotherBatchSizeIsRefusedUntilReset) {
  Sequential model{Input{.shape = {3, 2}}, LSTM{.units = 2, .stateful = true, .name = "memory"}};
  (void)model.predict(random({4, 3, 2}));
  try {
    (void)model.predict(random({3, 3, 2}));
    FAIL() << "nothing thrown";
  } catch (const ShapeError& error) {
    EXPECT_THAT(error.what(),
                HasSubstr("layer 'memory' (LSTM): the batch has 3 samples, but the layer is stateful "
                          "and keeps the states of 4."));
  }
  model.reset_states();
  EXPECT_NO_THROW((void)model.predict(random({3, 3, 2})));
}

TEST(States, TrainingKeepsStatesToo) {
  Sequential model{Input{.shape = {3, 2}}, LSTM{.units = 4, .stateful = true}, Dense{.units = 1}};
  model.compile(CompileOptions{.optimizer = SGD{.learning_rate = 0.f}, .loss = MeanSquaredError{}});
  const Tensor x = random({4, 3, 2}), y({4, 1});
  const Tensor first = model.predict(x);
  model.reset_states();
  model.train_on_batch(x, y);  // changes no weight, but the states
  EXPECT_FALSE(same_bits(first, model.predict(x)));
  model.reset_states();
  EXPECT_TRUE(same_bits(first, model.predict(x)));
}

TEST(States, ADecoderStartsFromTheEncodersStates) {
  const SymbolicTensor past = Input{.shape = {5, 2}}, future = Input{.shape = {4, 2}};
  const SymbolicTensors encoded = call(LSTM{.units = 3, .return_state = true}, {past});
  const SymbolicTensors decoded =
      call(LSTM{.units = 3, .return_sequences = true}, {future, encoded[1], encoded[2]});
  Model model(Inputs{past, future}, Outputs{decoded[0]});
  // One layer with the weights of both over the whole sequence gives the decoder's part.
  std::vector<Tensor> weights = model.get_weights();
  for (std::size_t i = 0; i < 3; ++i) weights[i] = weights[3 + i];
  model.set_weights(weights);
  Sequential one{Input{.shape = {9, 2}}, LSTM{.units = 3, .return_sequences = true}};
  one.set_weights({weights[0], weights[1], weights[2]});
  const Tensor x = random({2, 9, 2});
  const Tensor y = model.predict_all({steps_of(x, 0, 5), steps_of(x, 5, 4)})[0],
               expected = steps_of(one.predict(x), 5, 4);
  for (Index i = 0; i < y.size(); ++i) EXPECT_NEAR(y.at(i), expected.at(i), 1e-6) << i;
}

}  // namespace
}  // namespace cornu::support
