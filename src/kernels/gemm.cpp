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
constexpr Index kCopiedRows = 48;       // rows of a that are copied together: at most 64 KiB
constexpr Index kTransposedRows = 192;  // most rows of a block of transposed a, which is packed
constexpr Index kManyRows = 192;        // from which on copying a and more columns of packed b pay
constexpr Index kWideColumns = 768;     // most columns of a block of many rows: a is read once for each block

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

/// A tile of kRows rows of transposed a. A copy of known length is a few moves: 4 % of a dense network's
/// step.
template <int kRows>
void pack_tile(const float* from, Index stride, Index depth, float* to) {
  for (Index l = 0; l < depth; ++l) std::memcpy(to + l * kRows, from + l * stride, kRows * sizeof(float));
}

/// Rows i0 .. i0 + rows - 1 of op(a), steps l0 .. l0 + depth - 1, copied from transposed a into tiles of
/// tile_rows rows, so that a tile reads memory in order.
void pack_a(const Problem& p, Index i0, Index rows, Index l0, Index depth, Index tile_rows, float* packed) {
  for (Index i = 0; i < rows; i += tile_rows) {
    const Index count = std::min(tile_rows, rows - i);
    const float* const from = p.a + l0 * p.lda + i0 + i;
    float* const to = packed + i * depth;
    if (count == 6 && tile_rows == 6)
      pack_tile<6>(from, p.lda, depth, to);
    else if (count == 12 && tile_rows == 12)
      pack_tile<12>(from, p.lda, depth, to);
    else
      for (Index l = 0; l < depth; ++l) std::copy_n(from + l * p.lda, count, to + l * tile_rows);
  }
}

/// The part of op(b) that is packed: columns j .. j + width - 1 of steps l .. l + depth - 1.
struct PackedPart {
  Index j, width, l, depth;
};

/// Rows of a that lie far apart are copied before they are read once a panel: they would come from another
/// page each, and rows 4 KiB apart drive each other out of L1. 1000 x 2048 x 2048 with AVX2: 57 to 71
/// GFLOP/s. With 128 rows the copy costs more than it saves.
bool copies_a(const Problem& p, Index rows, const PackedPart& part) {
  return p.ta == Trans::no && p.lda > part.depth && part.width >= 64 && rows >= kManyRows;
}

/// block: the product of all rows but for what says where a is.
void multiply_copied(const Problem& p, const TileOps& ops, Index i0, Index rows, const PackedPart& part,
                     Block block) {
  const BlockScratch scratch = block_scratch();
  const Index stride = (part.depth + 31) / 16 * 16;
  for (Index i = 0; i < kCopiedRows; ++i) scratch.rows[std::size_t(i)] = i * stride;
  float* const copy = scratch.a.data();
  block.a = copy;
  for (Index i = 0; i < rows; i += kCopiedRows, block.c += kCopiedRows * p.ldc) {
    block.rows = std::min(kCopiedRows, rows - i);
    for (Index r = 0; r < block.rows; ++r)
      std::copy_n(p.a + (i0 + i + r) * p.lda + part.l, part.depth, copy + r * stride);
    ops.multiply(block);
  }
}

/// What it adds to rows i0 .. i0 + rows - 1 of c.
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
  if (p.ta == Trans::no) {
    block.a = p.a + i0 * p.lda + l;
    for (Index i = 0; i < rows; ++i) scratch.rows[std::size_t(i)] = i * p.lda;
  } else {
    pack_a(p, i0, rows, l, depth, ops.tile_rows, scratch.a.data());
    block.a = scratch.a.data();
    block.step = ops.tile_rows;
    for (Index i = 0; i < rows; ++i)
      scratch.rows[std::size_t(i)] = i / ops.tile_rows * ops.tile_rows * depth + i % ops.tile_rows;
  }
  ops.multiply(block);
}

/// each(part) for the parts of columns j0 .. j0 + cols - 1, each with b packed.
template <class Each>
void for_packed_parts(const Problem& p, const TileOps& ops, Index rows, Index j0, Index cols,
                      const Each& each) {
  constexpr Index kRest = 16;  // no block of its own for so few; the scratch has room for them
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
  const bool spread = spreads(p.m * p.n * p.k);
  // Blocks of about 240 rows; when these are few, the columns are cut too, so that there is work for all
  // threads.
  const Index most_rows = p.ta == Trans::yes ? kTransposedRows : spread ? 240 : kRows;
  const Index rows = even_part(p.m, most_rows, 24), row_blocks = ceil_div(p.m, rows);
  const Index cols =
      row_blocks >= 8 || !spread ? p.n : even_part(p.n, std::max<Index>(64, ceil_div(p.n, 8)), 32);
  const Index col_blocks = ceil_div(p.n, cols);
  detail::parallel_for(row_blocks * col_blocks, [&](Index task) {
    const Index i = task / col_blocks * rows, j = task % col_blocks * cols;
    for_packed_parts(p, ops, rows, j, std::min(cols, p.n - j), [&](const PackedPart& part) {
      multiply_packed(p, ops, i, std::min(rows, p.m - i), part);
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
  if (p.m > 0 && q.m > 0 && std::max(p.m, q.m) <= kTransposedRows) return run_both(p, q);
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
