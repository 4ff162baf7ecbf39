#include "kernels/isa.hpp"

#include <hwy/highway.h>
#include <hwy/targets.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "cornu/core/error.hpp"

namespace cornu::kernels {

namespace {

struct Choice {
  std::int64_t target;  // one bit, as Highway numbers them: a lower bit is a better target
  std::size_t index;
};

/// What the processor and the operating system can do, among the targets that kernels are compiled for. What
/// has AVX2 and FMA has F16C too, for which not every compiler knows a name.
std::int64_t available_targets() {
#if HWY_ARCH_X86
  std::int64_t targets = HWY_STATIC_TARGET;
  const bool ssse3 = __builtin_cpu_supports("ssse3");
  const bool sse4 = ssse3 && __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("sse4.2") &&
                    __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("aes");
  const bool avx2 = sse4 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                    __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512cd");
  if (ssse3) targets |= HWY_SSSE3;
  if (sse4) targets |= HWY_SSE4;
  if (avx2) targets |= HWY_AVX2;
  if (avx512) targets |= HWY_AVX3;
  return targets & HWY_TARGETS;
#else
  return HWY_STATIC_TARGET;
#endif
}

std::string_view name_of(std::int64_t target) {
#if HWY_ARCH_X86
  if (target < HWY_AVX2) return "avx512";
  if (target == HWY_AVX2) return "avx2";
  if (target == HWY_SSE4) return "sse4";
  if (target == HWY_SSSE3) return "ssse3";
#elif HWY_ARCH_ARM
  if (target == HWY_NEON) return "neon";
#endif
  return "scalar";
}

Choice choice_of(std::int64_t target) {
  hwy::ChosenTarget chosen;
  chosen.Update(target);
  return {target, chosen.GetIndex() - 1};  // Highway's tables have one more row, the first
}

/// The best target of that name ("": the best of all); 0 when there is none.
std::int64_t find_target(std::string_view name) {
  for (std::uint64_t left = static_cast<std::uint64_t>(available_targets()); left != 0; left &= left - 1) {
    const auto target = static_cast<std::int64_t>(left & (~left + 1));
    if (name.empty() || name_of(target) == name) return target;
  }
  return 0;
}

std::int64_t checked_target(std::string_view name) {
  const std::int64_t target = find_target(name);
  if (target != 0) return target;
  std::string known;
  for (const std::string_view isa_name : available_isas())
    known += (known.empty() ? "" : ", ") + std::string(isa_name);
  throw ValueError(detail::concat("CORNU_ISA is \"", name, "\"; this processor and build offer ", known,
                                  ". Set it to one of these, or unset it to use the best."));
}

std::int64_t default_target() {
  const char* wish = std::getenv("CORNU_ISA");
  return checked_target(wish ? wish : "");
}

std::atomic<std::int64_t> forced{0};  // by set_isa; 0: the default

Choice current() {
  static const Choice start = choice_of(default_target());
  const std::int64_t target = forced.load(std::memory_order_relaxed);
  return target == 0 ? start : choice_of(target);
}

}  // namespace

std::size_t isa_index() { return current().index; }

std::string_view isa() { return name_of(current().target); }

std::vector<std::string_view> available_isas() {
  std::vector<std::string_view> names;
  for (std::uint64_t left = static_cast<std::uint64_t>(available_targets()); left != 0; left &= left - 1) {
    const std::string_view name = name_of(static_cast<std::int64_t>(left & (~left + 1)));
    if (names.empty() || names.back() != name) names.push_back(name);
  }
  return names;
}

void set_isa(std::string_view name) { forced = name.empty() ? 0 : checked_target(name); }

}  // namespace cornu::kernels
