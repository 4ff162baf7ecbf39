#include "cornu/losses/loss_handle.hpp"

#include <utility>
#include <vector>

#include "core/choice.hpp"
#include "core/names.hpp"
#include "losses/loss_names.hpp"

namespace cornu {

template class detail::Choice<LossTypes>;

namespace detail {

namespace {
template <std::size_t I = 0>
void add_all(std::vector<std::pair<std::string, LossSpec>>& out) {
  if constexpr (I < std::variant_size_v<LossSpec>) {
    using Spec = std::variant_alternative_t<I, LossSpec>;
    out.emplace_back(snake_case(Spec::type), Spec{});
    add_all<I + 1>(out);
  }
}
}  // namespace

std::vector<std::pair<std::string, LossSpec>> loss_names() {
  std::vector<std::pair<std::string, LossSpec>> all;
  add_all(all);
  const std::pair<const char*, LossSpec> aliases[] = {{"mse", MeanSquaredError{}},
                                                      {"MSE", MeanSquaredError{}},
                                                      {"mae", MeanAbsoluteError{}},
                                                      {"MAE", MeanAbsoluteError{}},
                                                      {"mape", MeanAbsolutePercentageError{}},
                                                      {"MAPE", MeanAbsolutePercentageError{}},
                                                      {"msle", MeanSquaredLogarithmicError{}},
                                                      {"MSLE", MeanSquaredLogarithmicError{}},
                                                      {"bce", BinaryCrossentropy{}},
                                                      {"BCE", BinaryCrossentropy{}},
                                                      {"kld", KLDivergence{}},
                                                      {"KLD", KLDivergence{}},
                                                      {"logcosh", LogCosh{}},
                                                      {"kullback_leibler_divergence", KLDivergence{}},
                                                      {"huber_loss", Huber{}}};
  for (const auto& [alias, spec] : aliases) all.emplace_back(alias, spec);
  return all;
}

const LossSpec* find_loss(const std::vector<std::pair<std::string, LossSpec>>& all, std::string_view name) {
  for (const auto& [key, spec] : all) {
    const auto type = std::visit([](const auto& s) { return std::string_view(s.type); }, spec);
    if (name == key || name == type) return &spec;
  }
  return nullptr;
}

}  // namespace detail

LossHandle::LossHandle(LossChoice spec, std::string text)
    : loss_(make_loss(spec.get())), spec_(std::move(spec)), text_(std::move(text)) {}

const LossSpec* LossHandle::spec() const { return spec_.is_default() ? nullptr : &spec_.get(); }

LossHandle::LossHandle(const std::string& name) : text_(name) {
  const std::string low = detail::lower(name);
  if (low == "crossentropy" || low == "ce") return;
  const auto all = detail::loss_names();
  if (const LossSpec* found = detail::find_loss(all, name)) {
    *this = LossHandle(LossChoice::of(*found), name);
    return;
  }
  std::vector<std::string> known;
  for (const auto& entry : all) known.push_back(entry.first);
  detail::throw_unknown_name("loss", name, known);
}

LossHandle LossHandle::resolve(const Shape& y_true, const Shape& y_pred) const {
  if (!chooses_by_shape()) return *this;
  const Index true_width = y_true.rank() == 0 ? 1 : y_true.back(),
              width = y_pred.rank() == 0 ? 1 : y_pred.back();
  if (width == 1) return LossHandle(LossChoice(BinaryCrossentropy{}), text_);
  if (y_true.rank() < y_pred.rank() || true_width == 1)
    return LossHandle(LossChoice(SparseCategoricalCrossentropy{}), text_);
  return LossHandle(LossChoice(CategoricalCrossentropy{}), text_);
}

}  // namespace cornu
