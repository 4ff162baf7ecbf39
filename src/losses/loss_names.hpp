#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cornu/losses/loss_handle.hpp"

namespace cornu::detail {

/// Every name of a loss with its aggregate: snake case of the class, and Keras' aliases.
std::vector<std::pair<std::string, LossSpec>> loss_names();
/// By one of those names or the class name; nullptr when there is none.
const LossSpec* find_loss(const std::vector<std::pair<std::string, LossSpec>>& all, std::string_view name);

}  // namespace cornu::detail
