// The networks that the benchmarks measure: the same bits at any number of threads and of slices a machine
// may have, on every instruction set close to the best one. Smaller batches than the benchmarks', odd ones on
// purpose.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <string>

#include "../../benchmarks/models.hpp"
#include "kernels/isa.hpp"

using namespace cornu;
using namespace cornu::benchmarks;

namespace {

struct Case {
  std::string_view name;
  Index batch;
  int steps;
};
void PrintTo(const Case& given, std::ostream* out) { *out << given.name; }

constexpr Case kCases[] = {{"catdog64", 19, 20},  {"cifar10", 21, 10}, {"flowers150", 3, 3},
                           {"intel150", 5, 3},    {"vgg16_150", 2, 1}, {"mlp_mnist", 37, 20},
                           {"lstm_stock", 21, 10}};

const NamedModel& named(std::string_view name) {
  return *std::find_if(kModels.begin(), kModels.end(), [&](const NamedModel& m) { return m.name == name; });
}

Sequential trained(const Case& given, int steps) {
  const NamedModel& network = named(given.name);
  Sequential model = make_model(network);
  const Tensor x = make_input(network, given.batch), y = make_target(network, given.batch);
  for (int step = 0; step < steps; ++step) model.train_on_batch(x, y);
  return model;
}

class Threads {
 public:
  explicit Threads(int n) : before_(num_threads()) { set_num_threads(n); }
  ~Threads() { set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_;
};

}  // namespace

class Network : public testing::TestWithParam<Case> {};

TEST_P(Network, SameBitsAtAnyNumberOfThreads) {
  std::uint64_t expected = 0;
  for (const int n : {1, 2, 3, 4}) {
    const Threads threads(n);
    const std::uint64_t bits = fingerprint(trained(GetParam(), GetParam().steps));
    if (n == 1) expected = bits;
    EXPECT_EQ(bits, expected) << n << " threads";
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, Network, testing::ValuesIn(kCases),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Networks, EveryInstructionSetPredictsTheSame) {
  for (const Case& given : kCases) {
    if (given.name == "vgg16_150") continue;  // slow on the lesser ones, and made of the same layers
    const NamedModel& network = named(given.name);
    const Tensor x = make_input(network, 2);
    const Sequential model = make_model(network);
    const Tensor best = model.predict(x);
    for (const std::string_view isa : kernels::available_isas()) {
      kernels::set_isa(isa);
      const Tensor other = model.predict(x);
      float largest = 0, worst = 0;
      for (Index i = 0; i < best.size(); ++i) {
        largest = std::max(largest, std::fabs(best.data()[i]));
        worst = std::max(worst, std::fabs(best.data()[i] - other.data()[i]));
      }
      EXPECT_LE(worst, 1e-4f * largest) << given.name << " on " << isa;
    }
    kernels::set_isa("");
  }
}
