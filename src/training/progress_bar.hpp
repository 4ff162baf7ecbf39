#pragma once
#include <chrono>
#include <cstdio>
#include <string>

#include "cornu/core/shape.hpp"
#include "cornu/training/logs.hpp"

namespace cornu::detail {

/// Keras' progress bar (utils/progbar.py): the same text, widths and colours.
class ProgressBar {
 public:
  enum class Style { silent, bar, line };
  /// What a verbose option means for stdout: the bar needs a terminal, elsewhere there is a line an epoch.
  static Style style_for(int verbose);

  /// target: batches of the epoch, -1 when unknown.
  ProgressBar(Index target, Style style, std::FILE* out = stdout);
  /// After `current` batches. Drawn at most every 0.05 s, but always when it finishes.
  void update(Index current, const Logs& logs, bool finish = false);
  Index seen() const { return seen_; }

 private:
  using Clock = std::chrono::steady_clock;
  double time_per_step(Index current, Clock::time_point now);
  void draw_bar(Index current, const Logs& logs, double per_step, double elapsed, bool finish);
  void draw_line(Index current, const Logs& logs, double per_step, double elapsed);

  Index target_, seen_ = 0;
  Style style_;
  std::FILE* out_;
  Clock::time_point start_, last_{}, after_first_{};
  int previous_width_ = 0;
  std::string text_;  // kept so that nothing is allocated batch for batch
};

/// " 247ms/step", as Keras writes it.
std::string time_text(double seconds);
/// " - accuracy: 0.3500 - loss: 1.2349"
std::string values_text(const Logs& logs);

}  // namespace cornu::detail
