// attention of trainer/ops/attention.ts and its gradient: blocks of queries against the keys that they may see, softmax statistics kept as one
// number per query, probabilities computed again in the gradient (FlashAttention's scheme, arXiv 2205.14135, without its tiling over keys).
#pragma once
#include "attention_products.h"

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
  // Of one row, in a tensor where `of` heads are side by side.
  template <typename N>
  HeadRows<N> head(N* tensor, int64_t row, int64_t which, int64_t of) const { return {tensor + (row * length * of + which) * dim, of * dim}; }
  int64_t first(int64_t query) const { return window > 0 ? std::max<int64_t>(0, query - window + 1) : 0; }
};

// Scores of a block of queries against keys from `k0` on; `slope` gets the soft-cap's derivative where there is one.
template <typename Products>
void scores(Products& products, int64_t k0, float softcap, Matrix& out, Matrix& slope) {
  products.scores(k0, out);
  if (softcap <= 0) return;
  slope = (out.array() / softcap).tanh().matrix();
  out = slope * softcap;
  slope = (1.0f - slope.array().square()).matrix();
}

// A block of queries of one head, and the keys that any of them may see, which begin and end where tiles do.
struct QueryBlock {
  int64_t q0, m, k0, n;
  QueryBlock(int64_t first, const AttentionShape& s) : q0(first), m(std::min(kQueries, s.length - q0)), k0(s.first(q0) / kKeysTogether * kKeysTogether), n(q0 + m - k0) {}
};

// Calls `head(products, row, kv)` for all heads of keys and values, on all threads; the products are on the tile unit where there is one and heads fill it.
template <typename T, typename F>
void eachHead(OpKernelContext* ctx, const AttentionShape& s, const F& head) {
  const auto run = [&](auto make) {
    inTurn(ctx, s.rows * s.kv_heads, [&] { return [&, products = make()](int64_t i) mutable { head(products, i / s.kv_heads, i % s.kv_heads); }; });
  };
#ifdef TUNEBOARD_TILES
  if (s.dim >= tiles::kSide && tiles::allowed()) return run([&] { return TileProducts<T>(s.length, s.dim); });
#endif
  run([&] { return EigenProducts<T>(s.length, s.dim); });
}

// Numbers [lo, hi) of a row and as many after them as fill whole vectors, because exp of the odd ones costs as much as that of all others.
inline auto wholeVectors(RowMap& row, int64_t lo, int64_t hi) { return row.segment(lo, std::min<int64_t>((hi - lo + 15) / 16 * 16, row.size() - lo)); }

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
    const auto in = [&](int i) { return reinterpret_cast<const T*>(ctx->input(i).data()); };
    const int32_t* segments = ctx->input(3).NumElements() > 0 ? ctx->input(3).flat<int32_t>().data() : nullptr;
    T* y = reinterpret_cast<T*>(out->data());
    float* stats = lse->flat<float>().data();
    const int64_t group = s.heads / s.kv_heads;
    eachHead<T>(ctx, s, [&](auto& products, int64_t row, int64_t kv) {
      using Products = std::decay_t<decltype(products)>;
      Matrix p, slope, o;
      const int32_t* own = segments ? segments + row * s.length : nullptr;
      products.setKeys(s.head(in(1), row, kv, s.kv_heads), s.head(in(2), row, kv, s.kv_heads), false);
      for (int64_t h = kv * group; h < (kv + 1) * group; h++) {
        for (int64_t q0 = 0; q0 < s.length; q0 += kQueries) {
          const QueryBlock b(q0, s);
          products.setQueries(s.head(in(0), row, h, s.heads).from(q0), b.m);
          p.resize(Products::padded(b.m), Products::padded(b.n));
          scores(products, b.k0, s.softcap, p, slope);
          for (int64_t r = 0; r < b.m; r++) stats[(row * s.heads + h) * s.length + q0 + r] = softmax(p, r, q0 + r, b.k0, s, own);
          products.output(p, b.m, b.k0, o);
          scatter(o, b.m, s.head(y, row, h, s.heads).from(q0), s.dim);
        }
      }
    });
  }

 private:
  // Row r of p, in place; returns log Σ exp.
  static float softmax(Matrix& p, int64_t r, int64_t query, int64_t k0, const AttentionShape& s, const int32_t* segments) {
    const int64_t lo = std::max(k0, s.first(query)) - k0, hi = query + 1 - k0;
    RowMap row(p.data() + r * p.cols(), p.cols());
    if (segments) for (int64_t c = lo; c < hi; c++) if (!sees(segments, query, k0 + c)) row[c] = -1e30f;
    auto seen = row.segment(lo, hi - lo);
    const float top = seen.maxCoeff();
    auto whole = wholeVectors(row, lo, hi);
    whole = (whole - top).exp();
    row.head(lo).setZero();
    row.tail(p.cols() - hi).setZero();
    const float total = seen.sum();
    seen *= 1.0f / total;
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
    T* grads[3];
    for (int i = 0; i < 3; i++) {
      Tensor* out;
      OP_REQUIRES_OK(ctx, ctx->allocate_output(i, ctx->input(i + 1).shape(), &out));
      grads[i] = reinterpret_cast<T*>(out->data());
    }
    const auto in = [&](int i) { return reinterpret_cast<const T*>(ctx->input(i).data()); };
    const int32_t* segments = ctx->input(4).NumElements() > 0 ? ctx->input(4).flat<int32_t>().data() : nullptr;
    const float* lse = ctx->input(6).flat<float>().data();
    const int64_t group = s.heads / s.kv_heads;
    eachHead<T>(ctx, s, [&](auto& products, int64_t row, int64_t kv) {
      using Products = std::decay_t<decltype(products)>;
      Matrix out, dOut, dq, p, dp, slope;
      const int32_t* own = segments ? segments + row * s.length : nullptr;
      products.setKeys(s.head(in(2), row, kv, s.kv_heads), s.head(in(3), row, kv, s.kv_heads), true);
      for (int64_t h = kv * group; h < (kv + 1) * group; h++) {
        const float* stats = lse + (row * s.heads + h) * s.length;
        for (int64_t q0 = 0; q0 < s.length; q0 += kQueries) {
          const QueryBlock b(q0, s);
          products.setQueries(s.head(in(1), row, h, s.heads).from(q0), b.m);
          products.setOutGrad(s.head(in(0), row, h, s.heads).from(q0), b.m);
          out.resize(b.m, s.dim), dOut.resize(b.m, s.dim);
          gather(s.head(in(5), row, h, s.heads).from(q0), out);
          gather(s.head(in(0), row, h, s.heads).from(q0), dOut);
          p.resize(Products::padded(b.m), Products::padded(b.n));
          dp.resizeLike(p);
          scores(products, b.k0, s.softcap, p, slope);
          products.probabilitiesGrad(b.k0, dp);
          for (int64_t r = 0; r < b.m; r++) rowGrad(p, dp, r, q0 + r, b.k0, stats[q0 + r], out.row(r).dot(dOut.row(r)), s, own);
          if (s.softcap > 0) dp.array() *= slope.array();
          products.addGrads(p, dp, b.m, b.k0);
          products.queriesGrad(dp, b.m, b.k0, dq);
          scatter(dq, b.m, s.head(grads[0], row, h, s.heads).from(q0), s.dim);
        }
      }
      scatter(products.keysGrad(), s.length, s.head(grads[1], row, kv, s.kv_heads), s.dim);
      scatter(products.valuesGrad(), s.length, s.head(grads[2], row, kv, s.kv_heads), s.dim);
    });
  }

 private:
  // Row r of p becomes the probabilities, row r of dp the scores' gradient.
  static void rowGrad(Matrix& p, Matrix& dp, int64_t r, int64_t query, int64_t k0, float lse, float rowTerm, const AttentionShape& s, const int32_t* segments) {
    const int64_t n = p.cols(), lo = std::max(k0, s.first(query)) - k0, hi = query + 1 - k0;
    RowMap row(p.data() + r * n, n), d(dp.data() + r * n, n);
    auto whole = wholeVectors(row, lo, hi);
    whole = (whole - lse).exp();
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
