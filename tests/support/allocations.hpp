#pragma once

namespace cornu::support {

/// How often this program has taken memory with operator new. Add support/allocations.cpp to the program: it
/// replaces operator new.
long allocations();

}  // namespace cornu::support
