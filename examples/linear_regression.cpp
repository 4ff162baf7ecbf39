// y = 6 x by gradient descent on one weight: how the loss falls as the weight finds its way.
#include "arguments.hpp"

using namespace cornu;

int main(int argc, char** argv) {
  const Arguments args(
      argc, argv, {{"epochs", "30"}, {"save", "."}},
      "linear_regression [--epochs N] [--save FOLDER]\n"
      "  Writes weight_loss.csv and weight_loss.svg: the loss at each weight that was tried.");
  return run([&] {
    Tensor x({50, 1}), y({50, 1});
    for (Index i = 0; i < 50; ++i) {
      x(i, 0) = static_cast<float>(i) / 50.f;
      y(i, 0) = 6 * x(i, 0);
    }
    Sequential model{Input{.shape = {1}},
                     Dense{.units = 1, .use_bias = false, .kernel_initializer = Zeros{}}};
    model.compile(CompileOptions{.optimizer = SGD{.learning_rate = 0.4f}, .loss = MeanSquaredError{}});

    Series path{.name = "gradient descent", .x = {}, .y = {}};
    for (Index epoch = 0; epoch < args.number("epochs"); ++epoch) {
      path.x.push_back(model.layer("dense").weight("kernel").item());
      path.y.push_back(model.train_on_batch(x, y)["loss"]);
    }
    std::printf("weight %.4f, loss %.2e after %td steps\n",
                double(model.layer("dense").weight("kernel").item()), path.y.back(), args.number("epochs"));

    Series curve{.name = "loss at this weight", .x = {}, .y = {}, .dashed = true};
    for (int i = 0; i <= 60; ++i) {
      model.set_weights({Tensor({1, 1}, static_cast<float>(i) / 5.f)});
      curve.x.push_back(i / 5.0);
      curve.y.push_back(model.test_on_batch(x, y)["loss"]);
    }
    save_svg(
        args["save"] + "/weight_loss.svg",
        {LineChart{.title = "y = 6 x", .x_label = "weight", .y_label = "loss", .series = {curve, path}}});
    std::FILE* csv = std::fopen((args["save"] + "/weight_loss.csv").c_str(), "w");
    if (csv == nullptr)
      throw FileError("cannot write to '" + args["save"] + "'. Choose a folder that exists.");
    std::fprintf(csv, "step,weight,loss\n");
    for (std::size_t i = 0; i < path.x.size(); ++i)
      std::fprintf(csv, "%zu,%.6g,%.6g\n", i, path.x[i], path.y[i]);
    std::fclose(csv);
  });
}
