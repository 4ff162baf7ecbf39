#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "cornu/core/tensor.hpp"

namespace cornu::detail {

/// The array in the bytes of an .npy file; `name` says in messages whose bytes they are.
Tensor parse_npy(std::span<const std::uint8_t> bytes, const std::string& name);
/// What goes before the numbers.
std::string npy_header(const Shape& shape);

}  // namespace cornu::detail
