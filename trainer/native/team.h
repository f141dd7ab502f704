// Threads that stay awake between kernels. Waking a thread of TensorFlow's pool takes longer than a short kernel does (0.8 ms in the mean on two processors
// between the products of a training step), which leaves much of the work to one thread; here a helper that has just worked spins for the next piece, and
// sleeps when none comes.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/platform/threadpool.h"

namespace tuneboard {

class Team {
 public:
  static Team& of(tensorflow::OpKernelContext* ctx) {
    // Never destroyed: its threads end with the process.
    static Team* const team = new Team(ctx->device()->tensorflow_cpu_worker_threads()->num_threads);
    return *team;
  }
  int size() const { return size_; }

  // Calls f(0) … f(size() - 1), each once, and returns when all have ended. Does nothing and returns false while the team is at work for somebody else.
  template <typename F>
  bool run(const F& f) {
    if (!free_.try_lock()) return false;
    work_ = &f;
    call_ = [](const void* work, int share) { (*static_cast<const F*>(work))(share); };
    left_.store(size_ - 1, std::memory_order_relaxed);
    round_.fetch_add(1);
    if (asleep_.load() > 0) {
      std::lock_guard<std::mutex> lock(mutex_);
      wake_.notify_all();
    }
    f(0);
    for (int spins = 0; left_.load(std::memory_order_acquire) > 0; spins++) rest(spins);
    free_.unlock();
    return true;
  }

 private:
  explicit Team(int size) : size_(size) {
    for (int share = 1; share < size; share++) std::thread([this, share] { help(share); }).detach();
  }

  void help(int share) {
    for (uint64_t seen = 0;;) {
      seen = next(seen);
      call_(work_, share);
      left_.fetch_sub(1, std::memory_order_release);
    }
  }
  // Waits for a round after `seen`: awake for the time that lies between two tokens, then asleep.
  uint64_t next(uint64_t seen) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(2);
    for (int spins = 0;; spins++) {
      const uint64_t round = round_.load();
      if (round != seen) return round;
      rest(spins);
      if (spins % 64 == 63 && std::chrono::steady_clock::now() > until) break;
    }
    std::unique_lock<std::mutex> lock(mutex_);
    asleep_.fetch_add(1);
    wake_.wait(lock, [&] { return round_.load() != seen; });
    asleep_.fetch_sub(1);
    return round_.load();
  }
  // A short pause; now and then the processor is offered to others, who may be what is waited for.
  static void rest(int spins) {
    if (spins % 64 == 63) std::this_thread::yield();
#if defined(__x86_64__)
    else __builtin_ia32_pause();
#endif
  }

  const int size_;
  std::mutex free_, mutex_;
  std::condition_variable wake_;
  std::atomic<uint64_t> round_{0};
  std::atomic<int> left_{0}, asleep_{0};
  const void* work_ = nullptr;
  void (*call_)(const void*, int) = nullptr;
};

}  // namespace tuneboard
