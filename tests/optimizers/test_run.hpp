#pragma once
#include <memory>
#include <vector>

#include "cornu/core/random.hpp"
#include "cornu/core/tensor.hpp"
#include "cornu/core/threads.hpp"
#include "cornu/optimizers/optimizer_handle.hpp"

namespace cornu::test {

/// Weights, gradients and a running optimizer.
struct TestRun {
  std::vector<Tensor> w, g;
  std::unique_ptr<Optimizer> optimizer;
  std::vector<Optimizer::Parameter> parameters;

  TestRun(const OptimizerHandle& handle, const std::vector<Shape>& shapes, std::uint64_t seed = 1)
      : optimizer(handle.make()) {
    for (const Shape& s : shapes) {
      fill_normal(w.emplace_back(s).view(), RandomKey{.seed = seed, .stream = w.size()}, 0, 1);
      fill_uniform(g.emplace_back(s).view(), RandomKey{.seed = seed + 1, .stream = w.size()}, 0.05f, 0.2f);
      for (Index k = 0; k < s.count(); k += 3) g.back().at(k) *= -1;  // none too small to move a weight
    }
    for (std::size_t i = 0; i < w.size(); ++i) {
      parameters.push_back({w[i].view(), static_cast<const Tensor&>(g[i]).view()});
    }
    optimizer->build(shapes);
  }
  void step(int times = 1) {
    for (int i = 0; i < times; ++i) optimizer->step(parameters);
  }
};

/// One thread while it lives: the numbers are the same at any count, and other programs keep the cores busy.
class OneThread {
 public:
  OneThread() : before_(num_threads()) { set_num_threads(1); }
  ~OneThread() { set_num_threads(before_); }

 private:
  int before_;
};

inline const OptimizerHandle kAll[] = {
    SGD{},
    SGD{.momentum = 0.9f},
    SGD{.momentum = 0.9f, .nesterov = true},
    RMSprop{},
    RMSprop{.momentum = 0.5f},
    RMSprop{.centered = true},
    RMSprop{.momentum = 0.5f, .centered = true},
    Adam{},
    Adam{.amsgrad = true, .clipvalue = 0.05f},
    AdamW{},
    Adamax{},
    Nadam{},
    Adagrad{},
    Adadelta{.learning_rate = 1},
    Adafactor{},
    Ftrl{},
    Ftrl{.learning_rate_power = -0.7f, .l1_regularization_strength = 0.01f},
    Lion{},
    Lamb{},
    Lamb{.weight_decay = 0.01f, .global_clipnorm = 1.f},
    Adam{.clipnorm = 0.5f, .use_ema = true},
    SGD{.gradient_accumulation_steps = 2}};
// Several pieces, tails of vectors, tiny ones and none.
inline const std::vector<Shape> kShapes{{129, 131}, {1}, {0}, {3, 3, 5, 7}, {16385}, {}};

}  // namespace cornu::test
