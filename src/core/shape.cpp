#include "cornu/core/shape.hpp"

#include <algorithm>

#include "cornu/core/error.hpp"

namespace cornu {

Shape::Shape(std::initializer_list<Index> extents)
    : Shape(std::span<const Index>(extents.begin(), extents.size())) {}

Shape::Shape(std::span<const Index> extents) {
  if (extents.size() > std::size_t(kMaxRank))
    throw ValueError(detail::concat("Shape: ", extents.size(), " axes; at most ", kMaxRank,
                                    " are supported. Reshape some axes together."));
  constexpr Index limit = Index(1) << 62;
  Index product = 1;
  for (const Index extent : extents) {
    extents_[std::size_t(rank_++)] = extent;
    if (extent < 0)
      throw ValueError("Shape: extent " + std::to_string(extent) + " in " + text() +
                       "; extents must be 0 or more.");
    if (extent != 0 && product > limit / extent)
      throw ValueError("Shape: " + text() + " has more than 2^62 elements. Check the extents.");
    product *= extent == 0 ? 1 : extent;  // a zero must not hide an overflow of the others
  }
}

Index Shape::count() const {
  Index n = 1;
  for (const Index extent : *this) n *= extent;
  return n;
}

Index Shape::operator[](int axis) const {
  const int i = axis < 0 ? axis + rank_ : axis;
  if (i < 0 || i >= rank_)
    throw ValueError(detail::concat("Shape: axis ", axis, " of ", text(), "; it has ", rank_,
                                    " axes, so use ", -rank_, " to ", rank_ - 1, "."));
  return extents_[std::size_t(i)];
}

Shape Shape::with_front(Index extent) const {
  std::array<Index, std::size_t(kMaxRank) + 1> all{
      extent};  // on the stack: kernels' callers may not allocate
  std::copy(begin(), end(), all.begin() + 1);
  return Shape(std::span<const Index>(all.data(), std::size_t(rank_) + 1));
}

Shape Shape::without_front() const {
  (void)front();
  return Shape(std::span<const Index>(begin() + 1, std::size_t(rank_ - 1)));
}

Shape Shape::with_back(Index extent) const {
  (void)back();
  Shape out = *this;
  out.extents_[std::size_t(rank_ - 1)] = extent;
  return out;
}

namespace {
std::string joined(const Shape& shape, std::string out) {
  bool first = out.size() == 1;
  for (const Index extent : shape) {
    if (!first) out += ", ";
    first = false;
    out += std::to_string(extent);
  }
  return out;
}
}  // namespace

std::string Shape::text() const { return joined(*this, "(") + (rank_ == 1 ? ",)" : ")"); }

std::string Shape::batch_text() const { return joined(*this, "(batch") + (rank_ == 0 ? ",)" : ")"); }

}  // namespace cornu
