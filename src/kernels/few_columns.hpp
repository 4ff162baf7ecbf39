#pragma once
#include "cornu/core/shape.hpp"

namespace cornu::kernels {

inline constexpr Index kFewColumns = 4;  ///< a quarter of the longest vector

/// A product c (rows, cols) [+]= a b^T of at most kFewColumns columns: a (rows, depth), b (cols, depth), rows
/// of each their ld apart. In a tile most of each vector would lie outside c. depth >= 1, cols may be 0.
/// Numerics each c is one sum in eight parts (SSE4: four), so not gemm's bits; they depend on depth alone.
struct FewColumns {
  Index rows, cols, depth;
  const float* a;
  Index lda;
  const float* b;
  Index ldb;
  float* c;
  Index ldc;
  bool accumulate;
};
void multiply(const FewColumns& product);

/// How many of the last of n columns are better done so: 0 when they fill a good part of a vector.
Index few_columns(Index n);

}  // namespace cornu::kernels
