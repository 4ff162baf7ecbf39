#include "cornu/layers/random_layer.hpp"

namespace cornu::detail {

void check_rate(const Layer& layer, float rate, RateOne one) {
  const bool allowed = rate >= 0 && (one == RateOne::allowed ? rate <= 1 : rate < 1);
  if (allowed) return;
  throw ValueError(concat(layer.who(), ": rate is ", rate, "; it must be between 0 and 1",
                          one == RateOne::allowed ? ". " : ", and below 1. ",
                          "It is the fraction dropped, not kept."));
}

}  // namespace cornu::detail
