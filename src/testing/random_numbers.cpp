#include "testing/random_numbers.hpp"

#include <algorithm>
#include <cmath>

#include "cornu/core/random.hpp"

namespace cornu::testing::detail {

namespace {

std::vector<float> values_of(const Tensor& given, const Shape& shape, const Layer& layer,
                             const std::string& name) {
  if (given.shape() != shape)
    throw ValueError(concat("check_layer of ", layer.who(), ": the given ", name, " is ",
                            given.shape().text(), "; the layer takes ", shape.text(),
                            ". Give numbers of that shape or none."));
  return given.to_vector();
}

void check_count(std::size_t given, std::size_t taken, const Layer& layer, const char* name) {
  if (given != 0 && given != taken)
    throw ValueError(concat("check_layer of ", layer.who(), ": ", given, " ", name,
                            " are given; the layer has ", taken, ". Give all of them or none."));
}

Arrays<float> inputs(const LayerRunner<float>& runner, const CheckOptions& options, Random& random) {
  Index total = 0;
  for (std::size_t i = 0; i < runner.inputs().size(); ++i) total += runner.input(i).count();
  const std::vector<Index> order = random.permutation(total);
  Arrays<float> x;
  Index used = 0;
  for (std::size_t i = 0; i < runner.inputs().size(); ++i) {
    auto& values = x.emplace_back(static_cast<std::size_t>(runner.input(i).count()));
    for (float& v : values) {
      if (options.token_ids > 0) {
        v = static_cast<float>(random.below(options.token_ids));
        continue;
      }
      // A cell of 0.1 around a multiple of 0.1 plus half, normally distributed, and in the cell a place of
      // its own for every element, so that no two are equal.
      const float cell = std::floor(std::clamp(random.normal() * 15.f, -70.f, 70.f)) + 0.5f;
      const float place =
          (static_cast<float>(order[static_cast<std::size_t>(used++)]) + 0.5f) / static_cast<float>(total) -
          0.5f;
      v = 0.1f * cell + 0.04f * place;
    }
  }
  return x;
}

std::vector<float> weight(const Weight& weight, Random& random) {
  const Shape& shape = weight.value.shape();
  std::vector<float> values(static_cast<std::size_t>(shape.count()));
  // Sums over the inputs stay near 1, so that activations do not saturate.
  const Index fan_in = shape.rank() < 2 || shape.back() == 0 ? 4 : shape.count() / shape.back();
  const float scale = 1.f / std::sqrt(static_cast<float>(std::max<Index>(1, fan_in)));
  for (float& v : values) {
    const float magnitude = scale * (0.2f + std::abs(random.normal()));
    v = !weight.trainable ? 0.5f + random.uniform()  // a moving variance must be positive
                          : (random.bernoulli(0.5f) ? magnitude : -magnitude);
  }
  return values;
}

}  // namespace

Numbers<float> random_numbers(const LayerRunner<float>& runner, const CheckOptions& options) {
  Random random(RandomKey{.seed = options.seed, .stream = 76});
  Numbers<float> out;
  const std::vector<Weight>& weights = runner.layer().weights();
  check_count(options.x.size(), runner.inputs().size(), runner.layer(), "inputs");
  check_count(options.weights.size(), weights.size(), runner.layer(), "weights");
  if (options.x.empty()) out.x = inputs(runner, options, random);
  for (std::size_t i = 0; i < options.x.size(); ++i)
    out.x.push_back(values_of(options.x[i], runner.input(i), runner.layer(), concat("x[", i, "]")));
  for (std::size_t k = 0; k < weights.size(); ++k)
    out.weights.push_back(options.weights.empty()
                              ? weight(weights[k], random)
                              : values_of(options.weights[k], weights[k].value.shape(), runner.layer(),
                                          "weight '" + weights[k].name + "'"));
  for (std::size_t i = 0; i < runner.outputs().size(); ++i) {
    auto& dy = out.dy.emplace_back(static_cast<std::size_t>(runner.output(i).count()));
    for (float& v : dy) v = (random.bernoulli(0.5f) ? 1.f : -1.f) * (0.1f + random.uniform());
  }
  if (options.masked) {  // of input 0; the steps of its last sample all fall
    const Index steps = runner.input(0)[1], n = runner.samples() * steps;
    auto& mask = out.masks.emplace_back(static_cast<std::size_t>(n));
    for (Index i = 0; i < n; ++i)
      mask[static_cast<std::size_t>(i)] = random.bernoulli(0.6f) && (i < n - steps || n == steps) ? 1.f : 0.f;
  }
  return out;
}

}  // namespace cornu::testing::detail
