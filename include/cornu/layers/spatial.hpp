#pragma once
#include "cornu/core/view.hpp"
#include "cornu/kernels/window.hpp"
#include "cornu/layers/layer.hpp"

namespace cornu::detail {

// Sequences run on the kernels for pictures, as pictures of height 1.

constexpr Size2 as_picture(Size1 size) { return {1, size.w}; }
constexpr Size2 as_picture(Size2 size) { return size; }
/// (n, steps, channels) -> (n, 1, steps, channels); pictures stay as they are.
inline Shape as_picture(const Shape& s) { return s.rank() == 3 ? Shape{s[0], 1, s[1], s[2]} : s; }
template <class T>
View<T> as_picture(const View<T>& v) {
  return v.reshaped(as_picture(v.shape));
}

/// "(3,)" of a sequence (axes = 1), "(3, 2)" of a picture.
std::string size_text(Size2 size, int axes);
/// Errors: ShapeError unless the input (without the batch) has so many axes before its channels: 1 for
/// sequences, 2 for pictures, 3 for volumes.
void check_spatial(const Layer& layer, const Shape& input, int axes);
/// Errors: ValueError, a field below 1.
void check_at_least_1(const Layer& layer, std::string_view field, Index value);
/// Errors: ValueError, padding causal, which only Conv1D takes.
void check_not_causal(const Layer& layer, Padding padding);

}  // namespace cornu::detail
