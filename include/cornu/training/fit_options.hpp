#pragma once
#include <cstdint>
#include <map>
#include <vector>

#include "cornu/core/tensor.hpp"
#include "cornu/training/batch_source.hpp"
#include "cornu/training/callback.hpp"
#include "cornu/training/callbacks/early_stopping.hpp"
#include "cornu/training/callbacks/lambda_callback.hpp"

namespace cornu {

/// What fit validates on: `&source`, or {x, y}, or {x, y, sample_weight}. It refers to them; they must live
/// through fit.
class ValidationData {
 public:
  ValidationData() = default;
  ValidationData(BatchSource* source) : source_(source) {}
  ValidationData(const Tensor& x, const Tensor& y) : x_{&x}, y_{&y} {}
  ValidationData(const Tensor& x, const Tensor& y, const Tensor& sample_weight)
      : x_{&x}, y_{&y}, sample_weight_{&sample_weight} {}
  ValidationData(const Tensor&&, const Tensor&) = delete;  // a temporary would be gone before fit reads it
  ValidationData(const Tensor&, const Tensor&&) = delete;
  ValidationData(const Tensor&&, const Tensor&&) = delete;

  explicit operator bool() const { return source_ != nullptr || !x_.empty(); }
  BatchSource* source() const { return source_; }
  const std::vector<const Tensor*>& x() const { return x_; }
  const std::vector<const Tensor*>& y() const { return y_; }
  const std::vector<const Tensor*>& sample_weight() const { return sample_weight_; }

 private:
  BatchSource* source_ = nullptr;
  std::vector<const Tensor*> x_, y_, sample_weight_;
};

/// What training prints. automatic is bar on a terminal and line elsewhere.
inline constexpr int kVerboseAuto = -1;

/// What Model::fit takes besides the data. Fields that do not apply to a batch source (batch_size, shuffle,
/// validation_split, sample_weight) are refused there when set.
///
///   model.fit(x, y, FitOptions{.batch_size = 64, .epochs = 5, .validation_split = 0.1f});
///
/// Source  Keras 3 Model.fit.
struct FitOptions {
  Index batch_size = 0;        ///< samples a step; 0 means 32
  Index epochs = 1;            ///< number of the last epoch
  int verbose = kVerboseAuto;  ///< 0 silent, 1 progress bar, 2 a line an epoch, -1 automatic
  std::vector<CallbackHandle> callbacks = {};
  float validation_split = 0.f;  ///< this share, taken from the end, is held out; 0 to below 1
  ValidationData validation_data = {};
  bool shuffle = true;                       ///< another order each epoch (tensors only)
  std::map<Index, float> class_weight = {};  ///< factor of a class's loss; classes not named have 1
  Tensor sample_weight = {};                 ///< (n), factor of a sample's loss
  Index initial_epoch = 0;
  Index steps_per_epoch = 0;        ///< 0: the whole data; else epochs of so many steps, going on in the data
  Index validation_steps = 0;       ///< 0: all
  Index validation_batch_size = 0;  ///< 0: batch_size
  Index validation_freq = 1;        ///< validates every so many epochs
  std::uint64_t seed = 0;           ///< of the shuffling and of dropout and noise
};

struct EvaluateOptions {
  Index batch_size = 0;  ///< 0 means 32
  int verbose = kVerboseAuto;
  Tensor sample_weight = {};
  Index steps = 0;  ///< 0: all
  std::vector<CallbackHandle> callbacks = {};
};

struct PredictOptions {
  Index batch_size = 0;  ///< 0 means 32
  int verbose = 0;       ///< 1 prints the progress bar
  Index steps = 0;       ///< 0: all
  std::vector<CallbackHandle> callbacks = {};
};

}  // namespace cornu
