#pragma once
#include "cornu/core/shape.hpp"

namespace cornu::kernels {

/// A run of the summation index k: the numbers of a row of A at offset, offset + step, ..., length of them.
struct Piece {
  Index offset;
  Index length;
};

/// One product of blocks, the only arithmetic of gemm and of the convolutions: C (rows, cols) = A B [+ C].
/// A is not a matrix in memory: row i starts at a + a_offset[i], and along k it walks the pieces. So a
/// pixel's window in an image is a row of A without being copied. B is packed by pack_b.
struct Block {
  const float* a;
  const Index* a_offset;
  Index step;
  const Piece* pieces;
  Index piece_count;
  Index depth;  ///< sum of the pieces' lengths
  Index rows, cols;
  const float* b;
  float* c;
  const Index* c_offset;  ///< row i of C starts at c + c_offset[i]
  bool accumulate;        ///< add to C; then bias and relu
  const float* bias;      ///< cols numbers, or nullptr
  bool relu;
};

/// B (depth, cols), where element (k, j) lies at b[k * row_stride + j * col_stride].
struct PackSource {
  const float* b;
  Index row_stride, col_stride;
};

/// Functions of one instruction set.
struct TileOps {
  Index panel;       ///< columns of a panel of packed B
  Index half_panel;  ///< columns of the last panel when that is enough
  Index tile_rows;   ///< rows of the main tile
  void (*multiply)(const Block& block);
  /// Writes rows first .. first + count - 1 of packed B (depth rows in all).
  void (*pack_b)(const PackSource& source, Index first, Index count, Index depth, Index cols, float* packed);
  /// c (rows <= 4, cols) = rows of a (lda apart) times b (depth, cols), rows ldb apart, unpacked, where
  /// reading b once is the whole cost. Same bits as multiply; accumulate, bias and relu as in Block.
  void (*multiply_thin)(Index rows, Index cols, Index depth, const float* a, Index lda, const float* b,
                        Index ldb, float* c, Index ldc);
};

/// The functions for isa(). Errors: ValueError, as isa().
const TileOps& tile_ops();

/// Floats that packed B takes.
inline Index packed_size(const TileOps& ops, Index depth, Index cols) {
  const Index full = cols / ops.panel, rest = cols % ops.panel;
  return depth * (full * ops.panel + (rest == 0 ? 0 : rest <= ops.half_panel ? ops.half_panel : ops.panel));
}

}  // namespace cornu::kernels
