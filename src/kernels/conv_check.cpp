#include "kernels/conv_check.hpp"

#include "cornu/core/error.hpp"

namespace cornu::kernels {

namespace {
void check_positive(std::string_view who, std::string_view what, Index value) {
  if (value < 1)
    throw ValueError(
        detail::concat(who, ": ", what, " is ", value, "; it must be at least 1. Check the geometry."));
}
}  // namespace

void check_geometry(std::string_view who, const ConvGeometry& g) {
  check_positive(who, "in_h", g.in_h);
  check_positive(who, "in_w", g.in_w);
  check_positive(who, "in_c", g.in_c);
  check_positive(who, "out_h", g.out_h);
  check_positive(who, "out_w", g.out_w);
  check_positive(who, "out_c", g.out_c);
  check_positive(who, "kernel_h", g.kernel_h);
  check_positive(who, "kernel_w", g.kernel_w);
  check_positive(who, "stride_h", g.stride_h);
  check_positive(who, "stride_w", g.stride_w);
  check_positive(who, "dilation_h", g.dilation_h);
  check_positive(who, "dilation_w", g.dilation_w);
  check_positive(who, "groups", g.groups);
  if (g.in_c % g.groups != 0 || g.out_c % g.groups != 0)
    throw ValueError(detail::concat(who, ": in_c = ", g.in_c, " and out_c = ", g.out_c,
                                    " must be multiples of groups = ", g.groups, ". Choose other groups."));
}

void check_size(std::string_view who, std::string_view what, Index size, Index expected) {
  if (size != expected)
    throw ShapeError(detail::concat(who, ": ", what, " has ", size, " numbers; the geometry asks for ",
                                    expected, ". Make the view's shape follow from the geometry."));
}

Index check_maps(std::string_view who, const ConvGeometry& g, Index n, Index x_size, Index y_size) {
  check_geometry(who, g);
  check_size(who, "the input side", x_size, n * g.in_h * g.in_w * g.in_c);
  check_size(who, "the output side", y_size, n * g.out_h * g.out_w * g.out_c);
  return n;
}

}  // namespace cornu::kernels
