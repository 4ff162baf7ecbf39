#include "data/image_pipeline.hpp"

#include <algorithm>
#include <numeric>

#include "cornu/core/error.hpp"

namespace cornu::detail {

namespace {
int default_workers() {
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  return std::clamp(cores - 1, 1, 4);
}
}  // namespace

ImagePipeline::ImagePipeline(std::unique_ptr<ImageSource> source, const FlowOptions& options)
    : source_(std::move(source)),
      options_(options),
      batches_((source_->samples() + options.batch_size - 1) / options.batch_size),
      workers_(options.workers < 0 ? default_workers() : options.workers) {
  ring_.resize(workers_ == 0 ? 1 : std::size_t(workers_) + 2);
  restart(0);
}

ImagePipeline::~ImagePipeline() {
  {
    const std::lock_guard lock(mutex_);
    ++generation_;  // workers drop what they are filling
  }
  for (std::jthread& thread : threads_) thread.request_stop();
}

void ImagePipeline::launch() {
  while (static_cast<int>(threads_.size()) < workers_)
    threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
}

/// Needs the lock (or no threads), and no worker that fills a slot.
void ImagePipeline::restart(Index epoch) {
  for (Slot& slot : ring_) {
    slot.ready = false;
    slot.error = nullptr;
  }
  base_epoch_ = epoch;
  claimed_ = consumed_ = good_ = 0;
  epoch_end_ = last_claimable_ = batches_;
}

void ImagePipeline::start_epoch(Index epoch) {
  std::unique_lock lock(mutex_);
  const bool follows =
      consumed_ > 0 && consumed_ == epoch_end_ && base_epoch_ + epoch_end_ / batches_ == epoch;
  if (follows) {
    epoch_end_ += batches_;
    good_ = 0;
  } else {
    ++generation_;
    ready_.wait(lock, [&] { return active_ == 0; });
    restart(epoch);
  }
  // Once epochs follow each other, the next one is made ahead, too.
  last_claimable_ = follows && workers_ > 0 ? epoch_end_ + batches_ : epoch_end_;
  lock.unlock();
  work_.notify_all();
  launch();
}

bool ImagePipeline::can_claim() const {
  return claimed_ < last_claimable_ && claimed_ < consumed_ + static_cast<Index>(ring_.size());
}

/// Needs the lock. Gives the slot its samples.
void ImagePipeline::claim(Slot& slot) {
  slot.epoch = base_epoch_ + claimed_ / batches_;
  if (order_epoch_ != slot.epoch || order_.empty()) {
    order_.resize(std::size_t(source_->samples()));
    std::iota(order_.begin(), order_.end(), Index(0));
    if (options_.shuffle) {
      Random random(RandomKey{.seed = options_.seed}.child(0).child(std::uint64_t(slot.epoch)));
      for (Index i = source_->samples() - 1; i > 0; --i)
        std::swap(order_[std::size_t(i)], order_[std::size_t(random.below(i + 1))]);
    }
    order_epoch_ = slot.epoch;
  }
  const Index first = claimed_ % batches_ * options_.batch_size;
  const Index last = std::min(first + options_.batch_size, source_->samples());
  slot.samples.assign(order_.begin() + first, order_.begin() + last);
  ++claimed_;
}

/// Without the lock. Stops early when the generation is no longer the expected one.
void ImagePipeline::fill(Slot& slot, const std::atomic<Index>* generation, Index expected) {
  slot.good = 0;
  slot.error = nullptr;
  source_->resize(slot.batch, static_cast<Index>(slot.samples.size()));
  for (const Index sample : slot.samples) {
    if (generation && *generation != expected) return;
    try {
      if (source_->write(slot.batch, slot.good, sample, slot.epoch)) ++slot.good;
    } catch (const std::exception& error) {
      const std::string text = error.what(), name = source_->name(sample);
      const bool named = text.find(name) != std::string::npos;
      slot.error = std::make_exception_ptr(Error(named ? text : concat("'", name, "': ", text)));
      return;
    }
  }
  source_->resize(slot.batch, slot.good);
}

void ImagePipeline::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (work_.wait(lock, stop, [&] { return can_claim(); })) {
    Slot& slot = ring_[std::size_t(claimed_) % ring_.size()];
    claim(slot);
    ++active_;
    const Index generation = generation_;
    lock.unlock();
    std::exception_ptr error;
    try {
      fill(slot, &generation_, generation);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    --active_;
    if (error) slot.error = error;
    slot.ready = generation == generation_;
    ready_.notify_all();
    if (stop.stop_requested()) return;
  }
}

bool ImagePipeline::next(Batch& batch) {
  launch();
  for (;;) {
    std::unique_lock lock(mutex_);
    if (consumed_ == epoch_end_) {
      if (good_ > 0 || source_->skipped() == 0) return false;
      throw FileError(concat("ImageIterator: none of the ", source_->samples(),
                             " pictures can be read. The first: ", source_->first_failure()));
    }
    Slot& slot = ring_[std::size_t(consumed_) % ring_.size()];
    if (workers_ == 0) {
      claim(slot);
      fill(slot, nullptr, 0);
    } else {
      ready_.wait(lock, [&] { return slot.ready; });
    }
    slot.ready = false;
    ++consumed_;
    const std::exception_ptr error = std::exchange(slot.error, nullptr);
    good_ += slot.good;
    const bool usable = slot.good > 0 && !error;
    if (usable) std::swap(batch, slot.batch);
    lock.unlock();
    work_.notify_all();
    if (error) std::rethrow_exception(error);
    if (usable) return true;
  }
}

}  // namespace cornu::detail
