#include "cornu/layers/normalization.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cornu/layers/resizing.hpp"
#include "support/layer_harness.hpp"
#include "support/message_of.hpp"

namespace cornu::support {
namespace {

using ::testing::HasSubstr;

TEST(NormalizationLayer, MeetsTheContract) {
  check_layer_cases<Normalization>({
      {.spec = {.mean = {0.5f}, .variance = {4}}, .input = {1}, .samples = 1},
      {.spec = {.mean = {0.5f, 1, -2}, .variance = {4, 0.25f, 0}}, .input = {5, 3}},
      {.spec = {.mean = {0.5f, 1, -2}, .variance = {4, 0.25f, 1}, .invert = true},
       .input = {3},
       .training = true},
      {.spec = {.axis = {1, 2}, .mean = {1, 2, 3, 4, 5, 6}, .variance = {1, 2, 3, 4, 5, 6}}, .input = {2, 3}},
      {.spec = {.axis = IndexList(std::vector<Index>{}), .mean = {3}, .variance = {2}}, .input = {2, 17}},
  });
}

const Tensor kData({4, 2}, {1, 10, 3, 10, 1, 30, 3, 30});

TEST(NormalizationLayer, AdaptsBeforeItIsMade) {
  Normalization spec;
  spec.adapt(kData);
  EXPECT_EQ(spec.mean, (std::vector<float>{2, 20}));
  EXPECT_EQ(spec.variance, (std::vector<float>{1, 100}));
  const auto layer = make_layer(spec);
  layer->call_shapes({{2}});
  EXPECT_TRUE(layer->weights().empty());
  EXPECT_EQ(testing::run_layer(*layer, {kData}).y[0], Tensor({4, 2}, {-1, -1, 1, -1, -1, 1, 1, 1}));
}

TEST(NormalizationLayer, AdaptsInAModelAndBack) {
  const auto layer = make_layer(Normalization{}), back = make_layer(Normalization{.invert = true});
  for (Layer* l : {layer.get(), back.get()}) {
    l->call_shapes({{2}});
    l->initialize({});
    EXPECT_EQ(testing::run_layer(*l, {kData}).y[0], kData) << "nothing is known yet";
    ASSERT_EQ(l->weights().size(), 3u);
    for (const Weight& w : l->weights()) EXPECT_FALSE(w.trainable) << w.name;
    adapt(*l, kData);
    EXPECT_EQ(l->weight("mean"), Tensor::from({2, 20}));
    EXPECT_EQ(l->weight("variance"), Tensor::from({1, 100}));
  }
  const Tensor y = testing::run_layer(*layer, {kData}).y[0];
  EXPECT_EQ(y, Tensor({4, 2}, {-1, -1, 1, -1, -1, 1, 1, 1}));
  EXPECT_EQ(testing::run_layer(*back, {y}).y[0], kData);
}

TEST(NormalizationLayer, OneMeanForAll) {
  Normalization spec{.axis = IndexList(std::vector<Index>{})};
  spec.adapt(Tensor({2, 2}, {1, 2, 3, 6}));
  EXPECT_EQ(spec.mean, (std::vector<float>{3}));
  EXPECT_EQ(spec.variance, (std::vector<float>{3.5f}));
  const auto layer = make_layer(Normalization{.axis = IndexList(std::vector<Index>{})});
  layer->call_shapes({{2}});
  adapt(*layer, Tensor({2, 2}, {1, 2, 3, 6}));
  EXPECT_EQ(layer->weight("mean").item(), 3.f);
}

TEST(NormalizationLayer, Messages) {
  EXPECT_THAT(message_of(Normalization{.mean = {1}}),
              HasSubstr("layer 'normalization' (Normalization): mean was given without variance"));
  EXPECT_THAT(message_of(Normalization{.variance = {1}}), HasSubstr("variance was given without mean"));
  EXPECT_THAT(message_of(Normalization{.mean = {1}, .variance = {-1}}),
              HasSubstr("variance has -1; it must not be negative"));
  EXPECT_THAT(message_of(Normalization{.mean = {1, 2}, .variance = {1, 2}}, {{5, 3}}),
              HasSubstr("mean has 2 numbers; axis (-1,) of the input (batch, 5, 3) has 3"));
  EXPECT_THAT(message_of(Normalization{.axis = 1}, {{5, 3}}), HasSubstr("axis 1 is not where the last 1"));
}

TEST(NormalizationLayer, MessagesOfAdapt) {
  const auto message = [](auto&& call) -> std::string {
    try {
      call();
    } catch (const Error& error) {
      return error.what();
    }
    return "nothing thrown";
  };
  EXPECT_THAT(message([] {
                Normalization{}.adapt(Tensor({0, 2}));
              }),
              HasSubstr("adapt was given data of shape (0, 2); it needs at least 1 sample"));
  const auto layer = make_layer(Normalization{}),
             given = make_layer(Normalization{.mean = {1}, .variance = {1}});
  EXPECT_THAT(message([&] { adapt(*layer, kData); }), HasSubstr("before the layer is built"));
  layer->call_shapes({{3}});
  given->call_shapes({{1}});
  EXPECT_THAT(message([&] { adapt(*layer, kData); }),
              HasSubstr("adapt was given data of shape (4, 2); its mean has shape (3,)"));
  EXPECT_THAT(message([&] { adapt(*given, kData); }), HasSubstr("its mean and variance were given"));
  const auto other = make_layer(Resizing{.height = 1, .width = 1});
  EXPECT_THAT(message([&] { adapt(*other, kData); }), HasSubstr("adapt is for Normalization layers"));
}

}  // namespace
}  // namespace cornu::support
