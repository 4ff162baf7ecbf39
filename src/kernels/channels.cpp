#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/channels.cpp"
#include <hwy/foreach_target.h>
// after foreach_target, which includes this file once per instruction set
#include <hwy/highway.h>

#include <algorithm>
#include <cstring>

#include "kernels/channels.hpp"
#include "kernels/dispatch.hpp"

HWY_BEFORE_NAMESPACE();
namespace cornu::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Every function runs over whole vectors and then, with the same arithmetic, over single channels.
using Wide = hn::ScalableTag<float>;
using One = hn::CappedTag<float, 1>;

template <class D>
HWY_INLINE void sum_products_at(D d, Index c, Index count, const float* const* a, const float* const* b,
                                float* out, bool accumulate, const float* bias, bool relu) {
  auto sum = hn::Zero(d);
  for (Index t = 0; t < count; ++t) sum = hn::MulAdd(hn::LoadU(d, a[t] + c), hn::LoadU(d, b[t] + c), sum);
  if (accumulate) sum = hn::Add(sum, hn::LoadU(d, out + c));
  if (bias) sum = hn::Add(sum, hn::LoadU(d, bias + c));
  if (relu) sum = hn::IfThenZeroElse(hn::Lt(sum, hn::Zero(d)), sum);  // a NaN stays
  hn::StoreU(sum, d, out + c);
}

void sum_products(Index count, const float* const* a, const float* const* b, Index channels, float* out,
                  bool accumulate, const float* bias, bool relu) {
  const Index n = static_cast<Index>(hn::Lanes(Wide()));
  Index c = 0;
  for (; c + n <= channels; c += n) sum_products_at(Wide(), c, count, a, b, out, accumulate, bias, relu);
  for (; c < channels; ++c) sum_products_at(One(), c, count, a, b, out, accumulate, bias, relu);
}

template <class D>
HWY_INLINE void max_at(D d, Index c, const Window& w, const float* x, float* y, std::uint8_t* argmax,
                       Index bytes) {
  const hn::RebindToSigned<D> di;
  auto best = hn::LoadU(d, x + c);
  auto position = hn::Set(di, static_cast<std::int32_t>(w.first));
  for (Index r = 0; r < w.rows; ++r)
    for (Index i = r == 0 ? 1 : 0; i < w.cols; ++i) {
      const auto v = hn::LoadU(d, x + r * w.row_stride + i * w.pixel_stride + c);
      // "not less or equal" takes a NaN, and once there it stays: the first NaN of the window wins
      const auto better = hn::And(hn::Not(hn::Le(v, best)), hn::Eq(best, best));
      best = hn::IfThenElse(better, v, best);
      const auto here = hn::Set(di, static_cast<std::int32_t>(w.first + r * w.pool_w + i));
      position = hn::IfThenElse(hn::RebindMask(di, better), here, position);
    }
  hn::StoreU(best, d, y + c);
  if (!argmax) return;
  if (bytes == 1) {
    const hn::Rebind<std::uint8_t, D> d8;
    hn::StoreU(hn::DemoteTo(d8, position), d8, argmax + c);
    return;
  }
  HWY_ALIGN std::int32_t lanes[HWY_MAX_BYTES / sizeof(std::int32_t)];
  hn::StoreU(position, di, lanes);
  for (Index i = 0; i < static_cast<Index>(hn::Lanes(d)); ++i)
    write_position(argmax + (c + i) * bytes, bytes, static_cast<std::uint32_t>(lanes[i]));
}

void max_window(const Window& w, const float* x, Index channels, float* y, std::uint8_t* argmax,
                Index bytes) {
  const Index n = static_cast<Index>(hn::Lanes(Wide()));
  Index c = 0;
  for (; c + n <= channels; c += n) max_at(Wide(), c, w, x, y, argmax, bytes);
  for (; c < channels; ++c) max_at(One(), c, w, x, y, argmax, bytes);
}

template <class D>
HWY_INLINE auto positions_at(D d, const std::uint8_t* argmax, Index c, Index bytes) {
  const hn::RebindToSigned<D> di;
  if (bytes == 1) {
    const hn::Rebind<std::uint8_t, D> d8;
    return hn::PromoteTo(di, hn::LoadU(d8, argmax + c));
  }
  HWY_ALIGN std::int32_t lanes[HWY_MAX_BYTES / sizeof(std::int32_t)];
  for (Index i = 0; i < static_cast<Index>(hn::Lanes(d)); ++i)
    lanes[i] = static_cast<std::int32_t>(read_position(argmax + (c + i) * bytes, bytes));
  return hn::LoadU(di, lanes);
}

template <class D>
HWY_INLINE void max_grad_at(D d, Index c, const Window& w, const std::uint8_t* argmax, Index bytes,
                            const float* dy, float* dx, bool accumulate) {
  const hn::RebindToSigned<D> di;
  const auto position = positions_at(d, argmax, c, bytes);
  const auto gradient = hn::LoadU(d, dy + c);
  for (Index r = 0; r < w.rows; ++r)
    for (Index i = 0; i < w.cols; ++i) {
      float* cell = dx + r * w.row_stride + i * w.pixel_stride + c;
      const auto here = hn::Set(di, static_cast<std::int32_t>(w.first + r * w.pool_w + i));
      auto v = hn::IfThenElseZero(hn::RebindMask(d, hn::Eq(position, here)), gradient);
      if (accumulate) v = hn::Add(v, hn::LoadU(d, cell));
      hn::StoreU(v, d, cell);
    }
}

void max_window_grad(const Window& w, const std::uint8_t* argmax, Index bytes, const float* dy,
                     Index channels, float* dx, bool accumulate) {
  const Index n = static_cast<Index>(hn::Lanes(Wide()));
  Index c = 0;
  for (; c + n <= channels; c += n) max_grad_at(Wide(), c, w, argmax, bytes, dy, dx, accumulate);
  for (; c < channels; ++c) max_grad_at(One(), c, w, argmax, bytes, dy, dx, accumulate);
}

template <class D>
HWY_INLINE void mean_at(D d, Index c, const Window& w, const float* x, float* y) {
  auto sum = hn::Zero(d);
  for (Index r = 0; r < w.rows; ++r)
    for (Index i = 0; i < w.cols; ++i)
      sum = hn::Add(sum, hn::LoadU(d, x + r * w.row_stride + i * w.pixel_stride + c));
  hn::StoreU(hn::Div(sum, hn::Set(d, static_cast<float>(w.rows * w.cols))), d, y + c);
}

void mean_window(const Window& w, const float* x, Index channels, float* y) {
  const Index n = static_cast<Index>(hn::Lanes(Wide()));
  Index c = 0;
  for (; c + n <= channels; c += n) mean_at(Wide(), c, w, x, y);
  for (; c < channels; ++c) mean_at(One(), c, w, x, y);
}

template <class D>
HWY_INLINE void mean_grad_at(D d, Index c, const Window& w, const float* dy, float* dx, bool accumulate) {
  const auto share = hn::Div(hn::LoadU(d, dy + c), hn::Set(d, static_cast<float>(w.rows * w.cols)));
  for (Index r = 0; r < w.rows; ++r)
    for (Index i = 0; i < w.cols; ++i) {
      float* cell = dx + r * w.row_stride + i * w.pixel_stride + c;
      hn::StoreU(accumulate ? hn::Add(share, hn::LoadU(d, cell)) : share, d, cell);
    }
}

void mean_window_grad(const Window& w, const float* dy, Index channels, float* dx, bool accumulate) {
  const Index n = static_cast<Index>(hn::Lanes(Wide()));
  Index c = 0;
  for (; c + n <= channels; c += n) mean_grad_at(Wide(), c, w, dy, dx, accumulate);
  for (; c < channels; ++c) mean_grad_at(One(), c, w, dy, dx, accumulate);
}

/// totals[c] += sum over at most kBlockRows rows, as two runs of rows side by side: shorter chains.
template <class D>
HWY_INLINE void add_block_at(D d, Index c, const float* x, Index rows, Index stride, float* totals) {
  auto even = hn::Zero(d), odd = hn::Zero(d);
  Index r = 0;
  for (; r + 2 <= rows; r += 2) {
    even = hn::Add(even, hn::LoadU(d, x + r * stride + c));
    odd = hn::Add(odd, hn::LoadU(d, x + (r + 1) * stride + c));
  }
  if (r < rows) even = hn::Add(even, hn::LoadU(d, x + r * stride + c));
  hn::StoreU(hn::Add(hn::LoadU(d, totals + c), hn::Add(even, odd)), d, totals + c);
}

/// In blocks of rows that are still in the cache when the next channels need them, and short enough that a
/// sum of many numbers keeps its precision.
void add_columns(const float* x, Index rows, Index stride, Index channels, float* sums) {
  constexpr Index kBlockRows = 64, kBlockChannels = 64;
  const Index n = static_cast<Index>(hn::Lanes(Wide()));
  for (Index first = 0; first < channels; first += kBlockChannels) {
    const Index count = std::min(kBlockChannels, channels - first);
    float totals[kBlockChannels] = {};
    for (Index row = 0; row < rows; row += kBlockRows) {
      const float* from = x + row * stride + first;
      const Index height = std::min(kBlockRows, rows - row);
      Index c = 0;
      for (; c + n <= count; c += n) add_block_at(Wide(), c, from, height, stride, totals);
      for (; c < count; ++c) add_block_at(One(), c, from, height, stride, totals);
    }
    for (Index c = 0; c < count; ++c) sums[first + c] += totals[c];
  }
}

const ChannelOps* channel_table() {
  static const ChannelOps ops{sum_products, max_window,       max_window_grad,
                              mean_window,  mean_window_grad, add_columns};
  return &ops;
}

}  // namespace cornu::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cornu::kernels {

const ChannelOps& channel_ops() { return *CORNU_DISPATCH(channel_table)(); }

}  // namespace cornu::kernels
#endif
