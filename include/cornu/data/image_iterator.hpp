#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cornu/io/image.hpp"
#include "cornu/training/batch_source.hpp"

namespace cornu {

/// What the targets of a folder of pictures are.
enum class ClassMode {
  categorical,  ///< one-hot, (n, classes)
  binary,       ///< 0 or 1, (n)
  sparse,       ///< class numbers, (n)
  input,        ///< the pictures themselves, for autoencoders
  none,         ///< no targets
};

/// Which part of a set that ImageDataGenerator::validation_split divides.
enum class Subset { all, training, validation };

/// Options of flow_from_directory and flow: Keras' names and defaults, and at the end what Keras does not
/// have. In Keras class_mode comes before batch_size; here as courses write it: size, batch, mode.
struct FlowOptions {
  /// {height, width} of the pictures in a batch; flow keeps the tensor's.
  std::array<Index, 2> target_size = {256, 256};
  ColorMode color_mode = ColorMode::rgb;
  /// Names of the class folders in the order of their numbers; empty: all folders, sorted by bytes.
  std::vector<std::string> classes = {};
  /// Pictures a batch, >= 1; the last batch may be smaller.
  Index batch_size = 32;
  ClassMode class_mode = ClassMode::categorical;
  /// Another order each epoch. Set false when predictions shall be in the order of filenames().
  bool shuffle = true;
  /// Order and random changes follow from seed, epoch and picture: not from threads or workers.
  std::uint64_t seed = 0;
  /// An existing folder that gets every changed picture; empty: none.
  std::string save_to_dir = {};
  std::string save_prefix = {};
  /// "png", "jpg" or "bmp".
  std::string save_format = "png";
  /// Also look into folders that links point to.
  bool follow_links = false;
  Subset subset = Subset::all;
  Interpolation interpolation = Interpolation::nearest;
  /// Cut the middle part of the target's shape out before resizing.
  bool keep_aspect_ratio = false;
  /// 1 prints "Found 8000 images belonging to 2 classes." and warns of unreadable pictures; 0 is silent.
  int verbose = 1;
  /// Threads that read and change pictures ahead; 0: in the caller's thread; -1: cores - 1, from 1 to 4.
  int workers = -1;
  /// Memory for decoded pictures, so that each is decoded once; 0: none.
  std::int64_t cache_bytes = std::int64_t(512) << 20;
};

namespace detail {
class ImagePipeline;
}

/// Batches of pictures, made by ImageDataGenerator::flow and flow_from_directory: a value that moves.
/// Threads of its own prepare the next batches; stopping early, a new epoch in the middle of another one
/// and destruction are fine at any time.
///
/// Batch   x (n, height, width, channels); y as class_mode says.
/// Errors  next: FileError when no picture of an epoch can be read. One unreadable picture is left out (its
///         batch is smaller), with one warning; see skipped(). What a preprocessing function throws
///         arrives here as Error, with the file's name.
/// Source  Keras 3 legacy DirectoryIterator and NumpyArrayIterator.
class ImageIterator final : public BatchSource {
 public:
  explicit ImageIterator(std::unique_ptr<detail::ImagePipeline> pipeline);
  ImageIterator(ImageIterator&&) noexcept;
  ImageIterator& operator=(ImageIterator&&) noexcept;
  ~ImageIterator() override;

  Index batches() const override;
  Index samples() const override;
  void start_epoch(Index epoch) override;
  bool next(Batch& batch) override;

  /// Class names with their numbers, in the order of the numbers. Empty for flow.
  const std::vector<std::pair<std::string, Index>>& class_indices() const;
  Index num_classes() const;
  /// Class number of each picture, in the order of filenames().
  const std::vector<Index>& classes() const;
  /// "cats/cat.1.jpg": paths below the folder. Empty for flow.
  const std::vector<std::string>& filenames() const;
  /// (height, width, channels) of the pictures in a batch.
  const Shape& image_shape() const;
  /// "Found 8000 images belonging to 2 classes."
  std::string found_text() const;
  /// Pictures found unreadable so far.
  Index skipped() const;

 private:
  std::unique_ptr<detail::ImagePipeline> pipeline_;
};

}  // namespace cornu
