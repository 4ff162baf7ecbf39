// Training and inference speed of whole networks: --help tells how.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "cornu/kernels/isa.hpp"
#include "kernels/peak.hpp"
#include "models.hpp"

using namespace cornu;
using namespace cornu::benchmarks;

namespace {

constexpr const char* kHelp =
    R"(usage: model_bench [--model NAME] [--batch N] [--threads N] [--seconds S] [--json] [--profile] [--no-train]
                   [--fingerprint STEPS]

  --model NAME    catdog64, cifar10, flowers150, intel150, vgg16_150, mlp_mnist or lstm_stock; all these when
                  not given. Single large layers: dense2048, conv512, kernel31
  --batch N       samples of a batch, instead of what the network's course uses
  --threads N     threads to use (1)
  --seconds S     of measuring for each number (4)
  --json          one JSON object a line instead of text
  --profile       what each layer takes, instead of the speeds
  --fingerprint STEPS
                  trains so many steps and prints a number that depends on every bit of every weight: it must
                  be the same for any number of threads
  --no-train      inference alone: its memory without that of training

train_img_s: the whole step, forward, loss, backward and Adam, in pictures a second; infer_img_s: predict on
the same batch; batch1_ms: predict on one picture. Each as the best and as the median step. peak_rss_mb: of a
process that has only trained, or with --no-train only predicted.
)";

struct Options {
  std::string_view model;
  int threads = 1, batch = 0, fingerprint = 0;
  double seconds = 4;
  bool json = false, profile = false, train = true;
};

struct Rate {
  double best, median;  ///< seconds
};

template <class Step>
Rate measure(double seconds, const Step& step) {
  step();
  step();
  std::vector<double> times;
  const auto start = std::chrono::steady_clock::now();
  for (auto now = start; std::chrono::duration<double>(now - start).count() < seconds || times.empty();) {
    step();
    const auto after = std::chrono::steady_clock::now();
    times.push_back(std::chrono::duration<double>(after - now).count());
    now = after;
  }
  std::sort(times.begin(), times.end());
  return {times.front(), times[times.size() / 2]};
}

/// Most memory that this process has had.
double peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return double(usage.ru_maxrss) / 1024;
}

void speeds(const NamedModel& named, const Options& options) {
  Sequential model = make_model(named);
  const Tensor x = make_input(named, named.batch), y = make_target(named, named.batch);
  const Tensor one = make_input(named, 1);
  Rate train{0, 0};
  if (options.train) train = measure(options.seconds, [&] { model.train_on_batch(x, y); });
  double peak = options.train ? peak_mb() : 0;
  const Rate infer = measure(options.seconds, [&] { model.predict_on_batch(x); });
  const Rate single = measure(options.seconds / 2, [&] { model.predict_on_batch(one); });
  if (!options.train) peak = peak_mb();
  const auto rate = [&](double s) { return s > 0 ? double(named.batch) / s : 0.; };
  const std::string name(named.name), isa(kernels::isa());
  const char* const text =
      options.json
          ? "{\"model\": \"%s\", \"batch\": %d, \"threads\": %d, \"train_img_s\": %.5g, "
            "\"train_img_s_median\": %.5g, \"infer_img_s\": %.5g, \"infer_img_s_median\": %.5g, "
            "\"batch1_ms\": "
            "%.4g, \"batch1_ms_median\": %.4g, \"peak_rss_mb\": %.1f, \"isa\": \"%s\"}\n"
          : "%-10s batch %3d, %d threads: train %8.5g img/s (median %8.5g), infer %8.5g (%8.5g), one picture "
            "%7.4g ms (%7.4g), %6.1f MB, %s\n";
  std::printf(text, name.c_str(), int(named.batch), options.threads, rate(train.best), rate(train.median),
              rate(infer.best), rate(infer.median), 1e3 * single.best, 1e3 * single.median, peak,
              isa.c_str());
}

void profile(const NamedModel& named, const Options& options) {
  Sequential model = make_model(named);
  const Tensor x = make_input(named, named.batch), y = make_target(named, named.batch);
  const Rate step = measure(options.seconds / 4, [&] { model.train_on_batch(x, y); });
  const Profile p = model.profile(x, y, std::max(Index(3), Index(options.seconds / step.median)));
  const double peak = peak_gflops();
  std::printf("%s: %.3f ms a step of %d pictures on one thread, %s, peak %.0f GFLOP/s\n",
              std::string(named.name).c_str(), p.step_ms, int(named.batch),
              std::string(kernels::isa()).c_str(), peak);
  std::printf("%-18s %-16s %8s %9s %6s %8s %9s %6s %9s\n", "layer", "output", "fwd ms", "GFLOP/s", "peak",
              "bwd ms", "GFLOP/s", "peak", "fwd MB");
  double flops = 0;
  for (const LayerProfile& layer : p.layers) {
    const auto speed = [](double count, double ms) { return ms > 0 ? count / ms * 1e-6 : 0.; };
    const double forward = speed(layer.flops, layer.forward_ms),
                 backward = speed(layer.backward_flops, layer.backward_ms);
    std::printf("%-18s %-16s %8.3f %9.1f %5.0f%% %8.3f %9.1f %5.0f%% %9.2f\n", layer.name.c_str(),
                layer.output.text().c_str(), layer.forward_ms, forward, 100 * forward / peak,
                layer.backward_ms, backward, 100 * backward / peak, layer.bytes * 1e-6);
    flops += layer.flops + layer.backward_flops;
  }
  std::printf("%-18s %-16s %8.3f   whole step: %.1f GFLOP/s, %.0f%% of the peak\n\n", "other", "", p.other_ms,
              flops / p.step_ms * 1e-6, 100 * flops / p.step_ms * 1e-6 / peak);
}

void print_fingerprint(const NamedModel& named, const Options& options) {
  Sequential model = make_model(named);
  const Tensor x = make_input(named, named.batch), y = make_target(named, named.batch);
  for (int step = 0; step < options.fingerprint; ++step) model.train_on_batch(x, y);
  std::printf(
      "{\"model\": \"%s\", \"batch\": %d, \"threads\": %d, \"steps\": %d, \"fingerprint\": \"%016llx\"}\n",
      std::string(named.name).c_str(), int(named.batch), options.threads, options.fingerprint,
      static_cast<unsigned long long>(fingerprint(model)));
}

[[noreturn]] void usage(int status) {
  std::fputs(kHelp, status == 0 ? stdout : stderr);
  std::exit(status);
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const auto value = [&]() -> const char* { return i + 1 < argc ? argv[++i] : (usage(2), ""); };
    if (word == "--model")
      options.model = value();
    else if (word == "--threads")
      options.threads = std::atoi(value());
    else if (word == "--batch")
      options.batch = std::atoi(value());
    else if (word == "--fingerprint")
      options.fingerprint = std::atoi(value());
    else if (word == "--seconds")
      options.seconds = std::atof(value());
    else if (word == "--json")
      options.json = true;
    else if (word == "--profile")
      options.profile = true;
    else if (word == "--no-train")
      options.train = false;
    else
      usage(word == "--help" ? 0 : 2);
  }
  if (options.threads < 1 || options.threads > 1024 || !(options.seconds > 0)) usage(2);
  return options;
}

/// Each in a process of its own, so that the memory is that of one network.
int run_apart(const NamedModel& named, const Options& options) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    int status = 0;
    try {
      set_num_threads(options.threads);
      if (options.fingerprint > 0)
        print_fingerprint(named, options);
      else
        options.profile ? profile(named, options) : speeds(named, options);
    } catch (const std::exception& e) {
      std::fprintf(stderr, "%s: %s\n", std::string(named.name).c_str(), e.what());
      status = 1;
    }
    std::fflush(stdout);
    std::_Exit(status);
  }
  int status = 1;
  if (child < 0 || waitpid(child, &status, 0) < 0) return 1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse(argc, argv);
  bool found = false;
  int worst = 0;
  for (const auto* list : {&kModels, &kLargeModels})
    for (NamedModel named : *list) {
      if (options.model.empty() ? list != &kModels : options.model != named.name) continue;
      found = true;
      if (options.batch > 0) named.batch = options.batch;
      worst = std::max(worst, run_apart(named, options));
    }
  if (!found) usage(2);
  return worst;
}
