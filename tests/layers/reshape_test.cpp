#include "cornu/layers/reshape.hpp"

#include "support/layer_error.hpp"
#include "support/layer_harness.hpp"

using namespace cornu;
using support::check_layer_cases;
using support::layer_error;

TEST(Reshape, Cases) {
  check_layer_cases<Reshape>({
      {.spec = {.target_shape = {-1, 4}}, .golden = "reshape"},
      {.spec = {.target_shape = {-1}}, .input = {1}, .samples = 1},
      {.spec = {.target_shape = {1, 17, 1}}, .input = {17}},
      {.spec = {.target_shape = {7, -1, 3}}, .input = {3, 5, 7}},
  });
}

TEST(Reshape, FillsTheRestIn) {
  const auto shape = [](Reshape spec, const Shape& input) {
    return LayerHandle(std::move(spec)).layer().call_shapes({input})[0];
  };
  EXPECT_EQ(shape({.target_shape = {-1, 4}}, {2, 6}), (Shape{3, 4}));
  EXPECT_EQ(shape({.target_shape = 12}, {2, 6}), (Shape{12}));
  EXPECT_EQ(shape({.target_shape = {4, 3, -1}}, {2, 6}), (Shape{4, 3, 1}));
}

TEST(Reshape, SaysWhatIsWrong) {
  EXPECT_EQ(
      layer_error(Reshape{.target_shape = {4, 5}}, {{3, 7}}),
      "ShapeError: layer 'reshape' (Reshape): target_shape (4, 5) has 20 values; the input (batch, 3, 7) "
      "has 21. Choose extents with that product, or put -1 for one of them.");
  EXPECT_EQ(
      layer_error(Reshape{.target_shape = {-1, 5}}, {{3, 7}}),
      "ShapeError: layer 'reshape' (Reshape): target_shape (-1, 5) cuts by 5; the input (batch, 3, 7) has "
      "21 values a sample. Choose extents whose product divides that.");
  EXPECT_EQ(
      layer_error(Reshape{.target_shape = {-1, -1}}),
      "ValueError: layer 'reshape' (Reshape): target_shape is (-1, -1); -1 may stand in it once. Write the "
      "other extents out.");
  EXPECT_EQ(
      layer_error(Reshape{.target_shape = {-2}}),
      "ValueError: layer 'reshape' (Reshape): target_shape is (-2,); extents must be at least 0. Only -1, "
      "for the rest, is below.");
  EXPECT_NE(layer_error(Reshape{.target_shape = {-1, 0}}), "no error");
}
