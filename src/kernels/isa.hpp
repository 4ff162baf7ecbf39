#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

#include "cornu/kernels/isa.hpp"

namespace cornu::kernels {

/// Row of a dispatch table (kernels/dispatch.hpp) that holds the functions for isa(). Errors: ValueError, as
/// isa().
std::size_t isa_index();

/// What this machine can run, best first: names as isa() gives them.
std::vector<std::string_view> available_isas();

/// For tests: use this instruction set from now on ("" puts the default back). Not while kernels run.
/// Errors: ValueError, as isa().
void set_isa(std::string_view name);

}  // namespace cornu::kernels
