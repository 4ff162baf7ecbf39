#pragma once
#include <string>

#include <gtest/gtest.h>

namespace cornu::support {

/// The text of the error that body throws; fails and gives "" when it throws none or another type.
template <class Expected, class Body>
std::string message_of(const Body& body) {
  try {
    body();
  } catch (const Expected& e) {
    return e.what();
  } catch (const std::exception& e) {
    ADD_FAILURE() << "another error: " << e.what();
    return {};
  }
  ADD_FAILURE() << "no error";
  return {};
}

}  // namespace cornu::support
