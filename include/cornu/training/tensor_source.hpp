#pragma once
#include <cstdint>
#include <vector>

#include "cornu/training/batch_source.hpp"

namespace cornu {

/// How TensorSource deals out its samples.
struct TensorSourceOptions {
  /// Samples a batch, >= 1. The last batch of an epoch may be smaller.
  Index batch_size = 32;
  /// Another order each epoch; it follows from seed and epoch.
  bool shuffle = false;
  std::uint64_t seed = 0;
  /// Deals out samples first .. first + count - 1 only; count -1 means to the end.
  Index first = 0;
  Index count = -1;
};

/// Batches of tensors that are in memory. Nothing is allocated after the first batch.
///
///   TensorSource train(x, y, {.batch_size = 64, .shuffle = true, .seed = 7});
///
/// Errors  ShapeError: the tensors differ in their number of samples, or sample_weight is not (n).
///         ValueError: no input, no samples, batch_size < 1, first and count outside the samples.
class TensorSource final : public BatchSource {
 public:
  /// One input, and one output if y is not empty. Keeps what is moved in, copies what is not.
  TensorSource(Tensor x, Tensor y = {}, const TensorSourceOptions& options = {});
  /// Several inputs and outputs, kept by value. sample_weight is empty or has one (n) tensor an output.
  static TensorSource own(std::vector<Tensor> x, std::vector<Tensor> y,
                          const TensorSourceOptions& options = {}, std::vector<Tensor> sample_weight = {});
  /// The same without a copy; the tensors must outlive the source.
  static TensorSource refer(const std::vector<const Tensor*>& x, const std::vector<const Tensor*>& y,
                            const TensorSourceOptions& options = {},
                            const std::vector<const Tensor*>& sample_weight = {});

  TensorSource(TensorSource&&) noexcept = default;
  TensorSource& operator=(TensorSource&&) noexcept = default;

  Index batches() const override;
  Index samples() const override { return count_; }
  void start_epoch(Index epoch) override;
  bool next(Batch& batch) override;

 private:
  explicit TensorSource(const TensorSourceOptions& options) : options_(options) {}
  void check();

  TensorSourceOptions options_;
  std::vector<Tensor> owned_;  // moving the vector leaves its elements, and so the pointers below, in place
  std::vector<const Tensor*> x_, y_, sample_weight_;
  std::vector<Index> order_;  // empty when samples come in their own order
  Index count_ = 0;
  Index position_ = 0;
};

}  // namespace cornu
