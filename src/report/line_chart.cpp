#include "cornu/report/line_chart.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cornu/core/error.hpp"
#include "io/atomic_file.hpp"

namespace cornu {

namespace {
constexpr double kWidth = 460, kHeight = 340, kLeft = 64, kRight = 16, kBottom = 52;
constexpr double kLegend = 44,
                 kRow = 16;  // first row of the legend, between title and frame, so that it hides no curve
constexpr const char* kColours[] = {"#1f77b4", "#d95f02", "#2ca02c", "#9467bd", "#8c564b", "#e377c2"};

struct Range {
  double low = INFINITY, high = -INFINITY;
  void add(double v) {
    if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);
  }
  /// Never empty, so that one epoch or a constant series has an axis too.
  void widen() {
    if (low > high) low = 0, high = 1;
    if (low == high)
      low -= std::max(0.5, std::fabs(low) * 0.05), high += std::max(0.5, std::fabs(high) * 0.05);
  }
};

std::string number(double v) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.5g", std::fabs(v) < 1e-12 ? 0.0 : v);
  return buffer;
}

std::string fixed(double v) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.1f", v);
  return buffer;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

/// A step of 1, 2 or 5 times a power of ten that gives about five ticks.
double tick_step(const Range& r) {
  const double rough = (r.high - r.low) / 5, power = std::pow(10, std::floor(std::log10(rough)));
  const double ratio = rough / power;
  return power * (ratio < 1.5 ? 1 : ratio < 3.5 ? 2 : ratio < 7.5 ? 5 : 10);
}

class Drawing {
 public:
  Drawing(const LineChart& chart, double at) : chart_(chart), at_(at) {
    for (const Series& s : chart.series) {
      if (s.x.size() != s.y.size())
        throw ValueError(detail::concat("chart: series '", s.name, "' has ", s.x.size(), " x and ",
                                        s.y.size(), " y; give as many of both."));
      for (const double v : s.x) x_.add(v);
      for (const double v : s.y) y_.add(v);
    }
    top_ = each_entry([](std::size_t, double, double) {});
    x_.widen();
    y_.widen();
    const double margin = (y_.high - y_.low) * 0.04;
    y_.low -= margin;
    y_.high += margin;
  }

  std::string text() {
    out_ = "<g font-family=\"sans-serif\" font-size=\"12\" fill=\"#222\">\n";
    axis_x();
    axis_y();
    out_ += "<rect x=\"" + fixed(at_ + kLeft) + "\" y=\"" + fixed(top_) + "\" width=\"" +
            fixed(kWidth - kLeft - kRight) + "\" height=\"" + fixed(kHeight - top_ - kBottom) +
            "\" fill=\"none\" stroke=\"#888\"/>\n";
    for (std::size_t i = 0; i < chart_.series.size(); ++i) curve(i);
    legend();
    label(at_ + (kLeft + kWidth - kRight) / 2, 20, "middle", chart_.title, " font-size=\"15\"");
    label(at_ + (kLeft + kWidth - kRight) / 2, kHeight - 12, "middle", chart_.x_label, "");
    const std::string turn = " transform=\"rotate(-90 " + fixed(at_ + 14) + " " + fixed(kHeight / 2) + ")\"";
    label(at_ + 14, kHeight / 2, "middle", chart_.y_label, turn);
    return out_ + "</g>\n";
  }

 private:
  double px(double v) const {
    return at_ + kLeft + (v - x_.low) / (x_.high - x_.low) * (kWidth - kLeft - kRight);
  }
  double py(double v) const {
    return kHeight - kBottom - (v - y_.low) / (y_.high - y_.low) * (kHeight - top_ - kBottom);
  }

  void label(double x, double y, const char* anchor, const std::string& text, const std::string& more) {
    if (text.empty()) return;
    out_ += "<text x=\"" + fixed(x) + "\" y=\"" + fixed(y) + "\" text-anchor=\"" + anchor + "\"" + more +
            ">" + escaped(text) + "</text>\n";
  }
  void line(double x1, double y1, double x2, double y2, const std::string& style) {
    out_ += "<line x1=\"" + fixed(x1) + "\" y1=\"" + fixed(y1) + "\" x2=\"" + fixed(x2) + "\" y2=\"" +
            fixed(y2) + "\" " + style + "/>\n";
  }
  void axis_x() {
    const double step = tick_step(x_);
    for (double k = std::ceil(x_.low / step - 1e-9); k * step <= x_.high + step * 1e-9; ++k) {
      line(px(k * step), top_, px(k * step), kHeight - kBottom, "stroke=\"#e4e4e4\"");
      label(px(k * step), kHeight - kBottom + 16, "middle", number(k * step), "");
    }
  }
  void axis_y() {
    const double step = tick_step(y_);
    for (double k = std::ceil(y_.low / step - 1e-9); k * step <= y_.high + step * 1e-9; ++k) {
      line(at_ + kLeft, py(k * step), at_ + kWidth - kRight, py(k * step), "stroke=\"#e4e4e4\"");
      label(at_ + kLeft - 6, py(k * step) + 4, "end", number(k * step), "");
    }
  }
  std::string style(std::size_t i) const {
    return std::string("stroke=\"") + kColours[i % std::size(kColours)] + "\" stroke-width=\"2\"" +
           (chart_.series[i].dashed ? " stroke-dasharray=\"6 4\"" : "");
  }
  void curve(std::size_t i) {
    const Series& s = chart_.series[i];
    std::string points;
    const auto flush = [&] {
      if (!points.empty()) out_ += "<polyline fill=\"none\" " + style(i) + " points=\"" + points + "\"/>\n";
      points.clear();
    };
    for (std::size_t k = 0; k < s.x.size(); ++k) {
      if (!std::isfinite(s.x[k]) || !std::isfinite(s.y[k])) {
        flush();
        continue;
      }
      points += fixed(px(s.x[k])) + "," + fixed(py(s.y[k])) + " ";
      if (s.x.size() <= 40)
        out_ += "<circle cx=\"" + fixed(px(s.x[k])) + "\" cy=\"" + fixed(py(s.y[k])) +
                "\" r=\"2.5\" fill=\"" + kColours[i % std::size(kColours)] + "\"/>\n";
    }
    flush();
  }
  static double entry_width(const Series& s) { return 44 + 7.0 * double(s.name.size()); }
  /// Calls body(series, x, y) at the place of each entry; returns where the frame may begin.
  template <class Body>
  double each_entry(const Body& body) const {
    double x = kLeft, y = kLegend;
    for (std::size_t i = 0; i < chart_.series.size(); ++i) {
      const double width = entry_width(chart_.series[i]);
      if (x > kLeft && x + width > kWidth - kRight) x = kLeft, y += kRow;
      body(i, at_ + x, y);
      x += width;
    }
    return y + kRow;
  }
  void legend() {
    each_entry([&](std::size_t i, double x, double y) {
      line(x, y, x + 24, y, style(i));
      label(x + 30, y + 4, "start", chart_.series[i].name, "");
    });
  }

  const LineChart& chart_;
  double at_;
  double top_ = 0;
  Range x_, y_;
  std::string out_;
};
}  // namespace

std::string svg_text(const std::vector<LineChart>& charts) {
  const double width = kWidth * double(std::max<std::size_t>(1, charts.size()));
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + fixed(width) + "\" height=\"" +
                    fixed(kHeight) + "\" viewBox=\"0 0 " + fixed(width) + " " + fixed(kHeight) +
                    "\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n";
  for (std::size_t i = 0; i < charts.size(); ++i) out += Drawing(charts[i], double(i) * kWidth).text();
  return out + "</svg>\n";
}

void save_svg(const std::string& path, const std::vector<LineChart>& charts) {
  const std::string text = svg_text(charts);
  detail::AtomicFile file(path);
  file.write(text.data(), text.size());
  file.commit();
}

}  // namespace cornu
