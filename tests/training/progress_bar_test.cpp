#include "training/progress_bar.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>

#include "support/golden.hpp"

namespace cornu::detail {
namespace {

/// What Keras printed: two epochs with verbose=2, two with verbose=1, evaluate, predict.
std::vector<std::string> keras_lines() {
  std::ifstream file(support::golden_path("text/progress.txt"));
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

/// Without what depends on time: durations, and the padding and backspaces that their width decides.
std::string timeless(std::string text) {
  text = std::regex_replace(text, std::regex(R"(\d+(s|ms|us)/step)"), "T/step");
  text = std::regex_replace(text, std::regex(R"( \d+s -)"), " Ts -");
  text = std::regex_replace(text, std::regex("1m\\d+s\x1b"), "1mTs\x1b");
  text = std::regex_replace(text, std::regex("\b+"), "<back>");
  return text.substr(0, text.find_last_not_of(" \n") + 1);
}

/// Backspaces of each redrawing, and the width of what it wipes out.
std::vector<std::pair<std::size_t, std::size_t>> backspaces(const std::string& text) {
  std::vector<std::pair<std::size_t, std::size_t>> out;
  for (std::size_t i = text.find('\b'), start = 0; i != std::string::npos; i = text.find('\b', start)) {
    std::string drawn = text.substr(start, i - start);
    drawn = std::regex_replace(drawn, std::regex("\x1b\\[\\d+m|\r"), "");
    const auto letters = std::count_if(drawn.begin(), drawn.end(), [](char c) { return (c & 0xC0) != 0x80; });
    const std::size_t end = text.find_first_not_of('\b', i);
    out.emplace_back(end - i, letters);
    start = end;
  }
  return out;
}

template <class Print>
std::string printed_by(const Print& print) {
  char* data = nullptr;
  std::size_t size = 0;
  std::FILE* file = open_memstream(&data, &size);
  print(file);
  std::fclose(file);
  const std::string text(data, size);
  std::free(data);
  return text;
}

Logs logs(double accuracy, double loss) {
  Logs out;
  out.set("accuracy", accuracy);
  out.set("loss", loss);
  return out;
}

/// The bar of `steps` batches, drawn at the first and at the last.
std::string bar(Index steps, const Logs& first, const Logs& last) {
  return printed_by([&](std::FILE* out) {
    ProgressBar progress(steps, ProgressBar::Style::bar, out);
    progress.update(1, first);
    progress.update(steps, last, true);
  });
}

TEST(ProgressBar, PrintsWhatKerasPrints) {
  const std::vector<std::string> keras = keras_lines();
  ASSERT_EQ(keras.size(), 10u);
  const std::string first = bar(4, logs(0.4, 1.2599), logs(0.4, 1.2557));
  EXPECT_EQ(timeless(keras[5]), timeless(first));
  EXPECT_EQ(timeless(keras[7]), timeless(bar(4, logs(0.4, 1.2435), logs(0.4, 1.2444))));
  EXPECT_EQ(timeless(keras[8]), timeless(bar(1, logs(0.25, 1.3028), logs(0.25, 1.3028)))) << "evaluate";
  EXPECT_EQ(timeless(keras[9]), timeless(bar(1, {}, {}))) << "predict";
}

TEST(ProgressBar, WipesOutWhatItDrew) {
  for (const std::string& text : {keras_lines().at(5), bar(4, logs(0.4, 1.2599), logs(0.4, 1.2557))}) {
    const auto found = backspaces(text);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].first, found[0].second);
  }
}

TEST(ProgressBar, PrintsKerasLines) {
  const auto line = [](const Logs& values) {
    return printed_by([&](std::FILE* out) {
      ProgressBar progress(4, ProgressBar::Style::line, out);
      for (Index i = 1; i <= 4; ++i) progress.update(i, values, i == 4);
    });
  };
  EXPECT_EQ(timeless(keras_lines().at(1)), timeless(line(logs(0.35, 1.2349))));
  EXPECT_EQ(timeless(keras_lines().at(3)), timeless(line(logs(0.35, 1.2179))));
}

TEST(ProgressBar, TimesAndValues) {
  EXPECT_EQ(time_text(0.247), " 247ms/step");
  EXPECT_EQ(time_text(0.0000851), " 85us/step");
  EXPECT_EQ(time_text(2.4), " 2s/step");
  EXPECT_EQ(values_text(logs(0.35, 1.23494)), " - accuracy: 0.3500 - loss: 1.2349");
  EXPECT_EQ(values_text(logs(0.001, 2e-5)), " - accuracy: 1.0000e-03 - loss: 2.0000e-05");
}

TEST(ProgressBar, SilentPrintsNothing) {
  EXPECT_EQ(printed_by([](std::FILE* out) {
              ProgressBar progress(1, ProgressBar::Style::silent, out);
              progress.update(1, logs(1, 1), true);
            }),
            "");
}

}  // namespace
}  // namespace cornu::detail
