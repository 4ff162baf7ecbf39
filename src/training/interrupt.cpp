#include "training/interrupt.hpp"

#include <csignal>

namespace cornu::detail {

namespace {
volatile std::sig_atomic_t interrupted = 0;

void on_interrupt(int) {
  interrupted = 1;
  std::signal(SIGINT, SIG_DFL);
}
}  // namespace

Interrupt::Interrupt() {
  struct sigaction before {};
  if (sigaction(SIGINT, nullptr, &before) != 0 || before.sa_handler != SIG_DFL) return;
  interrupted = 0;
  struct sigaction mine {};
  mine.sa_handler = on_interrupt;
  sigemptyset(&mine.sa_mask);
  mine.sa_flags = SA_RESTART;
  installed_ = sigaction(SIGINT, &mine, nullptr) == 0;
}

Interrupt::~Interrupt() {
  if (installed_) std::signal(SIGINT, SIG_DFL);
}

bool Interrupt::asked() const { return installed_ && interrupted != 0; }

}  // namespace cornu::detail
