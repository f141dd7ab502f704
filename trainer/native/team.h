// Threads that stay awake between the many short kernels of a decoded token. Waking a thread of TensorFlow's pool takes about as long as such a kernel,
// which would leave all of it to one thread; here a helper that has just worked spins for the next piece, and sleeps when none comes.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "common.h"

namespace tuneboard {

class Team {
 public:
  static Team& of(OpKernelContext* ctx) {
    // Reading memory is what the work consists of, and a few threads saturate it. Never destroyed: its threads end with the process.
    static Team* const team = new Team(std::min(threads(ctx), 8));
    return *team;
  }
  int size() const { return size_; }

  // Calls f(0) … f(size() - 1), each once, and returns when all have ended. Who comes while the team is at work does the whole alone.
  template <typename F>
  void run(const F& f) {
    if (size_ == 1 || !free_.try_lock()) {
      for (int share = 0; share < size_; share++) f(share);
      return;
    }
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
    if (spins % 1024 == 1023) std::this_thread::yield();
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

// f(from, to) over [0, n) in one part per thread.
template <typename F>
void inTeam(OpKernelContext* ctx, int64_t n, const F& f) {
  Team& team = Team::of(ctx);
  team.run([&](int share) {
    const int64_t from = n * share / team.size(), to = n * (share + 1) / team.size();
    if (from < to) f(from, to);
  });
}

}  // namespace tuneboard
