#include "data/image_source.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <span>
#include <utility>

#include "cornu/core/error.hpp"
#include "data/augment.hpp"

namespace cornu::detail {

namespace {
/// Draws, changes, standardizes and perhaps saves one picture.
class Augmenter {
 public:
  Augmenter(const ImageDataGenerator& generator, const FlowOptions& options, const Shape& shape)
      : generator_(generator), options_(options), shape_(shape) {}

  const Shape& shape() const { return shape_; }
  Index size() const { return shape_.count(); }
  const FlowOptions& options() const { return options_; }

  template <class T>
  void write(const T* picture, Index sample, Index epoch, float* out) const {
    const RandomKey key =
        RandomKey{.seed = options_.seed}.child(1).child(std::uint64_t(epoch)).child(std::uint64_t(sample));
    const AugmentFrame frame{shape_[0],
                             shape_[1],
                             shape_[2],
                             generator_.fill_mode,
                             static_cast<float>(generator_.cval),
                             generator_.interpolation_order};
    augment(picture, frame, generator_.get_random_transform(shape_, key), out);
    generator_.standardize({out, shape_});
    if (options_.save_to_dir.empty()) return;
    Tensor copy(shape_);
    std::copy_n(out, size(), copy.data());
    save_image(concat(options_.save_to_dir, "/", options_.save_prefix, "_", sample, "_", epoch, ".",
                      options_.save_format),
               copy);
  }

 private:
  ImageDataGenerator generator_;
  FlowOptions options_;
  Shape shape_;
};

/// Decoded pictures under a limit of bytes. A picture that is in it stays.
class PixelCache {
 public:
  PixelCache(std::size_t pictures, std::int64_t limit) : pictures_(pictures), left_(limit) {}

  const std::uint8_t* find(std::size_t i) const { return pictures_[i].load(std::memory_order_acquire); }
  void insert(std::size_t i, const std::vector<std::uint8_t>& pixels) {
    const auto size = static_cast<std::int64_t>(pixels.size());
    if (left_.fetch_sub(size) < size) {
      left_ += size;
      return;
    }
    auto copy = std::make_unique<std::uint8_t[]>(pixels.size());
    std::copy(pixels.begin(), pixels.end(), copy.get());
    const std::lock_guard lock(mutex_);
    if (find(i)) {  // two workers met the same picture at the border of two epochs
      left_ += size;
      return;
    }
    pictures_[i].store(copy.get(), std::memory_order_release);
    owned_.push_back(std::move(copy));
  }

 private:
  std::vector<std::atomic<const std::uint8_t*>> pictures_;
  std::atomic<std::int64_t> left_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<std::uint8_t[]>> owned_;
};

class FolderSource final : public ImageSource {
 public:
  FolderSource(const ImageDataGenerator& generator, const FlowOptions& options, const ImageFolder& folder)
      : augmenter_(generator, options,
                   Shape{options.target_size[0], options.target_size[1], channels_of(options.color_mode)}),
        folder_(folder),
        cache_(folder.paths.size(), options.cache_bytes),
        unreadable_(folder.paths.size()) {}

  Index samples() const override { return static_cast<Index>(folder_.paths.size()); }
  const Shape& image_shape() const override { return augmenter_.shape(); }
  std::string name(Index sample) const override { return folder_.paths[std::size_t(sample)]; }
  Index skipped() const override { return skipped_; }
  std::string first_failure() const override {
    const std::lock_guard lock(mutex_);
    return first_failure_;
  }

  void resize(Batch& batch, Index n) const override {
    batch.x.resize(1);
    batch.x[0].resize(image_shape().with_front(n));
    batch.sample_weight.clear();
    batch.y.resize(mode() == ClassMode::none ? 0 : 1);
    if (mode() == ClassMode::none) return;
    batch.y[0].resize(mode() == ClassMode::input ? batch.x[0].shape()
                      : mode() == ClassMode::categorical
                          ? Shape{n, static_cast<Index>(folder_.class_names.size())}
                          : Shape{n});
  }

  bool write(Batch& batch, Index row, Index sample, Index epoch) override {
    float* out = batch.x[0].data() + row * augmenter_.size();
    const auto i = std::size_t(sample);
    if (const std::uint8_t* pixels = cache_.find(i)) {
      augmenter_.write(pixels, sample, epoch, out);
    } else {
      Image image;
      if (unreadable_[i] || !decode(i, image)) return false;
      cache_.insert(i, image.pixels);
      augmenter_.write(image.pixels.data(), sample, epoch, out);
    }
    write_target(batch, row, folder_.classes[i], out);
    return true;
  }

 private:
  ClassMode mode() const { return augmenter_.options().class_mode; }

  bool decode(std::size_t i, Image& image) {
    const FlowOptions& o = augmenter_.options();
    try {
      image = load_pixels(folder_.paths[i], {.color_mode = o.color_mode,
                                             .target_size = o.target_size,
                                             .interpolation = o.interpolation,
                                             .keep_aspect_ratio = o.keep_aspect_ratio});
      return true;
    } catch (const FileError& error) {
      const std::lock_guard lock(mutex_);
      if (unreadable_[i].exchange(true)) return false;
      ++skipped_;
      if (first_failure_.empty()) first_failure_ = error.what();
      if (o.verbose != 0) std::fprintf(stderr, "warning: left out: %s\n", error.what());
      return false;
    }
  }

  void write_target(Batch& batch, Index row, Index label, const float* picture) const {
    if (mode() == ClassMode::none) return;
    float* y = batch.y[0].data();
    if (mode() == ClassMode::input) {
      std::copy_n(picture, augmenter_.size(), y + row * augmenter_.size());
    } else if (mode() == ClassMode::categorical) {
      const auto classes = static_cast<Index>(folder_.class_names.size());
      std::fill_n(y + row * classes, classes, 0.f);
      y[row * classes + label] = 1.f;
    } else {
      y[row] = static_cast<float>(label);
    }
  }

  Augmenter augmenter_;
  ImageFolder folder_;
  PixelCache cache_;
  std::vector<std::atomic<bool>> unreadable_;
  std::atomic<Index> skipped_{0};
  mutable std::mutex mutex_;
  std::string first_failure_;
};

class TensorSamples final : public ImageSource {
 public:
  TensorSamples(const ImageDataGenerator& generator, const FlowOptions& options, Tensor x, Tensor y,
                Tensor weight, Index first, Index count)
      : augmenter_(generator, options, x.shape().without_front()),
        x_(std::move(x)),
        y_(std::move(y)),
        weight_(std::move(weight)),
        first_(first),
        count_(count) {}

  Index samples() const override { return count_; }
  const Shape& image_shape() const override { return augmenter_.shape(); }
  std::string name(Index sample) const override { return concat("sample ", sample); }
  Index skipped() const override { return 0; }
  std::string first_failure() const override { return {}; }

  void resize(Batch& batch, Index n) const override {
    batch.x.resize(1);
    batch.x[0].resize(image_shape().with_front(n));
    batch.y.resize(y_.empty() ? 0 : 1);
    if (!y_.empty()) batch.y[0].resize(y_.shape().without_front().with_front(n));
    batch.sample_weight.resize(weight_.empty() ? 0 : 1);
    if (!weight_.empty()) batch.sample_weight[0].resize({n});
  }

  bool write(Batch& batch, Index row, Index sample, Index epoch) override {
    const Index from = first_ + sample;
    augmenter_.write(x_.data() + from * augmenter_.size(), sample, epoch,
                     batch.x[0].data() + row * augmenter_.size());
    if (!y_.empty()) {
      const Index width = y_.size() / y_.shape().front();
      std::copy_n(y_.data() + from * width, width, batch.y[0].data() + row * width);
    }
    if (!weight_.empty()) batch.sample_weight[0].data()[row] = weight_.data()[from];
    return true;
  }

 private:
  Augmenter augmenter_;
  Tensor x_, y_, weight_;
  Index first_, count_;
};
}  // namespace

std::unique_ptr<ImageSource> make_folder_source(const ImageDataGenerator& generator,
                                                const FlowOptions& options, const ImageFolder& folder) {
  return std::make_unique<FolderSource>(generator, options, folder);
}

std::unique_ptr<ImageSource> make_tensor_source(const ImageDataGenerator& generator,
                                                const FlowOptions& options, Tensor x, Tensor y,
                                                Tensor sample_weight, Index first, Index count) {
  return std::make_unique<TensorSamples>(generator, options, std::move(x), std::move(y),
                                         std::move(sample_weight), first, count);
}

}  // namespace cornu::detail
