#include "core/parallel.hpp"
#include "cornu/core/error.hpp"
#include "cornu/kernels/conv.hpp"
#include "kernels/channels.hpp"
#include "kernels/reference/conv.hpp"

namespace cornu::kernels {

template <class T>
void add_column_sums(View<const T> dy, View<T> dbias) {
  const Index channels = dbias.size();
  if (dy.shape.rank() < 1 || dy.shape[-1] != channels)
    throw ShapeError(
        detail::concat("add_column_sums: dy is ", dy.shape.text(), " and dbias has ", channels,
                       " numbers; dbias needs one for each of dy's last axis. Give dbias that size."));
  if (dy.size() == 0) return;
  if constexpr (std::is_same_v<T, float>) {
    const ChannelOps& ops = channel_ops();
    const Index chunk = dy.size() < detail::kElementChunk ? channels : 16;
    detail::parallel_chunks(channels, chunk, [&](Index first, Index last) {
      ops.add_columns(dy.data + first, dy.size() / channels, channels, last - first, dbias.data + first);
    });
  } else {
    reference::add_column_sums(dy, dbias);
  }
}

template <class T>
void add_bias(View<const T> bias, View<T> y, bool relu) {
  if (y.size() == 0) return;
  const Index channels = y.shape.back(), rows = y.size() / channels;
  detail::parallel_chunks(rows, detail::kElementChunk / channels + 1, [&](Index first, Index last) {
    for (Index r = first; r < last; ++r) {
      T* row = y.data + r * channels;
      if (bias)
        for (Index c = 0; c < channels; ++c) row[c] += bias[c];
      if (relu)
        for (Index c = 0; c < channels; ++c) row[c] = row[c] < 0 ? T(0) : row[c];
    }
  });
}

template void add_bias(View<const float>, View<float>, bool);
template void add_bias(View<const double>, View<double>, bool);
template void add_column_sums(View<const float>, View<float>);
template void add_column_sums(View<const double>, View<double>);

}  // namespace cornu::kernels
