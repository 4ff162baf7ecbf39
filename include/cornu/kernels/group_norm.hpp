#pragma once
#include "cornu/core/view.hpp"

namespace cornu::kernels {

/// x (n, outer, channels, inner), whose channels are cut into so many groups of neighbours.
struct GroupExtents {
  Index n, outer, channels, inner, groups;
};

/// y = (x - mean) / sqrt(variance + epsilon) * gamma + beta, with mean and population variance of each group
/// of each sample.
///
/// gamma, beta (channels), each may be empty
/// moments 2 * n * groups values, mean and inverse deviation for group_norm_grad; nullptr in inference
/// Numerics two passes, sums in double; each group is computed alone.
/// Source   Wu and He 2018, "Group Normalization"; Keras 3 GroupNormalization.
template <class T>
void group_norm(const GroupExtents& extents, View<const T> x, T epsilon, View<const T> gamma,
                View<const T> beta, View<T> y, T* moments);

/// Values of T that group_norm_grad takes as scratch.
Index group_norm_scratch(const GroupExtents& extents);

/// Gradients of group_norm: overwrites dx (may be empty; may be dy), adds to dgamma and dbeta (each may be
/// empty). moments is what it wrote.
template <class T>
void group_norm_grad(const GroupExtents& extents, View<const T> x, View<const T> dy, const T* moments,
                     View<const T> gamma, View<T> dx, View<T> dgamma, View<T> dbeta, T* scratch);

}  // namespace cornu::kernels
