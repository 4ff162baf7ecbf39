#include "model/inference_pool.hpp"

#include <algorithm>

namespace cornu::detail {

std::unique_ptr<Plan> InferencePool::take(Index n) {
  {
    const std::lock_guard lock(mutex_);
    std::unique_ptr<Plan>* best =
        nullptr;  // the smallest that is large enough, so that it stays in the cache
    for (auto& plan : idle_)
      if (plan->capacity() >= n && (best == nullptr || plan->capacity() < (*best)->capacity())) best = &plan;
    if (best != nullptr && (*best)->capacity() <= std::max<Index>(2 * n, 8)) {
      std::unique_ptr<Plan> plan = std::move(*best);
      std::erase(idle_, nullptr);
      return plan;
    }
  }
  return std::make_unique<Plan>(
      exec_, Plan::Options{.training = false, .logits = {}, .trainable = {}, .capacity = n, .early = false});
}

void InferencePool::give(std::unique_ptr<Plan> plan) {
  constexpr std::size_t kMostIdle = 64;
  const std::lock_guard lock(mutex_);
  if (idle_.size() == kMostIdle) idle_.erase(idle_.begin());
  idle_.push_back(std::move(plan));
}

}  // namespace cornu::detail
