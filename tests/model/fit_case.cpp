#include "model/fit_case.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "cornu/training/history.hpp"
#include "support/golden.hpp"

namespace cornu::support {

namespace {

constexpr double kTolerance = 1e-4;

void expect_relative(double expected, double received, const std::string& what) {
  EXPECT_NEAR(expected, received, kTolerance * std::max(std::abs(expected), 1e-3)) << what;
}

void check_history(const History& history, const std::string& folder) {
  const auto expected = golden_series(folder + "history.json");
  std::vector<std::string> keys;
  for (const auto& [key, values] : expected) {
    keys.push_back(key);
    if (!history.contains(key)) continue;
    ASSERT_EQ(values.size(), history[key].size()) << key;
    for (std::size_t i = 0; i < values.size(); ++i)
      expect_relative(values[i], history[key][i],
                      cornu::detail::concat(key, " of epoch ", static_cast<Index>(i) + 1));
  }
  EXPECT_EQ(keys, history.keys());
}

void check_evaluation(Model& model, const std::vector<Tensor>& x, const std::vector<Tensor>& y,
                      Index batch_size, const std::string& folder) {
  const Logs logs = model.evaluate(x, y, EvaluateOptions{.batch_size = batch_size, .verbose = 0});
  for (const auto& [key, values] : golden_series(folder + "evaluate.json"))
    expect_relative(values.at(0), logs[key], "evaluate: " + key);
}

void check_case(const FitCase& c) {
  const std::string folder = "fit/" + c.name + "/";
  const std::vector<Tensor> x = golden_list(folder, "x"), y = golden_list(folder, "y");
  Model model = c.model();
  model.set_weights(golden_list(folder, "w"));
  model.compile(c.compile);
  FitOptions options = c.fit;
  if (options.batch_size == 0) options.batch_size = 5;
  if (options.epochs == 1) options.epochs = 3;
  options.verbose = 0;
  options.shuffle = false;
  if (golden_exists(folder + "sample_weight.npy"))
    options.sample_weight = golden(folder + "sample_weight.npy");
  check_history(model.fit(x, y, options), folder);
  check_evaluation(model, x, y, options.batch_size, folder);
  const std::vector<Tensor> expected = golden_list(folder, "end"), received = model.get_weights();
  ASSERT_EQ(expected.size(), received.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    expect_close(expected[i], received[i], static_cast<int>(i) == c.rounding_only ? 1e-2 : kTolerance,
                 cornu::detail::concat("trained weight ", static_cast<Index>(i)));
}

}  // namespace

void check_fit_cases(const std::vector<FitCase>& cases) {
  for (const FitCase& c : cases) {
    SCOPED_TRACE("fit/" + c.name);
    try {
      check_case(c);
    } catch (const Error& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

}  // namespace cornu::support
