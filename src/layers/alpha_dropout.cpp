#include "cornu/layers/alpha_dropout.hpp"

#include <cmath>

namespace cornu {

kernels::DropRule AlphaDropoutLayer::rule() const {
  constexpr double kLowest = -1.6732632423543772 * 1.0507009873554805;  // selu(-infinity)
  const double rate = spec_.rate;
  const double scale = 1 / std::sqrt((1 - rate) * (1 + rate * kLowest * kLowest));
  const double shift = -scale * kLowest * rate;
  return {.rate = rate, .scale = scale, .shift = shift, .dropped = scale * kLowest + shift};
}

}  // namespace cornu
