#pragma once
#include <string>
#include <vector>

namespace cornu {

/// One curve of a chart: y over x. NaN leaves a gap.
struct Series {
  std::string name;
  std::vector<double> x, y;
  bool dashed = false;
};

/// Curves in a frame with axes, ticks and a legend.
struct LineChart {
  std::string title = {};
  std::string x_label = {};
  std::string y_label = {};
  std::vector<Series> series = {};
};

/// The charts side by side as an SVG picture. Same charts, same bytes. Errors: ValueError: a series whose x
/// and y differ in length.
std::string svg_text(const std::vector<LineChart>& charts);

/// Writes it; the file appears complete or not at all. Errors: as above; FileError.
void save_svg(const std::string& path, const std::vector<LineChart>& charts);

}  // namespace cornu
