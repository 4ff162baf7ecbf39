#pragma once
#include <atomic>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "data/image_source.hpp"

namespace cornu::detail {

/// Makes batches ahead of the consumer: worker threads take the next batch number, fill a slot of a ring and
/// mark it ready; the consumer takes them in order. Numbers go on from epoch to epoch, so that a new epoch
/// that follows the last one finds its first batches made.
class ImagePipeline {
 public:
  ImagePipeline(std::unique_ptr<ImageSource> source, const FlowOptions& options);
  ~ImagePipeline();
  ImagePipeline(const ImagePipeline&) = delete;
  ImagePipeline& operator=(const ImagePipeline&) = delete;

  Index batches() const { return batches_; }
  const ImageSource& source() const { return *source_; }
  void start_epoch(Index epoch);
  bool next(Batch& batch);

  /// What ImageIterator tells; empty for tensors.
  std::vector<std::pair<std::string, Index>> class_indices;
  std::vector<Index> classes;
  std::vector<std::string> filenames;

 private:
  struct Slot {
    Batch batch;
    std::vector<Index> samples;
    Index epoch = 0;
    Index good = 0;
    bool ready = false;
    std::exception_ptr error;
  };

  void launch();
  void work(const std::stop_token& stop);
  bool can_claim() const;
  void claim(Slot& slot);
  void fill(Slot& slot, const std::atomic<Index>* generation, Index expected);
  void restart(Index epoch);

  std::unique_ptr<ImageSource> source_;
  FlowOptions options_;
  Index batches_ = 0;
  int workers_ = 0;

  std::mutex mutex_;
  std::condition_variable_any work_, ready_;
  std::vector<Slot> ring_;
  std::vector<Index> order_;
  Index order_epoch_ = -1;
  Index base_epoch_ = 0;      // epoch of batch number 0
  Index claimed_ = 0;         // batch numbers below are taken by workers
  Index consumed_ = 0;        // batch numbers below were given to the consumer
  Index epoch_end_ = 0;       // first batch number behind the current epoch
  Index last_claimable_ = 0;  // batch numbers from here on are not made yet
  Index good_ = 0;            // samples of the current epoch that could be read
  Index active_ = 0;          // workers that fill a slot
  std::atomic<Index> generation_{0};
  std::vector<std::jthread> threads_;  // last: joined before the rest is destroyed
};

}  // namespace cornu::detail
