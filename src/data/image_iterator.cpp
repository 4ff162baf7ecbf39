#include "cornu/data/image_iterator.hpp"

#include <cstdio>
#include <filesystem>
#include <set>
#include <utility>

#include "cornu/core/error.hpp"
#include "data/augment.hpp"
#include "data/image_pipeline.hpp"

namespace cornu {

ImageIterator::ImageIterator(std::unique_ptr<detail::ImagePipeline> pipeline)
    : pipeline_(std::move(pipeline)) {}
ImageIterator::ImageIterator(ImageIterator&&) noexcept = default;
ImageIterator& ImageIterator::operator=(ImageIterator&&) noexcept = default;
ImageIterator::~ImageIterator() = default;

Index ImageIterator::batches() const { return pipeline_->batches(); }
Index ImageIterator::samples() const { return pipeline_->source().samples(); }
void ImageIterator::start_epoch(Index epoch) { pipeline_->start_epoch(epoch); }
bool ImageIterator::next(Batch& batch) { return pipeline_->next(batch); }
const std::vector<std::pair<std::string, Index>>& ImageIterator::class_indices() const {
  return pipeline_->class_indices;
}
Index ImageIterator::num_classes() const { return static_cast<Index>(pipeline_->class_indices.size()); }
const std::vector<Index>& ImageIterator::classes() const { return pipeline_->classes; }
const std::vector<std::string>& ImageIterator::filenames() const { return pipeline_->filenames; }
const Shape& ImageIterator::image_shape() const { return pipeline_->source().image_shape(); }
Index ImageIterator::skipped() const { return pipeline_->source().skipped(); }
std::string ImageIterator::found_text() const {
  return detail::concat("Found ", samples(), " images belonging to ", num_classes(), " classes.");
}

namespace {
void check_options(const FlowOptions& o, const char* who) {
  if (o.batch_size < 1)
    throw ValueError(
        detail::concat(who, ": batch_size is ", o.batch_size, "; it must be at least 1. 32 is usual."));
  if (o.workers < -1 || o.workers > 256)
    throw ValueError(
        detail::concat(who, ": workers is ", o.workers, "; it must be 0 .. 256, or -1 for the default."));
  if (o.cache_bytes < 0)
    throw ValueError(
        detail::concat(who, ": cache_bytes is ", o.cache_bytes, "; it must be 0 (none) or more."));
  if (o.save_to_dir.empty()) return;
  const std::string& format = o.save_format;
  if (format != "png" && format != "jpg" && format != "jpeg" && format != "bmp")
    throw ValueError(
        detail::concat(who, ": save_format is '", format, "'; it must be png, jpg, jpeg or bmp."));
  std::error_code ignored;
  if (!std::filesystem::is_directory(o.save_to_dir, ignored))
    throw FileError(detail::concat(who, ": save_to_dir '", o.save_to_dir, "' is no folder. Make it first."));
}

std::set<float> values_of(const Tensor& y, Index first, Index count) {
  const Index width = y.size() / y.shape().front();
  return {y.data() + first * width, y.data() + (first + count) * width};
}
}  // namespace

ImageIterator ImageDataGenerator::flow_from_directory(const std::string& directory,
                                                      const FlowOptions& options) const {
  constexpr const char* who = "flow_from_directory";
  detail::check_settings(*this);
  check_options(options, who);
  const auto [height, width] = options.target_size;
  if (height < 1 || width < 1 || height > 65535 || width > 65535)
    throw ValueError(detail::concat(who, ": target_size is {", height, ", ", width,
                                    "}; both must be 1 .. 65535. It is {height, width}."));
  detail::check_fitted(*this, {height, width, channels_of(options.color_mode)});
  const detail::ImageFolder folder = detail::list_images(directory, options, validation_split);
  auto pipeline =
      std::make_unique<detail::ImagePipeline>(detail::make_folder_source(*this, options, folder), options);
  for (const std::string& name : folder.class_names)
    pipeline->class_indices.emplace_back(name, static_cast<Index>(pipeline->class_indices.size()));
  pipeline->classes = folder.classes;
  pipeline->filenames = folder.names;
  ImageIterator iterator(std::move(pipeline));
  if (options.verbose != 0) {
    std::printf("%s\n", iterator.found_text().c_str());
    std::fflush(stdout);
  }
  return iterator;
}

ImageIterator ImageDataGenerator::flow(Tensor x, Tensor y, const FlowOptions& options,
                                       Tensor sample_weight) const {
  constexpr const char* who = "ImageDataGenerator::flow";
  detail::check_settings(*this);
  check_options(options, who);
  if (x.rank() != 4 || x.empty())
    throw ShapeError(
        detail::concat(who, ": x has shape ", x.shape().text(),
                       "; it must be (n, height, width, channels) with n of 1 or more. Reshape it."));
  const Index n = x.shape().front();
  if (!y.empty() && (y.rank() < 1 || y.shape().front() != n))
    throw ShapeError(detail::concat(who, ": x has ", n, " samples, y has shape ", y.shape().text(),
                                    ". Give one target a picture."));
  if (!sample_weight.empty() && sample_weight.shape() != Shape{n})
    throw ShapeError(detail::concat(who, ": x has ", n, " samples, sample_weight has shape ",
                                    sample_weight.shape().text(), ". Give one weight a picture: (", n,
                                    ",)."));
  detail::check_fitted(*this, x.shape().without_front());
  const auto split = static_cast<Index>(validation_split * static_cast<double>(n));
  const Index first = options.subset == Subset::training ? split : 0;
  const Index count = options.subset == Subset::validation ? split : n - first;
  if (count < 1)
    throw ValueError(detail::concat(who, ": validation_split ", validation_split, " of ", n,
                                    " samples leaves none for this subset. Choose another split."));
  if (options.subset != Subset::all && !y.empty() && values_of(y, 0, split) != values_of(y, split, n - split))
    throw ValueError(detail::concat(who,
                                    ": the training and the validation subset have different classes: the ",
                                    "split takes the first samples. Shuffle x and y first."));
  return ImageIterator(std::make_unique<detail::ImagePipeline>(
      detail::make_tensor_source(*this, options, std::move(x), std::move(y), std::move(sample_weight), first,
                                 count),
      options));
}

}  // namespace cornu
