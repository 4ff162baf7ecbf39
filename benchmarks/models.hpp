#pragma once
#include <algorithm>
#include <bit>
#include <cornu/cornu.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cornu::benchmarks {

/// A network that people really train, with the batch that its course uses.
struct NamedModel {
  std::string_view name;
  Shape input;
  Index batch;
  Index classes;  ///< 1: one sigmoid output; 0: a number to predict
};

inline const std::vector<NamedModel> kModels{
    {"catdog64", {64, 64, 3}, 32, 1},     {"cifar10", {32, 32, 3}, 100, 10},
    {"flowers150", {150, 150, 3}, 32, 5}, {"intel150", {150, 150, 3}, 32, 6},
    {"vgg16_150", {150, 150, 3}, 8, 6},   {"mlp_mnist", {28, 28, 1}, 128, 10},
    {"lstm_stock", {60, 1}, 32, 0},
};

/// Single layers of unusual size, each before a small dense one.
inline const std::vector<NamedModel> kLargeModels{
    {"dense2048", {2048}, 32, 10},
    {"conv512", {14, 14, 512}, 8, 10},
    {"kernel31", {1000, 1000, 1}, 1, 10},
};

inline void add_conv(Sequential& model, Index filters, Index kernel, Padding padding) {
  model.add(Conv2D{.filters = filters, .kernel_size = Size2(kernel), .padding = padding, .activation = relu});
}

/// The layers between input and last layer.
inline void add_layers(Sequential& model, std::string_view name) {
  const auto pool = [&] { model.add(MaxPooling2D{.pool_size = 2}); };
  const auto dense = [&](Index units) { model.add(Dense{.units = units, .activation = relu}); };
  if (name == "catdog64" || name == "intel150") {
    for (int block = 0; block < 2; ++block) add_conv(model, 32, 3, Padding::valid), pool();
    model.add(Flatten{}), dense(128);
  } else if (name == "cifar10") {
    for (const Index filters : {32, 64}) add_conv(model, filters, 4, Padding::same), pool();
    model.add(Flatten{}), dense(1024), model.add(Dropout{.rate = 0.5f});
  } else if (name == "flowers150") {
    add_conv(model, 32, 5, Padding::same), pool();
    for (const Index filters : {64, 96, 96}) add_conv(model, filters, 3, Padding::same), pool();
    model.add(Flatten{}), dense(512);
  } else if (name == "vgg16_150") {
    const std::vector<std::vector<Index>> blocks{
        {64, 64}, {128, 128}, {256, 256, 256}, {512, 512, 512}, {512, 512, 512}};
    for (const auto& block : blocks) {
      for (const Index filters : block) add_conv(model, filters, 3, Padding::same);
      pool();
    }
    model.add(Flatten{}), dense(256);
  } else if (name == "lstm_stock") {
    for (int i = 0; i < 4; ++i)
      model.add(LSTM{.units = 50, .return_sequences = i < 3}), model.add(Dropout{.rate = 0.2f});
  } else if (name == "dense2048") {
    dense(2048);
  } else if (name == "conv512") {
    add_conv(model, 512, 3, Padding::same), model.add(GlobalAveragePooling2D{});
  } else if (name == "kernel31") {
    add_conv(model, 1, 31, Padding::same), model.add(GlobalAveragePooling2D{});
  } else {  // mlp_mnist
    model.add(Flatten{});
    for (int i = 0; i < 2; ++i) dense(512), model.add(Dropout{.rate = 0.2f});
  }
}

/// Built and compiled with Adam(1e-3) and its cross-entropy.
inline Sequential make_model(const NamedModel& named) {
  Sequential model{Input{.shape = named.input}};
  add_layers(model, named.name);
  if (named.classes == 0) {
    model.add(Dense{.units = 1});
    model.compile(CompileOptions{.optimizer = Adam{}, .loss = MeanSquaredError{}});
    return model;
  }
  model.add(Dense{.units = named.classes, .activation = named.classes == 1 ? sigmoid : softmax});
  if (named.classes == 1)
    model.compile(CompileOptions{.optimizer = Adam{}, .loss = BinaryCrossentropy{}});
  else
    model.compile(CompileOptions{.optimizer = Adam{}, .loss = SparseCategoricalCrossentropy{}});
  return model;
}

/// n pictures of noise.
inline Tensor make_input(const NamedModel& named, Index n) {
  Tensor x(named.input.with_front(n));
  fill_uniform(x.view(), RandomKey{.seed = 1}, 0.f, 1.f);
  return x;
}

/// Their labels, one number each.
inline Tensor make_target(const NamedModel& named, Index n) {
  Tensor y({n, 1});
  for (Index i = 0; i < n; ++i) y(i, 0) = float(i * 7 % std::max<Index>(2, named.classes));
  return y;
}

/// A number that changes when any bit of any weight does (FNV-1a).
inline std::uint64_t fingerprint(const Model& model) {
  std::uint64_t hash = 14695981039346656037u;
  for (const Weight* w : model.weights())
    for (const float value : w->value) hash = (hash ^ std::bit_cast<std::uint32_t>(value)) * 1099511628211u;
  return hash;
}

}  // namespace cornu::benchmarks
