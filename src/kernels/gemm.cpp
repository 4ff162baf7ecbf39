#include "cornu/kernels/gemm.hpp"

#include <algorithm>
#include <cstring>

#include "core/parallel.hpp"
#include "cornu/core/error.hpp"
#include "kernels/blocking.hpp"
#include "kernels/reference/gemm.hpp"
#include "kernels/tile.hpp"

namespace cornu::kernels {

namespace {

// Up to this many rows reading B costs more than the arithmetic, so B is not packed first.
constexpr Index kThinRows = 4;
// Rows of a that are copied together: full tiles of every instruction set, at most 90 KiB.
constexpr Index kCopiedRows = 48;
constexpr Index kShortRow = 64;      // a with rows up to this long is read in place when transposed
constexpr Index kRest = 16;          // so few rows or columns more are no block of their own
constexpr Index kManyRows = 192;     // from which on copying a and more columns of packed b pay
constexpr Index kWideColumns = 768;  // most columns of a block of many rows: a is read once for each block

/// Where packed B lies: behind the scratch that all kernels of blocks share, since it may be wider.
float* packed_b() {
  constexpr auto floats = std::size_t(kDepth) * (kWideColumns + 32);
  return detail::thread_scratch().subspan(kBlockFloats, floats).data();
}

struct Problem {
  Trans ta, tb;
  Index m, n, k;
  const float* a;
  Index lda;
  const float* b;
  Index ldb;
  float* c;
  Index ldc;
  bool accumulate;
  Epilogue<float> epilogue;

  /// Element (l, j) of op(b).
  PackSource b_part(Index l, Index j) const {
    return tb == Trans::no ? PackSource{b + l * ldb + j, ldb, 1} : PackSource{b + j * ldb + l, 1, ldb};
  }
};

void check(const char* name, Index rows, Index cols, Index ld) {
  if (rows < 0 || cols < 0)
    throw ValueError(detail::concat("gemm: ", name, " is ", rows, " x ", cols,
                                    "; extents may not be negative. Check m, n and k."));
  if (rows > 1 && ld < cols)
    throw ValueError(detail::concat("gemm: rows of ", name, " are ", ld, " apart but ", cols,
                                    " long. Give a leading dimension of at least the row."));
}

void check_all(Trans ta, Trans tb, Index m, Index n, Index k, Index lda, Index ldb, Index ldc) {
  ta == Trans::no ? check("a", m, k, lda) : check("a", k, m, lda);
  tb == Trans::no ? check("b", k, n, ldb) : check("b", n, k, ldb);
  check("c", m, n, ldc);
}

/// The part of op(b) that is packed: columns j .. j + width - 1 of steps l .. l + depth - 1.
struct PackedPart {
  Index j, width, l, depth;
};

/// Whether rows of a are copied before they are read once a panel. Transposed, they lie across memory; where
/// a's rows are short they are read in place, 1.5 % (AVX2) to 3 % of a recurrent layer's backward pass. Rows
/// far apart come from another page each, and when they are 4 KiB apart drive each other out of L1:
/// 1000 x 2048 x 2048 with AVX2: 57 to 71 GFLOP/s. With 128 rows the copy costs more than it saves.
bool copies_a(const Problem& p, Index rows, const PackedPart& part) {
  if (p.ta == Trans::yes) return p.lda > kShortRow;
  return p.lda > part.depth && part.width >= 64 && rows >= kManyRows;
}

/// Full tiles of kRows rows of transposed a, all tiles of a step before the next: a step lies in order, and
/// steps 8 KiB apart drive each other out of L1. A copy of known length is a few moves: 4 % of a dense
/// network's step.
template <int kRows>
void pack_tiles(const float* from, Index stride, Index tiles, Index depth, float* to) {
  for (Index l = 0; l < depth; ++l, from += stride, to += kRows)
    for (Index tile = 0; tile < tiles; ++tile)
      std::memcpy(to + tile * kRows * depth, from + tile * kRows, kRows * sizeof(float));
}

/// Rows i .. i + rows - 1 of transposed a, in tiles of tile_rows rows, so that a tile reads memory in order.
void pack_transposed(const Problem& p, Index i, Index rows, const PackedPart& part, Index tile_rows,
                     float* copy) {
  const float* const from = p.a + part.l * p.lda + i;
  const Index tiles = rows / tile_rows, rest = rows % tile_rows, packed = rows - rest;
  tile_rows == 6 ? pack_tiles<6>(from, p.lda, tiles, part.depth, copy)
                 : pack_tiles<12>(from, p.lda, tiles, part.depth, copy);
  for (Index l = 0; rest > 0 && l < part.depth; ++l)
    std::copy_n(from + l * p.lda + packed, rest, copy + packed * part.depth + l * tile_rows);
}

/// block: the product of all rows but for what says where a is. Few rows are copied together: they stay in
/// L1, and those of c, a page each when they are long, in the TLB.
void multiply_copied(const Problem& p, const TileOps& ops, Index i0, Index rows, const PackedPart& part,
                     Block block) {
  const BlockScratch scratch = block_scratch();
  const Index tile_rows = ops.tile_rows, stride = (part.depth + 31) / 16 * 16;
  float* const copy = scratch.a.data();
  block.a = copy;
  block.step = p.ta == Trans::yes ? tile_rows : 1;
  for (Index i = 0; i < kCopiedRows + kRest; ++i)
    scratch.rows[std::size_t(i)] =
        p.ta == Trans::yes ? i / tile_rows * tile_rows * part.depth + i % tile_rows : i * stride;
  for (Index i = 0; i < rows; i += block.rows, block.c += block.rows * p.ldc) {
    block.rows = rows - i <= kCopiedRows + kRest ? rows - i : kCopiedRows;
    if (p.ta == Trans::yes)
      pack_transposed(p, i0 + i, block.rows, part, tile_rows, copy);
    else
      for (Index r = 0; r < block.rows; ++r)
        std::copy_n(p.a + (i0 + i + r) * p.lda + part.l, part.depth, copy + r * stride);
    ops.multiply(block);
  }
}

/// What it adds to rows i0 .. i0 + rows - 1 of c; at most kRows.
void multiply_packed(const Problem& p, const TileOps& ops, Index i0, Index rows, const PackedPart& part) {
  const BlockScratch scratch = block_scratch();
  const auto [j, width, l, depth] = part;
  const bool last = l + depth >= p.k;
  const Piece piece{0, depth};
  Block block{p.a,
              scratch.rows.data(),
              1,
              &piece,
              1,
              depth,
              rows,
              width,
              packed_b(),
              p.c + i0 * p.ldc + j,
              scratch.outs.data(),
              p.accumulate || l > 0,
              last && p.epilogue.bias ? p.epilogue.bias + j : nullptr,
              last && p.epilogue.relu};
  for (Index i = 0; i < rows; ++i) scratch.outs[std::size_t(i)] = i * p.ldc;
  if (copies_a(p, rows, part)) return multiply_copied(p, ops, i0, rows, part, block);
  const Index row = p.ta == Trans::no ? p.lda : 1, step = p.ta == Trans::no ? 1 : p.lda;
  block.a = p.a + i0 * row + l * step;
  block.step = step;
  for (Index i = 0; i < rows; ++i) scratch.rows[std::size_t(i)] = i * row;
  ops.multiply(block);
}

/// each(part) for the parts of columns j0 .. j0 + cols - 1, each with b packed.
template <class Each>
void for_packed_parts(const Problem& p, const TileOps& ops, Index rows, Index j0, Index cols,
                      const Each& each) {
  const Index most = even_part(p.k, kDepth), most_cols = rows >= kManyRows ? kWideColumns : kColumns;
  for (Index j = 0, width = 0; j < cols; j += width) {
    width = cols - j <= most_cols + kRest ? cols - j : most_cols;
    for (Index l = 0; l == 0 || l < p.k; l += most) {
      const PackedPart part{j0 + j, width, l, std::min(most, p.k - l)};
      ops.pack_b(p.b_part(l, part.j), 0, part.depth, part.depth, width, packed_b());
      each(part);
    }
  }
}

/// At most kThinRows rows: b is read where it lies, each block of steps summed apart as multiply does.
void multiply_thin_part(const Problem& p, const TileOps& ops, Index j0, Index cols) {
  float* sums = detail::thread_scratch().data();
  const Index most = even_part(p.k, kDepth);
  for (Index l = 0; l == 0 || l < p.k; l += most) {
    const Index depth = std::min(most, p.k - l);
    const bool last = l + depth >= p.k;
    ops.multiply_thin(p.m, cols, depth, p.a + l, p.lda, p.b + l * p.ldb + j0, p.ldb, sums, cols);
    for (Index i = 0; i < p.m; ++i) {
      float* c = p.c + i * p.ldc + j0;
      for (Index j = 0; j < cols; ++j) {
        float v = sums[i * cols + j];
        if (p.accumulate || l > 0) v += c[j];
        if (last && p.epilogue.bias) v += p.epilogue.bias[j0 + j];
        c[j] = last && p.epilogue.relu && v < 0.f ? 0.f : v;
      }
    }
  }
}

/// Rows and columns of c that one thread does, each part of b packed once for them.
struct Task {
  Index rows, cols;
};

Task largest_task(const Problem& p) {
  const bool spread = spreads(p.m * p.n * p.k);
  if (p.m >= kManyRows && p.n >= 512) {
    // Each task packs its columns of b and copies its rows of a, so mainly the longer side is cut.
    if (!spread) return {p.m, p.n};
    const Index wished = p.m >= 2 * p.n ? kWideColumns : ceil_div(p.n, 2 * num_threads());
    const Index cols = even_part(p.n, std::clamp<Index>(wished, 256, kWideColumns), 32);
    const Index row_tasks = ceil_div(4 * num_threads(), ceil_div(p.n, cols));
    return {even_part(p.m, std::max(kManyRows, ceil_div(p.m, row_tasks)), 24), cols};
  }
  // Blocks of about 240 rows; when these are few, the columns are cut too, so that there is work for all
  // threads.
  const Index rows = even_part(p.m, spread ? 240 : kRows, 24);
  if (!spread || ceil_div(p.m, rows) >= 8) return {rows, p.n};
  return {rows, even_part(p.n, std::max<Index>(64, ceil_div(p.n, 8)), 32)};
}

void run(const Problem& p) {
  const TileOps& ops = tile_ops();
  if (p.m <= kThinRows && p.ta == Trans::no && p.tb == Trans::no) {
    // Reading b takes longer than the few multiply-adds of a number, so even one row counts as kThinRows.
    const bool spread = spreads(kThinRows * p.n * p.k);
    const Index chunk =
        spread ? std::clamp<Index>(ceil_div(p.n, 2 * num_threads() * 64) * 64, 64, 1024) : 1024;
    detail::parallel_chunks(
        p.n, chunk, [&](Index first, Index last) { multiply_thin_part(p, ops, first, last - first); });
    return;
  }
  const Task most = largest_task(p);
  const Index row_tasks = ceil_div(p.m, most.rows), col_tasks = ceil_div(p.n, most.cols);
  const Index block_rows = even_part(most.rows, kRows, 24);
  detail::parallel_for(row_tasks * col_tasks, [&](Index task) {
    const Index i0 = task / col_tasks * most.rows, j0 = task % col_tasks * most.cols;
    const Index rows = std::min(most.rows, p.m - i0);
    for_packed_parts(p, ops, rows, j0, std::min(most.cols, p.n - j0), [&](const PackedPart& part) {
      for (Index i = 0; i < rows; i += block_rows)
        multiply_packed(p, ops, i0 + i, std::min(block_rows, rows - i), part);
    });
  });
}

/// Both with the same b, of which each part is packed once.
void run_both(const Problem& p, const Problem& q) {
  const TileOps& ops = tile_ops();
  const bool spread = spreads((p.m + q.m) * p.n * p.k);
  const Index cols = spread ? even_part(p.n, std::max<Index>(64, ceil_div(p.n, 8)), 32) : p.n;
  detail::parallel_for(ceil_div(p.n, cols), [&](Index task) {
    const Index j = task * cols;
    for_packed_parts(p, ops, 0, j, std::min(cols, p.n - j), [&](const PackedPart& part) {
      multiply_packed(p, ops, 0, p.m, part);
      multiply_packed(q, ops, 0, q.m, part);
    });
  });
}

}  // namespace

template <>
void gemm<float>(Trans ta, Trans tb, Index m, Index n, Index k, const float* a, Index lda, const float* b,
                 Index ldb, float* c, Index ldc, bool accumulate, const Epilogue<float>& epilogue) {
  check_all(ta, tb, m, n, k, lda, ldb, ldc);
  if (m == 0 || n == 0) return;
  run({ta, tb, m, n, k, a, lda, b, ldb, c, ldc, accumulate, epilogue});
}

template <>
void add_gradients<float>(Index n, Index k, const float* b, Index ldb, const GradientFactor<float>& first,
                          const GradientFactor<float>& second) {
  const auto problem = [&](const GradientFactor<float>& f) {
    check_all(Trans::yes, Trans::no, f.m, n, k, f.lda, ldb, f.ldc);
    return Problem{Trans::yes, Trans::no, f.m, n, k, f.a, f.lda, b, ldb, f.c, f.ldc, true, {}};
  };
  const Problem p = problem(first), q = problem(second);
  if (n == 0) return;
  if (p.m > 0 && q.m > 0 && std::max(p.m, q.m) <= kManyRows) return run_both(p, q);
  if (p.m > 0) run(p);
  if (q.m > 0) run(q);
}

template <>
void gemm<double>(Trans ta, Trans tb, Index m, Index n, Index k, const double* a, Index lda, const double* b,
                  Index ldb, double* c, Index ldc, bool accumulate, const Epilogue<double>& epilogue) {
  check_all(ta, tb, m, n, k, lda, ldb, ldc);
  reference::gemm(ta, tb, m, n, k, a, lda, b, ldb, c, ldc, accumulate, epilogue);
}

template <>
void add_gradients<double>(Index n, Index k, const double* b, Index ldb, const GradientFactor<double>& first,
                           const GradientFactor<double>& second) {
  for (const GradientFactor<double>& f : {first, second})
    gemm<double>(Trans::yes, Trans::no, f.m, n, k, f.a, f.lda, b, ldb, f.c, f.ldc, true);
}

}  // namespace cornu::kernels
