#include "cornu/layers/rescaling.hpp"

namespace cornu {

RescalingLayer::RescalingLayer(Rescaling spec) : LayerOf(std::move(spec)) {
  const auto check = [&](std::string_view field, const ChannelValues& values) {
    if (values.values().empty())
      throw ValueError(
          detail::concat(who(), ": ", field, " is an empty list. Give one number, or one for each channel."));
  };
  check("scale", spec_.scale);
  check("offset", spec_.offset);
}

Shape RescalingLayer::output_shape(const Shape& input) const {
  const auto check = [&](std::string_view field, const ChannelValues& values) {
    const auto count = static_cast<Index>(values.values().size());
    if (count != 1 && (input.empty() || count != input.back()))
      throw ShapeError(detail::concat(who(), ": ", field, " has ", count, " values; the input ",
                                      input.batch_text(), " has ", input.empty() ? 1 : input.back(),
                                      " channels. Give one number, or one for each channel."));
  };
  check("scale", spec_.scale);
  check("offset", spec_.offset);
  return input;
}

}  // namespace cornu
