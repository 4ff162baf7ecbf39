#include "optimizers/base.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "cornu/core/error.hpp"
#include "kernels/lane_sum.hpp"

namespace cornu::detail {

namespace {
std::size_t at(Index i) { return static_cast<std::size_t>(i); }
}  // namespace

double decimal(float value) {
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  double out = value;
  std::from_chars(text, end, out);
  return out;
}

void check_range(std::string_view type, std::string_view field, double value, double low, double high,
                 std::string_view advice) {
  if (value >= low && value <= high) return;
  const std::string range =
      std::isinf(high) ? concat("at least ", low) : concat("between ", low, " and ", high);
  throw ValueError(concat(type, ": ", field, " is ", value, "; it must be ", range, ". ", advice));
}

void CommonOptions::validate(std::string_view type) const {
  constexpr double kAny = std::numeric_limits<double>::infinity();
  constexpr std::string_view kClip = "Leave it out to switch clipping off.";
  if (clipnorm) check_range(type, "clipnorm", decimal(*clipnorm), 0, kAny, kClip);
  if (clipvalue) check_range(type, "clipvalue", decimal(*clipvalue), 0, kAny, kClip);
  if (global_clipnorm) check_range(type, "global_clipnorm", decimal(*global_clipnorm), 0, kAny, kClip);
  const int clips = int(clipnorm.has_value()) + int(clipvalue.has_value()) + int(global_clipnorm.has_value());
  if (clips > 1) {
    throw ValueError(concat(type, ": ", clips,
                            " of clipnorm, clipvalue and global_clipnorm are set; at most one may "
                            "be. Keep the one you mean."));
  }
  if (use_ema) {
    check_range(type, "ema_momentum", decimal(ema_momentum), 0, 1, "It is the weight of the old average.");
    if (ema_overwrite_frequency) {
      check_range(type, "ema_overwrite_frequency", double(*ema_overwrite_frequency), 1, kAny,
                  "Leave it out to overwrite at the end of training only.");
    }
  }
  if (gradient_accumulation_steps) {
    check_range(type, "gradient_accumulation_steps", double(*gradient_accumulation_steps), 2, kAny,
                "Leave it out to update at every step.");
  }
  if (loss_scale_factor && !(*loss_scale_factor > 0)) {
    throw ValueError(concat(type, ": loss_scale_factor is ", decimal(*loss_scale_factor),
                            "; it must be positive. Leave it out: float32 training needs none."));
  }
}

void OptimizerBase::cut_pieces() {
  pieces_.clear();
  first_pieces_.clear();
  tasks_.clear();
  Index in_task = 0;
  for (Index p = 0; p < parameter_count(); ++p) {
    first_pieces_.push_back(pieces_.size());
    const Index size = shape(p).count();
    for (Index first = 0; first < size; first += kElementChunk) {
      const Index count = std::min(kElementChunk, size - first);
      if (tasks_.empty() || in_task + count > kElementChunk) {
        tasks_.push_back({pieces_.size(), pieces_.size()});
        in_task = 0;
      }
      pieces_.push_back({p, first, count});
      tasks_.back().last = pieces_.size();
      in_task += count;
    }
  }
  first_pieces_.push_back(pieces_.size());
  piece_sums_.assign(pieces_.size(), 0.0);
}

void OptimizerBase::add_slots(const std::vector<SlotKind>& group, std::size_t kind, bool of_rule) {
  for (Index p = 0; p < parameter_count(); ++p) {
    for (std::size_t k = 0; k < group.size(); ++k) {
      Tensor& t = storage_.emplace_back(slot_shape(group[k].name, shape(p)), group[k].initial);
      slots_.push_back({group[k].name, p, t.view()});
      if (of_rule) rule_slots_[(kind + k) * shapes_.size() + at(p)] = t.data();
      if (group[k].name == "average") averages_.push_back(t.data());
      if (group[k].name == "gradient_accumulator") accumulators_.push_back(t.data());
    }
  }
}

void OptimizerBase::build(const std::vector<Shape>& shapes) {
  shapes_ = shapes;
  storage_.clear();
  slots_.clear();
  averages_.clear();
  accumulators_.clear();
  std::vector<SlotKind> common;
  if (options_.use_ema) common.push_back({"average"});
  if (options_.gradient_accumulation_steps) common.push_back({"gradient_accumulator"});
  add_slots(common, 0, false);
  const std::vector<std::vector<SlotKind>> groups = slot_groups();
  std::size_t kinds = 0;
  for (const auto& group : groups) kinds += group.size();
  rule_slots_.assign(kinds * shapes_.size(), nullptr);
  std::size_t kind = 0;
  for (const auto& group : groups) {
    add_slots(group, kind, true);
    kind += group.size();
  }
  if (const SlotKind shared = shared_kind(); !shared.name.empty()) {
    Tensor& t = storage_.emplace_back(Shape{}, shared.initial);
    slots_.push_back({shared.name, -1, t.view()});
    shared_ = t.data();
  }
  values_.assign(shapes_.size(), nullptr);
  gradients_.assign(shapes_.size(), nullptr);
  squares_.assign(shapes_.size(), nullptr);
  scales_.assign(shapes_.size(), {});
  updated_.assign(shapes_.size(), false);
  cut_pieces();
  allocate();
  iterations_ = 0;
  built_ = true;
}

std::span<const Optimizer::Slot> OptimizerBase::slots() const {
  if (!built_)
    throw StateError(concat("optimizer '", name(), "' has no state yet. Call build() or fit() first."));
  return slots_;
}

void OptimizerBase::set_learning_rate(float learning_rate) {
  if (rate_.is_schedule()) {
    throw StateError(concat("optimizer '", name(),
                            "': its learning rate follows a schedule and cannot be set. Make "
                            "it with a number as learning_rate."));
  }
  rate_ = learning_rate;
}

void OptimizerBase::bind(std::span<const Parameter> parameters) {
  if (!built_)
    throw StateError(concat("optimizer '", name(), "' was not built. Call build() before step()."));
  if (parameters.size() != shapes_.size()) {
    throw ShapeError(concat("optimizer '", name(), "' was built for ", shapes_.size(),
                            " parameters and received ", parameters.size(),
                            ". Build it again when the trainable weights change."));
  }
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    const auto& [value, gradient, squares] = parameters[p];
    if (value.shape == shapes_[p] && gradient.shape == shapes_[p]) {
      values_[p] = value.data;
      gradients_[p] = gradient.data;
      squares_[p] = takes_squares() ? squares.data : nullptr;
      updated_[p] = false;
      continue;
    }
    throw ShapeError(concat("optimizer '", name(), "': parameter ", p, " has shape ", value.shape.text(),
                            " and a gradient of shape ", gradient.shape.text(), "; it was built for ",
                            shapes_[p].text(), ". Build it again when the trainable weights change."));
  }
}

/// Adds the gradients to the accumulators. True when this is the step that updates: then the gradients are
/// the means.
bool OptimizerBase::accumulate() {
  const Index steps = *options_.gradient_accumulation_steps;
  const bool updates = (iterations_ + 1) % steps == 0;
  const float scale = updates ? 1.f / static_cast<float>(steps) : 1.f;
  for_pieces([&](std::size_t i) {
    const Piece& piece = pieces_[i];
    const float* g = gradient(piece.parameter) + piece.first;
    float* sum = accumulators_[at(piece.parameter)] + piece.first;
    for (Index k = 0; k < piece.count; ++k) sum[k] = (sum[k] + g[k]) * scale;
    if (!updates) average_piece(piece);
  });
  if (updates) std::copy(accumulators_.begin(), accumulators_.end(), gradients_.begin());
  return updates;
}

double OptimizerBase::squared_norm(Index p) const {
  double sum = 0;
  for (std::size_t i = first_piece(p); i < first_piece(p + 1); ++i) sum += piece_sums_[i];
  return sum;
}

void OptimizerBase::set_scales() {
  const float unscale = options_.loss_scale_factor ? 1.f / *options_.loss_scale_factor : 1.f;
  std::fill(scales_.begin(), scales_.end(), GradientScale{unscale});
  const float norm_limit = options_.clipnorm.value_or(0.f),
              global_limit = options_.global_clipnorm.value_or(0.f);
  if (norm_limit > 0 || global_limit > 0) {
    for_pieces([&](std::size_t i) {
      const Piece& piece = pieces_[i];
      const float* g = gradient(piece.parameter) + piece.first;
      piece_sums_[i] = lane_sum<double>(
          piece.count, [&](Index k) { return static_cast<double>(g[k]) * static_cast<double>(g[k]); });
    });
  }
  if (norm_limit > 0) {
    for (Index p = 0; p < parameter_count(); ++p) {
      const auto norm = static_cast<float>(std::sqrt(squared_norm(p))) * unscale;
      scales_[at(p)].scale *= norm > norm_limit ? norm_limit / norm : 1.f;
    }
  } else if (global_limit > 0) {
    double sum = 0;
    for (double s : piece_sums_) sum += s;
    const auto norm = static_cast<float>(std::sqrt(sum)) * unscale;
    // An infinite norm makes the scale NaN, as in Keras: the loss then shows it.
    const float scale = norm > global_limit ? global_limit / norm + (norm - norm) : 1.f + (norm - norm);
    for (GradientScale& s : scales_) s.scale *= scale;
  } else if (options_.clipvalue.value_or(0.f) > 0) {
    for (GradientScale& s : scales_) s.limit = *options_.clipvalue;
  }
}

void OptimizerBase::average_piece(const Piece& piece) const {
  if (!options_.use_ema) return;
  float* w = value(piece.parameter) + piece.first;
  float* average = averages_[at(piece.parameter)] + piece.first;
  const float keep = average_momentum_, take = 1.f - keep;
#pragma omp simd
  for (Index i = 0; i < piece.count; ++i) average[i] = keep * average[i] + take * w[i];
  if (overwrite_) std::copy(average, average + piece.count, w);
}

void OptimizerBase::update_rest() {
  for_pieces([&](std::size_t i) {
    if (updated_[at(pieces_[i].parameter)]) return;
    run_piece(pieces_[i]);
    average_piece(pieces_[i]);
  });
}

void OptimizerBase::set_averaging() {
  average_momentum_ = update_count() == 0 ? 0.f : options_.ema_momentum;
  overwrite_ =
      options_.ema_overwrite_frequency && (update_count() + 1) % *options_.ema_overwrite_frequency == 0;
}

void OptimizerBase::prepare_step() {
  const float rate = learning_rate();
  decay_ = options_.weight_decay.value_or(0.f) * rate;
  set_scales();
  prepare(rate, update_count() + 1);
}

void OptimizerBase::step(std::span<const Parameter> parameters) {
  bind(parameters);
  set_averaging();
  const bool accumulates = options_.gradient_accumulation_steps.has_value();
  if (!accumulates || accumulate()) {
    prepare_step();
    update_rest();
    if (accumulates) {
      for (Index p = 0; p < parameter_count(); ++p) {
        std::fill(accumulators_[at(p)], accumulators_[at(p)] + shape(p).count(), 0.f);
      }
    }
  }
  ++iterations_;
}

void OptimizerBase::begin_step(std::span<const Parameter> parameters) {
  if (!separable())
    throw StateError(concat("optimizer '", name(), "' needs all gradients at once. Call step()."));
  bind(parameters);
  set_averaging();
  prepare_step();
  in_parts_ = true;
}

void OptimizerBase::check_in_parts() const {
  if (!in_parts_) throw StateError(concat("optimizer '", name(), "': no step has begun. Call begin_step()."));
}

void OptimizerBase::update(Index i) {
  check_in_parts();
  updated_[at(i)] = true;
  const std::size_t first = first_piece(i);
  parallel_for(Index(first_piece(i + 1) - first), [&](Index k) {
    const Piece& piece = pieces_[first + std::size_t(k)];
    run_piece(piece);
    average_piece(piece);
  });
}

void OptimizerBase::end_step() {
  check_in_parts();
  in_parts_ = false;
  update_rest();
  ++iterations_;
}

void OptimizerBase::finalize(std::span<const Parameter> parameters) {
  if (!options_.use_ema || iterations_ == 0) return;
  bind(parameters);
  for (Index p = 0; p < parameter_count(); ++p) {
    std::copy(averages_[at(p)], averages_[at(p)] + shape(p).count(), value(p));
  }
}

}  // namespace cornu::detail
