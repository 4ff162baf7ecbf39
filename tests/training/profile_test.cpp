#include "cornu/training/profile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cornu/core/error.hpp"
#include "cornu/cornu.hpp"

namespace cornu {
namespace {

TEST(Profile, CountsTheProductsOfEveryStep) {
  // 2 samples: pictures of 6 x 5 in 3 steps, then vectors of 4 steps
  Model pictures =
      Sequential({Input{{3, 6, 5, 2}}, ConvLSTM2D{.filters = 3, .kernel_size = 3, .padding = Padding::same},
                  Flatten{}, Dense{2}});
  pictures.compile({.optimizer = Adam{}, .loss = MeanSquaredError{}});
  const Profile p = pictures.profile(Tensor({2, 3, 6, 5, 2}), Tensor({2, 2}), 1);
  ASSERT_EQ(p.layers.size(), 3U);
  EXPECT_EQ(p.layers[0].flops, 2. * 9 * (2 + 3) * 12 * 2 * 3 * 6 * 5);
  EXPECT_EQ(p.layers[0].backward_flops, p.layers[0].flops);  // nobody wants the gradient of the pictures
  EXPECT_EQ(p.layers[1].flops, 0);
  EXPECT_EQ(p.layers[2].flops, 2. * 90 * 2 * 2);
  EXPECT_EQ(p.layers[2].backward_flops, 2 * p.layers[2].flops);

  Model vectors =
      Sequential({Input{{4, 7}}, Bidirectional{LSTM{.units = 5, .return_sequences = true}}, GRU{.units = 6}});
  vectors.compile({.optimizer = Adam{}, .loss = MeanSquaredError{}});
  const Profile q = vectors.profile(Tensor({2, 4, 7}), Tensor({2, 6}), 1);
  ASSERT_EQ(q.layers.size(), 2U);
  EXPECT_EQ(q.layers[0].flops, 2. * 2 * (7 + 5) * 20 * 2 * 4);
  EXPECT_EQ(q.layers[1].flops, 2. * (10 + 6) * 18 * 2 * 4);
  for (const LayerProfile& layer : q.layers) EXPECT_GT(layer.forward_ms, 0);
  EXPECT_THAT(
      [&] {
        vectors.profile(Tensor({2, 4, 7}), Tensor({2, 6}), 0);
      },
      testing::ThrowsMessage<ValueError>(testing::HasSubstr("steps is 0")));
}

}  // namespace
}  // namespace cornu
