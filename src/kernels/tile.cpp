#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/tile.cpp"
#include <hwy/foreach_target.h>
// after foreach_target, which includes this file once per instruction set
#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "kernels/dispatch.hpp"
#include "kernels/tile.hpp"
#include "kernels/transpose_lanes.hpp"
#include "kernels/vectors.hpp"

HWY_BEFORE_NAMESPACE();
namespace cornu::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// The sums, two vectors of B and a number of A fill the 32 registers of AVX-512 or the 16 of AVX2 and SSE4.
constexpr int kMainRows = kManyRegisters ? 12 : 6;
// One vector a row leaves registers free: 8 chains of fused multiply-adds keep both units busy.
constexpr int kNarrowRows = kManyRegisters ? 12 : 8;

/// The sums of kRows rows times kVecs vectors, and where these rows of A start. Members, not arrays: an array
/// that a loop indexes would live in memory, and these have to live in registers.
template <int kRows, int kVecs>
struct Sums {
  Sums<kRows - 1, kVecs> above;
  const float* a;
  Vec first, second;

  HWY_INLINE void start(const Block& block, Index row) {
    above.start(block, row);
    a = block.a + block.a_offset[row + kRows - 1];
    first = second = hn::Zero(kTag);
  }
  HWY_INLINE void add(Index k, Vec b_first, Vec b_second) {
    above.add(k, b_first, b_second);
    const Vec one = hn::Set(kTag, a[k]);
    first = hn::MulAdd(one, b_first, first);
    if constexpr (kVecs == 2) second = hn::MulAdd(one, b_second, second);
  }
  HWY_INLINE void accumulate(const float* c, const Index* offset) {
    above.accumulate(c, offset);
    const float* from = c + offset[kRows - 1];
    first = hn::Add(first, hn::LoadU(kTag, from));
    if constexpr (kVecs == 2) second = hn::Add(second, hn::LoadU(kTag, from + lanes()));
  }
  HWY_INLINE void add_bias(Vec bias_first, Vec bias_second) {
    above.add_bias(bias_first, bias_second);
    first = hn::Add(first, bias_first);
    if constexpr (kVecs == 2) second = hn::Add(second, bias_second);
  }
  HWY_INLINE void relu(Vec zero) {
    above.relu(zero);
    first = hn::IfThenZeroElse(hn::Lt(first, zero), first);  // a NaN stays
    if constexpr (kVecs == 2) second = hn::IfThenZeroElse(hn::Lt(second, zero), second);
  }
  HWY_INLINE void store(float* c, const Index* offset) const {
    above.store(c, offset);
    float* to = c + offset[kRows - 1];
    hn::StoreU(first, kTag, to);
    if constexpr (kVecs == 2) hn::StoreU(second, kTag, to + lanes());
  }
};
template <int kVecs>
struct Sums<0, kVecs> {
  HWY_INLINE void start(const Block&, Index) {}
  HWY_INLINE void add(Index, Vec, Vec) {}
  HWY_INLINE void accumulate(const float*, const Index*) {}
  HWY_INLINE void add_bias(Vec, Vec) {}
  HWY_INLINE void relu(Vec) {}
  HWY_INLINE void store(float*, const Index*) const {}
};

/// Adds up, adds bias, cuts off and stores `rows` rows of a panel that is only partly inside C.
HWY_NOINLINE void store_part(const Block& block, Index row, Index rows, Index col, Index width,
                             const float* sums) {
  const Index cols = block.cols - col;
  for (Index i = 0; i < rows; ++i, sums += width) {
    float* c = block.c + block.c_offset[row + i] + col;
    for (Index j = 0; j < cols; ++j) {
      float v = sums[j];
      if (block.accumulate) v += c[j];
      if (block.bias) v += block.bias[col + j];
      c[j] = block.relu && v < 0.f ? 0.f : v;
    }
  }
}

/// Rows row .. row + kRows - 1, columns col .. of the block; b is the packed panel.
template <int kRows, int kVecs>
HWY_NOINLINE void tile(const Block& block, Index row, Index col, const float* HWY_RESTRICT b) {
  const Index n = lanes(), width = kVecs * n, step = block.step;
  const Index second = kVecs == 2 ? n : 0;
  Sums<kRows, kVecs> sums;
  sums.start(block, row);
  const Piece* const end = block.pieces + block.piece_count;
  for (const Piece* piece = block.pieces; piece != end; ++piece) {
    Index k = piece->offset;
    for (Index left = piece->length; left > 0; --left) {
      sums.add(k, hn::Load(kTag, b), hn::Load(kTag, b + second));
      k += step;
      b += width;
    }
  }
  if (block.cols - col < width) {
    HWY_ALIGN float line[kRows * kVecs * HWY_MAX_BYTES / sizeof(float)];
    Index offsets[kRows];
    for (Index i = 0; i < kRows; ++i) offsets[i] = i * width;
    sums.store(line, offsets);
    return store_part(block, row, kRows, col, width, line);
  }
  const Index* offset = block.c_offset + row;
  if (block.accumulate) sums.accumulate(block.c + col, offset);
  if (block.bias) {
    const float* bias = block.bias + col;
    sums.add_bias(hn::LoadU(kTag, bias), hn::LoadU(kTag, bias + second));
  }
  if (block.relu) sums.relu(hn::Zero(kTag));
  sums.store(block.c + col, offset);
}

/// `rows` rows, of which no tile takes more than kRows.
template <int kRows, int kVecs>
void tile_of(Index rows, const Block& block, Index row, Index col, const float* b) {
  if constexpr (kRows > 0) {
    if (rows == kRows)
      tile<kRows, kVecs>(block, row, col, b);
    else
      tile_of<kRows - 1, kVecs>(rows, block, row, col, b);
  }
}

template <int kRows, int kVecs>
void panel(const Block& block, Index col, const float* b) {
  for (Index row = 0, left = block.rows; left > 0;) {
    // Halves at the end: a tile of few rows waits for its few sums.
    const Index rows = left >= 2 * kRows || left == kRows ? kRows : left > kRows ? (left + 1) / 2 : left;
    tile_of<kRows, kVecs>(rows, block, row, col, b);
    row += rows, left -= rows;
  }
}

void multiply(const Block& block) {
  const Index n = lanes();
  const float* b = block.b;
  for (Index col = 0; col < block.cols;) {
    const bool narrow = block.cols - col <= n;
    if (narrow)
      panel<kNarrowRows, 1>(block, col, b);
    else
      panel<kMainRows, 2>(block, col, b);
    const Index width = narrow ? n : 2 * n;
    b += block.depth * width;
    col += width;
  }
}

/// `count` rows of one panel; columns beyond `cols` become zeros.
void pack_panel(const PackSource& s, const float* from, Index count, Index cols, Index width, float* to) {
  if (s.col_stride == 1 && cols == width) {  // a last panel of one vector
    for (Index k = 0; k < count; ++k)
      hn::Store(hn::LoadU(kTag, from + k * s.row_stride), kTag, to + k * width);
    return;
  }
  Index j = 0;
  if (s.row_stride == 1)
    for (; j + 4 <= cols; j += 4) {
      const float* column = from + j * s.col_stride;
      Index k = 0;
      for (; k + 4 <= count; k += 4) transpose_4(column + k, s.col_stride, to + k * width + j, width);
      for (; k < count; ++k)
        for (Index i = 0; i < 4; ++i) to[k * width + j + i] = column[i * s.col_stride + k];
    }
  for (Index k = 0; k < count; ++k) {
    for (Index i = j; i < cols; ++i) to[k * width + i] = from[k * s.row_stride + i * s.col_stride];
    for (Index i = cols; i < width; ++i) to[k * width + i] = 0.f;
  }
}

/// Rows of B that lie side by side in memory, read in order: panel after panel would touch another page at
/// each row. Writes the whole panels; their columns are returned.
Index pack_rows(const PackSource& s, Index first, Index count, Index depth, Index cols, float* packed) {
  const Index n = lanes(), width = 2 * n, panels = cols / width;
  for (Index k = 0; k < count; ++k) {
    const float* from = s.b + k * s.row_stride;
    float* to = packed + (first + k) * width;
    for (Index p = 0; p < panels; ++p, from += width, to += depth * width) {
      hn::Store(hn::LoadU(kTag, from), kTag, to);
      hn::Store(hn::LoadU(kTag, from + n), kTag, to + n);
    }
  }
  return panels * width;
}

void pack_b(const PackSource& source, Index first, Index count, Index depth, Index cols, float* packed) {
  const Index n = lanes();
  const Index done = source.col_stride == 1 ? pack_rows(source, first, count, depth, cols, packed) : 0;
  packed += depth * done;
  for (Index col = done; col < cols;) {
    const Index left = cols - col, width = left <= n ? n : 2 * n;
    pack_panel(source, source.b + col * source.col_stride, count, left < width ? left : width, width,
               packed + first * width);
    packed += depth * width;
    col += width;
  }
}

constexpr Index kFloatsAhead = 3072;  // 12 KiB: late enough to stay in L1
constexpr Index kLine = 16;           // floats of a cache line

template <int kRows>
void thin(Index cols, Index depth, const float* a, Index lda, const float* b, Index ldb, float* c,
          Index ldc) {
  const Index n = lanes();
  for (int i = 0; i < kRows; ++i)
    for (Index j = 0; j < cols; ++j) c[i * ldc + j] = 0.f;
  const Index ahead = ldb * 4 >= kFloatsAhead ? 4 : kFloatsAhead / ldb;
  // Four rows of b at a time: each c is loaded and stored once for four products, b streams row after row.
  for (Index k = 0; k < depth; k += 4) {
    const Index count = depth - k < 4 ? depth - k : 4;
    const float* row = b + k * ldb;
    const float* asked = row + ahead * ldb;
    Index j = 0, asked_col = 0;
    for (; count == 4 && j + n <= cols; j += n) {
      // Weights that come from memory, not from a near cache, must be asked for early enough, and line after
      // line: three times as fast as a line of each row in turn. A wrong guess costs nothing.
      for (Index floats = 0; floats < 4 * n; floats += kLine) {
        hwy::Prefetch(asked + asked_col);
        asked_col += kLine;
        if (asked_col >= cols) asked_col = 0, asked += ldb;
      }
      for (int i = 0; i < kRows; ++i) {
        const float* x = a + i * lda + k;
        Vec sum = hn::LoadU(kTag, c + i * ldc + j);
        for (int l = 0; l < 4; ++l)
          sum = hn::MulAdd(hn::Set(kTag, x[l]), hn::LoadU(kTag, row + l * ldb + j), sum);
        hn::StoreU(sum, kTag, c + i * ldc + j);
      }
    }
    const hn::CappedTag<float, 1> one;  // the same fused multiply-add as above, so the same bits
    for (; j < cols; ++j)
      for (int i = 0; i < kRows; ++i) {
        auto sum = hn::LoadU(one, c + i * ldc + j);
        for (Index l = 0; l < count; ++l)
          sum = hn::MulAdd(hn::Set(one, a[i * lda + k + l]), hn::LoadU(one, row + l * ldb + j), sum);
        hn::StoreU(sum, one, c + i * ldc + j);
      }
  }
}

void multiply_thin(Index rows, Index cols, Index depth, const float* a, Index lda, const float* b, Index ldb,
                   float* c, Index ldc) {
  if (rows == 1) return thin<1>(cols, depth, a, lda, b, ldb, c, ldc);
  if (rows == 2) return thin<2>(cols, depth, a, lda, b, ldb, c, ldc);
  if (rows == 3) return thin<3>(cols, depth, a, lda, b, ldb, c, ldc);
  return thin<4>(cols, depth, a, lda, b, ldb, c, ldc);
}

const TileOps* tile_table() {
  static const TileOps ops{2 * lanes(), lanes(), kMainRows, multiply, pack_b, multiply_thin};
  return &ops;
}

}  // namespace cornu::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cornu::kernels {
const TileOps& tile_ops() { return *CORNU_DISPATCH(tile_table)(); }
}  // namespace cornu::kernels
#endif
