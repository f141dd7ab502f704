// The low-rank half of loraLinear in trainer/ops/linear.ts: added to the product with the frozen weight in place, and all its gradients in one pass
// over the rows. A and B are float32, and so is the arithmetic.
#pragma once
#include "common.h"

namespace tuneboard {

REGISTER_OP("TuneboardLora")
    .Attr("T: {float, bfloat16}").Attr("scale: float")
    .Input("y: T").Input("x: T").Input("a: float").Input("b: float").Output("out: T").Output("low: float")
    .SetShapeFn([](tensorflow::shape_inference::InferenceContext* c) {
      c->set_output(0, c->input(0)); c->set_output(1, c->Matrix(c->Dim(c->input(0), 0), c->Dim(c->input(2), 0))); return absl::OkStatus();
    });
REGISTER_OP("TuneboardLoraGrad")
    .Attr("T: {float, bfloat16}").Attr("scale: float")
    .Input("dx: T").Input("dy: T").Input("x: T").Input("low: float").Input("a: float").Input("b: float")
    .Output("out: T").Output("da: float").Output("db: float")
    .SetShapeFn([](tensorflow::shape_inference::InferenceContext* c) {
      c->set_output(0, c->input(0)); c->set_output(1, c->input(4)); c->set_output(2, c->input(5)); return absl::OkStatus();
    });

constexpr int64_t kRows = 64;

// out = y + low · wide, where low has few columns: each row of y is gone over once, in place where out is y.
template <typename Low, typename Wide>
void addProduct(const float* y, const Low& low, const Wide& wide, int64_t m, int64_t n, float* out, Matrix&) {
  if (out != y) std::memcpy(out, y, m * n * sizeof(float));
  MatrixMap(out, m, n).noalias() += low.lazyProduct(wide);
}
template <typename Low, typename Wide>
void addProduct(const bf16* y, const Low& low, const Wide& wide, int64_t m, int64_t n, bf16* out, Matrix& sum) {
  sum.resize(m, n);
  widen(y, sum.data(), m * n);
  sum.noalias() += low.lazyProduct(wide);
  narrow(sum.data(), out, m * n);
}

template <typename T>
class LoraForward : public OpKernel {
 public:
  explicit LoraForward(OpKernelConstruction* c) : OpKernel(c) { OP_REQUIRES_OK(c, c->GetAttr("scale", &scale_)); }
  void Compute(OpKernelContext* ctx) override {
    const int64_t n = ctx->input(1).dim_size(0), in = ctx->input(1).dim_size(1), width = ctx->input(0).dim_size(1), rank = ctx->input(2).dim_size(0);
    Tensor *out, *low;
    OP_REQUIRES_OK(ctx, ctx->forward_input_or_allocate_output({0}, 0, ctx->input(0).shape(), &out));
    OP_REQUIRES_OK(ctx, ctx->allocate_output(1, TensorShape({n, rank}), &low));
    const T* y = reinterpret_cast<const T*>(ctx->input(0).data());
    const T* x = reinterpret_cast<const T*>(ctx->input(1).data());
    ConstMatrixMap a(ctx->input(2).flat<float>().data(), rank, in), b(ctx->input(3).flat<float>().data(), width, rank);
    const Matrix up = b.transpose();
    T* to = reinterpret_cast<T*>(out->data());
    float* lows = low->flat<float>().data();
    parallel(ctx, (n + kRows - 1) / kRows, kRows * (in + width) * rank / 8, [&](int64_t first, int64_t last) {
      std::vector<float> xs;
      Matrix sum;
      for (int64_t at = first * kRows; at < std::min(n, last * kRows); at += kRows) {
        const int64_t m = std::min(kRows, n - at);
        ConstMatrixMap xb(floats(x + at * in, m * in, xs), m, in);
        MatrixMap lowb(lows + at * rank, m, rank);
        lowb.noalias() = (xb * a.transpose()) * scale_;
        addProduct(y + at * width, lowb, up, m, width, to + at * width, sum);
      }
    });
  }
 private:
  float scale_;
};

template <typename T>
class LoraGrad : public OpKernel {
 public:
  explicit LoraGrad(OpKernelConstruction* c) : OpKernel(c) { OP_REQUIRES_OK(c, c->GetAttr("scale", &scale_)); }
  void Compute(OpKernelContext* ctx) override {
    const int64_t n = ctx->input(2).dim_size(0), in = ctx->input(2).dim_size(1), width = ctx->input(1).dim_size(1), rank = ctx->input(4).dim_size(0);
    Tensor *out, *da, *db;
    OP_REQUIRES_OK(ctx, ctx->forward_input_or_allocate_output({0}, 0, ctx->input(0).shape(), &out));
    OP_REQUIRES_OK(ctx, ctx->allocate_output(1, ctx->input(4).shape(), &da));
    OP_REQUIRES_OK(ctx, ctx->allocate_output(2, ctx->input(5).shape(), &db));
    const auto data = [&](int i) { return reinterpret_cast<const T*>(ctx->input(i).data()); };
    const float* lows = ctx->input(3).flat<float>().data();
    ConstMatrixMap a(ctx->input(4).flat<float>().data(), rank, in), b(ctx->input(5).flat<float>().data(), width, rank);
    T* to = reinterpret_cast<T*>(out->data());
    // One share of the rows per thread, and partial sums by share: the result does not depend on who ran which.
    const int64_t shares = std::max<int64_t>(1, std::min<int64_t>(threads(ctx), n / kRows)), each = (n + shares - 1) / shares;
    std::vector<Matrix> sumsA(shares), sumsB(shares);
    parallel(ctx, shares, each * (in + width) * rank / 4, [&](int64_t first, int64_t last) {
      for (int64_t share = first; share < last; share++) {
        sumsA[share].setZero(rank, in);
        sumsB[share].setZero(width, rank);
        block(share * each, std::min(n, (share + 1) * each), data(0), data(1), data(2), lows, a, b, to, sumsA[share], sumsB[share]);
      }
    });
    for (int64_t share = 1; share < shares; share++) sumsA[0] += sumsA[share], sumsB[0] += sumsB[share];
    std::memcpy(da->flat<float>().data(), sumsA[0].data(), sumsA[0].size() * sizeof(float));
    std::memcpy(db->flat<float>().data(), sumsB[0].data(), sumsB[0].size() * sizeof(float));
  }

 private:
  void block(int64_t from, int64_t end, const T* dx, const T* dy, const T* x, const float* lows, const ConstMatrixMap& a, const ConstMatrixMap& b, T* to, Matrix& da, Matrix& db) {
    const int64_t rank = a.rows(), in = a.cols(), width = b.rows();
    std::vector<float> xs, ys;
    Matrix low, sum;
    for (int64_t at = from; at < end; at += kRows) {
      const int64_t m = std::min(kRows, end - at);
      ConstMatrixMap xb(floats(x + at * in, m * in, xs), m, in), dyb(floats(dy + at * width, m * width, ys), m, width), lowb(lows + at * rank, m, rank);
      low.noalias() = (dyb * b) * scale_;
      da.noalias() += low.transpose() * xb;
      db.noalias() += dyb.transpose() * lowb;
      addProduct(dx + at * in, low, a, m, in, to + at * in, sum);
    }
  }
  float scale_;
};

TUNEBOARD_KERNEL("TuneboardLora", LoraForward);
TUNEBOARD_KERNEL("TuneboardLoraGrad", LoraGrad);

}  // namespace tuneboard
