#include "cornu/kernels/gemm.hpp"

#include <cmath>
#include <cstdlib>
#include <thread>
#include <utility>

#include "../../benchmarks/shapes.hpp"
#include "core/scratch.hpp"
#include "core/team.hpp"
#include "cornu/core/error.hpp"
#include "kernels/few_columns.hpp"
#include "kernels/kernel_support.hpp"

using namespace cornu;
using namespace cornu::kernels;
using namespace cornu::test;

namespace {

struct Case {
  Trans ta, tb;
  Index m, n, k;
  bool accumulate = false, bias = false, relu = false;
  Index gap = 0;  // floats between the end of a row and the next
};

std::string text(const Case& c) {
  return "m " + std::to_string(c.m) + " n " + std::to_string(c.n) + " k " + std::to_string(c.k) +
         (c.ta == Trans::yes ? " a'" : "") + (c.tb == Trans::yes ? " b'" : "") + (c.accumulate ? " +c" : "");
}

void check(const Case& t) {
  const Shape a_shape = t.ta == Trans::no ? Shape{t.m, t.k + t.gap} : Shape{t.k, t.m + t.gap};
  const Shape b_shape = t.tb == Trans::no ? Shape{t.k, t.n + t.gap} : Shape{t.n, t.k + t.gap};
  const Guarded a = Guarded::random(a_shape, 1), b = Guarded::random(b_shape, 2),
                bias = Guarded::random({t.n}, 3);
  Guarded c = Guarded::random({t.m, t.n + t.gap}, 4);
  const Doubles da(a), db(b), dbias(bias);
  Doubles dc(c);
  gemm<float>(t.ta, t.tb, t.m, t.n, t.k, a.data(), a_shape[1], b.data(), b_shape[1], c.data(), t.n + t.gap,
              t.accumulate, {t.bias ? bias.data() : nullptr, t.relu});
  gemm<double>(t.ta, t.tb, t.m, t.n, t.k, da.numbers.data(), a_shape[1], db.numbers.data(), b_shape[1],
               dc.numbers.data(), t.n + t.gap, t.accumulate,
               {t.bias ? dbias.numbers.data() : nullptr, t.relu});
  expect_close(c, dc, 3e-6, text(t));  // the gaps of c must keep their numbers, which this sees too
}

}  // namespace

TEST(Gemm, AllFormsAtOddSizes) {
  for_each_isa([] {
    for (const Trans ta : {Trans::no, Trans::yes})
      for (const Trans tb : {Trans::no, Trans::yes})
        for (const Index m : {1, 2, 4, 5, 7, 12, 13, 19, 25})
          for (const Index n : {1, 3, 8, 9, 16, 17, 31, 33, 50})
            for (const Index k : {1, 2, 7, 65})
              check({ta, tb, m, n, k, (m + n) % 2 == 0, n % 3 == 0, k % 2 == 0, n % 2 * 3});
  });
}

TEST(Gemm, SizesBeyondOneBlock) {
  for_each_isa([] {
    for (const Trans ta : {Trans::no, Trans::yes})
      for (const Trans tb : {Trans::no, Trans::yes}) {
        check({ta, tb, 251, 37, 330, true, true, true, 1});
        check({ta, tb, 3, 401, 641, false, true, true});
        check({ta, tb, 50, 193, 5, false});
        check({ta, tb, 251, 130, 330, true, true, true, 1});  // rows of a copied, the last block of 11
        check({ta, tb, 193, 65, 20, true, true, false, 3});   // from a matrix that is wider
        check({ta, tb, 192, 801, 40, true, false, true});     // more columns than a wide block
        check({ta, tb, 1013, 523, 21, true, true, true, 1});  // wide and more rows than a block
      }
  });
}

TEST(Gemm, ShapesOfTheModels) {
  for (const auto& g : benchmarks::kGemms) {
    if (g.m * g.n * g.k > 64 * 1024 * 1024) continue;  // the slow twin would take too long
    check({Trans::no, Trans::no, g.m, g.n, g.k});
    check({Trans::no, Trans::yes, g.m, g.k, g.n});
    check({Trans::yes, Trans::no, g.k, g.n, g.m, true});
  }
}

TEST(Gemm, AnEmptySumIsZeroOrKeepsC) {
  std::vector<float> c{1, 2, 3, 4};
  gemm<float>(Trans::no, Trans::no, 2, 2, 0, nullptr, 0, nullptr, 2, c.data(), 2, true);
  EXPECT_EQ(c, (std::vector<float>{1, 2, 3, 4}));
  const std::vector<float> bias{-1, 5};
  gemm<float>(Trans::yes, Trans::yes, 2, 2, 0, nullptr, 2, nullptr, 0, c.data(), 2, false,
              {bias.data(), true});
  EXPECT_EQ(c, (std::vector<float>{0, 5, 0, 5}));
  gemm<float>(Trans::no, Trans::no, 0, 2, 3, nullptr, 3, nullptr, 2, nullptr, 2, false);  // nothing to do
}

TEST(Gemm, FewColumnsAtOddSizes) {
  for_each_isa([] {
    for (const Index rows : {1, 2, 3, 4, 5, 8, 11})
      for (const Index cols : {0, 1, 2, 3, 4})
        for (const Index depth : {1, 3, 4, 7, 8, 9, 16, 67})
          for (const bool accumulate : {false, true}) {
            const Index gap = rows % 3, ld = depth + gap, ldc = cols + gap;
            const Guarded a = Guarded::random({rows, ld}, 1), b = Guarded::random({cols, ld}, 2);
            Guarded c = Guarded::random({rows, ldc}, 3);
            const Doubles da(a), db(b);
            Doubles dc(c);
            multiply(FewColumns{rows, cols, depth, a.data(), ld, b.data(), ld, c.data(), ldc, accumulate});
            gemm<double>(Trans::no, Trans::yes, rows, cols, depth, da.numbers.data(), ld, db.numbers.data(),
                         ld, dc.numbers.data(), ldc, accumulate);
            expect_close(c, dc, 3e-6, "few columns");
          }
  });
}

TEST(Gemm, ReluKeepsNaN) {
  const float a[1] = {1.f}, b[2] = {std::nanf(""), -1.f};
  float c[2] = {0, 7};
  gemm<float>(Trans::no, Trans::no, 1, 2, 1, a, 1, b, 2, c, 2, false, {nullptr, true});
  EXPECT_TRUE(std::isnan(c[0]));
  EXPECT_EQ(c[1], 0.f);
}

TEST(Gemm, BitsOfAWideProductDoNotDependOnThreads) {
  const Index m = 1103, n = 530, k = 350;  // both cut, in a number of tasks that depends on the threads
  const Guarded a = Guarded::random({m, k}, 5), b = Guarded::random({k, n}, 6);
  const auto product = [&](Trans ta, Index rows, Index cols, int threads) {
    const Threads scope(threads);
    Guarded c({rows, cols});
    gemm<float>(ta, Trans::no, rows, cols, k, a.data(), ta == Trans::no ? k : m, b.data(), n, c.data(), cols,
                false);
    return c.values();
  };
  for_each_isa([&] {
    for (const Trans ta : {Trans::no, Trans::yes})
      for (const auto& [rows, cols] : {std::pair<Index, Index>{m, n}, {600, n}, {m, 512}, {m, 511}}) {
        const std::vector<float> whole = product(ta, rows, cols, 1);
        for (const int threads : {2, 3, 4}) EXPECT_EQ(product(ta, rows, cols, threads), whole) << threads;
      }
  });
}

TEST(Gemm, BitsDependOnNeitherRowsNorThreads) {
  const Index m = 230, n = 210, k = 700;  // enough rows that they are copied
  const Guarded a = Guarded::random({m, k}, 5), b = Guarded::random({k, n}, 6);
  const auto product = [&](Index rows, int threads) {
    const Threads scope(threads);
    Guarded c({rows, n});
    gemm<float>(Trans::no, Trans::no, rows, n, k, a.data(), k, b.data(), n, c.data(), n, false);
    return c.values();
  };
  for_each_isa([&] {
    const std::vector<float> whole = product(m, 1);
    for (const int threads : {2, 3, 4}) EXPECT_EQ(product(m, threads), whole) << threads;
    for (const Index rows : {1, 2, 3, 4, 5, 12, 191, 192}) {
      const std::vector<float> part = product(rows, 2);
      EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.begin())) << rows;
    }
  });
}

TEST(Gemm, TwoGradientsOfOneProductAreTheSameBitsAsOneByOne) {
  // Both in one block, the second too large for it, one or both empty; columns that just fit a block, and
  // not.
  const Index sizes[][4] = {{50, 50, 200, 700}, {1, 50, 200, 64}, {7, 193, 33, 100}, {0, 5, 209, 3},
                            {5, 0, 17, 321},    {0, 0, 4, 2},     {3, 2, 208, 0},    {1, 1, 1, 1}};
  for_each_isa([&] {
    for (const auto& [m1, m2, n, k] : sizes) {
      const Guarded a1 = Guarded::random({k, m1 + 1}, 1), a2 = Guarded::random({k, m2}, 2),
                    b = Guarded::random({k, n + 3}, 3);
      for (const int threads : {1, 2, 4}) {
        const Threads scope(threads);
        Guarded c1 = Guarded::random({m1, n}, 4), c2 = Guarded::random({m2, n + 2}, 5);
        Guarded d1 = Guarded::random({m1, n}, 4), d2 = Guarded::random({m2, n + 2}, 5);
        add_gradients<float>(n, k, b.data(), n + 3, {a1.data(), m1 + 1, m1, c1.data(), n},
                             {a2.data(), m2, m2, c2.data(), n + 2});
        gemm<float>(Trans::yes, Trans::no, m1, n, k, a1.data(), m1 + 1, b.data(), n + 3, d1.data(), n, true);
        gemm<float>(Trans::yes, Trans::no, m2, n, k, a2.data(), m2, b.data(), n + 3, d2.data(), n + 2, true);
        EXPECT_EQ(c1.values(), d1.values()) << m1 << " of " << m1 << ", " << m2 << " x " << n << " x " << k;
        EXPECT_EQ(c2.values(), d2.values()) << m2 << " of " << m1 << ", " << m2 << " x " << n << " x " << k;
      }
    }
  });
}

TEST(Gemm, Messages) {
  float x[4] = {};
  const auto message = [&](Index m, Index n, Index k, Index lda) {
    try {
      gemm<float>(Trans::no, Trans::no, m, n, k, x, lda, x, 2, x, 2, false);
    } catch (const ValueError& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  EXPECT_EQ(message(-1, 2, 2, 2), "gemm: a is -1 x 2; extents may not be negative. Check m, n and k.");
  EXPECT_EQ(message(2, 2, 2, 1),
            "gemm: rows of a are 1 apart but 2 long. Give a leading dimension of at least the row.");
}

TEST(Isa, NamesWhatTheMachineHas) {
  const auto names = available_isas();
  ASSERT_FALSE(names.empty());
  set_isa(names.back());
  EXPECT_EQ(isa(), names.back());
  set_isa("");
  try {
    set_isa("pentium");
    FAIL();
  } catch (const ValueError& e) {
    EXPECT_EQ(std::string(e.what()).find("CORNU_ISA is \"pentium\"; this processor and build offer "), 0u);
  }
}

namespace {
/// Exit code in a process of its own, where CORNU_ISA is read anew: 0 when it is in use, 7 for a ValueError.
[[noreturn]] void use_isa(const char* name) {
  setenv("CORNU_ISA", name, 1);
  const float one[1] = {1};
  float c[1];
  try {
    gemm<float>(Trans::no, Trans::no, 1, 1, 1, one, 1, one, 1, c, 1, false);
    std::exit(isa() == name && c[0] == 1.f ? 0 : 1);
  } catch (const ValueError&) {
    std::exit(7);
  }
}
}  // namespace

TEST(IsaDeathTest, TheEnvironmentForcesOne) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const std::string last(available_isas().back());
  EXPECT_EXIT(use_isa(last.c_str()), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(use_isa("pentium"), testing::ExitedWithCode(7), "");
}

TEST(Scratch, IsAlignedAndPerThread) {
  detail::start_team(num_threads());
  const auto mine = detail::thread_scratch();
  EXPECT_EQ(mine.size(), detail::kScratchFloats);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(mine.data()) % 64, 0u);
  EXPECT_EQ(detail::thread_scratch().data(), mine.data());
  const float* other = nullptr;
  std::thread([&] { other = detail::thread_scratch().data(); }).join();
  EXPECT_NE(other, mine.data());
}
