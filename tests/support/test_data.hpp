#pragma once
#include <string>

namespace cornu::support {

/// The folder tests/golden of the clone that the tests were built in, without '/' at the end.
std::string test_data();

}  // namespace cornu::support
