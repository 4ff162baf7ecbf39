#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cornu {

/// Named numbers in order: what evaluate returns and callbacks receive.
///
///   Logs logs = model.evaluate(x, y);   logs["loss"];   for (const auto& [name, value] : logs) ...
class Logs {
 public:
  /// Errors: ValueError naming the keys there are.
  double operator[](std::string_view name) const;
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  /// Sets or adds.
  void set(std::string_view name, double value);
  void clear() { entries_.clear(); }
  std::size_t size() const { return entries_.size(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }
  /// By name, as Keras orders History and the progress bar.
  void sort();

 private:
  const double* find(std::string_view name) const;
  std::vector<std::pair<std::string, double>> entries_;
};

}  // namespace cornu
