#include "cornu/training/history.hpp"

#include <algorithm>
#include <limits>

#include "cornu/core/error.hpp"

namespace cornu {

const std::vector<double>& History::operator[](std::string_view key) const {
  const auto found = std::find(keys_.begin(), keys_.end(), key);
  if (found != keys_.end()) return values_[std::size_t(found - keys_.begin())];
  std::string known;
  for (const std::string& k : keys_) known += (known.empty() ? "" : ", ") + k;
  throw ValueError(detail::concat("history has no '", key, "'. There are: ", known, "."));
}

bool History::contains(std::string_view key) const {
  return std::find(keys_.begin(), keys_.end(), key) != keys_.end();
}

void History::reserve(Index epochs) {
  reserved_ = epochs > 0 ? std::size_t(epochs) : 0;
  epoch_.reserve(reserved_);
  for (auto& values : values_) values.reserve(reserved_);
}

void History::append(Index epoch, const Logs& logs) {
  epoch_.push_back(epoch);
  for (const auto& [key, value] : logs) {
    auto found = std::find(keys_.begin(), keys_.end(), key);
    if (found == keys_.end()) {
      keys_.push_back(key);
      values_.emplace_back().reserve(reserved_);
      found = keys_.end() - 1;
    }
    values_[std::size_t(found - keys_.begin())].push_back(value);
  }
}

}  // namespace cornu
