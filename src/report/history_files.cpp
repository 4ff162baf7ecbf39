#include <cstdio>

#include "cornu/report/line_chart.hpp"
#include "cornu/training/history.hpp"
#include "io/atomic_file.hpp"

namespace cornu {

void History::save_csv(const std::string& path) const {
  std::string text = "epoch";
  for (const std::string& key : keys_) text += "," + key;
  text += "\n";
  char buffer[40];
  for (std::size_t row = 0; row < epoch_.size(); ++row) {
    text += std::to_string(epoch_[row]);
    for (const auto& column : values_) {
      // A key that came late, or not every epoch, leaves cells empty.
      if (row < column.size())
        std::snprintf(buffer, sizeof buffer, ",%.9g", column[row]);
      else
        std::snprintf(buffer, sizeof buffer, ",");
      text += buffer;
    }
    text += "\n";
  }
  detail::AtomicFile file(path);
  file.write(text.data(), text.size());
  file.commit();
}

void History::plot(const std::string& path) const {
  std::vector<LineChart> charts;
  for (const std::string& key : keys_) {
    if (key.starts_with("val_")) continue;
    LineChart chart{.title = key, .x_label = "epoch", .series = {}};
    for (const std::string& name : {key, "val_" + key}) {
      if (!contains(name)) continue;
      const std::vector<double>& y = (*this)[name];
      const bool validation = name != key;
      Series s{.name = validation ? "validation" : "training", .x = {}, .y = y, .dashed = validation};
      const std::size_t step = y.empty() ? 1 : epoch_.size() / y.size();  // validation_freq
      for (std::size_t i = 0; i < y.size(); ++i) s.x.push_back(double(epoch_[(i + 1) * step - 1] + 1));
      chart.series.push_back(std::move(s));
    }
    charts.push_back(std::move(chart));
  }
  save_svg(path, charts);
}

}  // namespace cornu
