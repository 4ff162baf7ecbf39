#include "cornu/kernels/merge.hpp"

#include <cmath>
#include <limits>

#include "kernels/kernel_support.hpp"

namespace cornu {
namespace {
using kernels::Binary;
using test::Doubles;
using test::Guarded;

/// Position in b of element i of y: one division an axis, from the last to the first.
Index broadcast_position(const Shape& y, const Shape& b, Index i) {
  Index at = 0, step = 1;
  const int missing = y.rank() - b.rank();
  for (int axis = y.rank() - 1; axis >= 0; --axis) {
    const Index index = i % y[axis];
    i /= y[axis];
    if (axis != 0 && axis <= missing) continue;
    const Index extent = axis == 0 ? b[0] : b[axis - missing];
    if (extent != 1) at += index * step;
    step *= extent;
  }
  return at;
}

double value_of(Binary op, double a, double b) {
  switch (op) {
    case Binary::add:
      return a + b;
    case Binary::subtract:
      return a - b;
    case Binary::multiply:
      return a * b;
    case Binary::maximum:
      return a > b ? a : b;
    case Binary::minimum:
      return a < b ? a : b;
    case Binary::second:
      break;
  }
  return b;
}

struct Pair {
  Shape y, b;
};
const std::vector<Pair> kPairs = {{{3}, {3}},
                                  {{2, 5}, {2, 5}},
                                  {{3, 7}, {3, 1}},
                                  {{2, 3, 4, 5}, {2, 1, 1, 5}},
                                  {{2, 3, 4, 5}, {2, 3, 4, 1}},
                                  {{2, 3, 4, 5}, {2, 3, 1, 5}},
                                  {{2, 3, 4, 5}, {2, 1, 4, 1}},
                                  {{2, 3, 4, 5}, {2, 5}},
                                  {{2, 3, 4, 5}, {2, 4, 1}},
                                  {{2, 3, 4, 5}, {2}},
                                  {{1, 1, 1}, {1, 1, 1}},
                                  {{1, 3, 1, 2}, {1, 1, 1, 2}},
                                  {{3, 1, 17}, {3, 17}},
                                  {{2, 20000}, {2, 1}},
                                  {{1, 40000}, {1, 40000}},
                                  {{0, 4}, {0, 1}}};

TEST(Merge, BinaryIsTheOperationOnBroadcastOperands) {
  for (const Pair& p : kPairs)
    for (const Binary op : {Binary::add, Binary::subtract, Binary::multiply, Binary::maximum, Binary::minimum,
                            Binary::second}) {
      const std::string what = p.y.text() + " with " + p.b.text() + ", op " + std::to_string(int(op));
      const Guarded a = Guarded::random(p.y, 1), b = Guarded::random(p.b, 2);
      Guarded y(p.y, 7.f);
      kernels::binary<float>(op, a.in(), b.in(), y.view());
      Doubles expected(p.y);
      for (Index i = 0; i < y.size(); ++i)
        expected.numbers[std::size_t(i)] =
            value_of(op, a.data()[i], b.data()[broadcast_position(p.y, p.b, i)]);
      test::expect_close(y, expected, 1e-6, what);
      Guarded in_place = a;
      kernels::binary<float>(op, in_place.in(), b.in(), in_place.view());
      EXPECT_EQ(in_place.values(), y.values()) << what;
    }
}

TEST(Merge, ANanSurvivesMaximumAndMinimum) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const Binary op : {Binary::maximum, Binary::minimum}) {
    std::vector<float> a{nan, 1.f, nan}, b{1.f, nan, nan}, y(3);
    kernels::binary<float>(op, {a.data(), {1, 3}}, {b.data(), {1, 3}}, {y.data(), {1, 3}});
    for (const float v : y) EXPECT_TRUE(std::isnan(v));
  }
}

TEST(Merge, KeepWhereSeparatesEqualFromOther) {
  const Shape shape{2, 3, 2}, operand{2, 1, 2};
  std::vector<float> y{1, 2, 3, 4, 1, 2, 5, 6, 7, 8, 5, 5}, b{1, 4, 5, 5}, d(12, 3.f), out(12, 9.f);
  kernels::keep_where<float>(true, {y.data(), shape}, {b.data(), operand}, {d.data(), shape},
                             {out.data(), shape});
  EXPECT_EQ(out, (std::vector<float>{3, 0, 0, 3, 3, 0, 3, 0, 0, 0, 3, 3}));
  kernels::keep_where<float>(false, {y.data(), shape}, {b.data(), operand}, {d.data(), shape},
                             {d.data(), shape});
  EXPECT_EQ(d, (std::vector<float>{0, 3, 3, 0, 0, 3, 0, 3, 3, 3, 0, 0}));
}

TEST(Merge, SumToAddsOverTheRepeatedAxes) {
  for (const Pair& p : kPairs) {
    const Guarded d = Guarded::random(p.y, 3);
    Guarded out(p.b, 7.f);
    kernels::sum_to<float>(d.in(), out.view(), 0.5f);
    Doubles expected(p.b);
    for (Index i = 0; i < d.size(); ++i)
      expected.numbers[std::size_t(broadcast_position(p.y, p.b, i))] += 0.5 * d.data()[i];
    test::expect_close(out, expected, 2e-6, p.y.text() + " to " + p.b.text());
    const test::Threads threads(3);
    Guarded again(p.b);
    kernels::sum_to<float>(d.in(), again.view(), 0.5f);
    EXPECT_EQ(again.values(), out.values());
  }
}

TEST(Merge, CopyRowsLeavesTheRest) {
  const std::vector<float> x{1, 2, 3, 4, 5, 6};
  std::vector<float> y(9, -1.f);
  kernels::copy_rows<float>(3, 2, x.data(), 2, y.data() + 1, 3);
  EXPECT_EQ(y, (std::vector<float>{-1, 1, 2, -1, 3, 4, -1, 5, 6}));
}

}  // namespace
}  // namespace cornu
