#pragma once

namespace cornu::support {

/// How often this program has taken memory with operator new.
long allocations();

}  // namespace cornu::support
