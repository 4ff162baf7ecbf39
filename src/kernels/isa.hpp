#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

#include "cornu/kernels/isa.hpp"

namespace cornu::kernels {

/// Row of Highway's dispatch tables that holds the functions for isa(). Our own index, since Highway's own
/// choice is shared by the whole process. Errors: ValueError, as isa().
std::size_t isa_index();

/// What this machine can run, best first: names as isa() gives them.
std::vector<std::string_view> available_isas();

/// For tests: use this instruction set from now on ("" puts the default back). Not while kernels run.
/// Errors: ValueError, as isa().
void set_isa(std::string_view name);

}  // namespace cornu::kernels
