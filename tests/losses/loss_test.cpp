#include "cornu/core/error.hpp"

#include <cmath>
#include <limits>

#include "cornu/losses/loss_handle.hpp"
#include "support/golden.hpp"
#include "support/messages.hpp"

namespace cornu {
namespace {

using support::message_of;

Tensor values_of(const LossHandle& loss, const Tensor& t, const Tensor& p) {
  Tensor out(loss->values_shape(p.shape()));
  loss->values(t.view(), p.view(), out.view());
  return out;
}
double reduced(const LossHandle& loss, const Tensor& t, const Tensor& p, const Tensor* weights = nullptr,
               const Tensor* mask = nullptr) {
  const Tensor values = values_of(loss, t, p);
  Tensor coefficient(values.shape());
  loss_coefficients(*loss, t.view(), p.shape(), weights ? weights->view() : View<const float>{},
                    mask ? mask->view() : View<const float>{}, coefficient.view());
  return reduced_loss(values.view(), static_cast<const Tensor&>(coefficient).view());
}

/// Numbers worked out by hand from Keras' formulas.
TEST(LossValues, AreThoseOfTheFormulas) {
  const Tensor t = Tensor::from({{0, 1}, {2, 0}}), p = Tensor::from({{1, 1}, {1, 0.5f}});
  const auto expect = [&](const LossHandle& loss, double first, double second) {
    const Tensor v = values_of(loss, t, p);
    ASSERT_EQ(v.shape(), Shape{2}) << loss->name();
    EXPECT_NEAR(v(0), first, 1e-5 * std::max(1.0, std::abs(first))) << loss->name();
    EXPECT_NEAR(v(1), second, 1e-5 * std::max(1.0, std::abs(second))) << loss->name();
  };
  expect("mse", 0.5, 0.625);
  expect("mae", 0.5, 0.75);
  expect("mape", 100 * (1e7 + 0) / 2, 100 * (0.5 + 0.5e7) / 2);
  expect("msle", std::pow(std::log(2.0), 2) / 2,
         (std::pow(std::log(1.5), 2) + std::pow(std::log(1.5), 2)) / 2);
  expect(Huber{.delta = 0.75f}, (0.75 - 0.28125) / 2, (0.75 - 0.28125 + 0.125) / 2);
  expect("log_cosh", std::log(std::cosh(1.0)) / 2, (std::log(std::cosh(1.0)) + std::log(std::cosh(0.5))) / 2);
  expect("poisson", 1.0, (1 + 0.5) / 2);
  expect("cosine_similarity", -1 / std::sqrt(2.0), -2 / (2 * std::sqrt(1.25)));
  expect("hinge", (1 + 0) / 2.0, (0 + 1) / 2.0);
  expect("squared_hinge", 0.5, 0.5);
  // first: positive 1, negative max(1, 0); second: positive 2, negative max(-1, 0.5)
  expect("categorical_hinge", 1, 0);
}

TEST(LossValues, OfProbabilities) {
  const Tensor t = Tensor::from({{0, 1}}), p = Tensor::from({{0.25f, 0.5f}});
  EXPECT_NEAR(values_of("bce", t, p)(0), -(std::log(0.75) + std::log(0.5)) / 2, 1e-6);
  EXPECT_NEAR(values_of("categorical_crossentropy", t, p)(0), -std::log(2.0 / 3), 1e-6);
  EXPECT_NEAR(values_of(CategoricalCrossentropy{.label_smoothing = 0.5f}, t, p)(0),
              -0.25 * std::log(1.0 / 3) - 0.75 * std::log(2.0 / 3), 1e-6);
  EXPECT_NEAR(values_of("sparse_categorical_crossentropy", Tensor::from({1}), p)(0), -std::log(2.0 / 3),
              1e-6);
  EXPECT_NEAR(values_of("kld", t, p)(0), std::log(1 / 0.5) + 1e-7 * std::log(1e-7 / 0.25), 1e-6);
  EXPECT_NEAR(values_of("binary_focal_crossentropy", t, p)(0),
              -(0.0625 * std::log(0.75) + 0.25 * std::log(0.5)) / 2, 1e-6);
  EXPECT_NEAR(values_of("categorical_focal_crossentropy", t, p)(0), -0.25 / 9 * std::log(2.0 / 3), 1e-6);
  EXPECT_NEAR(values_of("dice", t, p).item(), 1 - 2 * 0.5 / 1.75, 1e-6);
  EXPECT_NEAR(values_of("tversky", t, p).item(), 1 - 0.5 / (0.5 + 0.5 * 0.5 + 0.25 * 0.5), 1e-6);
}

TEST(LossValues, StayFiniteAtTheEdges) {
  const float huge = 1e4f;
  const Tensor one = Tensor::from({{1, 0}}), sure = Tensor::from({{0, 1}}),
               far = Tensor::from({{-huge, huge}});
  // Probabilities are clipped to [1e-7, 1 - 1e-7].
  EXPECT_NEAR(values_of("bce", one, sure)(0), -std::log(1e-7), 0.3);  // 1 - 1e-7 is coarse in float
  EXPECT_NEAR(values_of("categorical_crossentropy", one, sure)(0), -std::log(1e-7), 1e-4);
  EXPECT_NEAR(values_of("sparse_categorical_crossentropy", Tensor::from({0}), sure)(0), -std::log(1e-7),
              1e-4);
  EXPECT_FLOAT_EQ(values_of("log_cosh", one, far)(0),
                  static_cast<float>((2 * 1e4 + 0 - 2 * std::log(2.0) + 1) / 2));
  EXPECT_FLOAT_EQ(values_of(BinaryCrossentropy{.from_logits = true}, one, far)(0), huge);
  EXPECT_FLOAT_EQ(values_of(CategoricalCrossentropy{.from_logits = true}, one, far)(0), 2 * huge);
  EXPECT_EQ(values_of("cosine_similarity", one, Tensor({1, 2}))(0), 0.f);
  for (const char* name : {"bce", "categorical_crossentropy", "kld", "cosine_similarity", "msle"}) {
    const LossHandle loss = name;
    Tensor d({1, 2});
    loss->gradient(one.view(), sure.view(), Tensor({1}, 1.f).view(), d.view());
    EXPECT_TRUE(std::isfinite(d(0, 0)) && std::isfinite(d(0, 1))) << name;
  }
}

TEST(LossReduction, DividesAsKeras) {
  const Tensor t({2, 2}), p = Tensor::from({{1, 1}, {2, 2}});  // values 1 and 4
  const Tensor w = Tensor::from({0.5f, 3});
  EXPECT_DOUBLE_EQ(reduced(MeanSquaredError{}, t, p), 2.5);
  EXPECT_DOUBLE_EQ(reduced(MeanSquaredError{}, t, p, &w), 6.25);  // the divisor is the number of rows
  EXPECT_DOUBLE_EQ(reduced(MeanSquaredError{.reduction = Reduction::sum}, t, p, &w), 12.5);
  EXPECT_DOUBLE_EQ(reduced(MeanSquaredError{.reduction = Reduction::mean}, t, p, &w), 6.25);
  EXPECT_NEAR(reduced(MeanSquaredError{.reduction = Reduction::mean_with_sample_weight}, t, p, &w),
              12.5 / 3.5, 1e-6);
}

TEST(LossReduction, MasksCountOnlyWhatIsThere) {
  const Tensor t({2, 2, 1}), p = Tensor(Shape{2, 2, 1}, {1, 2, 3, 4});  // values 1, 4 and 9, 16
  const Tensor mask = Tensor::from({{1, 0}, {1, 1}}), w = Tensor::from({1, 2}),
               steps = Tensor::from({{1, 9}, {0, 2}});
  EXPECT_NEAR(reduced("mse", t, p, nullptr, &mask), 26.0 / 3, 1e-5);
  EXPECT_NEAR(reduced("mse", t, p, &w, &mask), 51.0 / 3, 1e-5);
  EXPECT_NEAR(reduced("mse", t, p, &steps, &mask), 33.0 / 3, 1e-5);
  const Tensor nothing({2, 2});
  EXPECT_EQ(reduced("mse", t, p, nullptr, &nothing), 0.0);
}

TEST(LossReduction, IgnoredClassesDoNotCount) {
  const SparseCategoricalCrossentropy spec{.ignore_class = -1};
  const Tensor t = Tensor::from({-1, 1, 0}), p = Tensor::from({{NAN, NAN}, {0.5f, 0.5f}, {0.25f, 0.75f}});
  EXPECT_NEAR(reduced(spec, t, p), (std::log(2.0) + std::log(4.0)) / 2, 1e-6);
  const LossHandle loss = spec;
  Tensor d(p.shape(), 7.f);
  loss->gradient(t.view(), p.view(), Tensor({3}, 1.f).view(), d.view());
  EXPECT_EQ(d(0, 0), 0.f);
  EXPECT_EQ(d(0, 1), 0.f);
  EXPECT_NE(d(1, 0), 0.f);
}

TEST(LossReduction, BatchLossesTakeTheMeanWeight) {
  const Tensor t = Tensor::from({{1, 0}, {0, 1}}), w = Tensor::from({1, 3});
  EXPECT_NEAR(reduced("dice", t, t, &w), 0, 1e-6);
  EXPECT_NEAR(reduced("dice", t, Tensor({2, 2}, 1.f), &w), 2 * (1 - 4.0 / 6), 1e-6);
}

TEST(LossShapes, AcceptsWhatKerasExpands) {
  const Tensor p({3, 1}, 0.5f);
  for (const Shape& shape : {Shape{3}, Shape{3, 1}}) {
    EXPECT_EQ(values_of("bce", Tensor(shape, 1.f), p).shape(), Shape{3});
    EXPECT_EQ(values_of("sparse_categorical_crossentropy", Tensor(shape), Tensor({3, 4}, .25f)).shape(),
              Shape{3});
  }
  EXPECT_EQ(values_of("mse", Tensor({2, 5}), Tensor({2, 5, 1})).shape(), (Shape{2, 5}));
  EXPECT_EQ(values_of("mse", Tensor({4}), Tensor({4})).shape(), Shape{4});
  EXPECT_EQ(values_of("sparse_categorical_crossentropy", Tensor({2, 5}), Tensor({2, 5, 3}, 1.f)).shape(),
            (Shape{2, 5}));
}

TEST(LossShapes, SaysWhatToDo) {
  const auto check = [](const LossHandle& loss, const Shape& t, const Shape& p) {
    return message_of<ShapeError>([&] { loss->check(t, p); });
  };
  EXPECT_EQ(
      check("categorical_crossentropy", {8}, {8, 10}),
      "loss 'categorical_crossentropy': labels of shape (8,) do not fit predictions of shape (8, 10): it "
      "wants "
      "one-hot labels of width 10. Use SparseCategoricalCrossentropy for whole labels, or to_categorical(y, "
      "10).");
  EXPECT_EQ(check("binary_crossentropy", {8, 10}, {8, 1}),
            "loss 'binary_crossentropy': labels of shape (8, 10) do not fit predictions of shape (8, 1): "
            "labels have 10 "
            "columns, the last layer has 1 unit. End with 10 units, or give one label a sample.");
  EXPECT_EQ(check("sparse_categorical_crossentropy", {8, 10}, {8, 10}),
            "loss 'sparse_categorical_crossentropy': labels of shape (8, 10) do not fit predictions of shape "
            "(8, 10): "
            "it wants one whole label a row, and these look one-hot. Use CategoricalCrossentropy, or give "
            "the position "
            "of the 1 in each row.");
  EXPECT_EQ(check("sparse_categorical_crossentropy", {8, 3}, {8, 10}),
            "loss 'sparse_categorical_crossentropy': labels of shape (8, 3) do not fit predictions of shape "
            "(8, 10): it "
            "wants one whole label a row. Give labels of shape (8,).");
  EXPECT_EQ(check("mse", {8, 3}, {7, 3}),
            "loss 'mean_squared_error': labels of shape (8, 3) do not fit predictions of shape (7, 3): every "
            "prediction "
            "needs one label. Give labels of shape (7, 3), or end the network with the labels' shape.");
  EXPECT_EQ(check("categorical_crossentropy", {8, 1}, {8, 1}),
            "loss 'categorical_crossentropy': predictions of shape (8, 1) have one unit, over which a "
            "softmax is always "
            "1. Use BinaryCrossentropy with a sigmoid, or one unit a class.");
  EXPECT_EQ(message_of<ShapeError>([] {
              values_of("mse", Tensor({2, 0}), Tensor({2, 0}));
            }),
            "loss 'mean_squared_error': predictions of shape (2, 0) have an empty last axis. End the network "
            "with at "
            "least one unit.");
}

TEST(LossShapes, BuffersAndWeightsAreChecked) {
  const LossHandle mse = "mse";
  Tensor few({1}), d({2, 2}), c({2});
  const Tensor t({2, 2}), w({3}, 1.f);
  EXPECT_EQ(message_of<ShapeError>([&] { mse->values(t.view(), t.view(), few.view()); }),
            "loss 'mean_squared_error': values has 1 elements; it needs 2. Give one a value, in the shape "
            "values_shape() says.");
  EXPECT_THROW(mse->gradient(t.view(), t.view(), static_cast<const Tensor&>(few).view(), d.view()),
               ShapeError);
  EXPECT_THROW(mse->gradient(t.view(), t.view(), static_cast<const Tensor&>(c).view(), few.view()),
               ShapeError);
  EXPECT_EQ(
      message_of<ShapeError>([&] { loss_coefficients(*mse, t.view(), t.shape(), w.view(), {}, c.view()); }),
      "loss 'mean_squared_error': sample_weight has shape (3,), but the predictions have 2 samples and the "
      "loss 2 "
      "values. Give one number a sample, or one a value.");
}

TEST(SparseLabels, AreNamedWhenTheyCannotBe) {
  const Tensor p({2, 3, 4}, 0.25f);
  const auto message = [&](float bad) {
    Tensor t({2, 3});
    t(1, 2) = bad;
    return message_of<ValueError>([&] { values_of("sparse_categorical_crossentropy", t, p); });
  };
  EXPECT_EQ(message(4),
            "loss 'sparse_categorical_crossentropy': the label of sample 1, position 2 is 4; it must be a "
            "whole number "
            "from 0 to 3. Number the classes from 0, and end the network with one unit a class.");
  EXPECT_NE(message(-1).find("is -1;"), std::string::npos);
  EXPECT_NE(message(1.5f).find("is 1.5;"), std::string::npos);
  EXPECT_NE(message(NAN).find("is nan;"), std::string::npos);
  Tensor d(p.shape());
  const Tensor t({2, 3}, 9.f), c({2, 3}, 1.f);
  const LossHandle loss = SparseCategoricalCrossentropy{};
  EXPECT_THROW(loss->gradient(t.view(), p.view(), c.view(), d.view()), ValueError);
  EXPECT_THROW(loss->gradient_from_logits(t.view(), p.view(), c.view(), d.view()), ValueError);
}

TEST(LossHandle, KnowsKerasNames) {
  const std::pair<const char*, const char*> names[] = {
      {"mse", "mean_squared_error"},
      {"MSE", "mean_squared_error"},
      {"mean_squared_error", "mean_squared_error"},
      {"MeanSquaredError", "mean_squared_error"},
      {"mae", "mean_absolute_error"},
      {"mape", "mean_absolute_percentage_error"},
      {"MSLE", "mean_squared_logarithmic_error"},
      {"bce", "binary_crossentropy"},
      {"binary_crossentropy", "binary_crossentropy"},
      {"KLD", "kl_divergence"},
      {"kl_divergence", "kl_divergence"},
      {"huber", "huber_loss"},
      {"log_cosh", "log_cosh"},
      {"poisson", "poisson"},
      {"hinge", "hinge"},
      {"categorical_hinge", "categorical_hinge"},
      {"tversky", "tversky"},
      {"dice", "dice"},
      {"sparse_categorical_crossentropy", "sparse_categorical_crossentropy"},
      {"categorical_focal_crossentropy", "categorical_focal_crossentropy"},
      {"cosine_similarity", "cosine_similarity"}};
  for (const auto& [name, expected] : names) {
    const LossHandle loss = name;
    EXPECT_EQ(loss->name(), expected);
    EXPECT_EQ(loss.text(), name);
    EXPECT_NE(loss.spec(), nullptr);
  }
  EXPECT_EQ(message_of<ValueError>([] { LossHandle("mean_sqared_error"); }),
            "unknown loss 'mean_sqared_error'. Near names: mean_squared_error.");
  EXPECT_EQ(message_of<ValueError>([] { LossHandle("xyzzy"); }).substr(0, 50),
            "unknown loss 'xyzzy'. Use one of: mean_squared_err");
}

TEST(LossHandle, CrossentropyChoosesByShape) {
  const LossHandle ce = "crossentropy";
  EXPECT_TRUE(ce && ce.chooses_by_shape());
  EXPECT_EQ(ce.resolve({8, 1}, {8, 1})->name(), "binary_crossentropy");
  EXPECT_EQ(ce.resolve({8}, {8, 3})->name(), "sparse_categorical_crossentropy");
  EXPECT_EQ(ce.resolve({8, 1}, {8, 3})->name(), "sparse_categorical_crossentropy");
  EXPECT_EQ(LossHandle("ce").resolve({8, 3}, {8, 3})->name(), "categorical_crossentropy");
  EXPECT_EQ(LossHandle("mse").resolve({8, 3}, {8, 3})->name(), "mean_squared_error");
  EXPECT_FALSE(LossHandle{});
}

class Median final : public Loss {
 public:
  std::string_view name() const override { return "median"; }
  void values(View<const float>, View<const float>, View<float> out) const override { out[0] = 42; }
  void gradient(View<const float>, View<const float>, View<const float>, View<float> d) const override {
    d[0] = 1;
  }
};
TEST(LossHandle, HoldsALossOfYourOwn) {
  const LossHandle own = Median{}, copy = own;
  EXPECT_EQ(copy->name(), "median");
  EXPECT_EQ(copy.spec(), nullptr);
  EXPECT_EQ(values_of(copy, Tensor({1, 1}), Tensor({1, 1}))(0), 42.f);
  EXPECT_EQ(copy->takes_logits(), LogitsFrom::none);
  Tensor v({1});
  EXPECT_EQ(message_of<StateError>([&] { copy->values_from_logits({}, {}, v.view()); }),
            "loss 'median' cannot be computed from logits. Ask takes_logits() first.");
  EXPECT_THROW(copy->gradient_from_logits({}, {}, {}, v.view()), StateError);
}

TEST(LossOptions, AreChecked) {
  EXPECT_EQ(message_of<ValueError>([] { LossHandle(BinaryCrossentropy{.label_smoothing = 1.5f}); }),
            "loss 'binary_crossentropy': label_smoothing is 1.5; it must be from 0 to 1. It is the share of "
            "a label that "
            "goes to the other classes.");
  EXPECT_EQ(message_of<ValueError>([] { LossHandle(CategoricalCrossentropy{.axis = 1}); }),
            "loss 'categorical_crossentropy': axis is 1; only the last axis (-1) is supported. Put the "
            "classes last with "
            "Permute.");
  EXPECT_THROW(LossHandle(CosineSimilarity{.axis = 0}), ValueError);
  EXPECT_THROW(LossHandle(Huber{.delta = -1.f}), ValueError);
}

TEST(LossDefaults, AreKeras) {
  const BinaryCrossentropy b;
  EXPECT_TRUE(!b.from_logits && b.label_smoothing == 0 && b.axis == -1 && b.name == "binary_crossentropy");
  const BinaryFocalCrossentropy f;
  EXPECT_TRUE(!f.apply_class_balancing && f.alpha == 0.25f && f.gamma == 2 && !f.from_logits &&
              f.label_smoothing == 0);
  EXPECT_EQ(f.name, "binary_focal_crossentropy");
  const CategoricalCrossentropy c;
  EXPECT_TRUE(!c.from_logits && c.label_smoothing == 0 && c.axis == -1 &&
              c.name == "categorical_crossentropy");
  const CategoricalFocalCrossentropy k;
  EXPECT_TRUE(k.alpha == 0.25f && k.gamma == 2 && !k.from_logits &&
              k.name == "categorical_focal_crossentropy");
  const SparseCategoricalCrossentropy s;
  EXPECT_TRUE(!s.from_logits && !s.ignore_class && s.name == "sparse_categorical_crossentropy");
  EXPECT_TRUE(Huber{}.delta == 1 && Huber{}.name == "huber_loss");
  EXPECT_TRUE(Tversky{}.alpha == 0.5f && Tversky{}.beta == 0.5f);
  EXPECT_EQ(CosineSimilarity{}.axis, -1);
  EXPECT_EQ(b.reduction, Reduction::sum_over_batch_size);
}

TEST(LossFusion, CrossentropiesTakeLogitsOfEither) {
  for (const char* name : {"binary_crossentropy", "binary_focal_crossentropy", "categorical_crossentropy",
                           "sparse_categorical_crossentropy"}) {
    EXPECT_EQ(LossHandle(name)->takes_logits(), LogitsFrom::either) << name;
  }
  for (const char* name : {"mse", "kld", "categorical_focal_crossentropy", "dice"}) {
    EXPECT_EQ(LossHandle(name)->takes_logits(), LogitsFrom::none) << name;
  }
  EXPECT_TRUE(accepts(LogitsFrom::either, LogitsFrom::either));
  EXPECT_FALSE(accepts(LogitsFrom::either, LogitsFrom::none) || accepts(LogitsFrom::none, LogitsFrom::none));
  EXPECT_FALSE(accepts(LogitsFrom::none, LogitsFrom::either));
}

}  // namespace
}  // namespace cornu
