#include "cornu/layers/index_list.hpp"

#include "cornu/core/error.hpp"

namespace cornu {

std::string IndexList::text() const {
  std::string out = "(";
  for (std::size_t i = 0; i < values_.size(); ++i) out += detail::concat(i > 0 ? ", " : "", values_[i]);
  return out + (values_.size() == 1 ? ",)" : ")");
}

}  // namespace cornu
