#include "training/progress_bar.hpp"

#include <unistd.h>

#include <cmath>

namespace cornu::detail {

namespace {
constexpr int kWidth = 20;
constexpr double kInterval = 0.05;

template <class... Args>
std::string printed(const char* format, Args... args) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, format, args...);
  return buffer;
}

std::string eta_text(double seconds) {
  const auto s = static_cast<long>(seconds);
  if (seconds > 3600) return printed("%ld:%02ld:%02ld", s / 3600, s % 3600 / 60, s % 60);
  if (seconds > 60) return printed("%ld:%02ld", s / 60, s % 60);
  return printed("%lds", s);
}

std::string repeated(int times, const char* what) {
  std::string out;
  for (int i = 0; i < times; ++i) out += what;
  return out;
}
}  // namespace

std::string time_text(double seconds) {
  if (seconds >= 1 || seconds == 0) return printed(" %.0fs/step", seconds);
  if (seconds >= 1e-3) return printed(" %.0fms/step", seconds * 1e3);
  return printed(" %.0fus/step", seconds * 1e6);
}

std::string values_text(const Logs& logs) {
  std::string out;
  for (const auto& [name, value] : logs)
    out += " - " + name + ":" + printed(std::fabs(value) > 1e-3 ? " %.4f" : " %.4e", value);
  return out;
}

ProgressBar::Style ProgressBar::style_for(int verbose) {
  if (verbose == 0) return Style::silent;
  if (verbose == 2) return Style::line;
  return isatty(STDOUT_FILENO) ? Style::bar : Style::line;
}

ProgressBar::ProgressBar(Index target, Style style, std::FILE* out)
    : target_(target), style_(style), out_(out), start_(Clock::now()) {}

double ProgressBar::time_per_step(Index current, Clock::time_point now) {
  const auto seconds = [](Clock::duration d) { return std::chrono::duration<double>(d).count(); };
  if (current == 0) return 0;
  const bool warm = after_first_ != Clock::time_point{} && current > 1;  // the first step makes plans
  const double per_step =
      warm ? seconds(now - after_first_) / double(current - 1) : seconds(now - start_) / double(current);
  if (current == 1) after_first_ = now;
  return per_step;
}

void ProgressBar::update(Index current, const Logs& logs, bool finish) {
  const auto now = Clock::now();
  const double per_step = time_per_step(current, now),
               elapsed = std::chrono::duration<double>(now - start_).count();
  seen_ = current;
  if (style_ == Style::silent) return;
  if (style_ == Style::line) {
    if (finish) draw_line(current, logs, per_step, elapsed);
    return;
  }
  if (!finish && std::chrono::duration<double>(now - last_).count() < kInterval) return;
  draw_bar(current, logs, per_step, elapsed, finish);
  last_ = now;
}

void ProgressBar::draw_bar(Index current, const Logs& logs, double per_step, double elapsed, bool finish) {
  std::string bar;
  int shown = 0;
  if (target_ > 0) {
    const int digits = static_cast<int>(std::to_string(target_).size());
    const std::string count = printed("%*td/%td", digits, current, target_);
    const int done = static_cast<int>(kWidth * double(current) / double(target_));
    bar = "\x1b[1m" + count + "\x1b[0m ";
    if (done > 0) bar += "\x1b[32m" + repeated(done, "━") + "\x1b[0m";
    bar += "\x1b[37m" + repeated(kWidth - done, "━") + "\x1b[0m";
    shown = static_cast<int>(count.size()) + 1 + kWidth;
  } else {
    bar = printed("%7td/Unknown", current);
    shown = static_cast<int>(bar.size());
  }
  const std::string time =
      target_ > 0 && !finish ? eta_text(per_step * double(target_ - current)) : printed("%.0fs", elapsed);
  const std::string rest = time_text(per_step) + values_text(logs);
  const int width = shown + 1 + static_cast<int>(time.size() + rest.size());
  text_.assign(std::size_t(previous_width_), '\b');
  text_ += "\r" + bar + " \x1b[1m" + time + "\x1b[0m" + rest;
  if (previous_width_ > width) text_.append(std::size_t(previous_width_ - width), ' ');
  if (finish) text_ += '\n';
  std::fwrite(text_.data(), 1, text_.size(), out_);
  std::fflush(out_);
  previous_width_ = width;
}

void ProgressBar::draw_line(Index current, const Logs& logs, double per_step, double elapsed) {
  const Index target = target_ > 0 ? target_ : current;
  const int digits = static_cast<int>(std::to_string(target).size());
  const std::string line = printed("%*td/%td", digits, current, target) + printed(" - %.0fs -", elapsed) +
                           time_text(per_step) + values_text(logs) + "\n";
  std::fwrite(line.data(), 1, line.size(), out_);
  std::fflush(out_);
}

}  // namespace cornu::detail
