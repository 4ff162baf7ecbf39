#pragma once
#include <initializer_list>
#include <string>
#include <vector>

#include "cornu/testing/check_layer.hpp"
#include "support/golden.hpp"
#include "support/temporary_folder.hpp"

namespace cornu::support {

/// One shape, or none.
struct RowInput {
  Shapes shapes;
  RowInput() noexcept {}
  RowInput(std::initializer_list<Index> shape) : shapes{Shape(shape)} {}
};
/// Several shapes, or none.
struct RowInputs {
  Shapes shapes;
  RowInputs() noexcept {}
  RowInputs(std::initializer_list<Shape> several) : shapes(several) {}
};
// g++ 12 fails inside the tables unless it knows this before them.
static_assert(std::is_nothrow_destructible_v<RowInput> && std::is_nothrow_destructible_v<RowInputs>);

/// One row of a layer's table. Give `input` (one shape) or `inputs` (several), without the batch axis, or
/// only `golden`: then the shape is that of its x.npy.
template <class Spec>
struct LayerCase {
  Spec spec;
  RowInput input = {};
  RowInputs inputs = {};
  const char* golden = "";    ///< a folder of tests/golden/layers: numbers of real Keras in inference
  Index samples = 3;          ///< batch of the check
  bool training = false;      ///< check it as in training
  bool random = false;        ///< it draws random numbers in training
  bool masked = false;        ///< its first input has a mask
  Index token_ids = 0;        ///< inputs are whole numbers below this one
  double tolerance = 1e-5;    ///< against Keras and of float against double, relative to the largest number;
                              ///< a row with a long sum says by what it raises it
  double differences = 1e-6;  ///< of finite differences in double
};

namespace detail {

inline Shapes golden_inputs(const std::string& folder) {
  return {golden(folder + "x.npy").shape().without_front()};
}

/// Sets w0.npy, w1.npy ... and says how many there were.
inline std::size_t set_golden_weights(Layer& layer, const std::string& folder) {
  std::size_t count = 0;
  while (golden_exists(folder + "w" + std::to_string(count) + ".npy")) ++count;
  EXPECT_EQ(layer.weights().size(), count) << "weights of the layer and of Keras";
  for (std::size_t k = 0; k < std::min(count, layer.weights().size()); ++k) {
    Weight& weight = layer.weights()[k];
    const Tensor value = golden(folder + "w" + std::to_string(k) + ".npy");
    EXPECT_EQ(weight.value.shape().text(), value.shape().text())
        << "weight " << k << " '" << weight.name << "'";
    if (weight.value.shape() == value.shape()) weight.value = value;
  }
  return count;
}

inline void check_golden(Layer& layer, const std::string& name, double tolerance) {
  const std::string folder = "layers/" + name + "/";
  layer.call_shapes(golden_inputs(folder));
  std::size_t used = 3 + set_golden_weights(layer, folder);  // x, y, dy
  if (::testing::Test::HasFailure()) return;
  const auto run = testing::run_layer(layer, {golden(folder + "x.npy")}, {golden(folder + "dy.npy")});
  expect_close(golden(folder + "y.npy"), run.y.at(0), tolerance, "y");
  if (golden_exists(folder + "dx.npy")) {  // Keras gives none for token ids
    ++used;
    expect_close(golden(folder + "dx.npy"), run.dx.at(0), tolerance, "dx");
  }
  for (std::size_t k = 0; k < layer.weights().size(); ++k) {
    const std::string gradient = "dw" + std::to_string(k) + ".npy";
    EXPECT_EQ(layer.weights()[k].trainable, golden_exists(folder + gradient)) << gradient;
    if (!layer.weights()[k].trainable || !golden_exists(folder + gradient)) continue;
    ++used;
    expect_close(golden(folder + gradient), run.dweights[k], tolerance,
                 "gradient of weight " + std::to_string(k) + " '" + layer.weights()[k].name + "'");
  }
  EXPECT_EQ(used, golden_arrays(folder).size()) << "golden arrays that were compared, and that there are";
}

/// Weights through a file into a second layer: the same bits come out.
template <class Spec>
void check_saving(const Spec& spec, Layer& layer, const Shapes& inputs, const LayerCase<Spec>& row) {
  const TemporaryFolder folder;
  std::vector<std::pair<std::string, Tensor>> entries;
  layer.initialize({.seed = 3});
  for (const Weight& w : layer.weights()) entries.emplace_back(w.name, w.value);
  write_npz(folder.path("weights.npz"), entries);
  const LayerHandle second(spec);
  second.layer().call_shapes(inputs);
  for (auto& [name, value] : read_npz(folder.path("weights.npz")))
    second.layer().weight(name) = std::move(value);
  std::vector<Tensor> x;
  for (const Shape& shape : inputs) {
    x.emplace_back(shape.with_front(row.samples));
    for (Index i = 0; i < x.back().size(); ++i)
      x.back().at(i) = row.token_ids > 0 ? static_cast<float>(i % row.token_ids)
                                         : 0.1f * static_cast<float>(i % 23) - 1.05f;
  }
  const auto before = testing::run_layer(layer, x), after = testing::run_layer(second.layer(), x);
  for (std::size_t i = 0; i < before.y.size(); ++i)
    EXPECT_TRUE(same_bits(before.y[i], after.y[i])) << "y[" << i << "] after saving and loading the weights";
}

template <class Spec>
void check_case(const LayerCase<Spec>& row, const Shapes& inputs) {
  const LayerHandle layer(row.spec);
  const auto report = testing::check_layer(layer, inputs,
                                           {.samples = row.samples,
                                            .training = row.training,
                                            .random = row.random,
                                            .masked = row.masked,
                                            .token_ids = row.token_ids,
                                            .tolerance = row.differences,
                                            .precision = row.tolerance});
  EXPECT_TRUE(report.passed()) << report.text();
  if (layer.layer().built()) check_saving(row.spec, layer.layer(), inputs, row);
  if (*row.golden != 0) check_golden(LayerHandle(row.spec).layer(), row.golden, row.tolerance);
}

}  // namespace detail

/// Checks every row: the contract (cornu/testing/check_layer.hpp), Keras' numbers where `golden` names them,
/// and weights that went through a file.
///
///   TEST(Conv2D, Cases) {
///     check_layer_cases<Conv2D>({
///         {.spec = {.filters = 3, .kernel_size = 3}, .input = {5, 7, 2}},
///         {.spec = {.filters = 8, .kernel_size = {5, 6}}, .golden = "conv2d_0"},
///     });
///   }
template <class Spec>
void check_layer_cases(const std::vector<LayerCase<Spec>>& rows) {
  ASSERT_FALSE(rows.empty());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const LayerCase<Spec>& row = rows[i];
    const std::string golden = row.golden;
    Shapes inputs = row.inputs.shapes.empty() ? row.input.shapes : row.inputs.shapes;
    if (inputs.empty() && golden.empty()) inputs = {Shape()};
    if (inputs.empty()) inputs = detail::golden_inputs("layers/" + golden + "/");
    std::string name = cornu::detail::concat("row ", i, " of ", Spec::type, ":");
    for (const Shape& shape : inputs) name += cornu::detail::concat(" ", shape.batch_text());
    if (!golden.empty()) name += ", golden " + golden;
    SCOPED_TRACE(name);
    detail::check_case(row, inputs);
  }
}

}  // namespace cornu::support
