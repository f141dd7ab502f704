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

  // Calls f() in this thread and, until that one has ended, in every helper that comes in time; returns when all have ended. So f takes pieces of work for as
  // long as there are any. Does nothing and returns false while the team is at work for somebody else. Not to be called from within f.
  template <typename F>
  bool run(const F& f) {
    if (!free_.try_lock()) return false;
    work_ = &f;
    call_ = [](const void* work) { (*static_cast<const F*>(work))(); };
    inside_.store(0);
    round_.fetch_add(1);
    if (asleep_.load() > 0) {
      std::lock_guard<std::mutex> lock(mutex_);
      wake_.notify_all();
    }
    f();
    inside_.fetch_or(kClosed);
    for (int spins = 0; inside_.load(std::memory_order_acquire) != kClosed; spins++) rest(spins);
    free_.unlock();
    return true;
  }

 private:
  explicit Team(int size) : size_(size) {
    for (int i = 1; i < size; i++) std::thread([this] { help(); }).detach();
  }

  void help() {
    for (uint64_t seen = 0;;) {
      seen = next(seen);
      if (!enter()) continue;
      call_(work_);
      inside_.fetch_sub(1, std::memory_order_release);
    }
  }
  // Whether there still is work. Who comes so late that it is the next round's does that.
  bool enter() {
    int inside = inside_.load();
    do {
      if (inside & kClosed) return false;
    } while (!inside_.compare_exchange_weak(inside, inside + 1));
    return true;
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
  static constexpr int kClosed = 1 << 30;
  std::atomic<int> inside_{kClosed}, asleep_{0};  // helpers at work, and whether no more may come; and helpers that sleep
  const void* work_ = nullptr;
  void (*call_)(const void*) = nullptr;
};

}  // namespace tuneboard
