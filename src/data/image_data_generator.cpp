#include "cornu/data/image_data_generator.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/parallel.hpp"
#include "cornu/core/error.hpp"
#include "data/augment.hpp"

namespace cornu {

ShiftRange::ShiftRange(int pixels) {
  for (int i = 0; i < pixels; ++i) choices.push_back(i);
  if (pixels < 0) range = std::nan("");  // refused with all other senseless ranges, where messages are made
}

namespace detail {

namespace {
constexpr double kLargest = 1e9;
bool sensible(double value) { return std::fabs(value) <= kLargest; }  // false for NaN

[[noreturn]] void refuse(std::string_view field, std::string_view why) {
  throw ValueError(concat("ImageDataGenerator: ", field, " ", why));
}

void check_shift(const ShiftRange& shift, std::string_view field) {
  bool good = sensible(shift.range) && shift.range >= 0;
  for (const double choice : shift.choices) good = good && sensible(choice);
  if (!good) refuse(field, "must be 0 or more and finite. 0.2 is a fifth of the picture either way.");
}

void check_range(double value, std::string_view field, std::string_view unit) {
  if (!sensible(value) || value < 0)
    refuse(field, concat("is ", value, "; it must be 0 or more and finite, in ", unit, "."));
}
}  // namespace

void check_settings(const ImageDataGenerator& g) {
  check_range(g.rotation_range, "rotation_range", "degrees");
  check_range(g.shear_range, "shear_range", "degrees");
  check_range(g.channel_shift_range, "channel_shift_range", "units of 0 .. 255");
  check_shift(g.width_shift_range, "width_shift_range");
  check_shift(g.height_shift_range, "height_shift_range");
  if (!sensible(g.zoom_range.low) || !sensible(g.zoom_range.high) || g.zoom_range.low > g.zoom_range.high)
    refuse("zoom_range", concat("is {", g.zoom_range.low, ", ", g.zoom_range.high,
                                "}; give one number, or {lowest, highest}."));
  if (!sensible(g.brightness_range.low) || !sensible(g.brightness_range.high) ||
      g.brightness_range.low > g.brightness_range.high)
    refuse("brightness_range", concat("is {", g.brightness_range.low, ", ", g.brightness_range.high,
                                      "}; give {darkest, brightest}, 1 is unchanged."));
  if (!(g.validation_split >= 0 && g.validation_split < 1))
    refuse("validation_split", concat("is ", g.validation_split, "; it must be 0 or more and below 1."));
  if (g.interpolation_order != 0 && g.interpolation_order != 1)
    refuse("interpolation_order", concat("is ", g.interpolation_order, "; it must be 0 or 1."));
  if (!sensible(g.rescale) || !sensible(g.cval) || !sensible(g.zca_epsilon))
    refuse("rescale, cval or zca_epsilon", "is not finite. Leave them out for Keras' defaults.");
}

void check_fitted(const ImageDataGenerator& g, const Shape& image) {
  const bool centers = g.featurewise_center || g.featurewise_std_normalization || g.zca_whitening;
  if ((centers && g.mean.empty()) || (g.zca_whitening && g.zca_whitening_matrix.empty()) ||
      (g.featurewise_std_normalization && !g.zca_whitening && g.std.empty()))
    throw StateError(
        "ImageDataGenerator: featurewise settings and zca_whitening need the data set's statistics, and fit "
        "was not called. Call fit(x) with the training pictures first.");
  if (centers && g.mean.size() != image[-1])
    throw ShapeError(concat("ImageDataGenerator: fit saw pictures of ", g.mean.size(),
                            " channels, this one is ", image.text(), ". Give pictures of the same kind."));
  if (g.zca_whitening && g.zca_whitening_matrix.shape()[0] != image.count())
    throw ShapeError(concat("ImageDataGenerator: the ZCA matrix is for pictures of ",
                            g.zca_whitening_matrix.shape()[0], " values, this one is ", image.text(),
                            " with ", image.count(), ". Give pictures of the size that fit saw."));
}

namespace {
void check_image(const Shape& shape, const char* who) {
  if (shape.rank() != 3)
    throw ShapeError(concat("ImageDataGenerator::", who, ": the picture has shape ", shape.text(),
                            "; it must be (height, width, channels). Take one sample of a batch."));
}

void check_transform(const ImageTransform& t) {
  for (const double value : {t.theta, t.tx, t.ty, t.shear, t.zx, t.zy, t.channel_shift_intensity.value_or(0),
                             t.brightness.value_or(0)})
    if (!sensible(value))
      throw ValueError(concat("ImageDataGenerator::apply_transform: a parameter is ", value,
                              "; all must be finite and below 1e9. See ImageTransform for their units."));
}

double uniform(Random& random, double low, double high) {
  return low + (high - low) * static_cast<double>(random.uniform());
}

/// Keras draws twice for lists (choice and sign), once for a range; a list or range below 1 counts in sizes.
double draw_shift(Random& random, const ShiftRange& shift, Index size) {
  double by = 0, largest = shift.range;
  if (!shift.choices.empty()) {
    by = shift.choices[std::size_t(random.below(static_cast<Index>(shift.choices.size())))];
    if (random.uniform() < 0.5f) by = -by;
    largest = *std::max_element(shift.choices.begin(), shift.choices.end());
  } else if (shift.range != 0) {
    by = uniform(random, -shift.range, shift.range);
  }
  return largest < 1 ? by * static_cast<double>(size) : by;
}
}  // namespace

}  // namespace detail

ImageTransform ImageDataGenerator::get_random_transform(const Shape& image, RandomKey key) const {
  detail::check_settings(*this);
  detail::check_image(image, "get_random_transform");
  Random random(key);
  ImageTransform t;
  if (rotation_range != 0) t.theta = detail::uniform(random, -rotation_range, rotation_range);
  t.tx = detail::draw_shift(random, height_shift_range, image[0]);
  t.ty = detail::draw_shift(random, width_shift_range, image[1]);
  if (shear_range != 0) t.shear = detail::uniform(random, -shear_range, shear_range);
  if (zoom_range.low != 1 || zoom_range.high != 1) {
    t.zx = detail::uniform(random, zoom_range.low, zoom_range.high);
    t.zy = detail::uniform(random, zoom_range.low, zoom_range.high);
  }
  t.flip_horizontal = random.uniform() < 0.5f && horizontal_flip;  // drawn in any case, as in Keras
  t.flip_vertical = random.uniform() < 0.5f && vertical_flip;
  if (channel_shift_range != 0)
    t.channel_shift_intensity = detail::uniform(random, -channel_shift_range, channel_shift_range);
  if (brightness_range.active)
    t.brightness = detail::uniform(random, brightness_range.low, brightness_range.high);
  return t;
}

Tensor ImageDataGenerator::apply_transform(const Tensor& image, const ImageTransform& transform) const {
  detail::check_settings(*this);
  detail::check_image(image.shape(), "apply_transform");
  detail::check_transform(transform);
  Tensor out;
  out.resize(image.shape());
  detail::augment(image.data(),
                  {image.shape()[0], image.shape()[1], image.shape()[2], fill_mode, static_cast<float>(cval),
                   interpolation_order},
                  transform, out.data());
  return out;
}

Tensor ImageDataGenerator::random_transform(const Tensor& image, RandomKey key) const {
  return apply_transform(image, get_random_transform(image.shape(), key));
}

namespace {
using Array = Eigen::Map<Eigen::ArrayXf>;

/// Mean and deviation over all values, in double.
void samplewise(View<float> image, bool divide) {
  Array values(image.data, image.size());
  const double mean = values.cast<double>().mean();
  values -= static_cast<float>(mean);
  if (!divide) return;
  const double deviation =
      std::sqrt(values.cast<double>().square().mean() - std::pow(values.cast<double>().mean(), 2));
  values /= static_cast<float>(deviation) + 1e-6f;
}

void per_channel(float* values, Index n, const Tensor& statistic, bool divide) {
  const Index channels = statistic.size();
  for (Index i = 0; i < n; i += channels)
    for (Index c = 0; c < channels; ++c) {
      if (divide)
        values[i + c] /= statistic.data()[c] + 1e-6f;
      else
        values[i + c] -= statistic.data()[c];
    }
}
}  // namespace

void ImageDataGenerator::standardize(View<float> image) const {
  detail::check_image(image.shape, "standardize");
  detail::check_fitted(*this, image.shape);
  if (preprocessing_function) preprocessing_function(image);
  const Index n = image.size();
  if (n == 0) return;
  if (rescale != 0 && rescale != 1) Array(image.data, n) *= rescale;
  if (samplewise_center || samplewise_std_normalization) samplewise(image, samplewise_std_normalization);
  if (featurewise_center || featurewise_std_normalization || zca_whitening)
    per_channel(image.data, n, mean, false);
  if (featurewise_std_normalization && !zca_whitening) per_channel(image.data, n, std, true);
  if (zca_whitening) {
    const Eigen::Map<const Eigen::Matrix<float, -1, -1, Eigen::RowMajor>> matrix(zca_whitening_matrix.data(),
                                                                                 n, n);
    Eigen::Map<Eigen::RowVectorXf> row(image.data, n);
    row = (row * matrix).eval();
  }
}

namespace {
/// One number a channel: the mean of f(value) over all pictures, in double and in a fixed order.
template <class F>
Tensor channel_means(const Tensor& x, const F& f) {
  const Index channels = x.shape()[3];
  std::vector<double> sums(static_cast<std::size_t>(channels));
  for (Index i = 0; i < x.size(); ++i) sums[std::size_t(i % channels)] += f(x.data()[i], i % channels);
  const Index pixels = x.size() / channels;
  Tensor out({1, 1, channels});
  for (Index c = 0; c < channels; ++c)
    out.data()[c] = static_cast<float>(sums[std::size_t(c)] / static_cast<double>(pixels));
  return out;
}

/// U diag(sqrt(n) / (s + epsilon)) U' from the singular vectors U and values s of the samples, by way of the
/// smaller of the two Gram matrices. Directions in which the samples do not vary are left out.
Tensor zca_matrix(const Tensor& x, double epsilon) {
  const Index n = x.shape()[0], values = x.size() / n;
  const Eigen::Map<const Eigen::Matrix<float, -1, -1, Eigen::RowMajor>> samples(x.data(), n, values);
  const Eigen::MatrixXd rows = samples.cast<double>();
  const bool few = n < values;
  Eigen::MatrixXd gram;
  if (few)
    gram = rows * rows.transpose();
  else
    gram = rows.transpose() * rows;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(gram);
  const Eigen::VectorXd s = solver.eigenvalues().cwiseMax(0).cwiseSqrt();
  const double smallest = 1e-7 * s.maxCoeff();
  Eigen::MatrixXd u = few ? (rows.transpose() * solver.eigenvectors()).eval() : solver.eigenvectors();
  Eigen::VectorXd scale(s.size());
  for (Index i = 0; i < s.size(); ++i) {
    scale[i] = s[i] <= smallest ? 0 : std::sqrt(static_cast<double>(n)) / (s[i] + epsilon);
    if (few && s[i] > smallest) scale[i] /= s[i] * s[i];  // u holds the vectors times s
  }
  Tensor out;
  out.resize({values, values});
  Eigen::Map<Eigen::Matrix<float, -1, -1, Eigen::RowMajor>>(out.data(), values, values) =
      (u * scale.asDiagonal() * u.transpose()).cast<float>();
  return out;
}
}  // namespace

void ImageDataGenerator::fit(const Tensor& x, bool augmented, int rounds, std::uint64_t seed) {
  detail::check_settings(*this);
  if (x.rank() != 4 || x.empty())
    throw ShapeError(detail::concat("ImageDataGenerator::fit: x has shape ", x.shape().text(),
                                    "; it must be (n, height, width, channels) with n of 1 or more."));
  if (rounds < 1)
    throw ValueError(
        detail::concat("ImageDataGenerator::fit: rounds is ", rounds, "; it must be 1 or more."));
  const Index n = x.shape()[0], size = x.size() / n, count = augmented ? n * rounds : n;
  Tensor data(x.shape().without_front().with_front(count));
  const Shape shape = x.shape().without_front();
  const detail::AugmentFrame frame{
      shape[0], shape[1], shape[2], fill_mode, static_cast<float>(cval), interpolation_order};
  detail::parallel_for(count, [&](Index i) {
    const RandomKey key = RandomKey{.seed = seed}.child(std::uint64_t(i));
    const ImageTransform transform = augmented ? get_random_transform(shape, key) : ImageTransform{};
    detail::augment(x.data() + i % n * size, frame, transform, data.data() + i * size);
  });
  if (featurewise_center || featurewise_std_normalization || zca_whitening) {
    mean = channel_means(data, [](float value, Index) { return double(value); });
    per_channel(data.data(), data.size(), mean, false);
  }
  if (featurewise_std_normalization && !zca_whitening) {
    std = channel_means(data, [](float value, Index) { return double(value) * double(value); });
    const Tensor rest = channel_means(data, [](float value, Index) { return double(value); });
    for (Index c = 0; c < std.size(); ++c)
      std.data()[c] = std::sqrt(std.data()[c] - rest.data()[c] * rest.data()[c]);
    per_channel(data.data(), data.size(), std, true);
  }
  if (zca_whitening) zca_whitening_matrix = zca_matrix(data, zca_epsilon);
}

}  // namespace cornu
