#pragma once
#include <limits>
#include <memory>
#include <string>

#include "cornu/training/callback.hpp"

namespace cornu {

/// Which way a monitored number improves; automatic: up for accuracy, precision, recall, auc, f1, r2 and the
/// like, down for the rest.
enum class MonitorMode { automatic, min, max };

/// Ends training when a number has not improved for `patience` epochs.
///
///   .callbacks = {EarlyStopping{.monitor = "val_accuracy", .patience = 3, .restore_best_weights = true}}
///
/// Errors  ValueError from fit: a val_ key without validation data, or a key that is not in the logs (they
/// are
///         named).
/// Source  Keras 3 EarlyStopping.
struct EarlyStopping {
  std::string monitor = "val_loss";
  double min_delta = 0;  ///< smallest change that counts
  Index patience = 0;    ///< epochs without improvement
  bool verbose = false;  ///< prints Keras' line when it stops
  MonitorMode mode = MonitorMode::automatic;
  double baseline = std::numeric_limits<double>::quiet_NaN();  ///< must be beaten within patience; NaN: none
  bool restore_best_weights = false;  ///< puts the best epoch's weights back when training ends
  Index start_from_epoch = 0;         ///< epochs before this are not looked at
};

std::unique_ptr<Callback> make_callback(EarlyStopping spec);

}  // namespace cornu
