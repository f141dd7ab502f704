// attention of trainer/ops/attention.ts and its gradient: blocks of queries against the keys that they may see, softmax statistics kept as one
// number per query, probabilities computed again in the gradient (FlashAttention's scheme, arXiv 2205.14135, without its tiling over keys).
#pragma once
#include "common.h"

namespace tuneboard {

REGISTER_OP("TuneboardAttention")
    .Attr("T: {float, bfloat16}").Attr("rows: int").Attr("heads: int").Attr("kv_heads: int").Attr("window: int").Attr("softcap: float")
    .Input("q: T").Input("k: T").Input("v: T").Input("segments: int32").Output("out: T").Output("lse: float")
    .SetShapeFn([](tensorflow::shape_inference::InferenceContext* c) {
      c->set_output(0, c->input(0)); c->set_output(1, c->UnknownShapeOfRank(2)); return absl::OkStatus();
    });
REGISTER_OP("TuneboardAttentionGrad")
    .Attr("T: {float, bfloat16}").Attr("rows: int").Attr("heads: int").Attr("kv_heads: int").Attr("window: int").Attr("softcap: float")
    .Input("dout: T").Input("q: T").Input("k: T").Input("v: T").Input("segments: int32").Input("out: T").Input("lse: float")
    .Output("dq: T").Output("dk: T").Output("dv: T")
    .SetShapeFn([](tensorflow::shape_inference::InferenceContext* c) {
      for (int i = 0; i < 3; i++) c->set_output(i, c->input(i + 1));
      return absl::OkStatus();
    });

constexpr int64_t kQueries = 64;

// The sizes of one call. window 0 = all; softcap 0 = none.
struct AttentionShape {
  int64_t rows, heads, kv_heads, window, length = 0, dim = 0;
  float softcap;
  tensorflow::Status read(OpKernelConstruction* c) {
    TF_RETURN_IF_ERROR(c->GetAttr("rows", &rows));
    TF_RETURN_IF_ERROR(c->GetAttr("heads", &heads));
    TF_RETURN_IF_ERROR(c->GetAttr("kv_heads", &kv_heads));
    TF_RETURN_IF_ERROR(c->GetAttr("window", &window));
    return c->GetAttr("softcap", &softcap);
  }
  AttentionShape of(const Tensor& q) const {
    AttentionShape s = *this;
    s.length = q.dim_size(0) / rows;
    s.dim = q.dim_size(1) / heads;
    return s;
  }
  int64_t first(int64_t query) const { return window > 0 ? std::max<int64_t>(0, query - window + 1) : 0; }
};

// One head of one row as a float32 matrix [length, dim]; `heads` are side by side in the tensor.
template <typename T>
void gatherHead(const T* x, int64_t row, int64_t head, int64_t heads, const AttentionShape& s, Matrix& out) {
  out.resize(s.length, s.dim);
  for (int64_t t = 0; t < s.length; t++) widen(x + ((row * s.length + t) * heads + head) * s.dim, out.data() + t * s.dim, s.dim);
}
template <typename T>
void scatterHead(const Matrix& x, int64_t row, int64_t head, int64_t heads, const AttentionShape& s, T* out) {
  for (int64_t t = 0; t < s.length; t++) narrow(x.data() + t * s.dim, out + ((row * s.length + t) * heads + head) * s.dim, s.dim);
}

// Scores of queries [q0, q0 + m) against keys [k0, q0 + m); `slope` gets the soft-cap's derivative where there is one.
inline void scores(const Matrix& q, const Matrix& k, int64_t q0, int64_t m, int64_t k0, float softcap, Matrix& out, Matrix& slope) {
  const int64_t n = q0 + m - k0;
  out.noalias() = q.middleRows(q0, m) * k.middleRows(k0, n).transpose();
  if (softcap <= 0) return;
  slope = (out.array() / softcap).tanh().matrix();
  out = slope * softcap;
  slope = (1.0f - slope.array().square()).matrix();
}

inline bool sees(const int32_t* segments, int64_t query, int64_t key) { return segments == nullptr || segments[query] == segments[key]; }

template <typename T>
class Attention : public OpKernel {
 public:
  explicit Attention(OpKernelConstruction* c) : OpKernel(c) { OP_REQUIRES_OK(c, shape_.read(c)); }
  void Compute(OpKernelContext* ctx) override {
    const AttentionShape s = shape_.of(ctx->input(0));
    Tensor *out, *lse;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, ctx->input(0).shape(), &out));
    OP_REQUIRES_OK(ctx, ctx->allocate_output(1, TensorShape({s.rows * s.heads, s.length}), &lse));
    const T* q = reinterpret_cast<const T*>(ctx->input(0).data());
    const T* k = reinterpret_cast<const T*>(ctx->input(1).data());
    const T* v = reinterpret_cast<const T*>(ctx->input(2).data());
    const int32_t* segments = ctx->input(3).NumElements() > 0 ? ctx->input(3).flat<int32_t>().data() : nullptr;
    T* y = reinterpret_cast<T*>(out->data());
    float* stats = lse->flat<float>().data();
    const int64_t group = s.heads / s.kv_heads;
    parallel(ctx, s.rows * s.kv_heads, group * s.length * s.length * s.dim / 8, [&](int64_t from, int64_t to) {
      Matrix qh, kh, vh, oh, p, slope;
      for (int64_t i = from; i < to; i++) {
        const int64_t row = i / s.kv_heads, kv = i % s.kv_heads;
        const int32_t* own = segments ? segments + row * s.length : nullptr;
        gatherHead(k, row, kv, s.kv_heads, s, kh);
        gatherHead(v, row, kv, s.kv_heads, s, vh);
        oh.resize(s.length, s.dim);
        for (int64_t h = kv * group; h < (kv + 1) * group; h++) {
          gatherHead(q, row, h, s.heads, s, qh);
          for (int64_t q0 = 0; q0 < s.length; q0 += kQueries) {
            const int64_t m = std::min(kQueries, s.length - q0), k0 = s.first(q0), n = q0 + m - k0;
            scores(qh, kh, q0, m, k0, s.softcap, p, slope);
            for (int64_t r = 0; r < m; r++) stats[(row * s.heads + h) * s.length + q0 + r] = softmax(p, r, q0 + r, k0, n, s, own);
            oh.middleRows(q0, m).noalias() = p * vh.middleRows(k0, n);
          }
          scatterHead(oh, row, h, s.heads, s, y);
        }
      }
    });
  }

 private:
  // Row r of p, in place; returns log Σ exp.
  static float softmax(Matrix& p, int64_t r, int64_t query, int64_t k0, int64_t n, const AttentionShape& s, const int32_t* segments) {
    const int64_t lo = std::max(k0, s.first(query)) - k0, hi = query + 1 - k0;
    RowMap row(p.data() + r * n, n);
    if (segments) for (int64_t c = lo; c < hi; c++) if (!sees(segments, query, k0 + c)) row[c] = -1e30f;
    auto seen = row.segment(lo, hi - lo);
    const float top = seen.maxCoeff();
    seen = (seen - top).exp();
    const float total = seen.sum();
    seen *= 1.0f / total;
    row.head(lo).setZero();
    row.tail(n - hi).setZero();
    return top + std::log(total);
  }
  AttentionShape shape_;
};

template <typename T>
class AttentionGrad : public OpKernel {
 public:
  explicit AttentionGrad(OpKernelConstruction* c) : OpKernel(c) { OP_REQUIRES_OK(c, shape_.read(c)); }
  void Compute(OpKernelContext* ctx) override {
    const AttentionShape s = shape_.of(ctx->input(1));
    Tensor* out[3];
    for (int i = 0; i < 3; i++) OP_REQUIRES_OK(ctx, ctx->allocate_output(i, ctx->input(i + 1).shape(), &out[i]));
    const auto in = [&](int i) { return reinterpret_cast<const T*>(ctx->input(i).data()); };
    const int32_t* segments = ctx->input(4).NumElements() > 0 ? ctx->input(4).flat<int32_t>().data() : nullptr;
    const float* lse = ctx->input(6).flat<float>().data();
    const int64_t group = s.heads / s.kv_heads;
    parallel(ctx, s.rows * s.kv_heads, group * s.length * s.length * s.dim / 3, [&](int64_t from, int64_t to) {
      Matrix qh, kh, vh, oh, dh, dq, dk, dv, p, dp, slope;
      for (int64_t i = from; i < to; i++) {
        const int64_t row = i / s.kv_heads, kv = i % s.kv_heads;
        const int32_t* own = segments ? segments + row * s.length : nullptr;
        gatherHead(in(2), row, kv, s.kv_heads, s, kh);
        gatherHead(in(3), row, kv, s.kv_heads, s, vh);
        dk.setZero(s.length, s.dim);
        dv.setZero(s.length, s.dim);
        dq.resize(s.length, s.dim);
        for (int64_t h = kv * group; h < (kv + 1) * group; h++) {
          gatherHead(in(1), row, h, s.heads, s, qh);
          gatherHead(in(5), row, h, s.heads, s, oh);
          gatherHead(in(0), row, h, s.heads, s, dh);
          const float* stats = lse + (row * s.heads + h) * s.length;
          for (int64_t q0 = 0; q0 < s.length; q0 += kQueries) {
            const int64_t m = std::min(kQueries, s.length - q0), k0 = s.first(q0), n = q0 + m - k0;
            scores(qh, kh, q0, m, k0, s.softcap, p, slope);
            dp.noalias() = dh.middleRows(q0, m) * vh.middleRows(k0, n).transpose();
            for (int64_t r = 0; r < m; r++) {
              const float rowTerm = oh.row(q0 + r).dot(dh.row(q0 + r));
              rowGrad(p, dp, r, q0 + r, k0, n, stats[q0 + r], rowTerm, s, own);
            }
            if (s.softcap > 0) dp.array() *= slope.array();
            dv.middleRows(k0, n).noalias() += p.transpose() * dh.middleRows(q0, m);
            dk.middleRows(k0, n).noalias() += dp.transpose() * qh.middleRows(q0, m);
            dq.middleRows(q0, m).noalias() = dp * kh.middleRows(k0, n);
          }
          scatterHead(dq, row, h, s.heads, s, reinterpret_cast<T*>(out[0]->data()));
        }
        scatterHead(dk, row, kv, s.kv_heads, s, reinterpret_cast<T*>(out[1]->data()));
        scatterHead(dv, row, kv, s.kv_heads, s, reinterpret_cast<T*>(out[2]->data()));
      }
    });
  }

 private:
  // Row r of p becomes the probabilities, row r of dp the scores' gradient.
  static void rowGrad(Matrix& p, Matrix& dp, int64_t r, int64_t query, int64_t k0, int64_t n, float lse, float rowTerm, const AttentionShape& s, const int32_t* segments) {
    const int64_t lo = std::max(k0, s.first(query)) - k0, hi = query + 1 - k0;
    RowMap row(p.data() + r * n, n), d(dp.data() + r * n, n);
    auto seen = row.segment(lo, hi - lo);
    seen = (seen - lse).exp();
    if (segments) for (int64_t c = lo; c < hi; c++) if (!sees(segments, query, k0 + c)) row[c] = 0;
    row.head(lo).setZero();
    row.tail(n - hi).setZero();
    d = row * (d - rowTerm);
  }
  AttentionShape shape_;
};

TUNEBOARD_KERNEL("TuneboardAttention", Attention);
TUNEBOARD_KERNEL("TuneboardAttentionGrad", AttentionGrad);

}  // namespace tuneboard
