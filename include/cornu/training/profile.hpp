#pragma once
#include <string>
#include <vector>

#include "cornu/core/shape.hpp"

namespace cornu {

/// What one layer cost in a training step, on one thread. Work counts where it runs: a relu that is moved
/// behind the pooling after it is in the pooling.
struct LayerProfile {
  std::string name, type;
  Shape output;            ///< of output 0, without the batch axis
  double forward_ms = 0;   ///< median over the steps
  double backward_ms = 0;  ///< median over the steps; gradients towards input and weights
  double flops = 0;        ///< of forward, from the layer's kernels; 0 where it has none
  double backward_flops = 0;
  double bytes = 0;  ///< that forward must at least read and write: inputs, outputs, weights
};

/// Where the time of a training step goes; made by Model::profile.
struct Profile {
  std::vector<LayerProfile> layers;  ///< one a call, in running order
  double step_ms = 0;                ///< median of whole steps
  double other_ms = 0;               ///< of it outside the layers: loss, sums of gradients, optimizer
};

}  // namespace cornu
