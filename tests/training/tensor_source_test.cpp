#include "cornu/training/tensor_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "cornu/core/error.hpp"

namespace cornu {
namespace {

Tensor counting(const Shape& shape) {
  Tensor t(shape);
  for (Index i = 0; i < t.size(); ++i) t.data()[i] = static_cast<float>(i);
  return t;
}

std::vector<float> first_column(TensorSource& source, Index epoch) {
  source.start_epoch(epoch);
  std::vector<float> seen;
  for (Batch batch; source.next(batch);)
    for (Index i = 0; i < batch.x[0].shape()[0]; ++i) seen.push_back(batch.x[0](i, 0));
  return seen;
}

TEST(TensorSource, DealsOutSamplesInOrderAndASmallerLastBatch) {
  TensorSource source(counting({7, 3}), counting({7, 1}), {.batch_size = 3});
  EXPECT_EQ(source.batches(), 3);
  EXPECT_EQ(source.samples(), 7);
  Batch batch;
  std::vector<Index> sizes;
  Index row = 0;
  while (source.next(batch)) {
    sizes.push_back(batch.x[0].shape()[0]);
    for (Index i = 0; i < sizes.back(); ++i, ++row) {
      EXPECT_EQ(batch.x[0](i, 2), static_cast<float>(row * 3 + 2));
      EXPECT_EQ(batch.y[0](i, 0), static_cast<float>(row));
    }
  }
  EXPECT_EQ(sizes, (std::vector<Index>{3, 3, 1}));
  EXPECT_FALSE(source.next(batch));
  EXPECT_EQ(batch.x[0].shape()[0], 1);  // untouched by the refusal
}

TEST(TensorSource, ShufflesBySeedAndEpochAndKeepsRowsTogether) {
  const Tensor x = counting({53, 1}), y = counting({53, 1});
  TensorSource a = TensorSource::refer({&x}, {&y}, {.batch_size = 8, .shuffle = true, .seed = 3});
  TensorSource b = TensorSource::refer({&x}, {&y}, {.batch_size = 8, .shuffle = true, .seed = 3});
  TensorSource c = TensorSource::refer({&x}, {&y}, {.batch_size = 8, .shuffle = true, .seed = 4});
  const auto epoch0 = first_column(a, 0), epoch1 = first_column(a, 1);
  EXPECT_NE(epoch0, epoch1);
  EXPECT_NE(epoch0, x.to_vector());
  EXPECT_EQ(std::set<float>(epoch0.begin(), epoch0.end()).size(), 53u);
  EXPECT_EQ(first_column(b, 1), epoch1);
  EXPECT_EQ(first_column(a, 0), epoch0);
  EXPECT_NE(first_column(c, 0), epoch0);
  a.start_epoch(5);
  for (Batch batch; a.next(batch);) EXPECT_EQ(batch.x[0].to_vector(), batch.y[0].to_vector());
}

TEST(TensorSource, PartOfTheSamplesAndStartInTheMiddle) {
  const Tensor x = counting({10, 1});
  TensorSource tail = TensorSource::refer({&x}, {}, {.batch_size = 2, .first = 7});
  EXPECT_EQ(tail.samples(), 3);
  EXPECT_THAT(first_column(tail, 0), testing::ElementsAre(7, 8, 9));
  Batch batch;
  tail.start_epoch(1);
  tail.next(batch);
  EXPECT_THAT(first_column(tail, 2), testing::ElementsAre(7, 8, 9));
  TensorSource head =
      TensorSource::refer({&x}, {}, {.batch_size = 4, .shuffle = true, .seed = 1, .first = 2, .count = 5});
  auto seen = first_column(head, 0);
  std::sort(seen.begin(), seen.end());
  EXPECT_THAT(seen, testing::ElementsAre(2, 3, 4, 5, 6));
}

TEST(TensorSource, SeveralInputsAndWeightsSurviveAMove) {
  std::vector<Tensor> x, y, w;
  x.push_back(counting({5, 2}));
  x.push_back(counting({5, 4, 4, 1}));
  y.push_back(counting({5, 1}));
  w.push_back(counting({5}));
  TensorSource first = TensorSource::own(std::move(x), std::move(y), {.batch_size = 5}, std::move(w));
  TensorSource source = std::move(first);
  Batch batch;
  ASSERT_TRUE(source.next(batch));
  EXPECT_EQ(batch.x[1].shape(), (Shape{5, 4, 4, 1}));
  EXPECT_EQ(batch.x[1](4, 3, 3, 0), 79.f);
  EXPECT_EQ(batch.sample_weight[0].shape(), Shape{5});
  EXPECT_EQ(batch.sample_weight[0](4), 4.f);
}

TEST(TensorSource, ReusesTheMemoryOfABatch) {
  TensorSource source(counting({64, 5}), {}, {.batch_size = 16, .shuffle = true});
  Batch batch;
  source.next(batch);
  const float* before = batch.x[0].data();
  source.start_epoch(1);
  while (source.next(batch)) EXPECT_EQ(batch.x[0].data(), before);
}

template <class E, class F>
std::string message(F&& call) {
  try {
    call();
  } catch (const E& error) {
    return error.what();
  }
  return "nothing thrown";
}

TEST(TensorSource, RefusesWhatDoesNotFit) {
  using testing::HasSubstr;
  EXPECT_THAT(message<ShapeError>([] {
                TensorSource(Tensor({3, 1}), Tensor({4, 1}));
              }),
              HasSubstr("x has 3 samples, but a tensor of y has shape (4, 1)"));
  EXPECT_THAT(message<ValueError>([] {
                TensorSource(Tensor({3, 1}), {}, {.batch_size = 0});
              }),
              HasSubstr("batch_size is 0"));
  EXPECT_THAT(message<ValueError>([] { TensorSource(Tensor({0, 1})); }), HasSubstr("0 samples"));
  EXPECT_THAT(message<ValueError>([] { TensorSource::own({}, {}); }), HasSubstr("no input"));
  EXPECT_THAT(message<ValueError>([] {
                TensorSource(Tensor({3, 1}), {}, {.first = 2, .count = 2});
              }),
              HasSubstr("first = 2 and count = 2 leave the 3 samples"));
  EXPECT_THAT(message<ShapeError>([] {
                const Tensor x({3, 1}), w({3, 1});
                TensorSource::refer({&x}, {&x}, {}, {&w});
              }),
              HasSubstr("it must be (3,)"));
  EXPECT_THAT(message<ValueError>([] {
                const Tensor x({3, 1}), w({3});
                TensorSource::refer({&x}, {}, {}, {&w});
              }),
              HasSubstr("1 sample weights for 0 outputs"));
}

}  // namespace
}  // namespace cornu
