// Wrong uses of compile and fit: what they say must name who, what was expected and received, and what to do.
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cornu/layers/dense.hpp"
#include "cornu/model/sequential.hpp"
#include "cornu/training/compile_options.hpp"
#include "cornu/training/fit_options.hpp"
#include "cornu/training/history.hpp"
#include "support/messages.hpp"
#include "support/random_data.hpp"

using namespace cornu;
using namespace cornu::support;
using testing::AllOf;
using testing::HasSubstr;

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

Sequential small() { return Sequential({Input{.shape = {4}}, Dense{.units = 1, .activation = sigmoid}}); }

/// Compiled for one probability.
Sequential compiled() {
  Sequential model = small();
  model.compile(CompileOptions{.optimizer = SGD{}, .loss = BinaryCrossentropy{}, .metrics = {accuracy}});
  return model;
}

const FitOptions kQuiet{.verbose = 0};

TEST(WrongFit, OtherNumbersOfSamples) {
  Sequential model = compiled();
  EXPECT_THAT(message_of<ShapeError>([&] {
                model.fit(noise({6, 4}, 1), Tensor({5, 1}), kQuiet);
              }),
              AllOf(HasSubstr("6 samples"), HasSubstr("(5, 1)")));
  EXPECT_THAT(message_of<ShapeError>([&] {
                model.train_on_batch(noise({6, 4}, 1), Tensor({6, 1}), Tensor({5}));
              }),
              AllOf(HasSubstr("6 samples"), HasSubstr("sample_weight of shape (5,)")));
  EXPECT_THAT(message_of<ShapeError>([&] {
                model.fit(noise({6, 4}, 1), Tensor({6, 1}),
                          FitOptions{.verbose = 0, .sample_weight = Tensor({7}, 1.f)});
              }),
              AllOf(HasSubstr("6 samples"), HasSubstr("sample_weight")));
  EXPECT_THAT(message_of<ValueError>([&] {
                model.fit(Tensor({0, 4}), Tensor({0, 1}), kQuiet);
              }),
              HasSubstr("0 samples"));
  EXPECT_EQ(model.predict(Tensor({0, 4})).shape(), (Shape{0, 1}));
}

/// A source whose second batch has targets of another width.
class Widening final : public BatchSource {
 public:
  Index batches() const override { return 2; }
  Index samples() const override { return 4; }
  void start_epoch(Index) override { next_ = 0; }
  bool next(Batch& batch) override {
    if (next_ == 2) return false;
    batch.x = {noise({2, 4}, 1)};
    batch.y = {Tensor({2, next_ == 0 ? 1 : 3})};
    ++next_;
    return true;
  }

 private:
  Index next_ = 0;
};

TEST(WrongFit, ASourceWhoseTargetsChangeTheirWidth) {
  Sequential model = compiled();
  Widening source;
  EXPECT_THAT(message_of<ShapeError>([&] { model.fit(source, kQuiet); }), HasSubstr("(2, 3)"));
}

TEST(WrongFit, OptionsOfFit) {
  Sequential model = compiled();
  const Tensor x = noise({6, 4}, 1), y({6, 1});
  const auto text = [&](const FitOptions& options) {
    return message_of<ValueError>([&] { model.fit(x, y, options); });
  };
  EXPECT_THAT(
      text({.validation_split = 0.99f}),
      AllOf(HasSubstr("6 samples are too few"), HasSubstr("validation_split"), HasSubstr("would be empty")));
  EXPECT_THAT(text({.validation_split = 1.f}),
              AllOf(HasSubstr("validation_split is 1"), HasSubstr("below 1")));
  EXPECT_THAT(text({.validation_split = -0.1f}), HasSubstr("validation_split"));
  EXPECT_THAT(text({.validation_split = kNaN}), HasSubstr("validation_split"));
  EXPECT_THAT(text({.class_weight = {{1, -2.f}}}),
              AllOf(HasSubstr("class_weight gives class 1 the weight -2"), HasSubstr("not be negative")));
  EXPECT_THAT(text({.class_weight = {{-1, 2.f}}}), HasSubstr("class -1"));
  EXPECT_THAT(text({.batch_size = -1}), HasSubstr("batch_size is -1"));
  EXPECT_THAT(text({.epochs = -1}), HasSubstr("epochs is -1"));
  EXPECT_THAT(text({.validation_freq = 0}),
              AllOf(HasSubstr("validation_freq is 0"), HasSubstr("at least 1")));
  EXPECT_THAT(text({.verbose = 0, .callbacks = {EarlyStopping{}}}),
              AllOf(HasSubstr("'val_loss'"), HasSubstr("no validation data"), HasSubstr("validation_split")));
  EXPECT_THAT(text({.verbose = 0, .callbacks = {EarlyStopping{.monitor = "acc"}}}),
              AllOf(HasSubstr("'acc'"), HasSubstr("accuracy, loss")));
  EXPECT_THAT(message_of<ValueError>([] { CallbackHandle(EarlyStopping{.patience = -1}); }),
              HasSubstr("patience is -1"));
}

TEST(WrongFit, OptionsOfFitThatASourceSets) {
  Sequential model = compiled();
  Widening source;
  const auto text = [&](const FitOptions& options) {
    return message_of<ValueError>([&] { model.fit(source, options); });
  };
  EXPECT_THAT(text({.batch_size = 8}), AllOf(HasSubstr("batch_size"), HasSubstr("Set it at the source")));
  EXPECT_THAT(text({.validation_split = 0.5f}), HasSubstr("validation_split"));
  EXPECT_THAT(text({.sample_weight = Tensor({4})}), HasSubstr("sample_weight"));
}

TEST(WrongFit, Compile) {
  Sequential model = small();
  EXPECT_THAT(message_of<ValueError>([&] {
                model.compile(CompileOptions{.loss = {MeanSquaredError{}, MeanSquaredError{}}});
              }),
              AllOf(HasSubstr("2 losses were given"), HasSubstr("has 1 outputs")));
  EXPECT_THAT(message_of<ValueError>([&] { model.compile(CompileOptions{}); }),
              AllOf(HasSubstr("no loss was given"), HasSubstr(".loss")));
  EXPECT_THAT(message_of<ValueError>([&] {
                model.compile(CompileOptions{.loss = MeanSquaredError{}, .loss_weights = {1.f, 2.f}});
              }),
              HasSubstr("2 loss_weights were given"));
  EXPECT_THAT(message_of<ValueError>([&] { model.compile(CompileOptions{.loss = {LossHandle()}}); }),
              AllOf(HasSubstr("'dense'"), HasSubstr("has no loss")));
  EXPECT_THAT(
      message_of<ValueError>([&] {
        model.compile(CompileOptions{.optimizer = Adam{.global_clipnorm = -1.f}, .loss = MeanSquaredError{}});
      }),
      HasSubstr("clipnorm"));
}

}  // namespace
