#include "cornu/core/error.hpp"

#include <charconv>

namespace cornu::detail {

void append(std::string& out, double part) {
  char buffer[32];
  // A float that came here as a double (0.3f) should read 0.3, not 0.30000001192092896.
  const float narrow = static_cast<float>(part);
  const auto end = static_cast<double>(narrow) == part ? std::to_chars(buffer, buffer + sizeof buffer, narrow)
                                                       : std::to_chars(buffer, buffer + sizeof buffer, part);
  out.append(buffer, end.ptr);
}

}  // namespace cornu::detail
