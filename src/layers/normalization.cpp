#include "cornu/layers/normalization.hpp"

#include <algorithm>
#include <cmath>

#include "cornu/layers/sample_axis.hpp"

namespace cornu {

namespace {
/// Mean and population variance of each column of data (rows, width), in double and in two passes.
void measure(const Tensor& data, Index width, float* mean, float* variance) {
  const Index rows = data.size() / width;
  std::vector<double> sums(static_cast<std::size_t>(width)), squares(sums);
  const auto each = [&](const auto& body) {
    for (Index r = 0; r < rows; ++r)
      for (Index i = 0; i < width; ++i) body(static_cast<std::size_t>(i), double(data.at(r * width + i)));
  };
  each([&](std::size_t i, double v) { sums[i] += v; });
  for (double& sum : sums) sum /= static_cast<double>(rows);
  each([&](std::size_t i, double v) { squares[i] += (v - sums[i]) * (v - sums[i]); });
  for (std::size_t i = 0; i < sums.size(); ++i) {
    mean[i] = static_cast<float>(sums[i]);
    variance[i] = static_cast<float>(squares[i] / static_cast<double>(rows));
  }
}

Shape kept_axes(const Layer& layer, const IndexList& axis, const Shape& input) {
  detail::check_last_axes(layer, axis, input);
  return detail::last_axes(input, axis.values().size());
}
}  // namespace

void Normalization::adapt(const Tensor& data) {
  if (data.size() == 0 || data.rank() == 0)
    throw ValueError(detail::concat("Normalization: adapt was given data of shape ", data.shape().text(),
                                    "; it needs at least 1 sample. Give (samples, ...)."));
  Normalization measured;
  measured.axis = axis;
  const NormalizationLayer layer(measured);
  const Index width = kept_axes(layer, axis, data.shape().without_front()).count();
  mean.resize(static_cast<std::size_t>(width));
  variance.resize(static_cast<std::size_t>(width));
  measure(data, width, mean.data(), variance.data());
}

NormalizationLayer::NormalizationLayer(Normalization spec) : LayerOf(std::move(spec)) {
  if (spec_.mean.empty() != spec_.variance.empty())
    throw ValueError(detail::concat(who(), ": ", spec_.mean.empty() ? "variance" : "mean",
                                    " was given without ", spec_.mean.empty() ? "mean" : "variance",
                                    ". Give both, or neither and call adapt."));
  for (const float v : spec_.variance)
    if (!(v >= 0))
      throw ValueError(detail::concat(who(), ": variance has ", v, "; it must not be negative."));
}

Shape NormalizationLayer::output_shape(const Shape& input) const {
  const Index n = width(input);
  const auto check = [&](std::string_view field, const std::vector<float>& values) {
    if (!values.empty() && static_cast<Index>(values.size()) != n)
      throw ShapeError(detail::concat(who(), ": ", field, " has ", values.size(), " numbers; axis ",
                                      spec_.axis.text(), " of the input ", input.batch_text(), " has ", n,
                                      ". Give one number for each."));
  };
  check("mean", spec_.mean);
  check("variance", spec_.variance);
  return input;
}

void NormalizationLayer::build(const Shapes& inputs) {
  if (!spec_.mean.empty()) return;
  const Shape kept = kept_axes(*this, spec_.axis, inputs[0]);
  add_weight("mean", kept, Zeros{}, {}, {}, false);
  add_weight("variance", kept, Ones{}, {}, {}, false);
  add_weight("count", Shape(), Zeros{}, {}, {}, false);
}

Index NormalizationLayer::width(const Shape& input) const {
  return kept_axes(*this, spec_.axis, input).count();
}

template <class T>
View<const T> NormalizationLayer::statistics(const Call<T>& c) const {
  const bool given = !spec_.mean.empty();
  const Index n = given ? static_cast<Index>(spec_.mean.size()) : c.weights[0].size();
  T* const mean = c.scratch.data();
  for (Index i = 0; i < n; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const T variance = given ? T(spec_.variance[at]) : c.weights[1][i];
    mean[i] = given ? T(spec_.mean[at]) : c.weights[0][i];
    mean[n + i] = std::max(std::sqrt(variance), T(1e-7));
  }
  return {mean, Shape{n}};
}
template View<const float> NormalizationLayer::statistics(const Call<float>&) const;
template View<const double> NormalizationLayer::statistics(const Call<double>&) const;

void adapt(Layer& layer, const Tensor& data) {
  if (layer.type() != Normalization::type)
    throw ValueError(detail::concat(layer.who(), ": adapt is for Normalization layers. Choose one of them."));
  if (!layer.built())
    throw StateError(layer.who() +
                     ": adapt was called before the layer is built. Put it into a model first, "
                     "or call adapt of the Normalization itself.");
  if (layer.weights().empty())
    throw ValueError(layer.who() + ": its mean and variance were given. Leave them out to adapt the layer.");
  Tensor& mean = layer.weight("mean");
  const std::size_t axes = static_cast<std::size_t>(mean.rank());
  if (data.size() == 0 || data.rank() <= mean.rank() || detail::last_axes(data.shape(), axes) != mean.shape())
    throw ShapeError(detail::concat(layer.who(), ": adapt was given data of shape ", data.shape().text(),
                                    "; its mean has shape ", mean.shape().text(),
                                    ". Give (samples, ...) as the layer's input."));
  measure(data, mean.size(), mean.begin(), layer.weight("variance").begin());
}

}  // namespace cornu
