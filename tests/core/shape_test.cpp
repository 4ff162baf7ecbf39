#include "cornu/core/shape.hpp"

#include <gtest/gtest.h>

#include "cornu/core/error.hpp"

using namespace cornu;

TEST(Shape, CountsAndPrints) {
  const Shape s{64, 1, 3};
  EXPECT_EQ(s.count(), 192);
  EXPECT_EQ(s[-1], 3);
  EXPECT_EQ(s.text(), "(64, 1, 3)");
  EXPECT_EQ(s.batch_text(), "(batch, 64, 1, 3)");
  EXPECT_EQ(Shape{5}.text(), "(5,)");
  EXPECT_EQ(Shape{}.text(), "()");
  EXPECT_EQ(Shape{}.count(), 1);
  EXPECT_EQ((Shape{3, 0}.count()), 0);
}

TEST(Shape, EditsAnAxis) {
  EXPECT_EQ((Shape{2, 3}.with_front(7)), (Shape{7, 2, 3}));
  EXPECT_EQ((Shape{7, 2, 3}.without_front()), (Shape{2, 3}));
  EXPECT_EQ((Shape{2, 3}.with_back(9)), (Shape{2, 9}));
}

TEST(Shape, RefusesWhatNoTensorCanHave) {
  EXPECT_THROW((Shape{2, -1}), ValueError);
  EXPECT_THROW((Shape{1, 1, 1, 1, 1, 1, 1, 1, 1}), ValueError);
  EXPECT_THROW((Shape{Index(1) << 40, Index(1) << 40}), ValueError);
  EXPECT_THROW((Shape{0, Index(1) << 40, Index(1) << 40}), ValueError);
  EXPECT_THROW((void)(Shape{2}[1]), ValueError);
  EXPECT_THROW((void)Shape{}.without_front(), ValueError);
}
