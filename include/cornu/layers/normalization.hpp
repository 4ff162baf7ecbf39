#pragma once
#include "cornu/kernels/standardize.hpp"
#include "cornu/layers/index_list.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu {

/// Features with mean 0 and variance 1: y = (x - mean) / max(sqrt(variance), 1e-7), where mean and variance
/// are given, or measured on data.
///
///   Normalization scale;                                  Normalization{.mean = {0.5f}, .variance = {0.1f}}
///   scale.adapt(x_train);
///   Sequential model{Input{.shape = {13}}, scale, Dense{.units = 1}};
///
/// Input   (n, ...)
/// Output  as the input
/// Weights mean (extents of the axes), variance (the same), count (), none trainable, where mean and variance
///         are not given: until they are loaded or adapted the layer changes nothing
/// Errors  ValueError: mean without variance or the other way round, a negative variance, axes that are not
///         the last ones in ascending order.  ShapeError: mean or variance of another size than the axes.
/// Source  Keras 3 Normalization (same names, defaults; Keras also takes axes that are not the last).
struct Normalization {
  IndexList axis = -1;           ///< axes with a mean of their own; none (Keras' None): one mean for all
  std::vector<float> mean = {};  ///< one number for each position along the axes; empty: adapted or loaded
  std::vector<float> variance = {};  ///< the same
  bool invert = false;               ///< the way back: y = x max(sqrt(variance), 1e-7) + mean
  std::string name = {};

  /// Sets mean and variance to those of data (samples, ...). Errors: ValueError: no data, axes beyond it.
  void adapt(const Tensor& data);

  static constexpr std::string_view type = "Normalization";
  static void fields(auto& self, auto&& visit) {
    visit("axis", self.axis);
    visit("mean", self.mean);
    visit("variance", self.variance);
    visit("invert", self.invert);
  }
};

class NormalizationLayer final : public LayerOf<Normalization, NormalizationLayer> {
 public:
  explicit NormalizationLayer(Normalization spec);

  Shape output_shape(const Shape& input) const;
  void build(const Shapes& inputs) override;
  MaskFlow mask_flow(std::size_t) const override { return MaskFlow::pass; }
  BackwardNeeds backward_needs() const override { return {.input = false}; }
  InPlace in_place(bool) const override { return InPlace::overwrite; }
  /// mean and deviation.
  Index scratch_values(const Shapes& inputs, Index) const override { return 2 * width(inputs[0]); }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    const View<const T> mean = statistics(c), deviation(c.scratch.data() + mean.size(), mean.shape);
    kernels::standardize<T>(c.x[0], mean, deviation, spec_.invert, c.y[0]);
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (!c.dx[0]) return;
    const View<const T> mean = statistics(c), deviation(c.scratch.data() + mean.size(), mean.shape);
    kernels::standardize<T>(c.dy[0], {}, deviation, spec_.invert, c.dx[0]);
  }

 private:
  /// Numbers a mean has; from a shape without the batch axis.
  Index width(const Shape& input) const;
  /// The mean in scratch, with the deviation after it.
  template <class T>
  View<const T> statistics(const Call<T>& c) const;
};

/// Measures mean and variance of data (samples, ...) for a built Normalization layer, e.g. one of a loaded
/// model: adapt(model.layer("normalization"), x_train).
/// Errors  ValueError: another layer, or one whose mean was given.  StateError: not built.  ShapeError: data
/// of
///         another shape than the layer's input.
void adapt(Layer& layer, const Tensor& data);

std::unique_ptr<Layer> make_layer(Normalization spec);

}  // namespace cornu
