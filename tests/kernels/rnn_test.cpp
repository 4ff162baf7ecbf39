#include "cornu/kernels/rnn.hpp"

#include <cmath>

#include "kernels/kernel_support.hpp"

using namespace cornu;
using namespace cornu::kernels;
using namespace cornu::test;

namespace {

struct Case {
  CellKind kind;
  Index samples, steps, features, units;
  bool backwards = false, sequences = false, masked = false, zero = false, bias = true, states = true;
  bool reset_after = true;
  ActivationFunction activation = tanh, recurrent_activation = sigmoid;
};

/// All arrays of a forward and a backward call.
template <class Array>
struct Arrays {
  Array x, mask, kernel, recurrent, bias, h0, c0, y, h, c, dy, dh, dc, dx, dh0, dc0, dkernel, drecurrent,
      dbias;
};

Arrays<Guarded> random_arrays(const Case& t, const RecurrentCell& cell) {
  const Index columns = cell.gates() * t.units, n = t.samples;
  const Shape state{n, t.units}, x{n, t.steps, t.features};
  const Shape y = t.sequences ? Shape{n, t.steps, t.units} : state;
  const Shape bias{t.kind == CellKind::gru && t.reset_after ? 2 * columns : columns};
  std::uint64_t seed = 0;
  const auto random = [&](const Shape& shape) { return Guarded::random(shape, ++seed); };
  Arrays<Guarded> a{.x = random(x),
                    .mask = random({n, t.steps}),
                    .kernel = random({t.features, columns}),
                    .recurrent = random({t.units, columns}),
                    .bias = random(bias),
                    .h0 = random(state),
                    .c0 = random(state),
                    .y = Guarded(y, NAN),
                    .h = Guarded(state, NAN),
                    .c = Guarded(state, NAN),
                    .dy = random(y),
                    .dh = random(state),
                    .dc = random(state),
                    .dx = Guarded(x, NAN),
                    .dh0 = Guarded(state, NAN),
                    .dc0 = Guarded(state, NAN),
                    .dkernel = random({t.features, columns}),
                    .drecurrent = random({t.units, columns}),
                    .dbias = random(bias)};
  // kernels of size 1 make long sequences chaotic: rounding grows with every step
  for (float& w : a.recurrent.view()) w *= 1.5f / std::sqrt(static_cast<float>(t.units));
  for (Index i = 0; i < a.mask.size(); ++i) a.mask.data()[i] = a.mask.data()[i] < -0.3f ? 0.f : 1.f;
  for (Index s = 0; s < t.steps && n > 1; ++s) a.mask.data()[t.steps + s] = 0;  // one sample of nothing
  return a;
}

Arrays<Doubles> doubles(const Arrays<Guarded>& a) {
  return {Doubles(a.x),   Doubles(a.mask),    Doubles(a.kernel),     Doubles(a.recurrent), Doubles(a.bias),
          Doubles(a.h0),  Doubles(a.c0),      Doubles(a.y),          Doubles(a.h),         Doubles(a.c),
          Doubles(a.dy),  Doubles(a.dh),      Doubles(a.dc),         Doubles(a.dx),        Doubles(a.dh0),
          Doubles(a.dc0), Doubles(a.dkernel), Doubles(a.drecurrent), Doubles(a.dbias)};
}
/// Backward adds to these.
void clear_sums(Arrays<Doubles>& a) {
  for (Doubles* sum : {&a.dkernel, &a.drecurrent, &a.dbias})
    std::fill(sum->numbers.begin(), sum->numbers.end(), 0.0);
}

template <class T, class Array>
void run(const Case& t, const RecurrentCell& cell, Arrays<Array>& a, bool inference = false) {
  const auto data = [](Array& array) -> T* {
    if constexpr (std::is_same_v<T, float>)
      return array.data();
    else
      return array.numbers.data();
  };
  const RecurrentRun how{t.samples, t.steps, t.backwards, t.sequences, t.zero};
  std::vector<T> saved(std::size_t(recurrent_saved(cell, how)) + 1, T(NAN)),
      scratch(std::size_t(recurrent_scratch(cell, how)) + 1, T(NAN));
  const RecurrentWeights<T> weights{data(a.kernel), data(a.recurrent), t.bias ? data(a.bias) : nullptr};
  const T* mask = t.masked ? data(a.mask) : nullptr;
  const bool lstm = t.kind == CellKind::lstm;
  recurrent_forward<T>(cell, how,
                       {.weights = weights,
                        .x = data(a.x),
                        .mask = mask,
                        .h0 = t.states ? data(a.h0) : nullptr,
                        .c0 = t.states && lstm ? data(a.c0) : nullptr,
                        .y = data(a.y),
                        .h = data(a.h),
                        .c = lstm ? data(a.c) : nullptr,
                        .saved = inference ? nullptr : saved.data() + 1,
                        .scratch = scratch.data() + 1});
  if (inference) return;
  std::fill(scratch.begin(), scratch.end(), T(NAN));
  recurrent_backward<T>(cell, how,
                        {.weights = weights,
                         .x = data(a.x),
                         .mask = mask,
                         .dy = data(a.dy),
                         .dh = t.states ? data(a.dh) : nullptr,
                         .dc = t.states && lstm ? data(a.dc) : nullptr,
                         .dx = data(a.dx),
                         .dh0 = data(a.dh0),
                         .dc0 = lstm ? data(a.dc0) : nullptr,
                         .dkernel = data(a.dkernel),
                         .drecurrent_kernel = data(a.drecurrent),
                         .dbias = t.bias ? data(a.dbias) : nullptr,
                         .saved = saved.data() + 1,
                         .scratch = scratch.data() + 1});
}

template <class F, class A, class B>
void each(A& a, B& b, bool lstm, const F& f) {
  f(a.y, b.y, "y"), f(a.h, b.h, "h");
  f(a.dx, b.dx, "dx"), f(a.dh0, b.dh0, "dh0"), f(a.dkernel, b.dkernel, "dkernel");
  f(a.drecurrent, b.drecurrent, "drecurrent"), f(a.dbias, b.dbias, "dbias");
  if (lstm) f(a.c, b.c, "c"), f(a.dc0, b.dc0, "dc0");
}

RecurrentCell cell_of(const Case& t) {
  return {t.kind, t.features, t.units, t.activation, t.recurrent_activation, t.reset_after};
}

/// Float against the slow twin in double; inference against training, bit for bit.
void check(const Case& t) {
  const RecurrentCell cell = cell_of(t);
  SCOPED_TRACE(testing::Message() << "kind " << int(t.kind) << " samples " << t.samples << " steps "
                                  << t.steps << " features " << t.features << " units " << t.units
                                  << " masked " << t.masked << " backwards " << t.backwards << " sequences "
                                  << t.sequences << " zero " << t.zero << " reset_after " << t.reset_after);
  Arrays<Guarded> a = random_arrays(t, cell);
  Arrays<Doubles> d = doubles(a);
  run<float>(t, cell, a);
  run<double>(t, cell, d);
  each(a, d, t.kind == CellKind::lstm, [](const Guarded& actual, const Doubles& expected, const char* what) {
    expect_close(actual, expected, 2e-5, what);
  });
  Arrays<Guarded> inference = random_arrays(t, cell);
  run<float>(t, cell, inference, true);
  EXPECT_EQ(inference.y.values(), a.y.values());
  EXPECT_EQ(inference.h.values(), a.h.values());
}

constexpr CellKind kKinds[] = {CellKind::simple, CellKind::lstm, CellKind::gru};

}  // namespace

TEST(Recurrent, SizesBesideTheVector) {
  for_each_isa([] {
    for (const CellKind kind : kKinds)
      for (const Index units : {1, 3, 4, 5, 7, 8, 9, 16, 17, 18, 21, 24, 33})
        for (const Index samples : {1, 2, 3, 4, 5, 7, 8, 11, 13})
          check(
              {kind, samples, 3, units == 18 ? 50 : 1 + units % 4, units, units % 2 == 0, samples % 2 == 0});
  });
}

TEST(Recurrent, MasksHoldTheState) {
  for_each_isa([] {
    for (const CellKind kind : kKinds)
      for (const bool backwards : {false, true})
        for (const bool sequences : {false, true})
          for (const bool zero : {false, true})
            for (const Index units : {3, 8})
              check({kind, 5, 7, 2, units, backwards, sequences, true, zero, units == 3, sequences});
  });
}

TEST(Recurrent, OtherCells) {
  for (const CellKind kind : kKinds)
    for (const bool reset_after : {true, false})
      for (const bool masked : {false, true}) {
        check({.kind = kind,
               .samples = 3,
               .steps = 4,
               .features = 2,
               .units = 5,
               .sequences = masked,
               .masked = masked,
               .reset_after = reset_after,
               .activation = relu,
               .recurrent_activation = hard_sigmoid});
        check({.kind = kind,
               .samples = 2,
               .steps = 3,
               .features = 2,
               .units = 4,
               .masked = masked,
               .reset_after = reset_after,
               .activation = gelu,
               .recurrent_activation = silu});
      }
}

TEST(Recurrent, ManyStepsAreCutIntoBlocksInInference) {
  check({CellKind::lstm, 40, 23, 5, 50, true, true});   // the cell multiplies x
  check({CellKind::lstm, 40, 23, 79, 50, true, true});  // more than it would
  check({CellKind::gru, 64, 19, 3, 64, false, true, true});
  check({CellKind::lstm, 2, 0, 3, 4, false, true});
  check({CellKind::lstm, 2, 0, 3, 4});
}

/// Of four samples or more the cell of an LSTM multiplies x itself.
TEST(Recurrent, TheSameBitsAmongOtherSamples) {
  for_each_isa([] {
    for (const CellKind kind : kKinds)
      for (const Index units : {5, 8, 17, 18, 50}) {
        Case t{kind, 7, 6, 11, units, false, true};
        const RecurrentCell cell = cell_of(t);
        Arrays<Guarded> many = random_arrays(t, cell);
        run<float>(t, cell, many);
        t.samples = 2;
        Arrays<Guarded> few = random_arrays(t, cell);
        few.kernel = many.kernel, few.recurrent = many.recurrent, few.bias = many.bias;
        for (const auto& [from, to] : {std::pair{&many.x, &few.x}, {&many.h0, &few.h0}, {&many.c0, &few.c0}})
          std::copy_n(from->data(), to->size(), to->data());
        run<float>(t, cell, few);
        EXPECT_TRUE(std::equal(few.y.data(), few.y.data() + few.y.size(), many.y.data())) << units;
      }
  });
}

TEST(Recurrent, TheSameBitsAtAnyNumberOfThreads) {
  for (const CellKind kind : kKinds) {
    const Case t{kind, 37, 9, 12, 40, false, true, true};
    const RecurrentCell cell = cell_of(t);
    Arrays<Guarded> one = random_arrays(t, cell);
    {
      const Threads threads(1);
      run<float>(t, cell, one);
    }
    for (const int count : {2, 3, 8}) {
      const Threads threads(count);
      Arrays<Guarded> many = random_arrays(t, cell);
      run<float>(t, cell, many);
      each(one, many, kind == CellKind::lstm, [](const Guarded& a, const Guarded& b, const char* what) {
        EXPECT_EQ(a.values(), b.values()) << what;
      });
    }
  }
}

/// Backward takes some steps of all samples at a time. Half of the samples fit into one such block, so both
/// halves must give the gradients of the whole.
TEST(Recurrent, BlocksOfStepsGiveTheGradientsOfAllSteps) {
  for (const CellKind kind : kKinds)
    for (const bool backwards : {false, true}) {
      Case t{kind, 40, 23, 3, 5, backwards, true};
      const RecurrentCell cell = cell_of(t);
      Arrays<Doubles> whole = doubles(random_arrays(t, cell));
      clear_sums(whole);
      run<double>(t, cell, whole);
      t.samples = 20;
      Arrays<Doubles> half = doubles(random_arrays(t, cell));
      clear_sums(half);
      half.kernel = whole.kernel, half.recurrent = whole.recurrent, half.bias = whole.bias;
      for (const std::ptrdiff_t part : {0, 1}) {
        const auto start = [part](const Doubles& all, const Doubles& some) {
          return all.numbers.begin() + part * std::ptrdiff_t(some.numbers.size());
        };
        for (const auto& [from, to] : {std::pair{&whole.x, &half.x},
                                       {&whole.h0, &half.h0},
                                       {&whole.c0, &half.c0},
                                       {&whole.dy, &half.dy},
                                       {&whole.dh, &half.dh},
                                       {&whole.dc, &half.dc}})
          std::copy_n(start(*from, *to), to->numbers.size(), to->numbers.begin());
        run<double>(t, cell, half);
        for (const auto& [all, some] : {std::pair{&whole.dx, &half.dx}, {&whole.dh0, &half.dh0}})
          for (std::size_t i = 0; i < some->numbers.size(); ++i)
            ASSERT_NEAR(*(start(*all, *some) + std::ptrdiff_t(i)), some->numbers[i], 1e-12) << i;
      }
      for (const auto& [all, sum] : {std::pair{&whole.dkernel, &half.dkernel},
                                     {&whole.drecurrent, &half.drecurrent},
                                     {&whole.dbias, &half.dbias}})
        for (std::size_t i = 0; i < sum->numbers.size(); ++i)
          ASSERT_NEAR(all->numbers[i], sum->numbers[i], 1e-10) << i;
    }
}

TEST(Recurrent, GradientsAgreeWithDifferences) {
  for (const CellKind kind : kKinds)
    for (const bool masked : {false, true})
      for (const bool reset_after : {true, false}) {
        const Case t{kind, 2, 3, 2, 3, masked, true, masked, false, true, true, reset_after};
        const RecurrentCell cell = cell_of(t);
        Arrays<Guarded> a = random_arrays(t, cell);
        Arrays<Doubles> d = doubles(a);
        clear_sums(d);
        run<double>(t, cell, d);
        Arrays<Doubles> moved = d;
        const auto value = [&] {
          run<double>(t, cell, moved);
          double sum = 0;
          for (std::size_t i = 0; i < d.y.numbers.size(); ++i) sum += moved.y.numbers[i] * d.dy.numbers[i];
          for (std::size_t i = 0; i < d.h.numbers.size(); ++i) {
            sum += moved.h.numbers[i] * d.dh.numbers[i];
            if (kind == CellKind::lstm) sum += moved.c.numbers[i] * d.dc.numbers[i];
          }
          return sum;
        };
        expect_gradient(moved.x.numbers, d.dx.numbers, value, "x");
        expect_gradient(moved.kernel.numbers, d.dkernel.numbers, value, "kernel");
        expect_gradient(moved.recurrent.numbers, d.drecurrent.numbers, value, "recurrent kernel");
        expect_gradient(moved.bias.numbers, d.dbias.numbers, value, "bias");
        expect_gradient(moved.h0.numbers, d.dh0.numbers, value, "h0");
        if (kind == CellKind::lstm) expect_gradient(moved.c0.numbers, d.dc0.numbers, value, "c0");
      }
}
