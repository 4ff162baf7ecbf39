#pragma once
#include <hwy/highway.h>

#include "kernels/isa.hpp"

/// A pointer to FUNCTION as compiled for isa(), out of a table with one row per instruction set. Highway's
/// HWY_EXPORT makes the same table with a first row that needs its shared library, which on Debian 12
/// measures the clock for 4 ms when it is loaded: half of what a start, a load and a prediction take.
#define CORNU_DISPATCH(FUNCTION)                                                                     \
  [] {                                                                                               \
    static constexpr decltype(&HWY_STATIC_DISPATCH(FUNCTION)) table[HWY_MAX_DYNAMIC_TARGETS + 1] = { \
        HWY_CHOOSE_TARGET_LIST(FUNCTION), HWY_CHOOSE_FALLBACK(FUNCTION)};                            \
    return table[isa_index()];                                                                       \
  }()
