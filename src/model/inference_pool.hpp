#pragma once
#include <memory>
#include <mutex>
#include <vector>

#include "model/plan.hpp"

namespace cornu::detail {

/// Plans for predict, one for each thread that predicts at the time; a plan goes back for the next call.
class InferencePool {
 public:
  explicit InferencePool(std::shared_ptr<Graph> graph) : graph_(std::move(graph)), exec_(*graph_) {}

  /// A plan for at least n samples that nobody else uses until it is given back.
  std::unique_ptr<Plan> take(Index n);
  void give(std::unique_ptr<Plan> plan);

 private:
  std::shared_ptr<Graph> graph_;
  ExecGraph exec_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Plan>> idle_;
};

}  // namespace cornu::detail
