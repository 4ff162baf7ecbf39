#pragma once
#include "cornu/kernels/rearrange.hpp"
#include "cornu/layers/index_list.hpp"
#include "cornu/layers/layer_of.hpp"

namespace cornu {

/// The axes of each sample in another order.
///
///   Permute{.dims = {2, 1}}   // (n, 10, 64) -> (n, 64, 10)
///
/// Input   (n, ...) with as many axes after the batch as dims has numbers
/// Output  axis k is the input's axis dims[k]; 1 is the first after the batch
/// Errors  ValueError: dims is not 1 .. k in some order.  ShapeError: another number of axes.
/// Source  Keras 3 Permute.
struct Permute {
  IndexList dims;  ///< 1 .. k in the wanted order
  std::string name = {};

  static constexpr std::string_view type = "Permute";
  static Permute blank() { return {.dims = {1}}; }
  static void fields(auto& self, auto&& visit) { visit("dims", self.dims); }
};

class PermuteLayer final : public LayerOf<Permute, PermuteLayer> {
 public:
  explicit PermuteLayer(Permute spec);

  Shape output_shape(const Shape& input) const;
  BackwardNeeds backward_needs() const override { return {.input = false}; }

  template <class T>
  void compute(const ForwardCall<T>& c) const {
    kernels::permute<T>(c.x[0], c.y[0], axes());
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    if (c.dx[0]) kernels::permute<T>(c.dy[0], c.dx[0], inverse_axes());
  }

 private:
  /// With the batch axis.
  Shape axes() const;
  Shape inverse_axes() const;
};

std::unique_ptr<Layer> make_layer(Permute spec);

}  // namespace cornu
