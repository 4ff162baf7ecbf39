#include "cornu/core/tensor.hpp"

#if __has_include(<sys/mman.h>)
#include <sys/mman.h>
#endif

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>
#include <new>

#include "cornu/core/error.hpp"

namespace cornu {

namespace {
constexpr std::align_val_t kAlignment{64};

// A hint: pages of 2 MiB for what is large, so that walking through it does not wait for page tables (5 to 20
// % of a prediction with 20 MB of weights). Wholly inside the memory, so that no more of it becomes resident.
void ask_for_large_pages([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t bytes) {
#ifdef MADV_HUGEPAGE
  constexpr std::size_t page = std::size_t(2) << 20;
  void* start = memory;
  std::size_t left = bytes;
  if (bytes >= 2 * page && std::align(page, page, start, left))
    madvise(start, left / page * page, MADV_HUGEPAGE);
#endif
}

float* allocate(Index count) {
  if (count == 0) return nullptr;
  const std::size_t bytes = std::size_t(count) * sizeof(float);
  void* memory = ::operator new(bytes, kAlignment);
  ask_for_large_pages(memory, bytes);
  return static_cast<float*>(memory);
}

void copy(const float* from, float* to, Index count) {
  if (count > 0) std::memcpy(to, from, std::size_t(count) * sizeof(float));
}

template <class Rows>
Index width_of(const Rows& rows, const char* what) {
  const std::size_t width = rows.size() == 0 ? 0 : rows.begin()->size();
  for (const auto& row : rows)
    if (row.size() != width)
      throw ValueError(detail::concat("Tensor::from: the ", what, " have ", width, " and ", row.size(),
                                      " entries; all must be equally long."));
  return static_cast<Index>(width);
}
}  // namespace

Tensor::Tensor() = default;

Tensor::Tensor(const Shape& shape) : Tensor(shape, 0.f) {}

Tensor::Tensor(const Shape& shape, float fill_value)
    : data_(allocate(shape.count())), capacity_(shape.count()), shape_(shape) {
  std::fill_n(data_, size(), fill_value);
}

Tensor::Tensor(const Shape& shape, const std::vector<float>& values) {
  if (static_cast<Index>(values.size()) != shape.count())
    throw ShapeError(detail::concat("Tensor: ", values.size(), " values for shape ", shape.text(),
                                    ", which holds ", shape.count(),
                                    ". Give as many values as the shape holds."));
  resize(shape);
  copy(values.data(), data_, size());
}

Tensor::Tensor(const Tensor& other)
    : data_(allocate(other.size())), capacity_(other.size()), shape_(other.shape_) {
  copy(other.data_, data_, size());
}

Tensor::Tensor(Tensor&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      capacity_(std::exchange(other.capacity_, 0)),
      shape_(std::exchange(other.shape_, Shape{0})) {}

Tensor& Tensor::operator=(const Tensor& other) {
  if (this != &other) {
    resize(other.shape_);
    copy(other.data_, data_, size());
  }
  return *this;
}

Tensor& Tensor::operator=(Tensor&& other) noexcept {
  if (this != &other) {
    ::operator delete(data_, kAlignment);
    data_ = std::exchange(other.data_, nullptr);
    capacity_ = std::exchange(other.capacity_, 0);
    shape_ = std::exchange(other.shape_, Shape{0});
  }
  return *this;
}

Tensor::~Tensor() { ::operator delete(data_, kAlignment); }

Tensor Tensor::from(std::initializer_list<detail::Number> values) {
  Tensor out(Shape{static_cast<Index>(values.size())});
  float* to = out.data_;
  for (const detail::Number& number : values) *to++ = number.value;
  return out;
}

Tensor Tensor::from(std::initializer_list<std::initializer_list<float>> rows) {
  Tensor out(Shape{static_cast<Index>(rows.size()), width_of(rows, "rows")});
  float* to = out.data_;
  for (const auto& row : rows) to = std::copy(row.begin(), row.end(), to);
  return out;
}

Tensor Tensor::from(std::initializer_list<std::initializer_list<std::initializer_list<float>>> blocks) {
  const Index rows = width_of(blocks, "blocks");
  const Index columns = blocks.size() == 0 ? 0 : width_of(*blocks.begin(), "rows");
  Tensor out(Shape{static_cast<Index>(blocks.size()), rows, columns});
  float* to = out.data_;
  for (const auto& block : blocks) {
    if (width_of(block, "rows") != columns)
      throw ValueError("Tensor::from: the rows of two blocks differ in length; all must be equally long.");
    for (const auto& row : block) to = std::copy(row.begin(), row.end(), to);
  }
  return out;
}

Tensor Tensor::scalar(float value) { return Tensor(Shape{}, value); }

float Tensor::item() const {
  if (size() != 1)
    throw ShapeError(detail::concat("Tensor::item: the shape is ", shape_.text(),
                                    "; it takes exactly one element. Use x(i, j) for one of many."));
  return data_[0];
}

Tensor Tensor::reshape(const Shape& shape) const& { return Tensor(*this).reshape(shape); }

Tensor Tensor::reshape(const Shape& shape) && {
  if (shape.count() != size())
    throw ShapeError(detail::concat("Tensor::reshape: ", shape_.text(), " has ", size(), " elements, ",
                                    shape.text(), " has ", shape.count(),
                                    ". Choose extents with the same product."));
  shape_ = shape;
  return std::move(*this);
}

Tensor Tensor::slice(Index first, Index count) const {
  if (first < 0 || count < 0 || first > shape_.front() - count)
    throw ValueError(detail::concat("Tensor::slice(", first, ", ", count, "): axis 0 has ", shape_.front(),
                                    " samples. Choose first and count inside it."));
  Tensor out;
  out.resize(shape_.without_front().with_front(count));
  copy(view().samples(first, count).data, out.data_, out.size());
  return out;
}

Tensor Tensor::gather(const std::vector<Index>& rows) const {
  const Index samples = shape_.front(), width = samples == 0 ? 0 : size() / samples;
  Tensor out;
  out.resize(shape_.without_front().with_front(static_cast<Index>(rows.size())));
  float* to = out.data_;
  for (const Index row : rows) {
    if (row < 0 || row >= samples)
      throw ValueError(detail::concat("Tensor::gather: row ", row, " of ", samples, ". Rows count from 0."));
    copy(data_ + row * width, to, width);
    to += width;
  }
  return out;
}

void Tensor::fill(float value) { std::fill_n(data_, size(), value); }

void Tensor::resize(const Shape& shape) {
  const Index count = shape.count();
  if (count > capacity_) {
    float* bigger = allocate(count);
    ::operator delete(data_, kAlignment);
    data_ = bigger;
    capacity_ = count;
  }
  shape_ = shape;
}

Index Tensor::offset(std::initializer_list<Index> index) const {
  if (static_cast<int>(index.size()) != rank())
    throw ValueError(detail::concat("Tensor: ", index.size(), " indices for shape ", shape_.text(),
                                    "; give one an axis."));
  Index at = 0;
  int axis = 0;
  for (const Index i : index) {
    if (i < 0 || i >= shape_[axis])
      throw ValueError(detail::concat("Tensor: index ", i, " on axis ", axis, " of ", shape_.text(),
                                      " is out of range. Indices count from 0."));
    at = at * shape_[axis++] + i;
  }
  return at;
}

Index Tensor::offset_flat(Index i) const {
  if (i < 0 || i >= size())
    throw ValueError(detail::concat("Tensor::at(", i, "): the tensor has ", size(), " elements."));
  return i;
}

namespace {
void print(std::string& out, const Tensor& t, int axis, Index first, Index count) {
  constexpr Index kEdge = 3;
  if (axis == t.rank()) {
    char buffer[24];
    const auto end =
        std::to_chars(buffer, buffer + sizeof buffer, t.data()[first], std::chars_format::general, 6);
    out.append(buffer, end.ptr);
    return;
  }
  const Index extent = t.shape()[axis], step = extent == 0 ? 0 : count / extent;
  const bool leaf = axis == t.rank() - 1;
  out += '[';
  for (Index i = 0; i < extent; ++i) {
    if (i > 0) out += leaf ? " " : "\n" + std::string(std::size_t(axis) + 1, ' ');
    if (extent > 4 * kEdge && i == kEdge) {
      out += leaf ? "... " : "...\n" + std::string(std::size_t(axis) + 1, ' ');
      i = extent - kEdge;
    }
    print(out, t, axis + 1, first + i * step, step);
  }
  out += ']';
}
}  // namespace

std::string Tensor::text() const {
  std::string out;
  print(out, *this, 0, 0, size());
  return out;
}

bool operator==(const Tensor& a, const Tensor& b) {
  return a.shape_ == b.shape_ && std::equal(a.begin(), a.end(), b.begin());
}

bool same_bits(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() &&
         (a.size() == 0 || std::memcmp(a.data(), b.data(), std::size_t(a.size()) * sizeof(float)) == 0);
}

}  // namespace cornu
