#pragma once
#include <string>
#include <utility>
#include <vector>

#include "cornu/layers/layer.hpp"
#include "testing/findings.hpp"
#include "testing/guarded.hpp"

namespace cornu::testing::detail {

template <class T>
using Arrays = std::vector<std::vector<T>>;

/// What goes into a run, whole batches.
template <class T>
struct Numbers {
  Arrays<T> x, weights, dy;
  Arrays<T> masks = {};  ///< of the first inputs
};

/// What comes out, whole batches. dx of an input or dweights of a weight nobody asked for is empty.
template <class T>
struct Outcome {
  Arrays<T> y, dx, dweights, weights;
  bool complete = false;  ///< nothing was thrown
};

struct Slice {
  Index first, count;
};

/// What backward gets for inputs and outputs that backward_needs() leaves out.
enum class Undeclared { absent, there, nan };

/// One way to run a layer forward and backward.
struct RunMode {
  bool training = false, trainable = true, logits = false;
  bool backward = true;
  bool forward_in_place = false, backward_in_place = false;
  bool want_dx = true, want_dweights = true;
  int only = -1;  ///< of the gradients wanted, this one alone (-1: all)
  Undeclared undeclared = Undeclared::absent;
  bool start_at_zero = false;  ///< dweights; otherwise at start_of(i)
  RandomKey key{.seed = 5};
  std::vector<Slice> slices = {};  ///< empty: the whole batch
  Index shift = 0;                 ///< of the buffers from 64-byte alignment, in values
  std::string name = {};           ///< for findings

  bool wants_dx(std::size_t i) const { return want_dx && (only < 0 || only == static_cast<int>(i)); }
  bool wants_dweight(std::size_t k) const {
    return want_dweights && trainable && (only < 0 || only == static_cast<int>(k));
  }
};

/// Where element i of a weight gradient starts.
template <class T>
T start_of(Index i) {
  return static_cast<T>(0.25 * static_cast<double>(i % 7 + 1));
}

template <class T>
struct WeightBuffers;
template <class T>
struct SliceBuffers;

/// Runs a layer on guarded, poisoned buffers and notes every breach of the contract that a single run shows.
template <class T>
class LayerRunner {
 public:
  LayerRunner(const Layer& layer, Shapes inputs, Shapes outputs, Index samples, Findings& findings)
      : layer_(layer),
        inputs_(std::move(inputs)),
        outputs_(std::move(outputs)),
        samples_(samples),
        findings_(findings) {}

  Outcome<T> run(const Numbers<T>& numbers, const RunMode& mode) const;

  const Layer& layer() const { return layer_; }
  const Shapes& inputs() const { return inputs_; }
  const Shapes& outputs() const { return outputs_; }
  Index samples() const { return samples_; }
  Shape input(std::size_t i) const { return inputs_[i].with_front(samples_); }
  Shape output(std::size_t i) const { return outputs_[i].with_front(samples_); }

 private:
  SliceBuffers<T> slice_buffers(const Numbers<T>& numbers, const RunMode& mode, Slice slice) const;
  void forward(const Numbers<T>& numbers, const RunMode& mode, Slice slice, WeightBuffers<T>& weights,
               SliceBuffers<T>& buffers, Outcome<T>& out) const;
  void backward(const Numbers<T>& numbers, const RunMode& mode, Slice slice, WeightBuffers<T>& weights,
                SliceBuffers<T>& buffers, Outcome<T>& out) const;
  void check_guards(const RunMode& mode, const char* pass, const WeightBuffers<T>& weights,
                    const SliceBuffers<T>& buffers) const;
  void check_weights(const RunMode& mode, const char* pass, WeightBuffers<T>& weights) const;

  const Layer& layer_;
  Shapes inputs_, outputs_;
  Index samples_;
  Findings& findings_;
};

}  // namespace cornu::testing::detail
