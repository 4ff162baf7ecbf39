#pragma once
#include "cornu/core/shape.hpp"

namespace cornu::kernels {

/// Whether a matrix is used as it lies in memory or transposed.
enum class Trans { no, yes };

/// What is done to a product before it is stored.
template <class T>
struct Epilogue {
  /// n numbers, one a column, added to every row; nullptr: none.
  const T* bias = nullptr;
  /// Negative results become 0 (a NaN stays NaN).
  bool relu = false;
};

/// Matrix product, row-major: c = op(a) op(b) [+ c], then the epilogue.
///
/// c    (m, n), rows ldc apart
/// a    (m, k), rows lda apart; with ta = yes (k, m)
/// b    (k, n), rows ldb apart; with tb = yes (n, k)
/// With k = 0 the product is zero. a and b may not overlap c. T is float (fast) or double (the slow twin).
/// Errors   ValueError: a negative extent, or a leading dimension smaller than a row.
/// Numerics each c is one sum over k = 0, 1, ... in equal blocks of at most 320; its bits depend on
///          neither m nor n nor threads.
/// Source   Goto and van de Geijn 2008, "Anatomy of High-Performance Matrix Multiplication".
template <class T>
void gemm(Trans ta, Trans tb, Index m, Index n, Index k, const T* a, Index lda, const T* b, Index ldb, T* c,
          Index ldc, bool accumulate, const Epilogue<T>& epilogue = {});

/// What a gradient of weights is made of: a (k, m), rows lda apart, and c (m, n), rows ldc apart. m may be 0.
template <class T>
struct GradientFactor {
  const T* a;
  Index lda, m;
  T* c;
  Index ldc;
};

/// c += a^T b for both factors, with b (k, n), rows ldb apart: two gradients of one product, for which b is
/// read and packed once. Bits and errors as gemm.
template <class T>
void add_gradients(Index n, Index k, const T* b, Index ldb, const GradientFactor<T>& first,
                   const GradientFactor<T>& second);

}  // namespace cornu::kernels
