#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "cornu/core/random.hpp"
#include "cornu/data/image_iterator.hpp"

namespace cornu {

/// How far a picture is moved: 0.2 is a random part of its size up to that, 5.0 a random number of pixels
/// up to that, 3 (a whole number) one of 0, 1, 2 pixels, {1, 4} one of these; either way.
struct ShiftRange {
  ShiftRange() = default;
  ShiftRange(double up_to) : range(up_to) {}
  ShiftRange(int pixels);
  ShiftRange(std::initializer_list<double> of) : choices(of) {}

  double range = 0;
  std::vector<double> choices = {};
};

/// 0.2 is {0.8, 1.2}. Above 1 the picture becomes smaller; height and width are drawn apart.
struct ZoomRange {
  ZoomRange() = default;
  ZoomRange(double by) : low(1 - by), high(1 + by) {}
  ZoomRange(double lowest, double highest) : low(lowest), high(highest) {}

  double low = 1, high = 1;
};

/// {darkest, brightest}, 1 is unchanged. Default: off.
struct BrightnessRange {
  BrightnessRange() = default;
  BrightnessRange(double darkest, double brightest) : low(darkest), high(brightest), active(true) {}

  double low = 1, high = 1;
  bool active = false;
};

/// What lies outside a picture that was turned or moved: its border pixel (aaaa|abcd|dddd), cval, its mirror
/// image (dcba|abcd|dcba), or its other side. As in scipy.ndimage.
enum class FillMode { nearest, constant, reflect, wrap };

/// One change of a picture, as get_random_transform draws it.
struct ImageTransform {
  /// Turned by so many degrees.
  double theta = 0;
  /// Moved by so many pixels: tx rows, ty columns, as in Keras.
  double tx = 0, ty = 0;
  /// Slanted by so many degrees.
  double shear = 0;
  /// Scale from the new picture to the old one: 2 shows it at half its size.
  double zx = 1, zy = 1;
  bool flip_horizontal = false, flip_vertical = false;
  /// Added to every channel, within the picture's smallest and largest value.
  std::optional<double> channel_shift_intensity = {};
  std::optional<double> brightness = {};
};

/// Random changes of pictures while training, and batches from folders or tensors.
///
///   ImageDataGenerator augment{.rescale = 1.f / 255, .shear_range = 0.2f, .zoom_range = 0.2f,
///                              .horizontal_flip = true};
///   auto train = augment.flow_from_directory("training_set",
///       FlowOptions{.target_size = {64, 64}, .batch_size = 32, .class_mode = ClassMode::binary});
///
/// The order of what is done: turn, move, slant and zoom in one step; channel shift; flips; brightness; then
/// preprocessing_function, rescale, samplewise, featurewise, ZCA. A picture that nothing changes stays
/// exactly as it was read.
///
/// Errors  ValueError: a range that is not finite or has no sense, validation_split outside 0 .. 1,
///         interpolation_order not 0 or 1. StateError: featurewise or ZCA without fit.
/// Cost    about 0.05 ms for 64 x 64 x 3 with shear, zoom and flip.
/// Source  Keras 3 legacy ImageDataGenerator: names, defaults and arithmetic; order of fields as there but
///         for rescale, which goes first because courses write it first. Only the random numbers differ.
struct ImageDataGenerator {
  /// Factor on every value after the changes; 0 or 1: none. Usual: 1.f / 255.
  float rescale = 0;
  /// Subtract the mean of each channel over the data set (needs fit).
  bool featurewise_center = false;
  /// Subtract each picture's own mean.
  bool samplewise_center = false;
  /// Divide by each channel's deviation over the data set; centers too.
  bool featurewise_std_normalization = false;
  /// Divide by each picture's own deviation; centers too.
  bool samplewise_std_normalization = false;
  /// Decorrelate all values of a picture (needs fit; small pictures only); centers featurewise, does not
  /// divide by deviations.
  bool zca_whitening = false;
  double zca_epsilon = 1e-6;
  /// Turn by up to so many degrees either way.
  double rotation_range = 0;
  ShiftRange width_shift_range = {};
  ShiftRange height_shift_range = {};
  BrightnessRange brightness_range = {};
  /// Slant by up to so many degrees (not a fraction) either way.
  double shear_range = 0;
  ZoomRange zoom_range = {};
  /// Add up to so much (of 255) to all channels.
  double channel_shift_range = 0;
  FillMode fill_mode = FillMode::nearest;
  /// Value outside the picture with FillMode::constant.
  double cval = 0;
  bool horizontal_flip = false;
  bool vertical_flip = false;
  /// Changes a (height, width, channels) picture in place, after the random changes and before rescale.
  /// Called from several threads.
  void (*preprocessing_function)(View<float> image) = nullptr;
  /// Part of the pictures that is the validation subset: the first of each class.
  double validation_split = 0;
  /// 1 mixes the four nearest pixels, 0 takes the nearest.
  int interpolation_order = 1;

  /// Found by fit: (1, 1, channels), (1, 1, channels), (values, values).
  Tensor mean = {}, std = {}, zca_whitening_matrix = {};

  /// Learns mean, std and the ZCA matrix from pictures (n, height, width, channels); with augment from
  /// `rounds` changed copies of them. Errors: ShapeError; ValueError: rounds < 1.
  void fit(const Tensor& x, bool augment = false, int rounds = 1, std::uint64_t seed = 0);

  /// Batches of pictures (n, height, width, channels) that are in memory, with targets y (n, ...) and
  /// weights (n), if given. Of the options batch_size, shuffle, seed, save_*, subset and workers count.
  /// Errors: ShapeError; ValueError: batch_size < 1, an empty subset, or one that lacks classes.
  ImageIterator flow(Tensor x, Tensor y = {}, const FlowOptions& options = {},
                     Tensor sample_weight = {}) const;

  /// Batches of the pictures in a folder that has one folder a class. Files count by their ending: png, jpg,
  /// jpeg, bmp, ppm, tif, tiff (TIFF cannot be read). Names that begin with a dot are passed over.
  /// Errors: FileError: the folder cannot be read, has no class folders, a class has no pictures or is
  /// missing. ValueError: batch_size, target_size, workers, cache_bytes; an empty subset.
  ImageIterator flow_from_directory(const std::string& directory, const FlowOptions& options = {}) const;

  /// Draws a change for a picture (height, width, channels). Errors: as above; ShapeError.
  ImageTransform get_random_transform(const Shape& image, RandomKey key) const;
  /// The picture, changed. Errors: ShapeError: not (height, width, channels); ValueError: not finite.
  Tensor apply_transform(const Tensor& image, const ImageTransform& transform) const;
  /// Both in one.
  Tensor random_transform(const Tensor& image, RandomKey key) const;
  /// preprocessing_function, rescale, samplewise, featurewise, ZCA, in place. Errors: StateError, ShapeError.
  void standardize(View<float> image) const;
};

}  // namespace cornu
