// What the options of fit, evaluate and predict mean.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/float_mode.hpp"
#include "cornu/layers/layers.hpp"
#include "cornu/model/sequential.hpp"
#include "cornu/training/compile_options.hpp"
#include "cornu/training/fit_options.hpp"
#include "cornu/training/history.hpp"
#include "cornu/training/tensor_source.hpp"
#include "support/messages.hpp"
#include "support/random_data.hpp"

using namespace cornu;
using namespace cornu::support;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

Sequential network(Reduction reduction = Reduction::sum_over_batch_size) {
  Sequential model{Input{.shape = {4}}, Dense{.units = 5, .activation = relu}, Dropout{.rate = 0.25f},
                   Dense{.units = 3, .activation = softmax}};
  model.compile(CompileOptions{.optimizer = SGD{.learning_rate = 0.1f},
                               .loss = SparseCategoricalCrossentropy{.reduction = reduction},
                               .metrics = {accuracy}});
  return model;
}

/// The same without dropout, for comparisons of different batches.
Sequential plain(Reduction reduction = Reduction::sum_over_batch_size) {
  Sequential model{Input{.shape = {4}}, Dense{.units = 5, .activation = relu},
                   Dense{.units = 3, .activation = softmax}};
  model.compile(CompileOptions{.optimizer = SGD{.learning_rate = 0.1f},
                               .loss = SparseCategoricalCrossentropy{.reduction = reduction},
                               .weighted_metrics = {accuracy}});
  return model;
}

bool same_weights(const Model& a, const Model& b) {
  const std::vector<Tensor> x = a.get_weights(), y = b.get_weights();
  return std::equal(x.begin(), x.end(), y.begin(), y.end(), same_bits);
}

void expect_near(const Model& a, const Model& b, float tolerance) {
  const std::vector<Tensor> x = a.get_weights(), y = b.get_weights();
  ASSERT_EQ(x.size(), y.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    for (Index k = 0; k < x[i].size(); ++k) EXPECT_NEAR(x[i].at(k), y[i].at(k), tolerance) << i << " " << k;
}

/// Counts what fit asks of it; knows its length or not.
class CountingSource final : public BatchSource {
 public:
  CountingSource(Index batches, bool known) : count_(batches), known_(known) {}
  Index batches() const override { return known_ ? count_ : -1; }
  Index samples() const override { return known_ ? 2 * count_ : -1; }
  void start_epoch(Index epoch) override {
    epochs.push_back(epoch);
    next_ = 0;
  }
  bool next(Batch& batch) override {
    if (next_ == count_) return false;
    served.push_back(next_);
    batch.x = {noise({2, 4}, std::uint64_t(next_))};
    batch.y = {class_labels(2, 3)};
    ++next_;
    return true;
  }
  std::vector<Index> epochs, served;

 private:
  Index count_, next_ = 0;
  bool known_;
};

const Tensor kX = noise({30, 4}, 1), kY = class_labels(30, 3);

TEST(Fit, TensorsAndASourceOfThemAreTheSame) {
  Sequential a = network(), b = network(), c = network();
  const History history = a.fit(kX, kY, FitOptions{.batch_size = 8, .epochs = 3, .verbose = 0, .seed = 5});
  TensorSource source(kX, kY, {.batch_size = 8, .shuffle = true, .seed = 5});
  EXPECT_EQ(b.fit(source, FitOptions{.epochs = 3, .verbose = 0, .seed = 5})["loss"], history["loss"]);
  EXPECT_TRUE(same_weights(a, b));
  c.fit(std::vector{kX}, std::vector{kY}, FitOptions{.batch_size = 8, .epochs = 3, .verbose = 0, .seed = 5});
  EXPECT_TRUE(same_weights(a, c));
}

TEST(Fit, ShuffleAndBatchSizeMatter) {
  Sequential shuffled = plain(), plainly = plain(), larger = plain();
  shuffled.fit(kX, kY, FitOptions{.batch_size = 8, .verbose = 0});
  plainly.fit(kX, kY, FitOptions{.batch_size = 8, .verbose = 0, .shuffle = false});
  larger.fit(kX, kY, FitOptions{.verbose = 0, .shuffle = false});
  EXPECT_FALSE(same_weights(shuffled, plainly));
  EXPECT_FALSE(same_weights(larger, plainly));
  Sequential by_hand = plain();
  for (Index first = 0; first < 30; first += 8) {
    const Index n = std::min<Index>(8, 30 - first);
    by_hand.train_on_batch(kX.slice(first, n), kY.slice(first, n));
  }
  EXPECT_TRUE(same_weights(plainly, by_hand));
}

TEST(Fit, SourcesOfUnknownLength) {
  for (const bool known : {true, false}) {
    Sequential model = network();
    CountingSource source(3, known);
    EXPECT_EQ(model.fit(source, FitOptions{.epochs = 2, .verbose = 0})["loss"].size(), 2u);
    EXPECT_THAT(source.served, ElementsAre(0, 1, 2, 0, 1, 2));
    EXPECT_THAT(source.epochs, ElementsAre(0, 1));
    EXPECT_EQ(model.predict(source).shape(), (Shape{6, 3}));
  }
  Sequential model = network();
  CountingSource empty(0, false);
  EXPECT_THAT(message_of<ValueError>([&] { model.fit(empty, FitOptions{.verbose = 0}); }),
              HasSubstr("gave no batch"));
  EXPECT_THAT(message_of<ValueError>([&] { model.evaluate(empty, EvaluateOptions{.verbose = 0}); }),
              HasSubstr("gave no batch"));
  EXPECT_THAT(message_of<ValueError>([&] { model.predict(empty); }), HasSubstr("gave no batch"));
}

TEST(Fit, StepsPerEpochGoOnInTheData) {
  Sequential model = network();
  CountingSource source(5, true);
  const History history = model.fit(source, FitOptions{.epochs = 4, .verbose = 0, .steps_per_epoch = 3});
  EXPECT_EQ(history["loss"].size(), 4u);
  EXPECT_THAT(source.served, ElementsAre(0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1));
}

TEST(Fit, InitialEpochNumbersTheEpochsThatRun) {
  Sequential model = network();
  const History history = model.fit(kX, kY, FitOptions{.epochs = 5, .verbose = 0, .initial_epoch = 3});
  EXPECT_THAT(history.epoch(), ElementsAre(3, 4));
  EXPECT_TRUE(model.fit(kX, kY, FitOptions{.epochs = 3, .verbose = 0, .initial_epoch = 3}).epoch().empty());
}

TEST(Fit, ValidationFrequencyAndSteps) {
  Sequential model = network();
  CountingSource validation(4, true);
  const History history = model.fit(kX, kY,
                                    FitOptions{.epochs = 5,
                                               .verbose = 0,
                                               .validation_data = &validation,
                                               .validation_steps = 2,
                                               .validation_freq = 2});
  EXPECT_EQ(history["val_loss"].size(), 2u);
  EXPECT_EQ(history["val_accuracy"].size(), 2u);
  EXPECT_THAT(validation.served, ElementsAre(0, 1, 0, 1));
}

TEST(Fit, ValidationSplitHoldsOutTheEnd) {
  Sequential split = network(), by_hand = network();
  const History a =
      split.fit(kX, kY, FitOptions{.batch_size = 8, .epochs = 2, .verbose = 0, .validation_split = 0.2f});
  const Tensor x_val = kX.slice(24, 6), y_val = kY.slice(24, 6);
  const History b =
      by_hand.fit(kX.slice(0, 24), kY.slice(0, 24),
                  FitOptions{.batch_size = 8, .epochs = 2, .verbose = 0, .validation_data = {x_val, y_val}});
  EXPECT_TRUE(same_weights(split, by_hand));
  EXPECT_EQ(a["val_loss"], b["val_loss"]);
  EXPECT_EQ(a["loss"], b["loss"]);
}

TEST(Fit, ValidationNeitherTrainsNorDrops) {
  Sequential with = network(), without = network();
  with.fit(kX, kY, FitOptions{.batch_size = 8, .epochs = 3, .verbose = 0, .validation_data = {kX, kY}});
  without.fit(kX, kY, FitOptions{.batch_size = 8, .epochs = 3, .verbose = 0});
  EXPECT_TRUE(same_weights(with, without));
}

TEST(Fit, SampleWeightsAreAsGoodAsDuplicates) {
  std::vector<Index> rows;
  Tensor weight({30});
  for (Index i = 0; i < 30; ++i) {
    weight.at(i) = float(i % 4);
    for (Index k = 0; k < i % 4; ++k) rows.push_back(i);
  }
  Sequential weighted = plain(Reduction::sum), duplicated = plain(Reduction::sum);
  const FitOptions options{.batch_size = 100, .epochs = 3, .verbose = 0, .shuffle = false};
  FitOptions with_weight = options;
  with_weight.sample_weight = weight;
  const History a = weighted.fit(kX, kY, with_weight),
                b = duplicated.fit(kX.gather(rows), kY.gather(rows), options);
  expect_near(weighted, duplicated, 1e-5f);
  for (std::size_t e = 0; e < 3; ++e) {
    EXPECT_NEAR(a["loss"][e], b["loss"][e], 1e-4);
    EXPECT_NEAR(a["accuracy"][e], b["accuracy"][e], 1e-6) << "weighted_metrics take them, too";
  }
}

TEST(Fit, ClassWeightsAreSampleWeightsByLabel) {
  Tensor weight({30});
  for (Index i = 0; i < 30; ++i) weight.at(i) = kY.at(i) == 0.f ? 3.f : kY.at(i) == 2.f ? 0.5f : 1.f;
  Sequential by_class = plain(), by_sample = plain(), one_hot = plain();
  const FitOptions by_label{
      .batch_size = 8, .epochs = 2, .verbose = 0, .class_weight = {{0, 3.f}, {2, 0.5f}}};
  by_class.fit(kX, kY, by_label);
  by_sample.fit(kX, kY, FitOptions{.batch_size = 8, .epochs = 2, .verbose = 0, .sample_weight = weight});
  EXPECT_TRUE(same_weights(by_class, by_sample));
  one_hot.compile(CompileOptions{.optimizer = SGD{.learning_rate = 0.1f}, .loss = CategoricalCrossentropy{}});
  one_hot.fit(kX, one_hot_labels(30, 3), by_label);
  expect_near(one_hot, by_class, 1e-6f);
}

TEST(Fit, ClassWeightOfAModelWithSeveralOutputsIsRefused) {
  SymbolicTensor a = Input{.shape = {4}};
  Model model(Inputs{a}, Outputs{a | Dense{.units = 1}, a | Dense{.units = 1}});
  model.compile(CompileOptions{.loss = {MeanSquaredError{}, MeanSquaredError{}}});
  EXPECT_THAT(
      message_of<ValueError>([&] {
        model.fit(std::vector{kX}, std::vector{kY, kY}, FitOptions{.verbose = 0, .class_weight = {{1, 2.f}}});
      }),
      testing::AllOf(HasSubstr("class_weight"), HasSubstr("2 outputs")));
}

TEST(Evaluate, SeveralBatchesEqualOne) {
  Sequential model = network();
  model.fit(kX, kY, FitOptions{.verbose = 0});
  const Logs one = model.evaluate(kX, kY, EvaluateOptions{.batch_size = 30, .verbose = 0});
  for (const Index batch : {1, 4, 7, 29}) {
    const Logs many = model.evaluate(kX, kY, EvaluateOptions{.batch_size = batch, .verbose = 0});
    EXPECT_NEAR(many["loss"], one["loss"], 1e-6) << batch;
    EXPECT_DOUBLE_EQ(many["accuracy"], one["accuracy"]) << batch;
  }
  TensorSource source(kX, kY, {.batch_size = 7});
  EXPECT_NEAR(model.evaluate(source, EvaluateOptions{.verbose = 0})["loss"], one["loss"], 1e-6);
  EXPECT_EQ(model.evaluate(source, EvaluateOptions{.verbose = 0, .steps = 2})["loss"],
            model.evaluate(kX.slice(0, 14), kY.slice(0, 14),
                           EvaluateOptions{.batch_size = 7, .verbose = 0})["loss"]);
  EXPECT_EQ(model.test_on_batch(kX, kY)["loss"], one["loss"]);
}

TEST(Evaluate, TargetsOfAnotherShapeThanInFit) {
  Sequential model = network();
  model.fit(kX, kY, FitOptions{.verbose = 0});
  const Logs column = model.evaluate(kX, kY, EvaluateOptions{.verbose = 0}),
             row = model.evaluate(kX, kY.reshape({30}), EvaluateOptions{.verbose = 0});
  EXPECT_EQ(column["loss"], row["loss"]);
  EXPECT_EQ(column["accuracy"], row["accuracy"]);
}

TEST(Predict, SourceGivesWhatTensorsGive) {
  Sequential model = network();
  TensorSource source(kX, {}, {.batch_size = 7});
  EXPECT_TRUE(same_bits(model.predict(source), model.predict(kX)));
  EXPECT_EQ(model.predict(source, PredictOptions{.steps = 2}).shape(), (Shape{14, 3}));
  EXPECT_TRUE(same_bits(model.predict_on_batch(kX), model.predict(kX)));
}

TEST(TrainOnBatch, TellsTheLossOfTheBatchBeforeTheStep) {
  Sequential model = plain();
  const double before = model.test_on_batch(kX, kY)["loss"];
  EXPECT_NEAR(model.train_on_batch(kX, kY)["loss"], before, 1e-6);
  EXPECT_LT(model.test_on_batch(kX, kY)["loss"], before);
  EXPECT_EQ(model.optimizer().iterations(), 1);
}

TEST(TrainOnBatch, SampleWeightZeroLearnsNothing) {
  Sequential model = plain(), untouched = plain();
  model.train_on_batch(kX, kY, Tensor({30}));
  EXPECT_TRUE(same_weights(model, untouched));
}

// Numbers below 1.2e-38 take the processor 150 cycles each (core/float_mode.hpp).
TEST(TrainOnBatch, MomentumOfAWeightWithoutGradientStaysOutOfTheSmallestNumbers) {
  if (detail::float_mode() == 0) GTEST_SKIP() << "Cornu does not know this processor's modes.";
  Sequential model{Input{.shape = {1}}, Dense{.units = 1, .use_bias = false}};
  model.compile(CompileOptions{.optimizer = Adam{}, .loss = MeanSquaredError{}});
  model.train_on_batch(Tensor({1, 1}, {1}), Tensor({1, 1}, {5}));
  const auto momentum = [&] { return model.optimizer().slots()[0].value[0]; };
  EXPECT_NE(momentum(), 0);
  for (int step = 0; step < 1000; ++step) model.train_on_batch(Tensor({1, 1}, {0}), Tensor({1, 1}, {5}));
  EXPECT_NE(std::fpclassify(momentum()), FP_SUBNORMAL);
  EXPECT_NEAR(momentum(), 0, 1e-36);
}

TEST(Predict, TakesSmallestNumbersForZeroAndLeavesTheCallersAlone) {
  if (detail::float_mode() == 0) GTEST_SKIP() << "Cornu does not know this processor's modes.";
  Sequential model{Input{.shape = {1}}, Dense{.units = 1, .use_bias = false}};
  model.layer("dense").weight("kernel")(0, 0) = 1e-20f;
  volatile float small = 1e-20f;
  EXPECT_EQ(model.predict(Tensor({1, 1}, {1e-20f}))(0, 0), 0);
  EXPECT_GT(small * small, 0);
}

TEST(Compile, AgainForgetsTheOptimizersState) {
  Sequential model = plain();
  model.fit(kX, kY, FitOptions{.verbose = 0});
  EXPECT_EQ(model.optimizer().iterations(), 1);
  model.compile(CompileOptions{.optimizer = "adam", .loss = "sparse_categorical_crossentropy"});
  EXPECT_EQ(model.optimizer().iterations(), 0);
  EXPECT_EQ(model.optimizer().name(), "adam");
}

}  // namespace
