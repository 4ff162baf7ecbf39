#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

#include "cornu/core/choice.hpp"
#include "cornu/core/random.hpp"
#include "cornu/core/view.hpp"

namespace cornu {

/// Numbers drawn by an initializer follow from its seed when one is given, else from the model's.
using Seed = std::optional<std::uint64_t>;

/// All zeros.
struct Zeros {
  static constexpr std::string_view type = "Zeros";
  static void fields(auto&, auto) {}
};
/// All ones.
struct Ones {
  static constexpr std::string_view type = "Ones";
  static void fields(auto&, auto) {}
};
/// Every element `value`.
struct Constant {
  float value = 0.f;
  static constexpr std::string_view type = "Constant";
  static void fields(auto& self, auto visit) { visit("value", self.value); }
};
/// Normal with this mean and deviation.
struct RandomNormal {
  float mean = 0.f;
  float stddev = 0.05f;
  Seed seed = {};
  static constexpr std::string_view type = "RandomNormal";
  static void fields(auto& self, auto visit) {
    visit("mean", self.mean), visit("stddev", self.stddev), visit("seed", self.seed);
  }
};
/// Uniform in [minval, maxval).
struct RandomUniform {
  float minval = -0.05f;
  float maxval = 0.05f;
  Seed seed = {};
  static constexpr std::string_view type = "RandomUniform";
  static void fields(auto& self, auto visit) {
    visit("minval", self.minval), visit("maxval", self.maxval), visit("seed", self.seed);
  }
};
/// Normal, redrawn beyond two deviations from the mean.
struct TruncatedNormal {
  float mean = 0.f;
  float stddev = 0.05f;
  Seed seed = {};
  static constexpr std::string_view type = "TruncatedNormal";
  static void fields(auto& self, auto visit) {
    visit("mean", self.mean), visit("stddev", self.stddev), visit("seed", self.seed);
  }
};

enum class FanMode { fan_in, fan_out, fan_avg };
enum class Distribution { truncated_normal, untruncated_normal, uniform };

/// Scaled by the fan: variance scale / max(1, fan). A weight (in, out) has fan_in = in, fan_out = out; a
/// convolution kernel (..., in, out) has both times the receptive field; a one-axis weight has both = its
/// size. truncated_normal widens its deviation by 1 / 0.87962566 so that the variance after truncation is
/// right.
///
/// Errors  ValueError: scale <= 0.
/// Source  Keras 3 VarianceScaling. Glorot and Bengio 2010; He et al. 2015; LeCun et al. 1998.
struct VarianceScaling {
  float scale = 1.f;
  FanMode mode = FanMode::fan_in;
  Distribution distribution = Distribution::truncated_normal;
  Seed seed = {};
  static constexpr std::string_view type = "VarianceScaling";
  static void fields(auto& self, auto visit) {
    visit("scale", self.scale), visit("mode", self.mode), visit("distribution", self.distribution);
    visit("seed", self.seed);
  }
};
/// Uniform in +-sqrt(6 / (fan_in + fan_out)): the default of most kernels.
struct GlorotUniform {
  Seed seed = {};
  static constexpr std::string_view type = "GlorotUniform";
  static void fields(auto& self, auto visit) { visit("seed", self.seed); }
};
/// Truncated normal, variance 2 / (fan_in + fan_out).
struct GlorotNormal {
  Seed seed = {};
  static constexpr std::string_view type = "GlorotNormal";
  static void fields(auto& self, auto visit) { visit("seed", self.seed); }
};
/// Uniform in +-sqrt(6 / fan_in).
struct HeUniform {
  Seed seed = {};
  static constexpr std::string_view type = "HeUniform";
  static void fields(auto& self, auto visit) { visit("seed", self.seed); }
};
/// Truncated normal, variance 2 / fan_in.
struct HeNormal {
  Seed seed = {};
  static constexpr std::string_view type = "HeNormal";
  static void fields(auto& self, auto visit) { visit("seed", self.seed); }
};
/// Uniform in +-sqrt(3 / fan_in).
struct LecunUniform {
  Seed seed = {};
  static constexpr std::string_view type = "LecunUniform";
  static void fields(auto& self, auto visit) { visit("seed", self.seed); }
};
/// Truncated normal, variance 1 / fan_in.
struct LecunNormal {
  Seed seed = {};
  static constexpr std::string_view type = "LecunNormal";
  static void fields(auto& self, auto visit) { visit("seed", self.seed); }
};
/// Orthogonal rows (or columns, whichever are fewer), times gain: the recurrent kernels' default.
/// The weight is seen as (product of all axes but the last, last axis). Errors: ShapeError below 2 axes.
struct Orthogonal {
  float gain = 1.f;
  Seed seed = {};
  static constexpr std::string_view type = "Orthogonal";
  static void fields(auto& self, auto visit) { visit("gain", self.gain), visit("seed", self.seed); }
};
/// gain on the diagonal of a two-axis weight (Keras' alias; `Identity` is a layer). Errors: ShapeError for
/// another rank.
struct IdentityInitializer {
  float gain = 1.f;
  static constexpr std::string_view type = "Identity";
  static void fields(auto& self, auto visit) { visit("gain", self.gain); }
};

/// How a weight starts: any of the aggregates above, or Keras' name for one.
///
///   Dense{.units = 3, .kernel_initializer = HeNormal{}}      Dense{.units = 3, .kernel_initializer =
///   "he_normal"}
///
/// Errors  ValueError: an unknown name (the near ones are listed).
/// Source  Keras 3 initializers: same names, defaults and distributions (not the same random bits).
class Initializer {
 public:
  using Types = detail::OneOf<Zeros, Ones, Constant, RandomNormal, RandomUniform, TruncatedNormal,
                              VarianceScaling, GlorotUniform, GlorotNormal, HeUniform, HeNormal, LecunUniform,
                              LecunNormal, Orthogonal, IdentityInitializer>;
  using Spec = detail::Choice<Types>::Variant;

  /// Zeros.
  Initializer() = default;
  template <class T>
  requires(detail::Choice<Types>::holds<T>) Initializer(const T& spec) : spec_(spec) {}
  /// "glorot_uniform", "GlorotUniform", "zeros", "uniform" ...
  Initializer(const char* name) : Initializer(from_name(name)) {}

  /// Fills w; element i depends on (key or own seed, shape, i) only. Errors: as the aggregates say.
  void fill(View<float> w, RandomKey key) const;
  /// Keras' class name: "GlorotUniform".
  std::string_view name() const;
  const Spec& spec() const { return spec_.get(); }
  static Initializer from_name(std::string_view name);

 private:
  detail::Choice<Types> spec_;
};

/// Fans of a weight, as Keras counts them.
struct Fans {
  Index in = 1;
  Index out = 1;
};
Fans compute_fans(const Shape& shape);

}  // namespace cornu
