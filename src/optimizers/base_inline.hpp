#pragma once
#include "core/parallel.hpp"
#include "optimizers/base.hpp"

namespace cornu::detail {

template <class Body>
void OptimizerBase::for_pieces(const Body& body) const {
  parallel_for(static_cast<Index>(tasks_.size()), [&](Index task) {
    const auto [first, last] = tasks_[static_cast<std::size_t>(task)];
    for (std::size_t piece = first; piece < last; ++piece) body(piece);
  });
}

}  // namespace cornu::detail
