#pragma once
#include <memory>
#include <type_traits>
#include <utility>

#include "cornu/training/callback.hpp"

namespace cornu {

namespace detail {
/// A callable of any type behind one call, as std::function, whose header costs every user 0.35 s.
template <class... Args>
class Hook {
 public:
  Hook() = default;
  template <class F>
  requires std::is_invocable_v<F&, Args...> Hook(F f) : call_(std::make_shared<Holder<F>>(std::move(f))) {}
  void operator()(Args... args) const {
    if (call_) call_->call(args...);
  }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual void call(Args... args) = 0;
  };
  template <class F>
  struct Holder final : Base {
    explicit Holder(F f) : f_(std::move(f)) {}
    void call(Args... args) override { f_(args...); }
    F f_;
  };
  std::shared_ptr<Base> call_;
};
}  // namespace detail

/// Callbacks written in place.
///
///   .callbacks = {LambdaCallback{.on_epoch_end = [&](Index epoch, const Logs& logs) { ... }}}
///
/// Source  Keras 3 LambdaCallback.
struct LambdaCallback {
  detail::Hook<Index> on_epoch_begin = {};
  detail::Hook<Index, const Logs&> on_epoch_end = {};
  detail::Hook<> on_train_begin = {};
  detail::Hook<const Logs&> on_train_end = {};
  detail::Hook<Index> on_train_batch_begin = {};
  detail::Hook<Index, const Logs&> on_train_batch_end = {};
};

std::unique_ptr<Callback> make_callback(LambdaCallback spec);

}  // namespace cornu
