#pragma once
#include <string_view>

namespace cornu::kernels {

/// Name of the instruction set that the kernels use: "avx512", "avx2", "sse4", "ssse3", "neon" or "scalar".
/// It is the best this processor has, or the one named by the environment variable CORNU_ISA
/// (sse4, avx2, avx512), read once. Results differ in the last bits between instruction sets.
/// Errors  ValueError: CORNU_ISA names no known instruction set, or one that this processor lacks.
std::string_view isa();

}  // namespace cornu::kernels
