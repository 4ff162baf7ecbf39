#include "cornu/core/random.hpp"

#include <cmath>
#include <functional>

#include "cornu/core/threads.hpp"
#include "cornu/losses/loss_handle.hpp"
#include "losses/overlap_loss.hpp"
#include "losses/rules.hpp"
#include "support/golden.hpp"

/// The rules run in double, where their gradients must be the central differences of their values; then the
/// running losses, in float, must give the numbers of the rules in double, row by row.
namespace cornu {
namespace {

using namespace detail;

enum class Labels { normal, positive, zero_one, plus_minus, one_hot, probabilities, whole };
enum class Predictions { normal, positive, probability, distribution };

Tensor labels(Labels kind, Index rows, Index width, Random& random) {
  Tensor t(kind == Labels::whole ? Shape{rows} : Shape{rows, width});
  for (float& v : t) {
    switch (kind) {
      case Labels::normal:
        v = random.normal();
        break;
      case Labels::positive:
      case Labels::probabilities:
        v = random.uniform(0.1f, 2.f);
        break;
      case Labels::zero_one:
        v = static_cast<float>(random.below(2));
        break;
      case Labels::plus_minus:
        v = static_cast<float>(2 * random.below(2) - 1);
        break;
      case Labels::whole:
        v = static_cast<float>(random.below(width));
        break;
      case Labels::one_hot:
        v = 0;
        break;
    }
  }
  for (Index row = 0; row < rows; ++row) {
    if (kind == Labels::one_hot) t(row, random.below(width)) = 1;
    if (kind != Labels::probabilities) continue;
    float sum = 0;
    for (Index j = 0; j < width; ++j) sum += t(row, j);
    for (Index j = 0; j < width; ++j) t(row, j) /= sum;
  }
  return t;
}

Tensor predictions(Predictions kind, Index rows, Index width, Random& random) {
  Tensor p({rows, width});
  for (float& v : p) {
    v = kind == Predictions::normal     ? 2 * random.normal()
        : kind == Predictions::positive ? random.uniform(0.1f, 2.f)
                                        : random.uniform(0.05f, 0.95f);
  }
  if (kind != Predictions::distribution) return p;
  for (Index row = 0; row < rows; ++row) {
    float sum = 0;
    for (Index j = 0; j < width; ++j) sum += p(row, j);
    for (Index j = 0; j < width; ++j) p(row, j) /= sum;
  }
  return p;
}

std::vector<double> wide(const Tensor& t) { return {t.begin(), t.end()}; }

/// Row function of a rule in double, forgetting its type.
struct Twin {
  std::function<double(const double*, const double*, Index)> value;
  std::function<void(const double*, const double*, Index, double, double*)> gradient;
  template <class Rule>
  explicit Twin(Rule rule)
      : value([rule](auto t, auto p, Index n) { return rule.value(t, p, n); }),
        gradient([rule](auto t, auto p, Index n, double c, double* d) { rule.gradient(t, p, n, c, d); }) {}
};

struct Row {
  const char* name;
  LossSpec spec;
  bool logits;
  Twin twin;
  Labels labels;
  Predictions predictions;
};
void PrintTo(const Row& row, std::ostream* os) { *os << row.name; }

class Gradient : public testing::TestWithParam<Row> {
 protected:
  static constexpr double kCoefficient = 0.7;
  /// body(labels of row, predictions of row, width, row, label count) over odd sizes.
  template <class Body>
  void for_batches(const Body& body) const {
    const Row& row = GetParam();
    for (const auto& [rows, width] : {std::pair<Index, Index>{1, 2}, {3, 3}, {5, 7}, {2, 17}, {1031, 5}}) {
      Random random(std::uint64_t(rows * 100 + width));
      body(labels(row.labels, rows, width, random), predictions(row.predictions, rows, width, random));
    }
  }
};

TEST_P(Gradient, IsTheCentralDifferenceInDouble) {
  for_batches([&](const Tensor& t, const Tensor& p) {
    const Index width = p.shape()[1], rows = std::min<Index>(p.shape()[0], 20),
                label_width = t.size() / p.shape()[0];
    const std::vector<double> truth = wide(t);
    std::vector<double> guess = wide(p), d(std::size_t(width), std::nan(""));
    for (Index row = 0; row < rows; ++row) {
      const double* labels_of_row = truth.data() + row * label_width;
      double* x = guess.data() + row * width;
      GetParam().twin.gradient(labels_of_row, x, width, kCoefficient, d.data());
      for (Index j = 0; j < width; ++j) {
        const double at = x[j], step = 1e-5 * std::max(0.1, std::abs(at));
        const auto value = [&](double where) {
          x[j] = where;
          return GetParam().twin.value(labels_of_row, x, width);
        };
        // Two central differences, combined so that the error falls with step^4.
        const double near = (value(at + step) - value(at - step)) / (2 * step);
        const double far = (value(at + 2 * step) - value(at - 2 * step)) / (4 * step);
        x[j] = at;
        const double expected = kCoefficient * (4 * near - far) / 3;
        EXPECT_NEAR(d[std::size_t(j)], expected, 1e-6 * std::max(1.0, std::abs(expected)))
            << "row " << row << " element " << j << " of width " << width;
      }
    }
  });
}

TEST_P(Gradient, FloatAgreesWithDoubleAtAnyThreadCount) {
  const std::shared_ptr<const Loss> loss = make_loss(GetParam().spec);
  for_batches([&](const Tensor& t, const Tensor& p) {
    const Index width = p.shape()[1], rows = p.shape()[0], label_width = t.size() / rows;
    Tensor coefficient({rows});
    for (Index row = 0; row < rows; ++row) coefficient(row) = 0.5f + 0.25f * float(row % 3);
    Tensor values({rows}, std::nanf("")), d(p.shape(), std::nanf(""));
    const auto run = [&](Tensor& v, Tensor& g) {
      const View<const float> c = static_cast<const Tensor&>(coefficient).view();
      if (GetParam().logits) {
        loss->values_from_logits(t.view(), p.view(), v.view());
        loss->gradient_from_logits(t.view(), p.view(), c, g.view());
      } else {
        loss->values(t.view(), p.view(), v.view());
        loss->gradient(t.view(), p.view(), c, g.view());
      }
    };
    run(values, d);
    const std::vector<double> truth = wide(t), guess = wide(p);
    std::vector<double> expected(std::size_t(width), 0.0);
    for (Index row = 0; row < rows; ++row) {
      const double* labels_of_row = truth.data() + row * label_width;
      const double* x = guess.data() + row * width;
      const double value = GetParam().twin.value(labels_of_row, x, width);
      EXPECT_NEAR(values(row), value, 2e-5 * std::max(1.0, std::abs(value))) << "row " << row;
      GetParam().twin.gradient(labels_of_row, x, width, coefficient(row), expected.data());
      for (Index j = 0; j < width; ++j) {
        const double e = expected[std::size_t(j)];
        EXPECT_NEAR(d(row, j), e, 2e-5 * std::max(1.0, std::abs(e))) << "row " << row << " element " << j;
      }
    }
    const int threads = num_threads();
    for (int n : {1, 2, 7}) {
      set_num_threads(n);
      Tensor other_values(values.shape()), other(d.shape());
      run(other_values, other);
      EXPECT_TRUE(same_bits(values, other_values)) << n << " threads";
      EXPECT_TRUE(same_bits(d, other)) << n << " threads";
    }
    set_num_threads(threads);
  });
}

const BinarySmoothing kSmoothBinary{0.1f};
const ClassSmoothing kSmoothClasses{0.2f};
const Row kRows[] = {
    {"mse", MeanSquaredError{}, false, Twin(MeanOf<SquaredTerm>{}), Labels::normal, Predictions::normal},
    {"mae", MeanAbsoluteError{}, false, Twin(MeanOf<AbsoluteTerm>{}), Labels::normal, Predictions::normal},
    {"mape", MeanAbsolutePercentageError{}, false, Twin(MeanOf<PercentageTerm>{}), Labels::positive,
     Predictions::normal},
    {"msle", MeanSquaredLogarithmicError{}, false, Twin(MeanOf<SquaredLogTerm>{}), Labels::positive,
     Predictions::positive},
    {"huber", Huber{.delta = 0.7f}, false, Twin(MeanOf<HuberTerm>{{0.7f}}), Labels::normal,
     Predictions::normal},
    {"log_cosh", LogCosh{}, false, Twin(MeanOf<LogCoshTerm>{}), Labels::normal, Predictions::normal},
    {"poisson", Poisson{}, false, Twin(MeanOf<PoissonTerm>{}), Labels::positive, Predictions::positive},
    {"hinge", Hinge{}, false, Twin(MeanOf<HingeTerm>{}), Labels::plus_minus, Predictions::normal},
    {"squared_hinge", SquaredHinge{}, false, Twin(MeanOf<HingeTerm>{{false, true}}), Labels::plus_minus,
     Predictions::normal},
    {"hinge_of_zero_one", Hinge{}, false, Twin(MeanOf<HingeTerm>{{true, false}}), Labels::zero_one,
     Predictions::normal},
    {"bce", BinaryCrossentropy{.label_smoothing = 0.1f}, false,
     Twin(MeanOf<BinaryCrossentropyTerm>{{kSmoothBinary}}), Labels::zero_one, Predictions::probability},
    {"bce_logits", BinaryCrossentropy{.label_smoothing = 0.1f}, true,
     Twin(MeanOf<BinaryLogitsTerm>{{kSmoothBinary}}), Labels::zero_one, Predictions::normal},
    {"bce_from_logits", BinaryCrossentropy{.from_logits = true}, false, Twin(MeanOf<BinaryLogitsTerm>{}),
     Labels::zero_one, Predictions::normal},
    {"focal", BinaryFocalCrossentropy{.apply_class_balancing = true, .alpha = 0.3f, .gamma = 1.5f}, false,
     Twin(MeanOf<FocalTerm>{{{}, {0.3f, 1.5f, true}}}), Labels::zero_one, Predictions::probability},
    {"focal_logits", BinaryFocalCrossentropy{}, true, Twin(MeanOf<FocalLogitsTerm>{}), Labels::zero_one,
     Predictions::normal},
    {"cce", CategoricalCrossentropy{.label_smoothing = 0.2f}, false, Twin(CategoricalRule{kSmoothClasses}),
     Labels::one_hot, Predictions::distribution},
    {"cce_of_any_positive", CategoricalCrossentropy{}, false, Twin(CategoricalRule{}), Labels::probabilities,
     Predictions::positive},
    {"cce_logits", CategoricalCrossentropy{.label_smoothing = 0.2f}, true, Twin(SoftmaxRule{kSmoothClasses}),
     Labels::one_hot, Predictions::normal},
    {"categorical_focal", CategoricalFocalCrossentropy{.alpha = 0.5f, .gamma = 1.5f}, false,
     Twin(CategoricalRule{{}, true, 0.5f, 1.5f}), Labels::one_hot, Predictions::distribution},
    {"categorical_focal_logits", CategoricalFocalCrossentropy{.from_logits = true}, false,
     Twin(CategoricalSoftmaxRule{{{}, true}}), Labels::one_hot, Predictions::normal},
    {"scce", SparseCategoricalCrossentropy{}, false, Twin(SparseCategoricalRule{}), Labels::whole,
     Predictions::distribution},
    {"scce_logits", SparseCategoricalCrossentropy{}, true, Twin(SparseSoftmaxRule{}), Labels::whole,
     Predictions::normal},
    {"kld", KLDivergence{}, false, Twin(DivergenceRule{}), Labels::probabilities, Predictions::distribution},
    {"categorical_hinge", CategoricalHinge{}, false, Twin(CategoricalHingeRule{}), Labels::one_hot,
     Predictions::normal},
    {"cosine", CosineSimilarity{}, false, Twin(CosineRule{}), Labels::normal, Predictions::normal},
};
INSTANTIATE_TEST_SUITE_P(Losses, Gradient, testing::ValuesIn(kRows),
                         [](const auto& one) { return std::string(one.param.name); });

/// A loss over the batch: its slope by elements against differences of the value in double.
TEST(Overlap, GradientIsTheCentralDifferenceInDouble) {
  const OverlapRule rules[] = {{}, {false, 0.3f, 0.8f}};
  const LossSpec specs[] = {Dice{}, Tversky{.alpha = 0.3f, .beta = 0.8f}};
  for (int i : {0, 1}) {
    Random random(3);
    const Tensor t = labels(Labels::one_hot, 7, 3, random),
                 p = predictions(Predictions::probability, 7, 3, random);
    const auto value = [&](Index changed, double by) {
      Overlap<double> s;
      for (Index k = 0; k < p.size(); ++k) {
        const double x = double(p.at(k)) + (k == changed ? by : 0);
        s.both += double(t.at(k)) * x;
        s.truth += double(t.at(k));
        s.guess += x;
      }
      return rules[i].value(s);
    };
    const std::shared_ptr<const Loss> loss = make_loss(specs[i]);
    Tensor values(loss->values_shape(p.shape())), d(p.shape());
    ASSERT_EQ(values.shape(), Shape{});
    loss->values(t.view(), p.view(), values.view());
    EXPECT_NEAR(values.item(), value(-1, 0), 1e-6);
    const Tensor two({1}, 2.f);
    loss->gradient(t.view(), p.view(), two.view(), d.view());
    for (Index k = 0; k < p.size(); ++k) {
      EXPECT_NEAR(d.at(k), 2 * (value(k, 1e-5) - value(k, -1e-5)) / 2e-5, 1e-6) << "element " << k;
    }
  }
}

}  // namespace
}  // namespace cornu
