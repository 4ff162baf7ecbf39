#pragma once
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

namespace cornu {

/// Base of everything Cornu throws. what() says in sentence 1 who expected what and received what,
/// in numbers, and in sentence 2 what to do.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
/// A tensor's shape does not fit.
class ShapeError : public Error {
 public:
  using Error::Error;
};
/// An option or a number is outside its range.
class ValueError : public Error {
 public:
  using Error::Error;
};
/// A call came too early: not built, not compiled.
class StateError : public Error {
 public:
  using Error::Error;
};
/// A file cannot be read or written, or its content is damaged.
class FileError : public Error {
 public:
  using Error::Error;
};

namespace detail {
inline void append(std::string& out, std::string_view part) { out += part; }
inline void append(std::string& out, char part) { out += part; }
void append(std::string& out, double part);  // shortest form that reads back: 0.3, 1e-07
template <class T>
requires std::is_integral_v<T>
void append(std::string& out, T part) { out += std::to_string(part); }
/// The parts written one after the other; numbers in their shortest form.
template <class... Parts>
std::string concat(const Parts&... parts) {
  std::string out;
  (append(out, parts), ...);
  return out;
}
}  // namespace detail

}  // namespace cornu
