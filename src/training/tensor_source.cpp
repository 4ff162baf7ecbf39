#include "cornu/training/tensor_source.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>
#include <span>
#include <utility>

#include "core/parallel.hpp"
#include "cornu/core/error.hpp"
#include "cornu/core/random.hpp"

namespace cornu {

BatchSource::~BatchSource() = default;

namespace {
std::vector<const Tensor*> take(std::vector<Tensor>& owned, std::vector<Tensor>&& from) {
  std::vector<const Tensor*> pointers;
  for (Tensor& tensor : from) pointers.push_back(&owned.emplace_back(std::move(tensor)));
  return pointers;
}

void check_samples(const std::vector<const Tensor*>& tensors, const char* what, Index n) {
  for (const Tensor* tensor : tensors) {
    if (tensor->rank() < 1)
      throw ShapeError(detail::concat("TensorSource: a tensor of ", what,
                                      " is a scalar; axis 0 must be the samples. Reshape it to (n, ...)."));
    if (tensor->shape().front() != n)
      throw ShapeError(detail::concat("TensorSource: x has ", n, " samples, but a tensor of ", what,
                                      " has shape ", tensor->shape().text(),
                                      ". Give as many samples in each tensor."));
  }
}

/// Copies rows order[0 .. n - 1] (or first .. first + n - 1 when order is null) of `from` to `to`.
void gather_rows(const Tensor& from, const Index* order, Index first, Index n, Tensor& to) {
  std::array<Index, Shape::kMaxRank> extents{};
  std::copy(from.shape().begin(), from.shape().end(), extents.begin());
  extents[0] = n;
  to.resize(Shape(std::span<const Index>(extents.data(), std::size_t(from.rank()))));
  const Index width = from.size() / from.shape().front();
  if (width == 0) return;
  const float* source = from.data();
  float* target = to.data();
  const Index rows = std::max<Index>(1, detail::kElementChunk / width);
  detail::parallel_chunks(n, rows, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const Index row = order ? order[i] : first + i;
      std::memcpy(target + i * width, source + row * width, std::size_t(width) * sizeof(float));
    }
  });
}

void gather_all(const std::vector<const Tensor*>& from, const Index* order, Index first, Index n,
                std::vector<Tensor>& to) {
  to.resize(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) gather_rows(*from[i], order, first, n, to[i]);
}
}  // namespace

TensorSource::TensorSource(Tensor x, Tensor y, const TensorSourceOptions& options) : options_(options) {
  owned_.reserve(2);
  x_.push_back(&owned_.emplace_back(std::move(x)));
  if (!y.empty()) y_.push_back(&owned_.emplace_back(std::move(y)));
  check();
}

TensorSource TensorSource::own(std::vector<Tensor> x, std::vector<Tensor> y,
                               const TensorSourceOptions& options, std::vector<Tensor> sample_weight) {
  TensorSource source(options);
  source.owned_.reserve(x.size() + y.size() + sample_weight.size());
  source.x_ = take(source.owned_, std::move(x));
  source.y_ = take(source.owned_, std::move(y));
  source.sample_weight_ = take(source.owned_, std::move(sample_weight));
  source.check();
  return source;
}

TensorSource TensorSource::refer(const std::vector<const Tensor*>& x, const std::vector<const Tensor*>& y,
                                 const TensorSourceOptions& options,
                                 const std::vector<const Tensor*>& sample_weight) {
  TensorSource source(options);
  source.x_ = x;
  source.y_ = y;
  source.sample_weight_ = sample_weight;
  source.check();
  return source;
}

void TensorSource::check() {
  if (x_.empty()) throw ValueError("TensorSource: there is no input. Give at least one tensor in x.");
  if (options_.batch_size < 1)
    throw ValueError(detail::concat("TensorSource: batch_size is ", options_.batch_size,
                                    "; it must be at least 1. 32 is usual."));
  const Index n = x_[0]->rank() < 1 ? 0 : x_[0]->shape().front();
  check_samples(x_, "x", n);
  check_samples(y_, "y", n);
  check_samples(sample_weight_, "sample_weight", n);
  if (n == 0)
    throw ValueError("TensorSource: x has 0 samples, at least 1 is needed. Check how the data were read.");
  if (!sample_weight_.empty() && sample_weight_.size() != y_.size())
    throw ValueError(detail::concat("TensorSource: ", sample_weight_.size(), " sample weights for ",
                                    y_.size(), " outputs. Give none, or one an output."));
  for (const Tensor* weight : sample_weight_)
    if (weight->rank() != 1)
      throw ShapeError(detail::concat("TensorSource: sample_weight has shape ", weight->shape().text(),
                                      "; it must be (", n, ",): one weight a sample. Reshape it."));
  if (options_.first < 0 || options_.first >= n || options_.count < -1 || options_.count == 0 ||
      options_.count > n - options_.first)
    throw ValueError(detail::concat("TensorSource: first = ", options_.first, " and count = ", options_.count,
                                    " leave the ", n, " samples. Choose a part of 0 .. ", n - 1, "."));
  count_ = options_.count < 0 ? n - options_.first : options_.count;
  start_epoch(0);
}

Index TensorSource::batches() const { return (count_ + options_.batch_size - 1) / options_.batch_size; }

void TensorSource::start_epoch(Index epoch) {
  position_ = 0;
  if (!options_.shuffle) return;
  order_.resize(std::size_t(count_));
  std::iota(order_.begin(), order_.end(), options_.first);
  Random random(RandomKey{.seed = options_.seed}.child(std::uint64_t(epoch)));
  for (Index i = count_ - 1; i > 0; --i)
    std::swap(order_[std::size_t(i)], order_[std::size_t(random.below(i + 1))]);
}

bool TensorSource::next(Batch& batch) {
  if (position_ >= count_) return false;
  const Index n = std::min(options_.batch_size, count_ - position_);
  const Index* order = order_.empty() ? nullptr : order_.data() + position_;
  const Index first = options_.first + position_;
  gather_all(x_, order, first, n, batch.x);
  gather_all(y_, order, first, n, batch.y);
  gather_all(sample_weight_, order, first, n, batch.sample_weight);
  position_ += n;
  return true;
}

}  // namespace cornu
