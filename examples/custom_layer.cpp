// A layer of one's own: y = scale * x + shift with one scale and one shift a channel, checked and trained.
#include <cornu/testing/check_layer.hpp>

#include "arguments.hpp"

using namespace cornu;

// What the user of the layer writes.
struct ScaleShift {
  bool trainable = true;
  std::string name = {};
  static constexpr std::string_view type = "ScaleShift";
  static void fields(auto&, auto&&) {}
};

// What runs. From one template it computes in float, and in double for the check of its gradients.
class ScaleShiftLayer final : public LayerOf<ScaleShift, ScaleShiftLayer> {
 public:
  using LayerOf::LayerOf;
  Shape output_shape(const Shape& input) const { return input; }
  void build(const Shapes& inputs) override {
    add_weight("scale", {inputs[0].back()}, Ones{});
    add_weight("shift", {inputs[0].back()}, Zeros{});
  }
  template <class T>
  void compute(const ForwardCall<T>& c) const {
    const Index channels = c.weights[0].size();
    for (Index i = 0; i < c.y[0].size(); ++i)
      c.y[0][i] = c.weights[0][i % channels] * c.x[0][i] + c.weights[1][i % channels];
  }
  template <class T>
  void gradient(const BackwardCall<T>& c) const {
    const Index channels = c.weights[0].size();
    for (Index i = 0; i < c.dy[0].size(); ++i) {
      const T dy = c.dy[0][i];
      if (c.dweights[0]) c.dweights[0][i % channels] += dy * c.x[0][i];  // gradients of weights are added to
      if (c.dweights[1]) c.dweights[1][i % channels] += dy;
      if (c.dx[0]) c.dx[0][i] = dy * c.weights[0][i % channels];  // those of inputs are overwritten
    }
  }
};

std::unique_ptr<Layer> make_layer(ScaleShift spec) {
  return std::make_unique<ScaleShiftLayer>(std::move(spec));
}

int main(int argc, char** argv) {
  const Arguments args(argc, argv, {{"epochs", "60"}}, "custom_layer [--epochs N]");
  return run([&] {
    const testing::LayerReport report = testing::check_layer(ScaleShift{}, {{5, 3}});
    std::printf("check_layer: %s\n", report.passed() ? "passed" : report.text().c_str());

    Tensor x({64, 3}), y({64, 3});
    fill_uniform(x.view(), {.seed = 1}, -1, 1);
    for (Index i = 0; i < x.size(); ++i) y.data()[i] = float(i % 3 + 1) * x.data()[i] - 0.5f;
    Sequential model{Input{.shape = {3}}, ScaleShift{}};
    model.compile(CompileOptions{.optimizer = SGD{.learning_rate = 0.3f}, .loss = MeanSquaredError{}});
    const History history = model.fit(x, y, FitOptions{.epochs = args.number("epochs"), .verbose = 0});
    std::printf("scale %s (wanted 1 2 3), shift %s (wanted -0.5), loss %.2e\n",
                model.layer("scale_shift").weight("scale").text().c_str(),
                model.layer("scale_shift").weight("shift").text().c_str(), history["loss"].back());
  });
}
