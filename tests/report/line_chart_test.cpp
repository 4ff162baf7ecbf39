#include "cornu/report/line_chart.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>

#include "cornu/core/error.hpp"
#include "cornu/training/history.hpp"
#include "support/temporary_folder.hpp"

using namespace cornu;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {
std::size_t count(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

std::string read(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}
}  // namespace

TEST(LineChart, DrawsAPolylineASeries) {
  const std::vector<LineChart> charts{
      {.title = "loss",
       .series = {{.name = "a", .x = {1, 2, 3}, .y = {3, 2, 1}},
                  {.name = "b", .x = {1, 2, 3}, .y = {1, 1, 1}, .dashed = true}}}};
  const std::string svg = svg_text(charts);
  EXPECT_EQ(count(svg, "<polyline"), 2u);
  EXPECT_EQ(count(svg, "stroke-dasharray"), 2u);  // the curve and its legend
  EXPECT_THAT(svg, HasSubstr(">loss</text>"));
  EXPECT_EQ(svg, svg_text(charts));
}

TEST(LineChart, TakesWhatTrainingGives) {
  // A gap at NaN, one epoch only, constant numbers, no numbers: none may divide by zero.
  const std::string svg = svg_text({{.series = {{.name = "gap", .x = {1, 2, 3, 4}, .y = {1, NAN, 2, 3}}}},
                                    {.series = {{.name = "one", .x = {1}, .y = {5}}}},
                                    {.series = {{.name = "none", .x = {}, .y = {}}}},
                                    {.series = {}}});
  EXPECT_EQ(count(svg, "<polyline"), 3u);
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
}

TEST(LineChart, EscapesNamesAndRefusesUnequalLengths) {
  EXPECT_THAT(svg_text({{.title = "a<b & \"c\"", .series = {}}}), HasSubstr("a&lt;b &amp; &quot;c&quot;"));
  try {
    (void)svg_text({{.series = {{.name = "s", .x = {1, 2}, .y = {1}}}}});
    FAIL() << "not refused";
  } catch (const ValueError& error) {
    EXPECT_THAT(error.what(), HasSubstr("series 's' has 2 x and 1 y"));
  }
}

TEST(History, WritesCsvAndCurves) {
  History history;
  for (Index epoch = 0; epoch < 4; ++epoch) {
    Logs logs;
    logs.set("accuracy", 0.5 + 0.1 * double(epoch));
    logs.set("loss", 1.0 / double(epoch + 1));
    if (epoch % 2 == 1) logs.set("val_loss", 2.0 / double(epoch + 1));  // validation_freq = 2
    history.append(epoch, logs);
  }
  const support::TemporaryFolder folder;
  history.plot(folder.path("curves.svg"));
  const std::string svg = read(folder.path("curves.svg"));
  EXPECT_EQ(count(svg, "<polyline"), 3u);
  EXPECT_THAT(svg, HasSubstr(">validation</text>"));
  history.save_csv(folder.path("history.csv"));
  EXPECT_THAT(read(folder.path("history.csv")),
              ::testing::StartsWith("epoch,accuracy,loss,val_loss\n0,0.5,1,"));
  EXPECT_THROW(history.plot(folder.path("missing/curves.svg")), FileError);
  EXPECT_THROW((void)history["val_accuracy"], ValueError);
}
