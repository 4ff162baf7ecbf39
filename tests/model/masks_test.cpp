#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cornu/core/threads.hpp"
#include "cornu/layers/layers.hpp"
#include "cornu/model/sequential.hpp"
#include "cornu/training/compile_options.hpp"
#include "cornu/training/fit_options.hpp"
#include "support/golden.hpp"

namespace cornu::support {
namespace {

using ::testing::ElementsAre;

/// Two samples of four steps; two steps of the first and one of the second are 0.
Tensor padded() { return Tensor({2, 4, 2}, {1, 2, 0, 0, 3, 0, 0, 0, 0, 0, 1, 1, 2, -1, 0.5f, 0}); }

/// The same samples alone, without what the mask leaves out.
Tensor shortened(Index sample) {
  return sample == 0 ? Tensor({1, 2, 2}, {1, 2, 3, 0}) : Tensor({1, 3, 2}, {1, 1, 2, -1, 0.5f, 0});
}

/// The weights of one model in another.
Model with_weights(Sequential model, const Model& from) {
  model.set_weights(from.get_weights());
  return model;
}

TEST(Masks, RecurrentLayersSkipMaskedSteps) {
  const auto network = [](Index steps, bool masked) {
    std::initializer_list<LayerHandle> plain{Input{.shape = {steps, 2}}, Dropout{.rate = 0.2f},
                                             GRU{.units = 3, .return_sequences = true}, LSTM{.units = 4}};
    std::initializer_list<LayerHandle> with{Input{.shape = {steps, 2}}, Masking{}, Dropout{.rate = 0.2f},
                                            GRU{.units = 3, .return_sequences = true}, LSTM{.units = 4}};
    return Sequential(masked ? with : plain);
  };
  const Sequential model = network(4, true);
  const Tensor y = model.predict(padded());
  for (Index sample = 0; sample < 2; ++sample) {
    const Tensor x = shortened(sample);
    const Tensor expected = with_weights(network(x.shape()[1], false), model).predict(x);
    for (Index j = 0; j < 4; ++j) EXPECT_NEAR(y(sample, j), expected(0, j), 1e-6) << sample << ", " << j;
  }
}

TEST(Masks, OneMaskReachesTheSecondLayerThroughAModel) {
  const Sequential inner{Input{.shape = {4, 2}}, Dense{.units = 2, .activation = tanh}};
  const SymbolicTensor x = Input{.shape = {4, 2}};
  const Model nested(Inputs{x}, Outputs{x | Masking{} | inner | LSTM{.units = 3}});
  const SymbolicTensor x2 = Input{.shape = {4, 2}};
  Model flat(Inputs{x2}, Outputs{x2 | Masking{} | Dense{.units = 2, .activation = tanh} | LSTM{.units = 3}});
  flat.set_weights(nested.get_weights());
  EXPECT_TRUE(same_bits(nested.predict(padded()), flat.predict(padded())));
}

TEST(Masks, MergedLayersCountWhatCountsInAny) {
  const SymbolicTensor a = Input{.shape = {2, 1}}, b = Input{.shape = {2, 1}};
  const auto sum = SymbolicTensors{a | Masking{}, b | Masking{}} | Add{};
  const Model model(Inputs{a, b},
                    Outputs{sum | SimpleRNN{.units = 1, .activation = linear, .use_bias = false}});
  for (Weight* w : model.weights()) w->value.fill(1.f);
  // h grows by x where a step counts; a masked step would add nothing anyway, so watch the state's product
  for (Weight* w : model.weights())
    if (w->name == "recurrent_kernel") w->value.fill(10.f);
  const Tensor first({3, 2, 1}, {1, 0, 1, 2, 1, 0}), second({3, 2, 1}, {1, 0, 0, 0, 0, 4});
  // sample 0: the last step counts in neither; 1: in the first; 2: in the second
  EXPECT_THAT(model.predict_all({first, second})[0].to_vector(), ElementsAre(2, 12, 14));
}

TEST(Masks, LossAndMetricsLeaveMaskedStepsOut) {
  Sequential model{Input{.shape = {4, 2}}, Masking{}, Dense{.units = 1, .use_bias = false}};
  model.weights()[0]->value = Tensor({2, 1}, {1, 1});
  model.compile(CompileOptions{.optimizer = SGD{.learning_rate = 0.1f},
                               .loss = MeanSquaredError{},
                               .metrics = {"mae"},
                               .weighted_metrics = {"mse"}});
  const Tensor y({2, 4, 1});  // the squared sums of the steps that count: 9, 9 and 4, 1, 0.25
  const Logs logs = model.evaluate(padded(), y, EvaluateOptions{.verbose = 0});
  EXPECT_NEAR(logs["loss"], 23.25 / 5, 1e-6);
  EXPECT_NEAR(logs["mae"], 9.5 / 5, 1e-6);
  EXPECT_NEAR(logs["mse"], 23.25 / 5, 1e-6);
  // the gradient is 2 / 5 times the sum of prediction times input over the steps that count
  model.train_on_batch(padded(), y);
  EXPECT_NEAR(model.weights()[0]->value.at(0), 1 - 0.1 * 2 / 5 * (3 * 1 + 3 * 3 + 2 * 1 + 1 * 2 + .5 * .5),
              1e-5);
  EXPECT_NEAR(model.weights()[0]->value.at(1), 1 - 0.1 * 2 / 5 * (3 * 2 + 2 * 1 - 1), 1e-5);
}

TEST(Masks, TrainingIsTheSameAtAnyNumberOfThreads) {
  const auto train = [](int threads) {
    const int before = num_threads();
    set_num_threads(threads);
    Sequential model{Input{.shape = {4, 2}}, Masking{}, LSTM{.units = 5, .return_sequences = true},
                     Dense{.units = 1}};
    model.compile(CompileOptions{.optimizer = SGD{.learning_rate = 0.1f}, .loss = MeanSquaredError{}});
    for (int i = 0; i < 3; ++i) model.train_on_batch(padded(), Tensor({2, 4, 1}, 0.5f));
    set_num_threads(before);
    return model.get_weights();
  };
  const auto one = train(1), two = train(2);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(same_bits(one[i], two[i])) << i;
}

}  // namespace
}  // namespace cornu::support
