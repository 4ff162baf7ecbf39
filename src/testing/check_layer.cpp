#include "cornu/testing/check_layer.hpp"

#include <algorithm>

#include "core/team.hpp"
#include "cornu/core/threads.hpp"
#include "cornu/kernels/activation.hpp"
#include "testing/gradient_check.hpp"
#include "testing/layer_runner.hpp"
#include "testing/random_numbers.hpp"

namespace cornu::testing {

namespace detail {
namespace {

/// One thread where the number does not matter: small shapes gain nothing from more.
class OneThread {
 public:
  OneThread() : kept_(num_threads()) { set_num_threads(1); }
  ~OneThread() { set_num_threads(kept_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int kept_;
};

/// The checks that compare one run with another, in float: what training and prediction use.
class LayerCheck {
 public:
  LayerCheck(const LayerRunner<float>& runner, const Numbers<float>& numbers, const CheckOptions& options,
             Findings& findings)
      : runner_(runner), numbers_(numbers), options_(options), findings_(findings), layer_(runner.layer()) {}

  /// False where the layer breaks so much that more would only repeat it.
  bool base() {
    base_ = runner_.run(numbers_, mode("the whole batch"));
    return base_.complete && findings_.empty();
  }
  const Outcome<float>& base_outcome() const { return base_; }
  RunMode mode(std::string name) const {
    return {.training = options_.training, .want_dx = options_.token_ids == 0, .name = std::move(name)};
  }

  void undeclared();
  void accumulation();
  void repetition();
  void threads();
  void slices();
  void in_place();
  void unasked();
  void frozen();
  void inference();
  void keys();
  void logits();

 private:
  void same(const std::string& what, const Outcome<float>& other, const std::string& where,
            double tolerance = 0, double dweights_tolerance = 0) {
    if (!base_.complete || !other.complete) return;
    for (std::size_t i = 0; i < base_.y.size(); ++i)
      compare(findings_, concat(what, ": y[", i, "]"), where, runner_.output(i), base_.y[i], other.y[i],
              tolerance);
    for (std::size_t i = 0; i < base_.dx.size(); ++i)
      if (!other.dx[i].empty())
        compare(findings_, concat(what, ": dx[", i, "]"), where, runner_.input(i), base_.dx[i], other.dx[i],
                tolerance);
    for (std::size_t k = 0; k < base_.weights.size(); ++k) {
      const Weight& w = layer_.weights()[k];
      if (!base_.dweights[k].empty() && !other.dweights[k].empty())
        compare(findings_, concat(what, ": gradient of weight '", w.name, "'"), where, w.value.shape(),
                base_.dweights[k], other.dweights[k], dweights_tolerance);
      compare(findings_, concat(what, ": weight '", w.name, "' afterwards"), where, w.value.shape(),
              base_.weights[k], other.weights[k], tolerance);
    }
  }
  bool equal(const Outcome<float>& a, const Outcome<float>& b) const {
    for (std::size_t i = 0; i < a.y.size(); ++i)
      if (!same_bits(a.y[i], b.y[i])) return false;
    return true;
  }

  const LayerRunner<float>& runner_;
  const Numbers<float>& numbers_;
  const CheckOptions& options_;
  Findings& findings_;
  const Layer& layer_;
  Outcome<float> base_;
};

// First, because afterwards such a read would be one from nowhere.
void LayerCheck::undeclared() {
  const BackwardNeeds needs = layer_.backward_needs();
  if (needs.input && needs.output) return;
  RunMode m = mode("what backward_needs() leaves out is there");
  m.undeclared = Undeclared::there;
  const Outcome<float> there = runner_.run(numbers_, m);
  m.undeclared = Undeclared::nan;
  const Outcome<float> nan = runner_.run(numbers_, m);
  const auto equal = [](const Arrays<float>& a, const Arrays<float>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_bits<float>);
  };
  if (there.complete && nan.complete && !(equal(there.dx, nan.dx) && equal(there.dweights, nan.dweights)))
    findings_.add(concat("backward reads ",
                         needs.input    ? "outputs"
                         : needs.output ? "inputs"
                                        : "inputs or outputs",
                         " that backward_needs() does not declare"),
                  "its gradients follow what is there. Declare it or do without");
}

void LayerCheck::accumulation() {
  RunMode m = mode("gradients started at zero");
  m.start_at_zero = true;
  const Outcome<float> zero = runner_.run(numbers_, m);
  if (!zero.complete) return;
  for (std::size_t k = 0; k < base_.dweights.size(); ++k) {
    std::vector<float> expected = zero.dweights[k];
    for (std::size_t i = 0; i < expected.size(); ++i) expected[i] += start_of<float>(static_cast<Index>(i));
    const Weight& w = layer_.weights()[k];
    compare(findings_, concat("gradient of weight '", w.name, "' is not added to what was there"),
            "started at known numbers", w.value.shape(), expected, base_.dweights[k], options_.precision);
  }
}

void LayerCheck::repetition() {
  same("a second call gives other bits", runner_.run(numbers_, mode("second call")), "second call");
}

void LayerCheck::threads() {
  for (const int n : {2, 4, 1}) {
    set_num_threads(n);
    cornu::detail::team().alone = cornu::detail::kAlone;  // also small loops are spread
    const std::string where = concat(n, " threads");
    same("the number of threads changes bits", runner_.run(numbers_, mode(where)), where);
  }
}

void LayerCheck::slices() {
  const Index n = runner_.samples();
  const bool whole = layer_.slicing(runner_.inputs(), options_.training) == Slicing::batch;
  if (whole && options_.training) return;
  RunMode m = mode("slices");
  m.shift = 1;
  std::vector<std::vector<Slice>> cuts(2);
  for (Index i = 0; i < n; ++i) cuts[0].push_back({i, 1});
  cuts[0].push_back({0, 0});
  cuts[1] = {{n / 2, n - n / 2}, {0, n / 2}};
  for (const auto& cut : cuts) {
    m.slices = cut;
    const std::string where = concat(static_cast<Index>(cut.size()), " slices");
    // A layer that wants the whole batch may choose its algorithm by the number of samples.
    same("slices of the batch differ from the whole", runner_.run(numbers_, m), where,
         whole ? options_.precision : 0, options_.precision);
  }
}

void LayerCheck::in_place() {
  const InPlace kind = layer_.in_place(options_.training);
  if (kind == InPlace::no) return;
  if (runner_.input(0).count() != runner_.output(0).count())
    return findings_.add("in_place() is not no, but input 0 and output 0 differ in size",
                         runner_.input(0).text() + " and " + runner_.output(0).text());
  // Without training nobody calls backward, so what overwriting takes from it does not matter.
  const bool input_gone = kind == InPlace::overwrite && layer_.backward_needs().input;
  if (input_gone && options_.training)
    return findings_.add("in_place() says overwrite, but backward_needs() declares the input",
                         "it would be gone. Need the output, or save what is needed");
  if (kind == InPlace::same) {
    compare(findings_, "in_place() says same, but forward changes numbers", "", runner_.output(0),
            numbers_.x[0], base_.y[0], 0);
    if (!base_.dx[0].empty())
      compare(findings_, "in_place() says same, but backward changes numbers", "", runner_.input(0),
              numbers_.dy[0], base_.dx[0], 0);
  }
  for (int way = 1; way < 4; ++way) {
    RunMode m = mode(way == 1   ? "y in the memory of x"
                     : way == 2 ? "dx in the memory of dy"
                                : "both in place");
    m.forward_in_place = (way & 1) != 0;
    m.backward_in_place = (way & 2) != 0 && m.want_dx;
    m.backward = !(m.forward_in_place && input_gone);
    same("in place differs from out of place", runner_.run(numbers_, m), m.name);
  }
}

void LayerCheck::unasked() {
  RunMode m = mode("nobody asks for dx");
  m.want_dx = false;
  same("an empty dx changes other results", runner_.run(numbers_, m), m.name);
  m = mode("nobody asks for weight gradients");
  m.want_dweights = false;
  same("empty weight gradients change other results", runner_.run(numbers_, m), m.name);
  // One gradient alone: of several inputs the model may need one, of several weights one may be frozen.
  for (std::size_t i = 0; i < std::max(base_.dx.size(), base_.weights.size()); ++i) {
    m = mode(concat("gradient ", i, " of the inputs alone"));
    m.only = static_cast<int>(i);
    m.want_dweights = false;
    same("gradients that nobody asks for change others", runner_.run(numbers_, m), m.name);
    m = mode(concat("gradient ", i, " of the weights alone"));
    m.only = static_cast<int>(i);
    m.want_dx = false;
    same("gradients that nobody asks for change others", runner_.run(numbers_, m), m.name);
  }
}

void LayerCheck::frozen() {
  RunMode m = mode("frozen (trainable is false)");
  m.trainable = false;
  const Outcome<float> out = runner_.run(numbers_, m);
  if (!options_.training) same("a frozen layer computes other numbers in inference", out, m.name);
}

void LayerCheck::inference() {
  RunMode m = mode("without a backward call");
  m.backward = false;
  same("forward alone differs from forward before backward", runner_.run(numbers_, m), m.name);
}

void LayerCheck::keys() {
  RunMode m = mode("another random key");
  m.key = {.seed = 6, .stream = 1};
  const bool differs = base_.complete && !equal(base_, runner_.run(numbers_, m));
  if (options_.training && options_.random && !differs)
    findings_.add("another random key gives the same numbers", "the layer is said to draw random numbers");
  if (!(options_.training && options_.random) && differs)
    findings_.add("the random key changes the result",
                  options_.training ? "give .random = true for a layer that draws random numbers in training"
                                    : "inference draws no random numbers");
}

void LayerCheck::logits() {
  const ActivationFn fn = layer_.final_activation();
  if (fn == ActivationFn::linear || fn == ActivationFn::custom) return;
  RunMode m = mode("logits");
  m.logits = true;
  Outcome<float> out = runner_.run(numbers_, m);
  if (!out.complete || !base_.complete) return;
  const View<float> y(out.y[0].data(), runner_.output(0));
  kernels::activation<float>(ActivationFunction(fn), y, y);
  compare(findings_, "final_activation() of the logits is not the output", "", runner_.output(0), base_.y[0],
          out.y[0], options_.precision);
}

template <class T>
void all_gradients(const LayerRunner<T>& runner, const Numbers<T>& numbers, const RunMode& mode,
                   const CheckOptions& options, Findings& findings) {
  check_gradients(runner, numbers, mode, options, true, findings);
  RunMode other = mode;
  if (options.training && !numbers.weights.empty()) {
    other.trainable = false;
    other.name = "frozen";
    check_gradients(runner, numbers, other, options, false, findings);
  }
  if (runner.layer().final_activation() != ActivationFn::linear) {
    other = mode;
    other.logits = true;
    other.name = "logits";
    check_gradients(runner, numbers, other, options, false, findings);
  }
}

void check_double(const LayerCheck& check, const LayerRunner<float>& single, const Numbers<float>& numbers,
                  const CheckOptions& options, Findings& findings) {
  const Layer& layer = single.layer();
  Findings ignored;
  const LayerRunner<double> probe(layer, single.inputs(), single.outputs(), single.samples(), ignored);
  const auto doubles = converted<double>(numbers);
  RunMode mode = check.mode("double");
  if (!probe.run(doubles, mode).complete) {
    mode.name = "float";
    return all_gradients(single, numbers, mode, options, findings);
  }
  const LayerRunner<double> runner(layer, single.inputs(), single.outputs(), single.samples(), findings);
  all_gradients(runner, doubles, mode, options, findings);
  const Outcome<double> reference = runner.run(doubles, mode);
  const Outcome<float>& base = check.base_outcome();
  for (std::size_t i = 0; i < base.y.size(); ++i)
    compare(findings, concat("float differs from double: y[", i, "]"), "", single.output(i), reference.y[i],
            base.y[i], options.precision);
  for (std::size_t i = 0; i < base.dx.size(); ++i)
    compare(findings, concat("float differs from double: dx[", i, "]"), "", single.input(i), reference.dx[i],
            base.dx[i], options.precision);
  for (std::size_t k = 0; k < base.dweights.size(); ++k)
    compare(findings, concat("float differs from double: gradient of weight '", layer.weights()[k].name, "'"),
            "", layer.weights()[k].value.shape(), reference.dweights[k], base.dweights[k], options.precision);
}

Index samples_of(const Layer& layer, const CheckOptions& options) {
  const Index samples =
      options.x.empty() || options.x[0].rank() == 0 ? options.samples : options.x[0].shape().front();
  if (samples < 1)
    throw ValueError(concat("check_layer of ", layer.who(), ": samples is ", samples,
                            "; it must be at least 1. Two or more also show errors in slices."));
  return samples;
}

void check_names(const Layer& layer, Findings& findings) {
  for (std::size_t i = 0; i < layer.weights().size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (layer.weights()[i].name == layer.weights()[j].name)
        findings.add(concat("two weights are named '", layer.weights()[i].name, "'"),
                     concat("weights ", j, " and ", i, "; weight() finds the first only"));
}

/// The output shapes, or nothing with a finding.
Shapes built(Layer& layer, const Shapes& inputs, Findings& findings) {
  try {
    Shapes outputs = layer.call_shapes(inputs);
    if (outputs != layer.call_shapes(inputs))
      findings.add("output_shapes differs from call to call", "the same inputs give the same outputs");
    if (outputs.empty()) findings.add("output_shapes gives no output", "a layer has at least one");
    return outputs;
  } catch (const std::exception& error) {
    findings.add("the layer cannot be built", error.what());
    return {};
  }
}

}  // namespace
}  // namespace detail

bool LayerReport::names(std::string_view what) const {
  return std::any_of(failures.begin(), failures.end(),
                     [&](const std::string& text) { return text.find(what) != std::string::npos; });
}

std::string LayerReport::text() const {
  if (passed()) return who + " passed";
  std::string out = who + " fails:";
  for (const std::string& failure : failures) out += "\n  " + failure;
  return out;
}

LayerReport check_layer(const LayerHandle& handle, const Shapes& inputs, const CheckOptions& options) {
  const detail::OneThread restore_at_end;
  Layer& layer = handle.layer();
  const Index samples = detail::samples_of(layer, options);
  detail::Findings findings;
  const Shapes outputs = detail::built(layer, inputs, findings);
  if (!outputs.empty()) {
    detail::check_names(layer, findings);
    const detail::LayerRunner<float> runner(layer, inputs, outputs, samples, findings);
    const detail::Numbers<float> numbers = detail::random_numbers(runner, options);
    detail::LayerCheck check(runner, numbers, options, findings);
    check.undeclared();
    if (findings.empty() && check.base()) {
      check.accumulation();
      check.repetition();
      check.threads();
      check.slices();
      check.in_place();
      check.unasked();
      check.frozen();
      check.inference();
      check.keys();
      check.logits();
      detail::check_double(check, runner, numbers, options, findings);
    }
  }
  return {layer.who(), findings.texts()};
}

LayerNumbers run_layer(const Layer& layer, const std::vector<Tensor>& x, const std::vector<Tensor>& dy,
                       bool training) {
  Shapes inputs;
  for (const Tensor& t : x) inputs.push_back(t.shape().without_front());
  const Shapes outputs = layer.output_shapes(inputs);
  detail::Findings findings;
  const detail::LayerRunner<float> runner(layer, inputs, outputs, x.at(0).shape().front(), findings);
  detail::Numbers<float> numbers;
  for (const Tensor& t : x) numbers.x.push_back(t.to_vector());
  for (const Weight& w : layer.weights()) numbers.weights.push_back(w.value.to_vector());
  for (std::size_t i = 0; i < outputs.size(); ++i)
    numbers.dy.push_back(dy.empty() ? std::vector<float>(static_cast<std::size_t>(runner.output(i).count()))
                                    : dy.at(i).to_vector());
  detail::RunMode mode{.training = training, .backward = !dy.empty(), .start_at_zero = true};
  const auto out = runner.run(numbers, mode);
  if (!out.complete) throw StateError(layer.who() + ": " + findings.texts().at(0));
  LayerNumbers result;
  for (std::size_t i = 0; i < outputs.size(); ++i) result.y.emplace_back(runner.output(i), out.y[i]);
  if (dy.empty()) return result;
  for (std::size_t i = 0; i < inputs.size(); ++i) result.dx.emplace_back(runner.input(i), out.dx[i]);
  for (std::size_t k = 0; k < out.dweights.size(); ++k)
    result.dweights.push_back(
        out.dweights[k].empty() ? Tensor() : Tensor(layer.weights()[k].value.shape(), out.dweights[k]));
  return result;
}

}  // namespace cornu::testing
