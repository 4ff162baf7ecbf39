#pragma once
#include "cornu/kernels/elementwise.hpp"
#include "cornu/kernels/merge.hpp"
#include "cornu/layers/layer.hpp"

namespace cornu::detail {

/// Shape that elementwise merging gives (all without the batch axis): axes are matched from the last one, and
/// an axis of 1, or one that is missing, is repeated. Errors: ShapeError: no input, axes that do not match.
Shape merged_shape(const Layer& layer, const Shapes& inputs);
/// Whether any input is repeated to make the output.
bool merge_broadcasts(const Shapes& inputs);
/// Scratch for the gradient of a repeated input: one output a sample.
Index merge_scratch(const Layer& layer, const Shapes& inputs, Index samples);

/// y = x0 op x1 op x2 ..., from the left.
template <class T>
void merge_inputs(kernels::Binary op, const ForwardCall<T>& c) {
  const View<T>& y = c.y[0];
  View<const T> left = c.x[0];
  if (left.size() != y.size() || c.x.size() == 1) {
    if (left.data != y.data) kernels::binary<T>(kernels::Binary::second, y, left, y);
    left = y;
  }
  for (std::size_t k = 1; k < c.x.size(); ++k) {
    kernels::binary<T>(op, left, c.x[k], y);
    left = y;
  }
}

/// Where the gradient of an input is built before it is summed over repeated axes: dx itself, or scratch.
template <class T>
View<T> full_gradient(const BackwardCall<T>& c, const View<T>& dx) {
  const Shape& y = c.dy[0].shape;
  return {dx.size() == y.count() ? dx.data : c.scratch.data(), y};
}

/// Gradients of merge_inputs for maximum and minimum: each number of dy goes to the first input that has the
/// number of y, as TensorFlow's chain of maximums has it.
template <class T>
void merge_extreme_grad(const BackwardCall<T>& c) {
  for (std::size_t k = 0; k < c.x.size(); ++k) {
    if (!c.dx[k]) continue;
    const View<T> d = full_gradient(c, c.dx[k]);
    kernels::keep_where<T>(true, c.y[0], c.x[k], c.dy[0], d);
    for (std::size_t j = 0; j < k; ++j) kernels::keep_where<T>(false, c.y[0], c.x[j], d, d);
    if (d.data != c.dx[k].data) kernels::sum_to<T>(d, c.dx[k], T(1));
  }
}

}  // namespace cornu::detail
