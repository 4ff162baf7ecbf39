#include "cornu/training/logs.hpp"

#include <algorithm>

#include "cornu/core/error.hpp"

namespace cornu {

const double* Logs::find(std::string_view name) const {
  for (const auto& [key, value] : entries_)
    if (key == name) return &value;
  return nullptr;
}

double Logs::operator[](std::string_view name) const {
  if (const double* value = find(name)) return *value;
  std::string known;
  for (const auto& entry : entries_) known += (known.empty() ? "" : ", ") + entry.first;
  throw ValueError(detail::concat("logs have no '", name, "'. There are: ", known, "."));
}

void Logs::set(std::string_view name, double value) {
  if (const double* old = find(name))
    *const_cast<double*>(old) = value;
  else
    entries_.emplace_back(name, value);
}

void Logs::sort() {
  std::sort(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
}

}  // namespace cornu
