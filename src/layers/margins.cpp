#include "cornu/layers/margins.hpp"

#include "cornu/core/error.hpp"

namespace cornu {

std::string Margins2::text() const {
  return detail::concat("((", h.before, ", ", h.after, "), (", w.before, ", ", w.after, "))");
}

std::string Margins3::text() const {
  return detail::concat("((", d.before, ", ", d.after, "), ", Margins2(h, w).text().substr(1));
}

std::string Margins1::text() const { return detail::concat("(", w.before, ", ", w.after, ")"); }

}  // namespace cornu
