#include "cornu/constraints/constraint.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "core/choice.hpp"
#include "core/names.hpp"
#include "core/parallel.hpp"
#include "cornu/core/error.hpp"

namespace cornu {

template class detail::Choice<Constraint::Types>;

namespace {

using detail::concat;
constexpr float kEpsilon = 1e-7f;

/// The elements that share one norm: counters over the axes that are kept and over those that are summed.
struct Groups {
  std::array<Index, Shape::kMaxRank> kept_extent{}, kept_stride{}, summed_extent{}, summed_stride{};
  int kept = 0, summed = 0;
  Index groups = 1, size = 1;

  /// Position of counter value i over these axes, the last fastest.
  static Index offset(Index i, int axes, const Index* extent, const Index* stride) {
    Index position = 0;
    for (int axis = axes - 1; axis >= 0; --axis) {
      position += (i % extent[axis]) * stride[axis];
      i /= extent[axis];
    }
    return position;
  }
  Index start(Index group) const { return offset(group, kept, kept_extent.data(), kept_stride.data()); }
  Index element(Index i) const { return offset(i, summed, summed_extent.data(), summed_stride.data()); }
};

Groups groups_of(const Shape& shape, const NormAxes& axes, std::string_view type) {
  std::array<bool, Shape::kMaxRank> is_summed{};
  for (int axis : axes.values()) {
    const int positive = axis < 0 ? axis + shape.rank() : axis;
    if (positive < 0 || positive >= shape.rank()) {
      throw ValueError(concat(type, ": axis is ", axis, ", but the weight has shape ", shape.text(), " with ",
                              shape.rank(), " axes. Give an axis below ", shape.rank(), "."));
    }
    is_summed[std::size_t(positive)] = true;
  }
  Groups g;
  Index stride = shape.count();
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const Index extent = shape[axis];
    stride = extent == 0 ? 0 : stride / extent;
    if (is_summed[std::size_t(axis)]) {
      g.summed_extent[std::size_t(g.summed)] = extent;
      g.summed_stride[std::size_t(g.summed++)] = stride;
      g.size *= extent;
    } else {
      g.kept_extent[std::size_t(g.kept)] = extent;
      g.kept_stride[std::size_t(g.kept++)] = stride;
      g.groups *= extent;
    }
  }
  return g;
}

/// w *= factor(norm) / (epsilon + norm), one norm a group.
template <class Factor>
void scale_norms(View<float> w, const NormAxes& axes, std::string_view type, const Factor& factor) {
  const Groups g = groups_of(w.shape, axes, type);
  if (w.size() == 0) return;
  const Index chunk = std::max<Index>(1, 4096 / std::max<Index>(1, g.size));
  detail::parallel_chunks(g.groups, chunk, [&](Index first, Index last) {
    for (Index group = first; group < last; ++group) {
      float* data = w.data + g.start(group);
      double squares = 0;
      for (Index i = 0; i < g.size; ++i) squares += double(data[g.element(i)]) * double(data[g.element(i)]);
      const auto norm = static_cast<float>(std::sqrt(squares));
      const float scale = factor(norm) / (kEpsilon + norm);
      for (Index i = 0; i < g.size; ++i) data[g.element(i)] *= scale;
    }
  });
}

struct Apply {
  View<float> w;

  void operator()(std::monostate) const {}
  void operator()(const NonNeg&) const {
    detail::parallel_chunks(w.size(), detail::kElementChunk, [&](Index first, Index last) {
      for (Index i = first; i < last; ++i) w[i] = w[i] < 0 ? 0.f : w[i];
    });
  }
  void operator()(const MaxNorm& s) const {
    scale_norms(w, s.axis, s.type,
                [&](float norm) { return std::clamp(norm, 0.f, std::max(0.f, s.max_value)); });
  }
  void operator()(const UnitNorm& s) const {
    scale_norms(w, s.axis, s.type, [](float) { return 1.f; });
  }
  void operator()(const MinMaxNorm& s) const {
    if (s.min_value > s.max_value) {
      throw ValueError(concat("MinMaxNorm: min_value ", double(s.min_value), " is above max_value ",
                              double(s.max_value), ". Swap them."));
    }
    scale_norms(w, s.axis, s.type, [&](float norm) {
      return s.rate * std::clamp(norm, s.min_value, s.max_value) + (1 - s.rate) * norm;
    });
  }
};

}  // namespace

void Constraint::apply(View<float> w) const { std::visit(Apply{w}, spec_.get()); }

std::string_view Constraint::name() const {
  return std::visit(
      [](const auto& s) -> std::string_view {
        if constexpr (std::is_same_v<decltype(s), const std::monostate&>)
          return "";
        else
          return s.type;
      },
      spec_.get());
}

Constraint Constraint::from_name(std::string_view name) {
  if (name == "max_norm" || name == "MaxNorm") return MaxNorm{};
  if (name == "non_neg" || name == "NonNeg") return NonNeg{};
  if (name == "unit_norm" || name == "UnitNorm") return UnitNorm{};
  if (name == "min_max_norm" || name == "MinMaxNorm") return MinMaxNorm{};
  const std::vector<std::string> known{"max_norm", "non_neg", "unit_norm", "min_max_norm"};
  detail::throw_unknown_name("constraint", name, known);
}

}  // namespace cornu
