// Tests are small: without this most of their loops would be over before threads are started, and a fault
// between threads would go unseen.
#include "core/team.hpp"

namespace {
[[maybe_unused]] const auto eager = cornu::detail::team().alone = cornu::detail::kAlone;
}
