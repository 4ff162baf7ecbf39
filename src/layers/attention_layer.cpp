#include "cornu/layers/attention_layer.hpp"

namespace cornu::detail {

void check_attention_inputs(const Layer& layer, const Shapes& inputs, bool same_dim) {
  if (inputs.size() != 2 && inputs.size() != 3)
    throw ShapeError(concat(layer.who(), ": ", inputs.size(), " inputs were given; ", layer.type(),
                            " takes 2 or 3. Give query and value, or query, value and key."));
  constexpr std::string_view kNames[] = {"query", "value", "key"};
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i].rank() != 2 || inputs[i].count() == 0)
      throw ShapeError(concat(layer.who(), ": the ", kNames[i], " is ", inputs[i].batch_text(),
                              "; it must be (batch, steps, features), with at least 1 of each. Reshape it."));
  const Shape& key = inputs.back();
  if (key[0] != inputs[1][0])
    throw ShapeError(concat(layer.who(), ": the key ", key.batch_text(), " has ", key[0],
                            " steps and the value ", inputs[1].batch_text(), " has ", inputs[1][0],
                            ". Give a key for each value."));
  if (same_dim && key[1] != inputs[0][1])
    throw ShapeError(concat(layer.who(), ": the ", kNames[inputs.size() - 1], " ", key.batch_text(), " has ",
                            key[1], " features and the query ", inputs[0].batch_text(), " has ", inputs[0][1],
                            "; they must have as many. Put a Dense layer before one of them."));
}

}  // namespace cornu::detail
