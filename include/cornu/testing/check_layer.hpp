#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "cornu/core/tensor.hpp"
#include "cornu/layers/layer_handle.hpp"

namespace cornu::testing {

/// How check_layer looks at a layer.
struct CheckOptions {
  Index samples = 3;              ///< batch of the check, >= 1; 2 or more show slicing errors
  std::uint64_t seed = 1;         ///< of inputs, weights and directions
  bool training = false;          ///< the call's flag
  bool random = false;            ///< the layer draws random numbers in training
  bool masked = false;            ///< input 0 comes with a mask of its first axis
  Index token_ids = 0;            ///< n > 0: inputs are whole numbers 0 .. n - 1 and have no gradient
  double tolerance = 1e-6;        ///< of finite differences in double, relative to the largest gradient
  double float_tolerance = 2e-2;  ///< the same for a layer that computes in float only
  double precision = 1e-5;        ///< of float against double, relative to the largest number, at least 1
  std::vector<Tensor> x = {};     ///< inputs with the batch axis (then `samples` is theirs) instead of random
  std::vector<Tensor> weights = {};  ///< in the layer's order, instead of random ones
};

/// What check_layer found. Every failure starts with what is wrong, e.g. "gradient of weight 'bias' is
/// wrong", and goes on with where, what was expected and what was received.
struct LayerReport {
  std::string who;  ///< "layer 'dense' (Dense)"
  std::vector<std::string> failures;

  bool passed() const { return failures.empty(); }
  /// Whether a failure contains this text.
  bool names(std::string_view what) const;
  /// The layer and one failure a line; "... passed" when there is none.
  std::string text() const;
};

/// Checks a layer against the contract of layer.hpp; `inputs` are shapes without the batch axis.
///
///   LayerReport report = cornu::testing::check_layer(MyLayer{.rate = 0.3f}, {{5, 4}});
///   if (!report.passed()) std::puts(report.text().c_str());
///
/// - Gradients of inputs and weights against finite differences, in double where the layer has double,
///   element by element for small arrays and along random directions for all; float against double.
/// - Outputs, input gradients, scratch and saved bytes start as NaN: all that is owed must be written, and
///   nothing read before. Weight gradients start at known numbers: they must be added to.
/// - Guard words around every buffer; inputs and weights unharmed; what backward_needs() leaves out is not
///   there; gradients that nobody asks for are empty views (writing to one crashes, as it would in training).
/// - The same bits again, with 1, 2 and 4 threads, in slices of the batch, in place where in_place() allows
///   it, and frozen; random layers follow their key and nothing else; logits leave out the final activation.
///
/// The layer is built if it is not yet; its own weights are neither used nor changed. A few milliseconds for
/// small shapes. Changes num_threads() while it runs.
/// Errors  ValueError: options.samples < 1, or given x or weights of another count or shape.
/// Source  dlib's test_layer (poisoned gradients), ggml's guard words.
LayerReport check_layer(const LayerHandle& layer, const Shapes& inputs, const CheckOptions& options = {});

/// The numbers of one forward and backward call on a whole batch.
struct LayerNumbers {
  std::vector<Tensor> y, dx;
  std::vector<Tensor> dweights;  ///< one a weight; (0,) for a weight that is not trainable
};

/// Runs a built layer with its own weights, which stay as they are. dy is the gradient of each output;
/// without it only y is computed. Errors: whatever the layer throws.
LayerNumbers run_layer(const Layer& layer, const std::vector<Tensor>& x, const std::vector<Tensor>& dy = {},
                       bool training = false);

}  // namespace cornu::testing
