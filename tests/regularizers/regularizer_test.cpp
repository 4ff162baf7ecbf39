#include <cmath>

#include "cornu/core/error.hpp"
#include "cornu/core/random.hpp"
#include "cornu/core/tensor.hpp"
#include "cornu/core/threads.hpp"
#include "cornu/regularizers/regularizer.hpp"
#include "support/messages.hpp"

namespace cornu {
namespace {

using support::message_of;

TEST(Regularizer, PenaltiesAreThoseOfTheFormulas) {
  const Tensor w = Tensor::from({{1, -2}, {0, 3}});
  EXPECT_NEAR(Regularizer(L1{}).penalty(w.view()), 0.06, 1e-8);
  EXPECT_NEAR(Regularizer(L2{}).penalty(w.view()), 0.14, 1e-8);
  EXPECT_NEAR(Regularizer(L1L2{.l1 = 0.5f, .l2 = 2}).penalty(w.view()), 31, 1e-9);
  EXPECT_EQ(Regularizer{}.penalty(w.view()), 0);
  EXPECT_FALSE(Regularizer{});
  EXPECT_TRUE(Regularizer(L2{}));
  // Rows (1, -2) and (0, 1): |cosine| 2 / sqrt(5), one pair.
  EXPECT_NEAR(Regularizer(OrthogonalRegularizer{.factor = 0.5f}).penalty(w.view()), 0.5 * 2 / std::sqrt(5),
              1e-6);
  EXPECT_NEAR(
      Regularizer(OrthogonalRegularizer{.factor = 1, .mode = OrthogonalMode::columns}).penalty(w.view()),
      2 / std::sqrt(13), 1e-6);
  EXPECT_EQ(Regularizer(OrthogonalRegularizer{}).penalty(Tensor({1, 4}, 1.f).view()), 0);
}

TEST(Regularizer, GradientsAreTheDifferencesOfThePenalty) {
  Tensor w({3, 4});
  fill_normal(w.view(), RandomKey{.seed = 5}, 0, 1);
  for (const Regularizer& r :
       {Regularizer(L1{}), Regularizer(L2{.l2 = 0.3f}), Regularizer(L1L2{.l1 = 0.1f, .l2 = 0.2f}),
        Regularizer(OrthogonalRegularizer{.factor = 0.7f}),
        Regularizer(OrthogonalRegularizer{.factor = 0.7f, .mode = OrthogonalMode::columns})}) {
    Tensor d(w.shape(), 5.f);  // added to
    r.add_gradient(w.view(), d.view(), 0.5f);
    for (Index i = 0; i < w.size(); ++i) {
      Tensor up = w, down = w;
      up.at(i) += 1e-2f;
      down.at(i) -= 1e-2f;
      const double slope =
          (r.penalty(up.view()) - r.penalty(down.view())) / (double(up.at(i)) - double(down.at(i)));
      EXPECT_NEAR(d.at(i), 5 + 0.5 * slope, 2e-4) << r.name() << " element " << i;
    }
  }
  Tensor d({1}), zero({1});
  Regularizer(L1{}).add_gradient(zero.view(), d.view(), 1);
  EXPECT_EQ(d.at(0), 0.f);  // at 0 the slope of |w| counts as 0
}

TEST(Regularizer, SameBitsAtAnyThreadCount) {
  Tensor w({100003});
  fill_normal(w.view(), RandomKey{.seed = 5}, 0, 1);
  const int threads = num_threads();
  set_num_threads(1);
  const double one = Regularizer(L1L2{.l1 = 1, .l2 = 1}).penalty(w.view());
  double plain = 0;
  for (float v : w) plain += std::abs(double(v)) + double(v) * double(v);
  EXPECT_NEAR(one, plain, 1e-9 * plain);
  for (int n : {2, 5}) {
    set_num_threads(n);
    EXPECT_EQ(Regularizer(L1L2{.l1 = 1, .l2 = 1}).penalty(w.view()), one);
  }
  set_num_threads(threads);
}

TEST(Regularizer, NamesAndDefaultsAreKeras) {
  EXPECT_TRUE(L1{}.l1 == 0.01f && L2{}.l2 == 0.01f && L1L2{}.l1 == 0 && L1L2{}.l2 == 0);
  EXPECT_TRUE(OrthogonalRegularizer{}.factor == 0.01f &&
              OrthogonalRegularizer{}.mode == OrthogonalMode::rows);
  EXPECT_EQ(Regularizer("l1").name(), "L1");
  EXPECT_EQ(Regularizer("l2").name(), "L2");
  EXPECT_EQ(Regularizer("L2").name(), "L2");
  EXPECT_EQ(std::get<L1L2>(Regularizer("l1_l2").spec()).l1, 0.01f);
  EXPECT_EQ(Regularizer("orthogonal_regularizer").name(), "OrthogonalRegularizer");
  EXPECT_EQ(Regularizer{}.name(), "");
}

TEST(Regularizer, ErrorsSayWhatToDo) {
  EXPECT_EQ(message_of<ValueError>([] { Regularizer(L2{.l2 = -1}); }),
            "L2: l2 is -1; it must be finite and at least 0. It multiplies the penalty; 0 switches it off.");
  EXPECT_THROW(Regularizer(L1{.l1 = NAN}), ValueError);
  EXPECT_THROW(Regularizer(L1L2{.l1 = 0, .l2 = INFINITY}), ValueError);
  EXPECT_EQ(message_of<ValueError>([] { Regularizer("l3"); }),
            "unknown regularizer 'l3'. Near names: l1, l2.");
  EXPECT_EQ(
      message_of<ShapeError>([] { (void)Regularizer(OrthogonalRegularizer{}).penalty(Tensor({3}).view()); }),
      "OrthogonalRegularizer: the weight has shape (3,); it needs exactly 2 axes. Use L2 for other weights.");
}

}  // namespace
}  // namespace cornu
