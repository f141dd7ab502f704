// loraLinear of trainer/ops/linear.ts as one op where the processor has a tile unit: the low-rank update is a last step of the product with the frozen
// weight. The gradients of A and B are products on the same unit or, for low ranks, of vectors. A and B are float32, and so is the arithmetic on them.
#pragma once
#include "tile_product.h"

#ifdef TUNEBOARD_TILES
namespace tuneboard {

REGISTER_OP("TuneboardLoraLinear")
    .Attr("T: {float, bfloat16}").Attr("W: {float, bfloat16}").Attr("scale: float")
    .Input("x: T").Input("w: W").Input("a: float").Input("b: float").Output("y: T").Output("low: float")
    .SetShapeFn([](tensorflow::shape_inference::InferenceContext* c) {
      c->set_output(0, c->Matrix(c->Dim(c->input(0), 0), c->Dim(c->input(1), 1)));
      c->set_output(1, c->Matrix(c->Dim(c->input(0), 0), c->Dim(c->input(2), 0)));
      return absl::OkStatus();
    });
REGISTER_OP("TuneboardLoraLinearGrad")
    .Attr("T: {float, bfloat16}").Attr("W: {float, bfloat16}").Attr("scale: float")
    .Input("dy: T").Input("x: T").Input("w: W").Input("low: float").Input("a: float").Input("b: float")
    .Output("dx: T").Output("da: float").Output("db: float")
    .SetShapeFn([](tensorflow::shape_inference::InferenceContext* c) {
      c->set_output(0, c->input(1)); c->set_output(1, c->input(4)); c->set_output(2, c->input(5)); return absl::OkStatus();
    });

// out [rank, width] = lowᵀ · x for a low [n, rank] of few columns: x is read once per eight of them as it lies, which takes less time than rearranging it
// into tiles that would be mostly empty. A thread's columns are few enough for their sums to stay in the first-level cache, and wide enough to be read in a row.
template <typename T>
void multiplyFew(OpKernelContext* ctx, const Matrix& low, const T* x, int64_t width, float* out) {
  constexpr int64_t kRanks = 8, kWidest = 384, kAhead = 16;
  const int64_t n = low.rows(), rank = low.cols();
  Matrix padded = Matrix::Zero(n + 1, (rank + kRanks - 1) / kRanks * kRanks);
  padded.topLeftCorner(n, rank) = low;
  const int64_t wide = std::clamp<int64_t>(width / (2 * threads(ctx)) / 16 * 16, 64, kWidest), shares = (width + wide - 1) / wide;
  inTurn(ctx, shares, [&] {
    return [&](int64_t share) {
      alignas(64) float sums[kRanks][kWidest];
      const int64_t at = share * wide, columns = std::min(wide, width - at);
      for (int64_t r0 = 0; r0 < rank; r0 += kRanks) {
        std::memset(sums, 0, sizeof sums);
        for (int64_t t = 0; t < n; t += 2) {
          const float *first = padded.data() + t * padded.cols() + r0, *second = first + padded.cols();
          const T *row = x + t * width + at, *next = row + (t + 1 < n ? width : 0);
          __m512 lows[2][kRanks];
#pragma GCC unroll 8
          for (int64_t r = 0; r < kRanks; r++) lows[0][r] = _mm512_set1_ps(first[r]), lows[1][r] = _mm512_set1_ps(second[r]);
          for (int64_t c = 0; c < columns; c += 16) {
            __builtin_prefetch(row + kAhead * width + c);
            __builtin_prefetch(row + (kAhead + 1) * width + c);
            const __mmask16 given = tiles::first16(columns - c);
            const __m512 numbers = tiles::sixteen(row + c, given), below = tiles::sixteen(next + c, t + 1 < n ? given : 0);
#pragma GCC unroll 8
            for (int64_t r = 0; r < kRanks; r++) {
              _mm512_store_ps(sums[r] + c, _mm512_fmadd_ps(lows[1][r], below, _mm512_fmadd_ps(lows[0][r], numbers, _mm512_load_ps(sums[r] + c))));
            }
          }
        }
        for (int64_t r = 0; r < std::min(kRanks, rank - r0); r++) std::memcpy(out + (r0 + r) * width + at, sums[r], columns * sizeof(float));
      }
    };
  });
}
template <typename T>
void multiplyTransposed(OpKernelContext* ctx, const Matrix& low, const T* x, int64_t width, float* out) {
  if (low.cols() <= 16) return multiplyFew(ctx, low, x, width, out);
  const Matrix across = low.transpose();
  tiles::multiply(ctx, across.data(), low.cols(), tiles::Right<T>{x, false, low.rows(), width}, out);
}

// x · w + low · bᵀ, where low = scale · x · aᵀ; x [n, in], w [in, out], a [rank, in], b [out, rank].
template <typename T, typename W>
class LoraLinear : public OpKernel {
 public:
  explicit LoraLinear(OpKernelConstruction* c) : OpKernel(c) { OP_REQUIRES_OK(c, c->GetAttr("scale", &scale_)); }
  void Compute(OpKernelContext* ctx) override {
    const int64_t n = ctx->input(0).dim_size(0), in = ctx->input(0).dim_size(1), width = ctx->input(1).dim_size(1), rank = ctx->input(2).dim_size(0);
    Tensor *y, *low;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, TensorShape({n, width}), &y));
    OP_REQUIRES_OK(ctx, ctx->allocate_output(1, TensorShape({n, rank}), &low));
    const float *a = ctx->input(2).flat<float>().data(), *b = ctx->input(3).flat<float>().data();
    const tiles::LowRank added{a, {b, true, rank, width}, scale_, low->flat<float>().data()};
    const tiles::Right<W> w{reinterpret_cast<const W*>(ctx->input(1).data()), false, in, width};
    tiles::multiply(ctx, reinterpret_cast<const T*>(ctx->input(0).data()), n, w, reinterpret_cast<T*>(y->data()), &added);
  }

 private:
  float scale_;
};

template <typename T, typename W>
class LoraLinearGrad : public OpKernel {
 public:
  explicit LoraLinearGrad(OpKernelConstruction* c) : OpKernel(c) { OP_REQUIRES_OK(c, c->GetAttr("scale", &scale_)); }
  void Compute(OpKernelContext* ctx) override {
    const int64_t n = ctx->input(1).dim_size(0), in = ctx->input(1).dim_size(1), width = ctx->input(0).dim_size(1), rank = ctx->input(4).dim_size(0);
    Tensor *dx, *da, *db;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, ctx->input(1).shape(), &dx));
    OP_REQUIRES_OK(ctx, ctx->allocate_output(1, ctx->input(4).shape(), &da));
    OP_REQUIRES_OK(ctx, ctx->allocate_output(2, ctx->input(5).shape(), &db));
    const auto given = [&](int i) { return reinterpret_cast<const T*>(ctx->input(i).data()); };
    const float *a = ctx->input(4).flat<float>().data(), *b = ctx->input(5).flat<float>().data();
    Matrix lows(n, rank), db_(rank, width);
    const Matrix across = ConstMatrixMap(b, width, rank).transpose();
    const tiles::LowRank added{across.data(), {a, false, rank, in}, scale_, lows.data()};
    const tiles::Right<W> w{reinterpret_cast<const W*>(ctx->input(2).data()), true, width, in};
    tiles::multiply(ctx, given(0), n, w, reinterpret_cast<T*>(dx->data()), &added);
    multiplyTransposed(ctx, lows, given(1), in, da->flat<float>().data());
    multiplyTransposed(ctx, ConstMatrixMap(ctx->input(3).flat<float>().data(), n, rank), given(0), width, db_.data());
    MatrixMap(db->flat<float>().data(), width, rank) = db_.transpose();
  }

 private:
  float scale_;
};

TUNEBOARD_WEIGHT_KERNEL("TuneboardLoraLinear", LoraLinear);
TUNEBOARD_WEIGHT_KERNEL("TuneboardLoraLinearGrad", LoraLinearGrad);

}  // namespace tuneboard
#endif
