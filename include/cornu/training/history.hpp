#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "cornu/core/shape.hpp"
#include "cornu/training/logs.hpp"

namespace cornu {

/// What fit saw, epoch by epoch; the keys in Keras' order (by name, val_ ones too).
///
///   History h = model.fit(...);   h["val_accuracy"].back();   h.plot("curves.svg");
class History {
 public:
  /// The values of one key, one an epoch. Errors: ValueError naming the keys there are.
  const std::vector<double>& operator[](std::string_view key) const;
  bool contains(std::string_view key) const;
  const std::vector<std::string>& keys() const { return keys_; }
  /// Numbers of the epochs, from initial_epoch.
  const std::vector<Index>& epoch() const { return epoch_; }
  /// Adds an epoch.
  void append(Index epoch, const Logs& logs);
  /// Room for so many epochs, so that append allocates nothing once it knows the keys.
  void reserve(Index epochs);

  /// Epochs as rows: epoch,accuracy,loss,... Errors: FileError.
  void save_csv(const std::string& path) const;
  /// Loss and metrics as curves in an SVG picture, training and validation together. Errors: FileError.
  void plot(const std::string& path) const;

 private:
  std::vector<std::string> keys_;
  std::vector<std::vector<double>> values_;
  std::vector<Index> epoch_;
  std::size_t reserved_ = 0;
};

}  // namespace cornu
