#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cornu/constraints/constraint.hpp"
#include "cornu/core/error.hpp"
#include "cornu/core/random.hpp"
#include "cornu/core/tensor.hpp"
#include "cornu/initializers/initializer.hpp"
#include "cornu/kernels/activation_function.hpp"
#include "cornu/regularizers/regularizer.hpp"

namespace cornu {

/// One array of numbers that a layer owns and training may change.
struct Weight {
  std::string name;  ///< Keras' name in the layer: "kernel", "bias", "gamma", ...
  Tensor value;
  bool trainable = true;  ///< false for state such as moving_mean, whatever the layer says
  Initializer initializer;
  Regularizer regularizer;
  Constraint constraint;
  /// Backward adds one contribution for each use of a row (Embedding). Keras' optimizers on TensorFlow then
  /// take the sum of the squares of the contributions where they take the square of the gradient elsewhere.
  bool sparse = false;
};

/// What forward and backward both receive. All views cover the same samples: a slice of the batch (axis 0),
/// or the whole batch for a layer that says Slicing::batch. A view without data (an empty one) still has its
/// shape.
template <class T>
struct Call {
  std::span<const View<const T>> x;  ///< one an input; in backward empty unless backward_needs().input
  /// One an input for layers that use_masks(), also in backward: (samples, steps) of 0 and 1, or empty.
  std::span<const View<const T>> masks;
  std::span<const View<T>> weights;  ///< in the order they were added; forward may write the non-trainable
                                     ///< ones when `training` and `trainable` are both true, nobody else may
  std::span<std::byte> saved;        ///< saved_bytes() that forward leaves for backward; empty in inference
  std::span<T> scratch;              ///< scratch_values() of unspecified content
  bool training = false;             ///< dropout drops, batch normalization uses the batch
  bool trainable = true;             ///< the layer's own flag: false freezes batch normalization too
  bool logits = false;               ///< leave out final_activation(): it is done elsewhere
  RandomKey random;                  ///< differs by seed, step and place of the call in the model
  Index first_sample = 0;            ///< position of sample 0 of this slice in the batch

  /// The stream of one sample of this slice, the same whatever the slices are.
  RandomKey sample_random(Index i) const {
    return random.child(static_cast<std::uint64_t>(first_sample + i));
  }
  /// The mask of an input; null: it has none.
  const T* mask(std::size_t input) const { return input < masks.size() ? masks[input].data : nullptr; }
  /// The saved bytes as numbers; null in inference.
  template <class U>
  U* saved_as() const {
    return saved.empty() ? nullptr : reinterpret_cast<U*>(saved.data());
  }
};

template <class T>
struct ForwardCall : Call<T> {
  std::span<const View<T>> y;  ///< one an output; write every element

  Index samples() const { return y[0].shape.front(); }
};

template <class T>
struct BackwardCall : Call<T> {
  std::span<const View<const T>>
      y;                        ///< one an output, always; a view is empty unless backward_needs().output
  std::span<const View<T>> dy;  ///< gradients of the outputs; may be overwritten (nobody reads them later)
  std::span<const View<T>> dx;  ///< OVERWRITE every element; a view is empty where nobody asks
  std::span<const View<T>>
      dweights;  ///< ADD to each; a view is empty where nobody asks (frozen, not trainable)
  std::span<const View<T>> dsquares = {};  ///< of sparse weights: ADD the square of each contribution to
                                           ///< dweights; else a view is empty, or there are none at all

  Index samples() const { return dy[0].shape.front(); }
};

/// How the batch may be cut for a layer.
enum class Slicing {
  any,      ///< samples are independent and the work is light: goes with its neighbours
  samples,  ///< samples are independent: runs on slices of a few samples that stay in the cache
  batch     ///< needs, or is faster on, the whole batch (dense layers; batch normalization in training)
};

/// Whether output 0 may live in the memory of input 0, and dx 0 in that of dy 0.
enum class InPlace {
  no,
  overwrite,  ///< it may, and the numbers change
  same        ///< it may, and the numbers stay as they are (Flatten, Reshape)
};

/// What becomes of the masks that Masking and Embedding put beside a value: which of its steps count.
enum class MaskFlow {
  drop,  ///< the output has none
  pass,  ///< the output has that of input 0
  any    ///< where all inputs have one: a step counts that counts in any of them
};

/// What backward reads besides dy and the saved bytes.
struct BackwardNeeds {
  bool input = true;
  bool output = false;  ///< never handed in when call.logits is set
};

/// The contract of every layer: a spec and weights, nothing else. No activations, gradients or counters live
/// in a layer: forward and backward are const, work on what the call hands in, allocate nothing, and may run
/// on several slices at the same time. The same layer may be called at several places of a model.
///
/// To write a layer: derive from LayerOf (layer_of.hpp), which gives float and double from one template, or
/// from Layer itself (float only). Check it with cornu::testing::check_layer.
class Layer {
 public:
  explicit Layer(std::string name, bool trainable = true, const Regularizer& activity_regularizer = {});
  virtual ~Layer();
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;

  /// Keras' class name, "Conv2D".
  virtual std::string_view type() const = 0;
  /// Output shapes for these input shapes, all without the batch axis. Throws ShapeError where they do not
  /// fit: start the text with who().
  virtual Shapes output_shapes(const Shapes& inputs) const = 0;
  /// Declares the weights with add_weight; called once, with shapes that output_shapes has accepted.
  virtual void build(const Shapes& inputs);
  virtual void forward(const ForwardCall<float>& call) const = 0;
  virtual void backward(const BackwardCall<float>& call) const = 0;
  /// The same in double, for gradient checks. The default throws StateError: the layer is float only.
  virtual void forward(const ForwardCall<double>& call) const;
  virtual void backward(const BackwardCall<double>& call) const;

  virtual BackwardNeeds backward_needs() const { return {}; }
  /// Bytes that forward leaves for backward, for a slice of so many samples; value_size is sizeof(T). That of
  /// n samples must not be more than n times that of one.
  virtual Index saved_bytes(const Shapes& inputs, Index samples, Index value_size) const;
  /// Values of T that a call on so many samples may use as it likes.
  virtual Index scratch_values(const Shapes& inputs, Index samples) const;
  virtual Slicing slicing(const Shapes& inputs, bool training) const;
  virtual InPlace in_place(bool training) const;
  /// Of output `output`. The default drops masks, as Keras' layers without supports_masking.
  virtual MaskFlow mask_flow(std::size_t output) const;
  /// Whether the call has to bring the masks of the inputs.
  virtual bool uses_masks() const { return false; }
  /// For layers that make the mask of their output: a layer without weights that gives it from the same
  /// inputs, or nullptr.
  virtual std::unique_ptr<Layer> mask_maker() const;
  /// The activation that is the last thing the layer does and that call.logits can leave out.
  virtual ActivationFn final_activation() const { return ActivationFn::linear; }

  /// Whether each output number is the largest of some input numbers. Then a relu may run after this layer
  /// instead of before it, on fewer numbers.
  virtual bool picks_largest() const { return false; }

  /// Called with the layer's weights when they were drawn, for starts that an Initializer cannot say.
  virtual void finish_weights(std::span<Weight> weights) const;
  /// Forgets what a stateful layer keeps from batch to batch.
  virtual void reset_states() {}

  const std::string& name() const { return name_; }
  void set_name(std::string name) { name_ = std::move(name); }
  bool trainable() const { return trainable_; }
  void set_trainable(bool trainable) { trainable_ = trainable; }
  const Regularizer& activity_regularizer() const { return activity_regularizer_; }

  /// output_shapes, after building on the first call. A later call with shapes that the weights do not fit is
  /// a ShapeError.
  Shapes call_shapes(const Shapes& inputs);
  bool built() const { return built_; }
  std::vector<Weight>& weights() { return weights_; }
  const std::vector<Weight>& weights() const { return weights_; }
  /// A weight's numbers by name. Errors: ValueError naming the weights there are.
  Tensor& weight(std::string_view name);
  const Tensor& weight(std::string_view name) const;
  Index count_params() const;
  /// Draws every weight anew from its initializer, weight k with key.child(k).
  void initialize(const RandomKey& key);
  bool initialized() const { return initialized_; }

  /// "layer 'conv2d_2' (Conv2D)", the start of every message.
  std::string who() const;

 protected:
  void add_weight(std::string name, const Shape& shape, const Initializer& initializer,
                  const Regularizer& regularizer = {}, const Constraint& constraint = {},
                  bool trainable = true);
  /// Errors: ShapeError unless there are exactly so many inputs.
  void check_input_count(const Shapes& inputs, std::size_t expected) const;
  /// Errors: ShapeError unless the input has so many axes without the batch axis; `axes` names all for the
  /// message: "(batch, height, width, channels)".
  void check_rank(const Shape& input, int rank, std::string_view axes) const;

 private:
  std::string name_;
  bool trainable_;
  bool built_ = false;
  bool initialized_ = false;
  Regularizer activity_regularizer_;
  std::vector<Weight> weights_;
};

namespace detail {
/// Errors: ValueError: an activation that changes the shape, which only an Activation layer may.
void check_keeps_shape(const Layer& layer, const ActivationFunction& activation);
}  // namespace detail

/// Keras' automatic name of a class: "Conv2D" -> "conv2d", "LeakyReLU" -> "leaky_re_lu".
std::string snake_case(std::string_view type);

}  // namespace cornu
