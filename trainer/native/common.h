// What all kernels of this folder share: the two storage types as float32 rows, and work shared out to the threads of team.h.
// Layouts are row-major; a "row" is one token.
#pragma once
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <vector>

#include "Eigen/Core"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "team.h"

namespace tuneboard {

using tensorflow::OpKernel;
using tensorflow::OpKernelConstruction;
using tensorflow::OpKernelContext;
using tensorflow::Tensor;
using tensorflow::TensorShape;
using bf16 = Eigen::bfloat16;

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using MatrixMap = Eigen::Map<Matrix>;
using ConstMatrixMap = Eigen::Map<const Matrix>;
using RowMap = Eigen::Map<Eigen::ArrayXf>;
using ConstRowMap = Eigen::Map<const Eigen::ArrayXf>;

inline void widen(const float* x, float* out, int64_t n) {
  if (x != out) std::memcpy(out, x, n * sizeof(float));
}
inline void widen(const bf16* x, float* out, int64_t n) {
  const uint16_t* bits = reinterpret_cast<const uint16_t*>(x);
  for (int64_t i = 0; i < n; i++) {
    const uint32_t wide = static_cast<uint32_t>(bits[i]) << 16;
    std::memcpy(out + i, &wide, 4);
  }
}
inline void narrow(const float* x, float* out, int64_t n) { widen(x, out, n); }
// To the nearest, ties to even. A NaN's payload may change, but a NaN stays one.
inline void narrow(const float* x, bf16* out, int64_t n) {
  uint16_t* bits = reinterpret_cast<uint16_t*>(out);
  for (int64_t i = 0; i < n; i++) {
    uint32_t wide;
    std::memcpy(&wide, x + i, 4);
    const uint32_t rounded = (wide + 0x7fff + ((wide >> 16) & 1)) >> 16;
    bits[i] = static_cast<uint16_t>((wide & 0x7fffffff) > 0x7f800000 ? 0x7fc0 : rounded);
  }
}

// A row as float32: the tensor's own memory, or a copy in `scratch`.
inline const float* floats(const float* x, int64_t, std::vector<float>&) { return x; }
inline const float* floats(const bf16* x, int64_t n, std::vector<float>& scratch) {
  if (static_cast<int64_t>(scratch.size()) < n) scratch.resize(n);
  widen(x, scratch.data(), n);
  return scratch.data();
}

// Where a row of `out` is computed: there itself, or in `scratch` until it is narrowed.
inline float* place(float* out, Eigen::ArrayXf&) { return out; }
inline float* place(bf16*, Eigen::ArrayXf& scratch) { return scratch.data(); }

// `n` float32 numbers for as long as the op runs.
inline absl::Status temporary(OpKernelContext* ctx, int64_t n, Tensor* out) { return ctx->allocate_temp(tensorflow::DT_FLOAT, TensorShape({n}), out); }

inline int threads(OpKernelContext* ctx) { return Team::of(ctx).size(); }

// Calls f(i) for each i in [0, n), in this order: a thread that is free takes the next. Each thread calls an f of its own, which begin() makes. While the team
// is at work for another kernel, this thread does all of it.
template <typename Begin>
void inTurn(OpKernelContext* ctx, int64_t n, const Begin& begin) {
  std::atomic<int64_t> next{0};
  const auto work = [&] {
    int64_t i = next.fetch_add(1, std::memory_order_relaxed);
    if (i >= n) return;
    for (auto f = begin(); i < n; i = next.fetch_add(1, std::memory_order_relaxed)) f(i);
  };
  if (n <= 1 || !Team::of(ctx).run(work)) work();
}

// Calls f(from, to) for parts of [0, n), in turn; `cost` is about the nanoseconds of one.
template <typename F>
void parallel(OpKernelContext* ctx, int64_t n, int64_t cost, const F& f) {
  constexpr int64_t kWorthWhile = 20000;
  const int64_t parts = std::max<int64_t>(1, std::min({n, n * cost / kWorthWhile, static_cast<int64_t>(4 * threads(ctx))}));
  inTurn(ctx, parts, [&] { return [&](int64_t i) { f(n * i / parts, n * (i + 1) / parts); }; });
}

// Threads for kernels that mostly read memory, which a few saturate.
inline int64_t readers(OpKernelContext* ctx) { return std::min(threads(ctx), 8); }

// f(from, to) over [0, n) in one part per reader.
template <typename F>
void inParts(OpKernelContext* ctx, int64_t n, const F& f) {
  const int64_t parts = std::min(readers(ctx), n);
  inTurn(ctx, parts, [&] { return [&](int64_t i) { f(n * i / parts, n * (i + 1) / parts); }; });
}

// REGISTER_KERNEL_BUILDER for kernels that take a weight of its own type W: that of the storage, or bfloat16 beside float32.
#define TUNEBOARD_WEIGHT_KERNEL_OF(NAME, T, W, ...)                                                                               \
  REGISTER_KERNEL_BUILDER(Name(NAME).Device(tensorflow::DEVICE_CPU).TypeConstraint<T>("T").TypeConstraint<W>("W"), __VA_ARGS__)
#define TUNEBOARD_WEIGHT_KERNEL(NAME, CLASS)                                                                                      \
  TUNEBOARD_WEIGHT_KERNEL_OF(NAME, float, float, CLASS<float, float>);                                                            \
  TUNEBOARD_WEIGHT_KERNEL_OF(NAME, float, tensorflow::bfloat16, CLASS<float, bf16>);                                              \
  TUNEBOARD_WEIGHT_KERNEL_OF(NAME, tensorflow::bfloat16, tensorflow::bfloat16, CLASS<bf16, bf16>)

// REGISTER_KERNEL_BUILDER for both storage types.
#define TUNEBOARD_KERNEL(NAME, CLASS)                                                                                             \
  REGISTER_KERNEL_BUILDER(Name(NAME).Device(tensorflow::DEVICE_CPU).TypeConstraint<float>("T"), CLASS<float>);                    \
  REGISTER_KERNEL_BUILDER(Name(NAME).Device(tensorflow::DEVICE_CPU).TypeConstraint<tensorflow::bfloat16>("T"), CLASS<bf16>)

}  // namespace tuneboard
