#include "testing/layer_runner.hpp"

#include <cmath>
#include <optional>

namespace cornu::testing::detail {

template <class T>
struct WeightBuffers {
  std::vector<Guarded<T>> values, gradients;
  Arrays<T> before;  ///< what the values were after the last call that may change them
  std::vector<View<T>> views, gradient_views;
};

template <class T>
struct SliceBuffers {
  std::vector<Guarded<T>> x = {}, y = {}, dy = {}, dx = {};
  std::vector<View<const T>> x_views = {}, y_seen = {}, mask_views = {};
  std::vector<View<T>> y_views = {}, dy_views = {}, dx_views = {};
  Guarded<std::byte> saved;
  Guarded<T> scratch;
};

namespace {

template <class T>
WeightBuffers<T> weight_buffers(const Layer& layer, const Numbers<T>& numbers, const RunMode& mode) {
  WeightBuffers<T> b;
  for (std::size_t k = 0; k < numbers.weights.size(); ++k) {
    const Shape& shape = layer.weights()[k].value.shape();
    b.values.emplace_back(numbers.weights[k], 0, shape.count(), mode.shift);
    b.gradients.emplace_back(shape.count(), mode.shift);
    for (Index i = 0; i < shape.count(); ++i)
      b.gradients[k].data()[i] = mode.start_at_zero ? T(0) : start_of<T>(i);
    const bool asked = mode.wants_dweight(k) && layer.weights()[k].trainable;
    b.views.emplace_back(b.values[k].data(), shape);
    b.gradient_views.emplace_back(asked ? b.gradients[k].data() : nullptr, shape);
  }
  b.before = numbers.weights;
  return b;
}

template <class T>
void common(Call<T>& call, const RunMode& mode, Slice slice, WeightBuffers<T>& weights, SliceBuffers<T>& b) {
  call.x = b.x_views;
  call.masks = b.mask_views;
  call.weights = weights.views;
  call.saved = {b.saved.data(), static_cast<std::size_t>(b.saved.size())};
  call.scratch = {b.scratch.data(), static_cast<std::size_t>(b.scratch.size())};
  call.training = mode.training;
  call.trainable = mode.trainable;
  call.logits = mode.logits;
  call.random = mode.key;
  call.first_sample = slice.first;
}

template <class T>
void copy_out(const Guarded<T>& from, Arrays<T>& to, std::size_t i, Index first_value) {
  std::copy(from.data(), from.data() + from.size(), to[i].data() + first_value);
}

std::string in(const RunMode& mode, Slice slice, Index samples) {
  return concat(mode.name, slice.count == samples
                               ? ""
                               : concat(", samples ", slice.first, " to ", slice.first + slice.count - 1));
}

template <class T>
void check_finite(Findings& findings, const std::string& what, const std::string& where, const Shape& shape,
                  const T* values) {
  for (Index i = 0; i < shape.count(); ++i)
    if (!std::isfinite(static_cast<double>(values[i])))
      return findings.add(what, concat(where, ", at ", position_text(shape, i), " received ",
                                       std::isnan(static_cast<double>(values[i])) ? "NaN" : "infinity"));
}

}  // namespace

template <class T>
Outcome<T> LayerRunner<T>::run(const Numbers<T>& numbers, const RunMode& asked) const {
  Outcome<T> out;
  RunMode mode = asked;
  mode.trainable = asked.trainable && layer_.trainable();
  WeightBuffers<T> weights = weight_buffers(layer_, numbers, mode);
  for (std::size_t i = 0; i < outputs_.size(); ++i)
    out.y.emplace_back(static_cast<std::size_t>(output(i).count()));
  for (std::size_t i = 0; i < inputs_.size(); ++i)
    out.dx.emplace_back(mode.backward && mode.wants_dx(i) ? static_cast<std::size_t>(input(i).count()) : 0);
  const std::vector<Slice> slices = mode.slices.empty() ? std::vector<Slice>{{0, samples_}} : mode.slices;
  for (const Slice slice : slices) {
    const char* pass = "forward";
    try {
      SliceBuffers<T> b = slice_buffers(numbers, mode, slice);
      forward(numbers, mode, slice, weights, b, out);
      pass = "backward";
      if (mode.backward) backward(numbers, mode, slice, weights, b, out);
    } catch (const std::exception& error) {
      findings_.add(concat(pass, " throws"), concat(in(mode, slice, samples_), ": ", error.what()));
      return out;
    }
  }
  for (std::size_t k = 0; k < weights.values.size(); ++k) {
    const auto& v = weights.values[k];
    const auto& g = weights.gradients[k];
    out.weights.emplace_back(v.data(), v.data() + v.size());
    if (weights.gradient_views[k] && mode.backward)
      out.dweights.emplace_back(g.data(), g.data() + g.size());
    else
      out.dweights.emplace_back();
  }
  out.complete = true;
  return out;
}

template <class T>
SliceBuffers<T> LayerRunner<T>::slice_buffers(const Numbers<T>& numbers, const RunMode& mode,
                                              Slice slice) const {
  const bool saves = mode.backward || mode.training;
  SliceBuffers<T> b{
      .saved = Guarded<std::byte>(saves ? layer_.saved_bytes(inputs_, slice.count, sizeof(T)) : 0),
      .scratch = Guarded<T>(layer_.scratch_values(inputs_, slice.count))};
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const Index n = inputs_[i].count();
    b.x.emplace_back(numbers.x[i], slice.first * n, slice.count * n, mode.shift);
    b.x_views.emplace_back(b.x[i].data(), inputs_[i].with_front(slice.count));
  }
  for (std::size_t i = 0; i < numbers.masks.size(); ++i) {
    const Index steps = inputs_[i].front();
    b.mask_views.emplace_back(numbers.masks[i].data() + slice.first * steps, Shape{slice.count, steps});
  }
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    const Index n = outputs_[i].count();
    const Shape shape = outputs_[i].with_front(slice.count);
    b.y.emplace_back(slice.count * n, mode.shift);
    b.y_views.emplace_back(mode.forward_in_place && i == 0 ? b.x[0].data() : b.y[i].data(), shape);
    b.dy.emplace_back(numbers.dy[i], slice.first * n, slice.count * n, mode.shift);
    b.dy_views.emplace_back(b.dy[i].data(), shape);
  }
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const Shape shape = inputs_[i].with_front(slice.count);
    b.dx.emplace_back(shape.count(), mode.shift);
    T* const data = mode.backward_in_place && i == 0 ? b.dy[0].data() : b.dx[i].data();
    b.dx_views.emplace_back(mode.wants_dx(i) ? data : nullptr, shape);
  }
  return b;
}

template <class T>
void LayerRunner<T>::forward(const Numbers<T>& numbers, const RunMode& mode, Slice slice,
                             WeightBuffers<T>& weights, SliceBuffers<T>& b, Outcome<T>& out) const {
  ForwardCall<T> call;
  common(call, mode, slice, weights, b);
  call.y = b.y_views;
  layer_.forward(call);

  const std::string where = in(mode, slice, samples_);
  check_guards(mode, "forward", weights, b);
  check_weights(mode, "forward", weights);
  for (std::size_t i = mode.forward_in_place ? 1 : 0; i < inputs_.size(); ++i)
    if (!b.x[i].equals(numbers.x[i], slice.first * inputs_[i].count()))
      findings_.add(concat("forward changes its input x[", i, "]"), where);
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    const View<T>& y = b.y_views[i];
    check_finite(findings_,
                 concat("forward leaves y[", i, "] not finite; it starts as NaN and every element ",
                        "must be written"),
                 where, y.shape, y.data);
    std::copy(y.begin(), y.end(), out.y[i].data() + slice.first * outputs_[i].count());
  }
}

template <class T>
void LayerRunner<T>::backward(const Numbers<T>& numbers, const RunMode& mode, Slice slice,
                              WeightBuffers<T>& weights, SliceBuffers<T>& b, Outcome<T>& out) const {
  const BackwardNeeds needs = layer_.backward_needs();
  const auto hide = [&](std::vector<Guarded<T>>& buffers, std::vector<View<const T>>& views) {
    for (std::size_t i = 0; i < views.size(); ++i) {
      if (mode.undeclared == Undeclared::nan) buffers[i].poison();
      if (mode.undeclared == Undeclared::absent) views[i].data = nullptr;
    }
  };
  b.y_seen.assign(b.y_views.begin(), b.y_views.end());
  if (!needs.input) hide(b.x, b.x_views);
  if (!needs.output) hide(b.y, b.y_seen);
  b.scratch.poison();
  BackwardCall<T> call;
  common(call, mode, slice, weights, b);
  call.y = b.y_seen;
  call.dy = b.dy_views;
  call.dx = b.dx_views;
  call.dweights = weights.gradient_views;
  layer_.backward(call);

  const std::string where = in(mode, slice, samples_);
  check_guards(mode, "backward", weights, b);
  check_weights(mode, "backward", weights);
  for (std::size_t i = mode.forward_in_place ? 1 : 0; i < inputs_.size() && needs.input; ++i)
    if (!b.x[i].equals(numbers.x[i], slice.first * inputs_[i].count()))
      findings_.add(concat("backward changes its input x[", i, "]"), where);
  for (std::size_t i = 0; i < outputs_.size() && needs.output; ++i)
    if (!std::equal(b.y_views[i].begin(), b.y_views[i].end(),
                    out.y[i].data() + slice.first * outputs_[i].count()))
      findings_.add(concat("backward changes the output y[", i, "]"), where);
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    if (!mode.wants_dx(i)) continue;
    const View<T>& dx = b.dx_views[i];
    if (mode.undeclared == Undeclared::absent)
      check_finite(findings_,
                   concat("backward leaves dx[", i, "] not finite; it starts as NaN and every ",
                          "element must be overwritten"),
                   where, dx.shape, dx.data);
    std::copy(dx.begin(), dx.end(), out.dx[i].data() + slice.first * inputs_[i].count());
  }
}

template <class T>
void LayerRunner<T>::check_guards(const RunMode& mode, const char* pass, const WeightBuffers<T>& weights,
                                  const SliceBuffers<T>& b) const {
  const auto check = [&](const auto& buffer, const std::string& name) {
    if (!buffer.intact())
      findings_.add(concat(pass, " writes beyond ", name),
                    concat(mode.name, ", guard words beside its ", buffer.size(), " values are overwritten"));
  };
  const auto check_all = [&](const std::vector<Guarded<T>>& buffers, const char* name) {
    for (std::size_t i = 0; i < buffers.size(); ++i) check(buffers[i], concat(name, "[", i, "]"));
  };
  check_all(b.x, "x");
  check_all(b.y, "y");
  check_all(b.dy, "dy");
  check_all(b.dx, "dx");
  check(b.saved, "the saved bytes");
  check(b.scratch, "the scratch values");
  for (std::size_t k = 0; k < weights.values.size(); ++k) {
    const std::string& name = layer_.weights()[k].name;
    check(weights.values[k], concat("weight '", name, "'"));
    check(weights.gradients[k], concat("the gradient of weight '", name, "'"));
  }
}

template <class T>
void LayerRunner<T>::check_weights(const RunMode& mode, const char* pass, WeightBuffers<T>& weights) const {
  const bool forward = std::string_view(pass) == "forward";
  for (std::size_t k = 0; k < weights.values.size(); ++k) {
    const auto& v = weights.values[k];
    if (v.equals(weights.before[k], 0)) continue;
    const bool may_change = forward && mode.training && mode.trainable && !layer_.weights()[k].trainable;
    if (!may_change)
      findings_.add(concat(pass, " changes weight '", layer_.weights()[k].name, "'"),
                    concat(mode.name, "; only forward may, and only what is not trainable, in training"));
    weights.before[k].assign(v.data(), v.data() + v.size());
  }
}

template class LayerRunner<float>;
template class LayerRunner<double>;

}  // namespace cornu::testing::detail
