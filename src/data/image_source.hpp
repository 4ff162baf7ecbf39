#pragma once
#include <memory>
#include <string>
#include <vector>

#include "cornu/data/image_data_generator.hpp"
#include "data/image_folder.hpp"

namespace cornu::detail {

/// Where ImagePipeline gets its samples from. All functions may be called from several threads.
class ImageSource {
 public:
  virtual ~ImageSource() = default;
  virtual Index samples() const = 0;
  virtual const Shape& image_shape() const = 0;
  /// Gives the batch's tensors room for n samples; what the first samples hold stays when n shrinks.
  virtual void resize(Batch& batch, Index n) const = 0;
  /// Writes sample number `sample` of an epoch to row `row`; false when its file cannot be read.
  virtual bool write(Batch& batch, Index row, Index sample, Index epoch) = 0;
  /// What stands for the sample in a message.
  virtual std::string name(Index sample) const = 0;
  /// Files found unreadable, and why the first one was.
  virtual Index skipped() const = 0;
  virtual std::string first_failure() const = 0;
};

std::unique_ptr<ImageSource> make_folder_source(const ImageDataGenerator& generator,
                                                const FlowOptions& options, const ImageFolder& folder);
/// y and sample_weight may be empty; rows first .. first + count - 1 are dealt out.
std::unique_ptr<ImageSource> make_tensor_source(const ImageDataGenerator& generator,
                                                const FlowOptions& options, Tensor x, Tensor y,
                                                Tensor sample_weight, Index first, Index count);

}  // namespace cornu::detail
