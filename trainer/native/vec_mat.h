// A product of one row with a matrix: what decoding does all day. The matrix is read once, in order, by all threads; that is its whole cost, which a
// general product does not reach for one row (it first rearranges the matrix).
#pragma once
#include "common.h"

namespace tuneboard {

REGISTER_OP("TuneboardVecMat")
    .Attr("T: {float, bfloat16}").Attr("transpose: bool")
    .Input("x: T").Input("w: T").Output("y: T")
    .SetShapeFn([](tensorflow::shape_inference::InferenceContext* c) { c->set_output(0, c->UnknownShapeOfRank(2)); return absl::OkStatus(); });

inline float number(float x) { return x; }
inline float number(bf16 x) {
  uint16_t bits;
  std::memcpy(&bits, &x, 2);
  const uint32_t wide = static_cast<uint32_t>(bits) << 16;
  float out;
  std::memcpy(&out, &wide, 4);
  return out;
}

// sum += x0 w0 + … + x3 w3 over four neighbouring rows of n numbers.
template <typename T>
inline void addRows(const float* x, const T* __restrict w, int64_t n, float* __restrict sum) {
  const T *w1 = w + n, *w2 = w + 2 * n, *w3 = w + 3 * n;
  for (int64_t j = 0; j < n; j++) sum[j] += x[0] * number(w[j]) + x[1] * number(w1[j]) + x[2] * number(w2[j]) + x[3] * number(w3[j]);
}

template <typename T>
inline float dot(const float* __restrict x, const T* __restrict w, int64_t k) {
  constexpr int kLanes = 32;
  float lanes[kLanes] = {0};
  int64_t i = 0;
  for (; i + kLanes <= k; i += kLanes) for (int l = 0; l < kLanes; l++) lanes[l] += x[i + l] * number(w[i + l]);
  float sum = 0;
  for (; i < k; i++) sum += x[i] * number(w[i]);
  for (int l = 0; l < kLanes; l++) sum += lanes[l];
  return sum;
}

template <typename T>
class VecMat : public OpKernel {
 public:
  explicit VecMat(OpKernelConstruction* c) : OpKernel(c) { OP_REQUIRES_OK(c, c->GetAttr("transpose", &transpose_)); }
  void Compute(OpKernelContext* ctx) override {
    const int64_t k = ctx->input(0).NumElements(), n = ctx->input(1).dim_size(transpose_ ? 0 : 1);
    Tensor* out;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, TensorShape({1, n}), &out));
    std::vector<float> x(k), y(n, 0.0f);
    widen(reinterpret_cast<const T*>(ctx->input(0).data()), x.data(), k);
    const T* w = reinterpret_cast<const T*>(ctx->input(1).data());
    if (transpose_) {
      parallel(ctx, n, k / 4, [&](int64_t from, int64_t to) { for (int64_t j = from; j < to; j++) y[j] = dot(x.data(), w + j * k, k); });
    } else {
      sumRows(ctx, x.data(), w, k, n, y.data());
    }
    narrow(y.data(), reinterpret_cast<T*>(out->data()), n);
  }

 private:
  // Each share of the rows has a sum of its own, so the result does not depend on who ran which.
  static void sumRows(OpKernelContext* ctx, const float* x, const T* w, int64_t k, int64_t n, float* y) {
    const int64_t shares = std::max<int64_t>(1, std::min<int64_t>(threads(ctx), k * n >> 15)), each = (k / shares + 3) / 4 * 4;
    std::vector<std::vector<float>> sums(shares);
    parallel(ctx, shares, each * n / 4, [&](int64_t first, int64_t last) {
      for (int64_t share = first; share < last; share++) {
        auto& sum = sums[share];
        sum.assign(n, 0.0f);
        const int64_t end = share + 1 == shares ? k : std::min(k, (share + 1) * each);
        int64_t i = share * each;
        for (; i + 4 <= end; i += 4) addRows(x + i, w + i * n, n, sum.data());
        for (; i < end; i++) for (int64_t j = 0; j < n; j++) sum[j] += x[i] * number(w[i * n + j]);
      }
    });
    for (const auto& sum : sums) for (int64_t j = 0; j < n; j++) y[j] += sum[j];
  }
  bool transpose_;
};

TUNEBOARD_KERNEL("TuneboardVecMat", VecMat);

}  // namespace tuneboard
