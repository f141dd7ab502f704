// A product of one row with a matrix: what decoding does all day. The matrix is read once, in order, by all threads; that is its whole cost, which a
// general product does not reach for one row (it first rearranges the matrix).
#pragma once
#include "common.h"

namespace tuneboard {

REGISTER_OP("TuneboardVecMat")
    .Attr("T: {float, bfloat16}").Attr("W: {float, bfloat16}").Attr("transpose: bool")
    .Input("x: T").Input("w: W").Output("y: T")
    .SetShapeFn([](tensorflow::shape_inference::InferenceContext* c) { c->set_output(0, c->UnknownShapeOfRank(2)); return absl::OkStatus(); });

// bfloat16 as plain integers: compilers turn these loops into vector code, which they do not for a class of its own.
inline const float* raw(const float* w) { return w; }
inline const uint16_t* raw(const bf16* w) { return reinterpret_cast<const uint16_t*>(w); }
inline float number(float x) { return x; }
inline float number(uint16_t bits) { return __builtin_bit_cast(float, static_cast<uint32_t>(bits) << 16); }

// sum += x0 w0 + … + x3 w3 over four neighbouring rows of n numbers. The next four rows are asked for meanwhile: a thread that only waits for
// memory reads it a third slower.
template <typename T>
inline void addRows(const float* x, const T* __restrict w, int64_t n, float* __restrict sum) {
  constexpr int64_t kLine = 64 / sizeof(T);
  const T *w1 = w + n, *w2 = w + 2 * n, *w3 = w + 3 * n;
  const float x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3];
  for (int64_t at = 0; at < n; at += kLine) {
    for (const T* row : {w, w1, w2, w3}) __builtin_prefetch(row + 4 * n + at);
    const int64_t end = std::min(n, at + kLine);
    for (int64_t j = at; j < end; j++) sum[j] += x0 * number(w[j]) + x1 * number(w1[j]) + x2 * number(w2[j]) + x3 * number(w3[j]);
  }
}

template <typename T>
inline float dot(const float* __restrict x, const T* __restrict w, int64_t k) {
  constexpr int kLanes = 32;
  float lanes[kLanes] = {0};
  int64_t i = 0;
  for (; i + kLanes <= k; i += kLanes) {
    __builtin_prefetch(w + i + 512);
    for (int l = 0; l < kLanes; l++) lanes[l] += x[i + l] * number(w[i + l]);
  }
  float sum = 0;
  for (; i < k; i++) sum += x[i] * number(w[i]);
  for (int l = 0; l < kLanes; l++) sum += lanes[l];
  return sum;
}

template <typename T, typename W>
class VecMat : public OpKernel {
 public:
  explicit VecMat(OpKernelConstruction* c) : OpKernel(c) { OP_REQUIRES_OK(c, c->GetAttr("transpose", &transpose_)); }
  void Compute(OpKernelContext* ctx) override {
    const int64_t k = ctx->input(0).NumElements(), n = ctx->input(1).dim_size(transpose_ ? 0 : 1);
    Tensor* out;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, TensorShape({1, n}), &out));
    std::vector<float> x(k), y(n, 0.0f);
    widen(reinterpret_cast<const T*>(ctx->input(0).data()), x.data(), k);
    const auto* w = raw(reinterpret_cast<const W*>(ctx->input(1).data()));
    if (transpose_) {
      inParts(ctx, n, [&](int64_t from, int64_t to) { for (int64_t j = from; j < to; j++) y[j] = dot(x.data(), w + j * k, k); });
    } else {
      sumRows(ctx, x.data(), w, k, n, y.data());
    }
    narrow(y.data(), reinterpret_cast<T*>(out->data()), n);
  }

 private:
  // Each share of the rows has a sum of its own, so the result does not depend on who ran which.
  template <typename N>
  static void sumRows(OpKernelContext* ctx, const float* x, const N* w, int64_t k, int64_t n, float* y) {
    const int64_t shares = std::min(readers(ctx), (k + 3) / 4), each = (k / shares + 3) / 4 * 4;
    std::vector<std::vector<float>> sums(shares);
    inParts(ctx, shares, [&](int64_t first, int64_t last) {
      for (int64_t share = first; share < last; share++) {
        auto& sum = sums[share];
        sum.assign(n, 0.0f);
        const int64_t end = share + 1 == shares ? k : std::min(k, (share + 1) * each);
        int64_t i = std::min(k, share * each);
        for (; i + 4 <= end; i += 4) addRows(x + i, w + i * n, n, sum.data());
        for (; i < end; i++) for (int64_t j = 0; j < n; j++) sum[j] += x[i] * number(w[i * n + j]);
      }
    });
    for (const auto& sum : sums) for (int64_t j = 0; j < n; j++) y[j] += sum[j];
  }
  bool transpose_;
};

TUNEBOARD_WEIGHT_KERNEL("TuneboardVecMat", VecMat);

}  // namespace tuneboard
