#pragma once
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "cornu/core/tensor.hpp"
#include "cornu/optimizers/optimizer.hpp"
#include "cornu/schedules/learning_rate.hpp"

namespace cornu::detail {

/// The options that all optimizers have.
struct CommonOptions {
  std::string name;
  LearningRate learning_rate = 0.f;
  std::optional<float> weight_decay, clipnorm, clipvalue, global_clipnorm;
  bool use_ema = false;
  float ema_momentum = 0.99f;
  std::optional<Index> ema_overwrite_frequency;
  std::optional<float> loss_scale_factor;
  std::optional<Index> gradient_accumulation_steps;

  template <class Spec>
  static CommonOptions of(const Spec& s) {
    return {s.name,
            s.learning_rate,
            s.weight_decay,
            s.clipnorm,
            s.clipvalue,
            s.global_clipnorm,
            s.use_ema,
            s.ema_momentum,
            s.ema_overwrite_frequency,
            s.loss_scale_factor,
            s.gradient_accumulation_steps};
  }
  /// Errors: ValueError.
  void validate(std::string_view type) const;
};

/// ValueError: "Adam: momentum is 2; it must be between 0 and 1. <advice>"
void check_range(std::string_view type, std::string_view field, double value, double low, double high,
                 std::string_view advice);

/// The double that the decimal form of a float names: 0.999f -> 0.999. Keras computes 1 - beta in double from
/// the decimal; from the float it would be wrong in the fifth digit.
double decimal(float value);

/// A state variable every parameter has.
struct SlotKind {
  std::string_view name;
  float initial = 0.f;
};

/// What happens to a gradient element on its way into the rule: scaled (clip by norm, loss scale), then
/// clamped.
struct GradientScale {
  float scale = 1.f;
  float limit = std::numeric_limits<float>::infinity();
  float operator()(float g) const {
    g *= scale;
    g = g < -limit ? -limit : g;  // NaN stays NaN in both
    return g > limit ? limit : g;
  }
};

/// Part of a parameter: what one thread works on at a time.
struct Piece {
  Index parameter, first, count;
};

/// Everything but the rule: state, order of the parts of a step, clipping, decay, averages. Work is cut into
/// pieces of at most kElementChunk elements, and pieces are grouped into tasks of about that size; both
/// follow from the shapes.
class OptimizerBase : public Optimizer {
 public:
  explicit OptimizerBase(CommonOptions options)
      : options_(std::move(options)), rate_(options_.learning_rate) {}

  std::string_view name() const override { return options_.name; }
  void build(const std::vector<Shape>& shapes) override;
  bool built() const override { return built_; }
  void step(std::span<const Parameter> parameters) override;
  bool separable() const override {
    return element_by_element() && !options_.gradient_accumulation_steps && !options_.clipnorm &&
           !options_.global_clipnorm;
  }
  void begin_step(std::span<const Parameter> parameters) override;
  void update(Index i) override;
  void end_step() override;
  void finalize(std::span<const Parameter> parameters) override;
  Index iterations() const override { return iterations_; }
  void set_iterations(Index iterations) override { iterations_ = iterations; }
  float learning_rate() const override { return rate_.at(iterations_); }
  void set_learning_rate(float learning_rate) override;
  bool has_schedule() const override { return rate_.is_schedule(); }
  float loss_scale_factor() const override { return options_.loss_scale_factor.value_or(1.f); }
  std::span<const Slot> slots() const override;

 protected:
  /// The rule's state in Keras' order: kinds of one group are interleaved parameter by parameter, groups
  /// follow.
  virtual std::vector<std::vector<SlotKind>> slot_groups() const = 0;
  virtual Shape slot_shape(std::string_view, const Shape& parameter) const { return parameter; }
  /// A scalar that belongs to all parameters, last in the state; "" for none.
  virtual SlotKind shared_kind() const { return {""}; }
  /// Scratch for these shapes, called by build().
  virtual void allocate() {}
  /// Constants of step number t, counted from 1.
  virtual void prepare(float learning_rate, Index t) = 0;
  /// Whether run_piece() is the whole rule.
  virtual bool element_by_element() const = 0;
  /// Updates the parameters that update(i) has not; the default runs run_piece over their pieces.
  virtual void update_rest();
  virtual void run_piece(const Piece&) {}

  Index parameter_count() const { return static_cast<Index>(shapes_.size()); }
  const Shape& shape(Index p) const { return shapes_[static_cast<std::size_t>(p)]; }
  float* value(Index p) const { return values_[static_cast<std::size_t>(p)]; }
  const float* gradient(Index p) const { return gradients_[static_cast<std::size_t>(p)]; }
  /// Of a sparse parameter, else nullptr.
  const float* squares(Index p) const { return squares_[static_cast<std::size_t>(p)]; }
  const GradientScale& gradient_scale(Index p) const { return scales_[static_cast<std::size_t>(p)]; }
  /// State of kind k (counted through the groups) of parameter p.
  float* slot(int kind, Index p) const {
    return rule_slots_[static_cast<std::size_t>(kind) * shapes_.size() + static_cast<std::size_t>(p)];
  }
  float* shared_slot() { return shared_; }
  /// weight_decay * learning_rate of this step.
  float decay() const { return decay_; }
  const std::vector<Piece>& pieces() const { return pieces_; }
  std::size_t first_piece(Index p) const { return first_pieces_[static_cast<std::size_t>(p)]; }
  /// body(piece number) for every piece, spread over threads.
  template <class Body>
  void for_pieces(const Body& body) const;
  /// Moving average of a piece, and the overwriting when it is due. Nothing without use_ema.
  void average_piece(const Piece& piece) const;

 private:
  struct Task {
    std::size_t first, last;  // of pieces_
  };
  void cut_pieces();
  void add_slots(const std::vector<SlotKind>& group, std::size_t kind, bool of_rule);
  void bind(std::span<const Parameter> parameters);
  bool takes_squares() const {
    return !options_.clipvalue && !options_.clipnorm && !options_.global_clipnorm &&
           !options_.gradient_accumulation_steps;
  }
  bool accumulate();
  void set_scales();
  void set_averaging();
  void prepare_step();
  void check_in_parts() const;
  double squared_norm(Index p) const;
  Index update_count() const { return iterations_ / options_.gradient_accumulation_steps.value_or(1); }

  CommonOptions options_;
  LearningRate rate_;
  bool built_ = false;
  Index iterations_ = 0;
  std::vector<Shape> shapes_;
  std::vector<Tensor> storage_;
  std::vector<Slot> slots_;
  std::vector<float*> rule_slots_, averages_, accumulators_, values_;
  std::vector<const float*> gradients_, squares_;
  std::vector<GradientScale> scales_;
  float* shared_ = nullptr;
  std::vector<Piece> pieces_;
  std::vector<std::size_t> first_pieces_;
  std::vector<Task> tasks_;
  std::vector<double> piece_sums_;
  bool in_parts_ = false;      // between begin_step() and end_step()
  std::vector<bool> updated_;  // parameters of a step in parts
  float decay_ = 0.f, average_momentum_ = 0.f;
  bool overwrite_ = false;
};

}  // namespace cornu::detail

#include "optimizers/base_inline.hpp"
