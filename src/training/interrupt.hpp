#pragma once

namespace cornu::detail {

/// While one lives, Ctrl-C sets a flag instead of ending the program; a second Ctrl-C ends it. A handler that
/// the program has set itself is left alone.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  bool asked() const;

 private:
  bool installed_ = false;
};

}  // namespace cornu::detail
