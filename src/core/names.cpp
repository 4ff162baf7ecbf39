#include "core/names.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "cornu/core/error.hpp"

namespace cornu::detail {

namespace {
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

/// Letters to insert, delete or replace (Levenshtein).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}
}  // namespace

std::string snake_case(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool next_is_lower = i + 1 < name.size() && !is_upper(name[i + 1]) && name[i + 1] != '_';
    const bool after_lower = i > 0 && !is_upper(name[i - 1]);
    if (i > 0 && is_upper(name[i]) && (after_lower || next_is_lower)) out += '_';
    out += name[i];
  }
  return lower(out);
}

void throw_unknown_name(std::string_view what, std::string_view name, std::span<const std::string> known) {
  std::vector<std::pair<std::size_t, std::string_view>> near;
  const std::string wanted = lower(name);
  for (const std::string& k : known) {
    const std::size_t distance = edit_distance(wanted, lower(k));
    const bool part = wanted.size() >= 3 && lower(k).find(wanted) != std::string::npos;
    if (part || distance <= std::max<std::size_t>(1, wanted.size() / 3))
      near.emplace_back(part ? 0 : distance, k);
  }
  std::stable_sort(near.begin(), near.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string list;
  for (std::size_t i = 0; i < near.size() && i < 5; ++i) {
    list += concat(list.empty() ? "" : ", ", near[i].second);
  }
  if (!list.empty()) throw ValueError(concat("unknown ", what, " '", name, "'. Near names: ", list, "."));
  for (const std::string& k : known) list += concat(list.empty() ? "" : ", ", k);
  throw ValueError(concat("unknown ", what, " '", name, "'. Use one of: ", list, "."));
}

}  // namespace cornu::detail
