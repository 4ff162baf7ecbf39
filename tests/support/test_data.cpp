#include "test_data.hpp"

namespace cornu::support {

std::string test_data() { return CORNU_TEST_DATA; }

}  // namespace cornu::support
