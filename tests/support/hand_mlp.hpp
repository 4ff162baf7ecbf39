#pragma once
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "support/keras_config.hpp"

/// Keras' runs fit/optimizer_*, loss_* and metrics_* again with a hand-written Dense(8, tanh) -> Dense(k,
/// activation), so that losses, metrics and optimizers are compared with Keras without layers, model and fit.
namespace cornu::support {

class HandMLP {
 public:
  HandMLP(std::vector<Tensor> weights, std::string activation)
      : w(std::move(weights)), act_(std::move(activation)) {
    for (const Tensor& t : w) dw.emplace_back(t.shape());
  }
  void forward(const Tensor& x) {
    hidden_ = dense(x, w[0], w[1]);
    for (float& v : hidden_) v = std::tanh(v);
    z = dense(hidden_, w[2], w[3]);
    y = z;
    for (Index row = 0; row < y.shape()[0]; ++row) activate(y.data() + row * y.shape()[1], y.shape()[1]);
  }
  /// dz: gradient at the last layer's logits.
  void backward(const Tensor& x, const Tensor& dz) {
    dense_gradient(hidden_, dz, dw[2], dw[3]);
    Tensor dh(hidden_.shape());
    for (Index i = 0; i < dh.shape()[0]; ++i) {
      for (Index j = 0; j < dh.shape()[1]; ++j) {
        double sum = 0;
        for (Index k = 0; k < dz.shape()[1]; ++k) sum += double(dz(i, k)) * double(w[2](j, k));
        dh(i, j) = float(sum) * (1 - hidden_(i, j) * hidden_(i, j));
      }
    }
    dense_gradient(x, dh, dw[0], dw[1]);
  }
  /// dy -> dz through the last activation.
  Tensor through_activation(const Tensor& dy) const {
    Tensor dz(dy.shape());
    const Index n = dy.shape()[1];
    for (Index i = 0; i < dy.shape()[0]; ++i) {
      double dot = 0;
      for (Index k = 0; k < n; ++k) dot += double(dy(i, k)) * double(y(i, k));
      for (Index k = 0; k < n; ++k) {
        const float p = y(i, k), d = dy(i, k);
        if (act_ == "softmax")
          dz(i, k) = p * (d - float(dot));
        else if (act_ == "sigmoid")
          dz(i, k) = d * p * (1 - p);
        else if (act_ == "tanh")
          dz(i, k) = d * (1 - p * p);
        else if (act_ == "softplus")
          dz(i, k) = d / (1 + std::exp(-z(i, k)));
        else
          dz(i, k) = d;
      }
    }
    return dz;
  }
  const std::string& activation() const { return act_; }

  std::vector<Tensor> w, dw;  // kernel, bias, kernel, bias
  Tensor z, y;

 private:
  static Tensor dense(const Tensor& x, const Tensor& kernel, const Tensor& bias) {
    Tensor out({x.shape()[0], bias.size()});
    for (Index i = 0; i < out.shape()[0]; ++i) {
      for (Index k = 0; k < bias.size(); ++k) {
        double sum = bias(k);
        for (Index j = 0; j < x.shape()[1]; ++j) sum += double(x(i, j)) * double(kernel(j, k));
        out(i, k) = float(sum);
      }
    }
    return out;
  }
  static void dense_gradient(const Tensor& x, const Tensor& dy, Tensor& dkernel, Tensor& dbias) {
    dkernel.fill(0);
    dbias.fill(0);
    for (Index i = 0; i < x.shape()[0]; ++i) {
      for (Index k = 0; k < dy.shape()[1]; ++k) {
        dbias(k) += dy(i, k);
        for (Index j = 0; j < x.shape()[1]; ++j) dkernel(j, k) += x(i, j) * dy(i, k);
      }
    }
  }
  void activate(float* row, Index n) const {
    double sum = 0, largest = row[0];
    for (Index k = 0; k < n; ++k) largest = std::max<double>(largest, row[k]);
    for (Index k = 0; k < n; ++k) sum += std::exp(double(row[k]) - largest);
    for (Index k = 0; k < n; ++k) {
      const double v = row[k];
      if (act_ == "softmax")
        row[k] = float(std::exp(v - largest) / sum);
      else if (act_ == "sigmoid")
        row[k] = float(1 / (1 + std::exp(-v)));
      else if (act_ == "tanh")
        row[k] = float(std::tanh(v));
      else if (act_ == "softplus")
        row[k] = float(std::log1p(std::exp(v)));
    }
  }
  std::string act_;
  Tensor hidden_;
};

/// Loss value of a batch, and the gradient at the logits: fused with the last activation where the loss can.
class LossRunner {
 public:
  explicit LossRunner(const Json& saved) : loss_(loss_from(saved)) {}
  double run(const HandMLP& net, const Tensor& y_true, Tensor& dz) {
    const LossHandle loss = loss_.resolve(y_true.shape(), net.y.shape());
    loss->check(y_true.shape(), net.y.shape());
    Tensor values(loss->values_shape(net.y.shape())), coefficient(values.shape());
    loss_coefficients(*loss, y_true.view(), net.y.shape(), {}, {}, coefficient.view());
    dz = Tensor(net.y.shape());
    const LogitsFrom last = net.activation() == "softmax"   ? LogitsFrom::of_softmax
                            : net.activation() == "sigmoid" ? LogitsFrom::of_sigmoid
                                                            : LogitsFrom::none;
    const bool fused = accepts(loss->takes_logits(), last);
    if (fused) {
      loss->values_from_logits(y_true.view(), net.z.view(), values.view());
      loss->gradient_from_logits(y_true.view(), net.z.view(), coefficient.view(), dz.view());
    } else {
      Tensor dy(net.y.shape());
      loss->values(y_true.view(), net.y.view(), values.view());
      loss->gradient(y_true.view(), net.y.view(), coefficient.view(), dy.view());
      dz = net.through_activation(dy);
    }
    return reduced_loss(values.view(), coefficient.view());
  }

 private:
  LossHandle loss_;
};

inline std::vector<Optimizer::Parameter> parameters_of(HandMLP& net) {
  std::vector<Optimizer::Parameter> out;
  for (std::size_t i = 0; i < net.w.size(); ++i) {
    out.push_back({net.w[i].view(), static_cast<const Tensor&>(net.dw[i]).view()});
  }
  return out;
}

/// Trains as fit.json of the case says, and compares the history and the final weights with Keras'.
inline void expect_replays(const std::string& name, double tolerance = 1e-4) {
  const std::string folder = "fit/" + name + "/";
  const Json compiled = golden_json(folder + "start.json").at("compile_config");
  const Json layers = golden_json(folder + "start.json").at("config").at("layers");
  const Json fit = golden_json(folder + "fit.json"), expected = golden_json(folder + "history.json");
  const Json last = layers.back().at("config").at("activation");
  std::vector<Tensor> weights, end;
  for (const char* i : {"0", "1", "2", "3"}) {
    weights.push_back(golden(folder + "w" + i + ".npy"));
    end.push_back(golden(folder + "end" + i + ".npy"));
  }
  HandMLP net(std::move(weights), last.get<std::string>());
  const Tensor x = golden(folder + "x0.npy"), y = golden(folder + "y0.npy");
  LossRunner loss(compiled.at("loss"));
  const std::unique_ptr<Optimizer> optimizer = optimizer_from(compiled.at("optimizer")).make();
  std::vector<Shape> shapes;
  for (const Tensor& t : net.w) shapes.push_back(t.shape());
  optimizer->build(shapes);
  std::vector<std::unique_ptr<Metric>> metrics;
  const Index batch = fit.at("batch_size"), n = x.shape()[0], epochs = fit.at("epochs");
  net.forward(x.slice(0, 1));
  for (const Json& m : compiled.at("metrics"))
    metrics.push_back(metric_from(m).make(y.shape(), net.y.shape()));
  ASSERT_EQ(expected.size(), metrics.size() + 1);
  const auto expect_number = [&](const char* key, Index epoch, double received) {
    const double want = expected.at(key).at(static_cast<std::size_t>(epoch));
    EXPECT_NEAR(received, want, tolerance * std::max(1e-2, std::abs(want)))
        << name << " " << key << " " << epoch;
  };
  for (Index epoch = 0; epoch < epochs; ++epoch) {
    double total = 0;
    for (auto& m : metrics) m->reset();
    for (Index first = 0; first < n; first += batch) {
      const Index count = std::min(batch, n - first);
      const Tensor bx = x.slice(first, count), by = y.slice(first, count);
      net.forward(bx);
      Tensor dz;
      total += loss.run(net, by, dz) * static_cast<double>(count);
      for (auto& m : metrics) m->update(by.view(), static_cast<const HandMLP&>(net).y.view(), {});
      net.backward(bx, dz);
      optimizer->step(parameters_of(net));
    }
    expect_number("loss", epoch, total / static_cast<double>(n));
    for (auto& m : metrics) expect_number(std::string(m->name()).c_str(), epoch, m->result());
  }
  optimizer->finalize(parameters_of(net));
  for (std::size_t i = 0; i < end.size(); ++i) expect_close(end[i], net.w[i], tolerance, name + " weight");
}

}  // namespace cornu::support
