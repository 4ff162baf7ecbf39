#pragma once
#include <memory>
#include <string>
#include <type_traits>
#include <variant>

#include "cornu/core/choice.hpp"
#include "cornu/losses/hinge.hpp"
#include "cornu/losses/loss.hpp"
#include "cornu/losses/probabilistic.hpp"
#include "cornu/losses/regression.hpp"
#include "cornu/losses/segmentation.hpp"

namespace cornu {

/// One of the losses Cornu brings.
using LossTypes = detail::OneOf<MeanSquaredError, MeanAbsoluteError, MeanAbsolutePercentageError,
                                MeanSquaredLogarithmicError, CosineSimilarity, Huber, LogCosh,
                                BinaryCrossentropy, BinaryFocalCrossentropy, CategoricalCrossentropy,
                                CategoricalFocalCrossentropy, SparseCategoricalCrossentropy, KLDivergence,
                                Poisson, Hinge, SquaredHinge, CategoricalHinge, Dice, Tversky>;
using LossChoice = detail::Choice<LossTypes>;
using LossSpec = LossChoice::Variant;

/// Any loss as a value: an aggregate, Keras' name for one, or a class of your own that derives from Loss.
///
///   .loss = CategoricalCrossentropy{.label_smoothing = 0.1f}      .loss = "mse"      .loss = MyLoss{}
///
/// "crossentropy" and "ce" choose the binary, sparse or categorical one by the shapes: resolve() does.
/// Errors  ValueError: an unknown name (the near ones are listed), an option out of range.
class LossHandle {
 public:
  /// No loss.
  LossHandle() = default;
  template <class T>
  requires(LossChoice::holds<T>) LossHandle(const T& spec) : LossHandle(LossChoice(spec), std::string{}) {}
  LossHandle(const char* name) : LossHandle(std::string(name)) {}
  LossHandle(const std::string& name);
  template <class T>
  requires std::is_base_of_v<Loss, T> LossHandle(T own) : loss_(std::make_shared<const T>(std::move(own))) {}

  explicit operator bool() const { return loss_ != nullptr || chooses_by_shape(); }
  const Loss& operator*() const { return *loss_; }
  const Loss* operator->() const { return loss_.get(); }
  /// "crossentropy" or "ce": which loss it is depends on shapes.
  bool chooses_by_shape() const { return !text_.empty() && loss_ == nullptr; }
  /// The loss for labels and predictions of these shapes (itself, but for "crossentropy" and "ce").
  LossHandle resolve(const Shape& y_true, const Shape& y_pred) const;
  /// The aggregate, nullptr for a loss of your own.
  const LossSpec* spec() const;
  /// The string it was made from; "" otherwise.
  const std::string& text() const { return text_; }

 private:
  LossHandle(LossChoice spec, std::string text);
  std::shared_ptr<const Loss> loss_;
  LossChoice spec_;
  std::string text_;
};

/// The running form of an aggregate. Errors: ValueError: an option out of range.
std::shared_ptr<const Loss> make_loss(const LossSpec& spec);

}  // namespace cornu
