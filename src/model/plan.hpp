#pragma once
#include <array>
#include <exception>
#include <functional>
#include <span>
#include <vector>

#include "model/arena.hpp"
#include "model/exec_graph.hpp"

namespace cornu::detail {

/// How a model runs for one largest batch size, training or not: segments of calls that go over the batch in
/// slices or as a whole, and one arena that holds every buffer, placed by when it is needed. Run for run
/// nothing is allocated.
///
/// Values that live inside one sliced segment exist for one slice a thread only, so they stay in the cache.
/// Slices and the order of all sums follow from shapes and batch size, so results are the same bits at any
/// thread count.
class Plan {
 public:
  struct Options {
    bool training = false;  ///< keeps what backward needs; dropout and batch normalization train
    std::vector<bool>
        logits;  ///< for each output: leave out its last activation, because the loss takes logits
    std::vector<bool> trainable;  ///< of graph.layers; empty: none
    Index capacity = 1;           ///< samples of the largest batch
    bool early = false;           ///< large gradients exist only until backward has given them away
  };
  Plan(const ExecGraph& graph, Options options);
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  Index capacity() const { return options_.capacity; }
  /// The data that forward reads; it must stay until backward is done.
  void set_input(std::size_t i, const View<const float>& x) { inputs_[i] = x; }
  /// Runs the layers on n <= capacity samples. Errors: ShapeError: a weight was replaced by one of another
  /// shape.
  void forward(Index n, const RandomKey& random);
  /// The outputs of the last forward; logits where asked for.
  View<const float> output(std::size_t i) const;
  /// Its mask, empty where it has none: (n, steps) of 0 and 1.
  View<const float> output_mask(std::size_t i) const;
  /// Where the loss puts the gradient of output i before backward (training only).
  View<float> output_gradient(std::size_t i) const;
  /// Gradients of the trainable weights for the last forward; those of weight regularizers are not in them.
  /// Where is_early(i), ready(i) is called as soon as gradient i is whole and its weight not needed any more;
  /// afterwards the memory is used for others.
  void backward(const std::function<void(std::size_t)>& ready = {});
  bool is_early(std::size_t i) const { return early_buffer_[i] >= 0; }
  /// Of trainable_weights()[i].
  View<float> gradient(std::size_t i) const;
  /// Of a sparse weight: the squares of the contributions to its gradient. Else empty.
  View<float> squares(std::size_t i) const;
  const std::vector<Weight*>& trainable_weights() const { return trainable_; }
  /// The layers' activity regularizers for the last forward, divided by its samples as Keras does.
  double activity_penalty() const;
  /// The first layer whose output of the last forward is not finite, of those that were kept; nullptr: none.
  const Layer* first_not_finite() const;
  /// From now on adds up what each call takes, in seconds, in two numbers a node: forward and backward. Only
  /// on one thread. nullptr: no more.
  void set_times(std::vector<std::array<double, 2>>* times) { times_ = times; }
  Index arena_bytes() const { return arena_.size() * Index(sizeof(float)); }

 private:
  static constexpr Index kLanes = 16;  ///< gradient accumulators of a sliced segment, and its parallelism

  enum class Scope { none, external, batch, slice };
  /// Memory of a value, a gradient or a scratch; several values share one where they are computed in place.
  struct Buffer {
    Scope scope = Scope::none;
    Index sample_bytes = 0, fixed_bytes = 0;
    int input = -1;                                ///< external: which input of the model
    bool for_all_slices = false;                   ///< of the batch, though only one sliced segment uses it
    int first_phase = 1 << 30, last_phase = -1;    ///< segment runs it is used in
    Interval exact{.first = 1 << 30, .last = -1};  ///< by step
    Interval extended{.first = 1 << 30, .last = -1};  ///< by step, whole segments where those are sliced
    Index offset = 0;
  };
  struct EarlyGradients {  ///< weights whose gradient begins and is whole here in backward
    std::vector<int> begin = {}, ready = {};
  };
  struct Segment {
    bool sliced = false;
    int first_node = 0, last_node = 0;  ///< nodes [first, last)
    Index cache_slice = 1;              ///< samples whose values fit the cache
    std::vector<int> weights = {};      ///< trainable weights of its nodes, each once
    EarlyGradients early = {};          ///< where it is sliced
  };
  struct Step {
    Layer* layer = nullptr;
    int segment = 0;
    std::size_t layer_index = 0;
    BackwardNeeds needs;
    bool logits = false, backward = false, trainable = false;
    bool relu = false;  ///< of the layer before, after this one: see move_relus
    int again = -1;     ///< buffer of an output that backward computes anew: see choose_again
    Shapes input_shapes;
    std::vector<int> dx, dy;     ///< gradient buffers, -1 where not asked
    std::vector<int> temporary;  ///< for each dx: where it goes first when it is added, -1: straight
    std::vector<bool> zero_dy;   ///< outputs that nobody reads
    int saved = -1;              ///< buffer, -1: none
    int scratch = -1, scratch_backward = -1;
    std::vector<int> gradients;   ///< trainable weight of each weight, -1: none
    EarlyGradients early;         ///< where its segment is not sliced
    std::vector<double> penalty;  ///< of the activity regularizer, a slice each
  };
  struct Slice {
    Index first, count, index;
    int slot, lane;  ///< lane -1: gradients go straight to their place
  };
  struct Workspace {  ///< the views of a call, so that none are allocated
    std::vector<View<const float>> x, y, masks;
    std::vector<View<float>> out, dy, dx, dweights, dsquares;
  };

  void find_trainable();
  void move_relus();
  void make_segments();
  void choose_again();
  void make_value_buffers();
  void make_gradient_buffers();
  void place_weight_gradients();
  void make_lane_buffer();
  void place();
  bool in_place(std::size_t node, const std::vector<bool>& pinned) const;
  int new_buffer(Index sample_bytes, Index fixed_bytes = 0);
  void use(int buffer, std::size_t node, bool backward);
  void use_in_loss(int buffer);
  Index slice_samples(const Segment& s, Index n) const;
  Index buffer_bytes(const Buffer& b, Index samples) const {
    return b.sample_bytes * samples + b.fixed_bytes;
  }

  template <class Body>
  void run(const Segment& segment, const Body& body);
  void run_forward(std::size_t node, const Slice& slice, bool again = false);
  int backward_buffer(int value) const;
  void run_backward(std::size_t node, const Slice& slice);
  void fill_call(Call<float>& call, const Step& step, const Slice& slice, int scratch);
  void fill_masks(Call<float>& call, const ExecNode& node, const Slice& slice);
  float* memory(int buffer, const Slice& slice) const;
  View<float> view(int buffer, const Shape& sample, const Slice& slice) const;
  View<float> lane_gradient(int weight, int lane) const;
  View<float> lane_squares(int weight, int lane) const;
  View<float> lane_sums(int weight, int lane) const;
  Index sums_size(int weight) const;
  void reduce_lanes(const Segment& segment, Index lanes);
  void begin_gradients(const EarlyGradients& early);
  void check_weights() const;
  void refresh_weights();

  const ExecGraph& graph_;
  Options options_;
  std::vector<Segment> segments_;
  std::vector<Step> steps_;
  std::vector<Buffer> buffers_;
  std::vector<int> value_buffer_, gradient_buffer_;
  std::vector<int> output_gradient_;  ///< of graph_.outputs, one each even where two are the same value
  std::vector<Weight*> trainable_;
  std::vector<int> early_buffer_;  ///< of trainable_, -1: in gradients_
  std::vector<Index> gradient_offset_, lane_offset_;
  Index lane_size_ = 0;
  int lane_buffer_ = -1;
  std::vector<std::vector<View<float>>> weight_views_;  ///< of graph_.layers
  Tensor arena_, gradients_;
  Index batch_bytes_ = 0, slot_bytes_ = 0;
  int slots_ = 0;
  std::vector<Workspace> workspaces_;
  std::array<std::exception_ptr, std::size_t(kLanes)> failures_;
  std::vector<View<const float>> inputs_;
  Index n_ = 0;
  RandomKey random_;
  std::vector<std::array<double, 2>>* times_ = nullptr;
};

}  // namespace cornu::detail
