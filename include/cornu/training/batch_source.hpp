#pragma once
#include <vector>

#include "cornu/core/tensor.hpp"

namespace cornu {

/// What one training step takes: one tensor an input, one an output, axis 0 is the batch everywhere.
struct Batch {
  std::vector<Tensor> x;
  /// Empty when there are no targets, as in predict.
  std::vector<Tensor> y;
  /// Empty, or one tensor an output, shape (n).
  std::vector<Tensor> sample_weight;
};

/// Everything that yields batches: tensors, folders of pictures, a class of your own. fit, evaluate and
/// predict take any of them.
///
///   source.start_epoch(0);
///   for (Batch batch; source.next(batch);) use(batch.x[0], batch.y[0]);
///
/// One thread at a time. A class of your own overrides the four functions below.
/// Source  keras.utils.PyDataset, without its worker settings.
class BatchSource {
 public:
  virtual ~BatchSource();
  /// Batches of an epoch; -1 when unknown: endless, or until next() is false.
  virtual Index batches() const = 0;
  /// Samples of an epoch; -1 when unknown.
  virtual Index samples() const = 0;
  /// Goes to the first batch of this epoch, also from the middle of another one. What is shuffled or
  /// random follows from the source's seed and the epoch alone.
  virtual void start_epoch(Index epoch) = 0;
  /// Fills the batch, reusing its memory; false at the end of the epoch, the batch is untouched then.
  virtual bool next(Batch& batch) = 0;
};

}  // namespace cornu
