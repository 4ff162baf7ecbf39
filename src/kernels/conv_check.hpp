#pragma once
#include <string_view>

#include "cornu/core/view.hpp"
#include "cornu/kernels/conv.hpp"

namespace cornu::kernels {

/// Errors: ValueError when a size is out of its range.
void check_geometry(std::string_view who, const ConvGeometry& geometry);
/// Errors: ShapeError when a view has not `expected` numbers, or none at all.
void check_size(std::string_view who, std::string_view what, Index size, Index expected);
/// The batch of a view; 0 for a view without axes.
template <class T>
Index batch_of(const View<T>& view) {
  return view.shape.rank() == 0 ? 0 : view.shape[0];
}
/// Checks x and y of a convolution or of its gradients, and returns the batch size.
Index check_maps(std::string_view who, const ConvGeometry& geometry, Index n, Index x_size, Index y_size);

}  // namespace cornu::kernels
