#pragma once
#include <Eigen/Core>

#include "cornu/core/tensor.hpp"

/// Eigen views of Cornu's memory, for those who want Eigen; nothing is copied. Link Cornu::eigen.
namespace cornu::eigen {

template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using Array = Eigen::Array<T, Eigen::Dynamic, 1>;
template <class T>
using MatrixMap =
    Eigen::Map<std::conditional_t<std::is_const_v<T>, const Matrix<std::remove_const_t<T>>, Matrix<T>>>;
template <class T>
using ArrayMap =
    Eigen::Map<std::conditional_t<std::is_const_v<T>, const Array<std::remove_const_t<T>>, Array<T>>>;

/// All elements as one column array.
template <class T>
ArrayMap<T> array(const View<T>& v) {
  return {v.data, v.size()};
}
/// Rows: all axes but the last; columns: the last axis. A scalar is 1 x 1.
template <class T>
MatrixMap<T> matrix(const View<T>& v) {
  const Index columns = v.shape.empty() ? 1 : v.shape.back();
  return {v.data, columns == 0 ? 0 : v.size() / columns, columns};
}
inline auto array(Tensor& t) { return array(t.view()); }
inline auto array(const Tensor& t) { return array(t.view()); }
inline auto matrix(Tensor& t) { return matrix(t.view()); }
inline auto matrix(const Tensor& t) { return matrix(t.view()); }

}  // namespace cornu::eigen
