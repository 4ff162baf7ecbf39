// Counts every operator new of this program: after the first batch training allocates nothing, and predict
// only its result.
#include <malloc.h>

#include <array>

#include <gtest/gtest.h>

#include "cornu/core/threads.hpp"
#include "cornu/layers/layers.hpp"
#include "cornu/model/sequential.hpp"
#include "cornu/training/compile_options.hpp"
#include "cornu/training/fit_options.hpp"
#include "cornu/training/history.hpp"
#include "support/allocations.hpp"
#include "support/random_data.hpp"

using namespace cornu;
using namespace cornu::support;

namespace {

Sequential convolutional() {
  return Sequential({Input{.shape = {12, 11, 3}}, Conv2D{.filters = 8, .kernel_size = 3, .activation = relu},
                     MaxPooling2D{.pool_size = 2}, BatchNormalization{}, Dropout{.rate = 0.25f},
                     Conv2D{.filters = 5, .kernel_size = 3, .padding = Padding::same, .activation = tanh},
                     Flatten{}, Dense{.units = 16, .activation = relu}, Dropout{.rate = 0.5f},
                     Dense{.units = 3, .activation = softmax}});
}

/// Counts what is allocated from one hook to the next.
class Counter final : public Callback {
 public:
  void on_train_batch_end(Model&, Index, const Logs&) override { note(); }
  void on_epoch_end(Model&, Index, Logs&) override { note(); }
  /// Allocations after hook `first`.
  long since(std::size_t first) const {
    EXPECT_GT(places_, first);
    return counts_[std::min(places_, counts_.size()) - 1] - counts_[first];
  }
  std::size_t places() const { return places_; }
  std::string where() const {
    std::string text;
    for (std::size_t i = 1; i < std::min(places_, counts_.size()); ++i)
      text.append(" ").append(std::to_string(counts_[i] - counts_[i - 1]));
    return text;
  }

 private:
  void note() {
    if (places_ < counts_.size()) counts_[places_] = allocations();
    ++places_;
  }
  std::array<long, 4096> counts_{};
  std::size_t places_ = 0;
};

/// Memory that malloc has handed out, whoever asked; 0 under a sanitizer that replaces malloc.
std::size_t memory_in_use() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

/// Notes the memory in use when the second and when the last epoch end.
class Memory final : public Callback {
 public:
  void on_epoch_end(Model&, Index epoch, Logs&) override { (epoch <= 1 ? early : late) = memory_in_use(); }
  std::size_t early = 0, late = 0;
};

class Allocation : public testing::TestWithParam<int> {
 protected:
  void SetUp() override { set_num_threads(GetParam()); }
  void TearDown() override { set_num_threads(1); }
};

TEST_P(Allocation, CountsWhatItShould) {
  const long before = allocations();
  const Tensor tensor({3, 3});
  EXPECT_EQ(allocations(), before + 1);
}

TEST_P(Allocation, NoneAfterTheFirstBatchOfAConvolutionalNet) {
  Sequential model = convolutional();
  model.compile(
      CompileOptions{.optimizer = Adam{}, .loss = CategoricalCrossentropy{}, .metrics = {accuracy}});
  const Tensor x = noise({37, 12, 11, 3}, 1), y = one_hot_labels(37, 3);
  Counter counter;
  model.fit(x, y, FitOptions{.batch_size = 8, .epochs = 4, .verbose = 0, .callbacks = {&counter}});
  ASSERT_EQ(counter.places(), 4u * 6u) << "5 batches, the last of 5 samples, and the epoch's end";
  // The History learns its keys at the end of the first epoch, which is hook 5; hook 6 is after that.
  EXPECT_EQ(counter.since(6), 0) << counter.where();
  // Inside the first epoch only the first batch may allocate.
  EXPECT_EQ(counter.where().substr(0, 8), " 0 0 0 0") << counter.where();
}

TEST_P(Allocation, NoneInLaterEpochsWithValidationAndWeights) {
  Sequential model = convolutional();
  model.compile(CompileOptions{.optimizer = SGD{.learning_rate = 0.01f, .momentum = 0.9f},
                               .loss = CategoricalCrossentropy{},
                               .metrics = {accuracy},
                               .weighted_metrics = {AUC{}}});
  const Tensor x = noise({37, 12, 11, 3}, 1), y = one_hot_labels(37, 3);
  const Tensor x_val = noise({13, 12, 11, 3}, 2), y_val = one_hot_labels(13, 3);
  Counter counter;
  model.fit(x, y,
            FitOptions{.batch_size = 8,
                       .epochs = 4,
                       .verbose = 0,
                       .callbacks = {&counter},
                       .validation_data = {x_val, y_val},
                       .class_weight = {{0, 1.f}, {2, 3.f}},
                       .sample_weight = Tensor({37}, 0.5f)});
  ASSERT_EQ(counter.places(), 4u * 6u);
  EXPECT_EQ(counter.since(6), 0) << counter.where();
}

TEST_P(Allocation, NoneAfterTheFirstBatchOfAGraph) {
  SymbolicTensor a = Input{.shape = {9}}, b = Input{.shape = {9}};
  const LayerHandle both = shared(Dense{.units = 9, .activation = relu});
  const auto left = a | both, right = b | both;
  const auto sum = SymbolicTensors{left, right, left} | Add{};
  const auto product = SymbolicTensors{left, right} | Multiply{};
  const auto joined = SymbolicTensors{sum, product | LayerNormalization{}} | Concatenate{};
  Model model(Inputs{a, b}, Outputs{joined | Dense{.units = 2, .activation = softmax},
                                    joined | Dense{.units = 1, .kernel_regularizer = L2{0.01f}}});
  model.compile(CompileOptions{.optimizer = RMSprop{},
                               .loss = {SparseCategoricalCrossentropy{}, MeanSquaredError{}},
                               .loss_weights = {1.f, 0.5f},
                               .metrics = {accuracy, MeanAbsoluteError{}}});
  Counter counter;
  model.fit(std::vector<Tensor>{noise({50, 9}, 1), noise({50, 9}, 2)},
            std::vector<Tensor>{class_labels(50, 2), noise({50, 1}, 3)},
            FitOptions{.batch_size = 16, .epochs = 3, .verbose = 0, .callbacks = {&counter}});
  ASSERT_EQ(counter.places(), 3u * 5u);
  EXPECT_EQ(counter.since(5), 0) << counter.where();
  EXPECT_EQ(counter.where().substr(0, 6), " 0 0 0") << counter.where();
}

TEST_P(Allocation, MemoryDoesNotGrowOverAHundredEpochs) {
  Sequential model = convolutional();
  model.compile(
      CompileOptions{.optimizer = Adam{}, .loss = CategoricalCrossentropy{}, .metrics = {accuracy}});
  Memory memory;
  model.fit(noise({10, 12, 11, 3}, 1), one_hot_labels(10, 3),
            FitOptions{.batch_size = 4, .epochs = 100, .verbose = 0, .callbacks = {&memory}});
  // OpenMP's team of threads may cost some, but not each epoch.
  EXPECT_LE(memory.late, memory.early + 16 * 1024);
}

TEST_P(Allocation, PredictAllocatesOnlyItsResult) {
  const Sequential model = convolutional();
  const Tensor x = noise({21, 12, 11, 3}, 1);
  const Tensor first = model.predict(x, PredictOptions{.batch_size = 8});
  for (int again = 0; again < 3; ++again) {
    const PredictOptions options{.batch_size = 8};
    const long before = allocations();
    const Tensor y = model.predict(x, options);
    EXPECT_EQ(allocations(), before + 1);
    EXPECT_TRUE(same_bits(y, first));
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, Allocation, testing::Values(1, 3),
                         [](const auto& threads) { return std::to_string(threads.param); });

}  // namespace
