#pragma once
#include <array>
#include <string_view>

#include "cornu/kernels/conv.hpp"

namespace cornu::benchmarks {

/// A convolution as a known model has it, and that model's batch.
struct NamedConv {
  std::string_view name;
  Index batch;
  kernels::ConvGeometry geometry;
};

/// Stride 1, square image and kernel. pad: cells before the image (same padding of a 3 x 3 kernel: 1).
constexpr kernels::ConvGeometry square(Index in, Index in_c, Index out, Index out_c, Index kernel,
                                       Index pad) {
  return {in, in, in_c, out, out, out_c, kernel, kernel, 1, 1, 1, 1, pad, pad, 1};
}

/// The shapes that are measured; tests/kernels checks the same shapes against the slow twins.
inline constexpr std::array kConvs{
    NamedConv{"catdog64/conv1", 32, square(64, 3, 62, 32, 3, 0)},
    NamedConv{"catdog64/conv2", 32, square(31, 32, 29, 32, 3, 0)},
    NamedConv{"cifar10/conv1", 32, square(32, 3, 32, 32, 4, 1)},
    NamedConv{"cifar10/conv2", 32, square(16, 32, 16, 64, 4, 1)},
    NamedConv{"flowers150/conv1", 8, square(150, 3, 150, 32, 5, 2)},
    NamedConv{"flowers150/conv2", 8, square(75, 32, 75, 64, 3, 1)},
    NamedConv{"flowers150/conv3", 8, square(37, 64, 37, 96, 3, 1)},
    NamedConv{"flowers150/conv4", 8, square(18, 96, 18, 96, 3, 1)},
    NamedConv{"vgg16/conv1_2", 1, square(150, 64, 150, 64, 3, 1)},
    NamedConv{"vgg16/conv3_1", 2, square(37, 128, 37, 256, 3, 1)},
    NamedConv{"vgg16/conv5_1", 8, square(9, 512, 9, 512, 3, 1)},
    NamedConv{"autoencoder/last", 32, square(28, 32, 28, 1, 3, 1)},
    NamedConv{"resnet50/conv1", 1, {224, 224, 3, 112, 112, 64, 7, 7, 2, 2, 1, 1, 2, 2, 1}},
    NamedConv{"resnet50/conv2_1x1", 1, square(56, 64, 56, 256, 1, 0)},
    NamedConv{"resnet50/conv3_down", 1, {56, 56, 256, 28, 28, 512, 1, 1, 2, 2, 1, 1, 0, 0, 1}},
};

/// A product as a dense layer has it: (m, k) times (k, n).
struct NamedGemm {
  std::string_view name;
  Index m, n, k;
};

inline constexpr std::array kGemms{
    NamedGemm{"catdog64/dense1", 32, 128, 6272},   NamedGemm{"catdog64/dense2", 32, 1, 128},
    NamedGemm{"cifar10/dense1", 100, 1024, 4096},  NamedGemm{"mlp_mnist/dense2", 128, 512, 512},
    NamedGemm{"mlp_mnist/dense3", 128, 10, 512},   NamedGemm{"catdog64/dense1 batch 1", 1, 128, 6272},
    NamedGemm{"vgg16/fc2 batch 1", 1, 4096, 4096},
};

}  // namespace cornu::benchmarks
