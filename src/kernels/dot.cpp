#include "cornu/kernels/dot.hpp"

#include <algorithm>
#include <cmath>

#include "core/parallel.hpp"
#include "cornu/kernels/gemm.hpp"

namespace cornu::kernels {

namespace {
/// An operand of one sample as `blocks` matrices: (length, width) each, or, with last, one matrix (width,
/// length) because the summed axis is the last.
struct Blocks {
  Index blocks, length, width;
  bool last;

  explicit Blocks(const DotSide& s)
      : blocks(s.inner == 1 ? 1 : s.outer),
        length(s.length),
        width(s.inner == 1 ? s.outer : s.inner),
        last(s.inner == 1) {}
  Index size() const { return length * width; }
  Index row() const { return last ? length : width; }  ///< numbers from one row of a matrix to the next
};

Trans transposed(bool yes) { return yes ? Trans::yes : Trans::no; }

/// d = the gradient towards one operand, given the other one and g (own.width, other.width) with rows `ldg`
/// apart; g_transposed: g lies as (other.width, own.width).
template <class T>
void side_grad(const Blocks& own, const Blocks& other, const T* x, const T* g, Index ldg, bool g_transposed,
               T* d, bool accumulate) {
  if (own.last)  // d (width, length) = g (width, other) x (other, length)
    gemm<T>(transposed(g_transposed), transposed(!other.last), own.width, own.length, other.width, g, ldg, x,
            other.row(), d, own.length, accumulate);
  else  // d (length, width) = x (length, other) g (other, width)
    gemm<T>(transposed(other.last), transposed(!g_transposed), own.length, own.width, other.width, x,
            other.row(), g, ldg, d, own.width, accumulate);
}

/// Chunk of samples that one task takes: enough work to be worth it.
Index samples_of(const DotSide& a, const DotSide& b) {
  const Index work = std::max<Index>(1, a.left() * b.left() * a.length);
  return std::max<Index>(1, detail::kElementChunk / work);
}
}  // namespace

template <class T>
void batch_dot(Index n, const DotSide& side_a, const DotSide& side_b, const T* a, const T* b, T* y) {
  const Blocks sa(side_a), sb(side_b);
  const Index ldy = side_b.left();
  const auto sample = [&](Index s) {
    for (Index i = 0; i < sa.blocks; ++i)
      for (Index j = 0; j < sb.blocks; ++j)
        gemm<T>(transposed(!sa.last), transposed(sb.last), sa.width, sb.width, sa.length,
                a + s * side_a.size() + i * sa.size(), sa.row(), b + s * side_b.size() + j * sb.size(),
                sb.row(), y + (s * side_a.left() + i * sa.width) * ldy + j * sb.width, ldy, false);
  };
  if (side_a.left() == 1 && side_b.left() == 1) {  // two vectors: a product of matrices would be a detour
    detail::parallel_chunks(n, samples_of(side_a, side_b), [&](Index first, Index last) {
      for (Index s = first; s < last; ++s) {
        T sum = 0;
        for (Index k = 0; k < sa.length; ++k) sum += a[s * sa.length + k] * b[s * sa.length + k];
        y[s] = sum;
      }
    });
    return;
  }
  detail::parallel_chunks(n, samples_of(side_a, side_b), [&](Index first, Index last) {
    for (Index s = first; s < last; ++s) sample(s);
  });
}

template <class T>
void batch_dot_grad(Index n, const DotSide& side_a, const DotSide& side_b, const T* a, const T* b,
                    const T* dy, T* da, T* db) {
  const Blocks sa(side_a), sb(side_b);
  const Index ldy = side_b.left();
  const auto sample = [&](Index s) {
    for (Index i = 0; i < sa.blocks; ++i)
      for (Index j = 0; j < sb.blocks; ++j) {
        const Index at_a = s * side_a.size() + i * sa.size(), at_b = s * side_b.size() + j * sb.size();
        const T* g = dy + (s * side_a.left() + i * sa.width) * ldy + j * sb.width;
        if (da) side_grad(sa, sb, b + at_b, g, ldy, false, da + at_a, j > 0);
        if (db) side_grad(sb, sa, a + at_a, g, ldy, true, db + at_b, i > 0);
      }
  };
  detail::parallel_chunks(n, samples_of(side_a, side_b), [&](Index first, Index last) {
    for (Index s = first; s < last; ++s) sample(s);
  });
}

namespace {
/// body(first number, its vector's position among the inverses) for each vector along the axis.
template <class Body>
void each_vector(Index n, const DotSide& side, const Body& body) {
  detail::parallel_for(n * side.outer, [&](Index block) {
    for (Index i = 0; i < side.inner; ++i) body(block * side.length * side.inner + i, block * side.inner + i);
  });
}
}  // namespace

template <class T>
void unit_length(Index n, const DotSide& side, const T* x, T* y, T* inverse, T limit) {
  each_vector(n, side, [&](Index at, Index vector) {
    T squares = 0;
    for (Index k = 0; k < side.length; ++k) squares += x[at + k * side.inner] * x[at + k * side.inner];
    const T scale = inverse[vector] = std::min(T(1) / std::sqrt(squares), limit);
    for (Index k = 0; k < side.length; ++k) y[at + k * side.inner] = x[at + k * side.inner] * scale;
  });
}

template <class T>
void unit_length_grad(Index n, const DotSide& side, const T* y, const T* inverse, T* dy, T limit) {
  each_vector(n, side, [&](Index at, Index vector) {
    const T scale = inverse[vector];
    T along = 0;  // the part along y, which a change of length takes back; none where the length is clipped
    if (scale < limit)
      for (Index k = 0; k < side.length; ++k) along += y[at + k * side.inner] * dy[at + k * side.inner];
    for (Index k = 0; k < side.length; ++k) {
      T& d = dy[at + k * side.inner];
      d = scale * (d - y[at + k * side.inner] * along);
    }
  });
}

template void batch_dot(Index, const DotSide&, const DotSide&, const float*, const float*, float*);
template void batch_dot_grad(Index, const DotSide&, const DotSide&, const float*, const float*, const float*,
                             float*, float*);
template void unit_length(Index, const DotSide&, const float*, float*, float*, float);
template void unit_length_grad(Index, const DotSide&, const float*, const float*, float*, float);
template void batch_dot(Index, const DotSide&, const DotSide&, const double*, const double*, double*);
template void batch_dot_grad(Index, const DotSide&, const DotSide&, const double*, const double*,
                             const double*, double*, double*);
template void unit_length(Index, const DotSide&, const double*, double*, double*, double);
template void unit_length_grad(Index, const DotSide&, const double*, const double*, double*, double);

}  // namespace cornu::kernels
