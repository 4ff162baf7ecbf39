#include "cornu/layers/rnn.hpp"

#include <map>
#include <variant>

#include "core/choice.hpp"

namespace cornu {

template class detail::Choice<CellHandle::Types>;

namespace detail {

namespace {
CellOptions options_of(const LSTMCell& cell) { return cell_options(cell, kernels::CellKind::lstm); }
CellOptions options_of(const GRUCell& cell) { return cell_options(cell, kernels::CellKind::gru); }
CellOptions options_of(const SimpleRNNCell& cell) { return cell_options(cell, kernels::CellKind::simple); }
CellOptions options_of(const StackedRNNCells&) {
  throw ValueError("RNN: a StackedRNNCells is in a StackedRNNCells. Put all cells into one list.");
}

CellOptions options_of(const CellHandle& cell) {
  return std::visit([](const auto& spec) { return options_of(spec); }, cell.spec().get());
}
std::string type_of(const CellHandle& cell) {
  return std::visit([](const auto& spec) { return std::string(spec.type); }, cell.spec().get());
}
}  // namespace

std::vector<CellOptions> CellsOf<RNN>::of(const RNN& spec) {
  const auto* stack = std::get_if<StackedRNNCells>(&spec.cell.spec().get());
  if (stack == nullptr) return {options_of(spec.cell)};
  if (stack->cells.empty()) throw ValueError("RNN: its StackedRNNCells has no cells. Give at least one.");
  std::vector<CellOptions> cells;
  std::map<std::string, int> seen;
  for (const CellHandle& cell : stack->cells) {
    const std::string base = snake_case(type_of(cell));
    const int number = seen[base]++;
    cells.push_back(options_of(cell));
    if (stack->cells.size() > 1)
      cells.back().prefix = number == 0 ? base + "/" : concat(base, "_", number, "/");
  }
  return cells;
}

}  // namespace detail
}  // namespace cornu
