// cachedAttention of trainer/ops/attention.ts together with the write of the new keys and values into the cache. The caches are resource variables'
// buffers, changed in place on purpose (as TensorFlow's InplaceUpdate does): reading a variable gives its own buffer, not a copy.
// A cache holds several conversations, [slots * kv_heads, capacity, dim]; the rows of q go on with as many of them, from `slot` on, each at its own `start`.
#pragma once
#include "common.h"

namespace tuneboard {

REGISTER_OP("TuneboardCacheAttention")
    .Attr("T: {float, bfloat16}").Attr("heads: int").Attr("kv_heads: int").Attr("window: int").Attr("softcap: float")
    .Input("q: T").Input("k: T").Input("v: T").Input("keys: T").Input("values: T").Input("start: int32").Input("slot: int32").Output("out: T")
    .SetIsStateful()
    .SetShapeFn([](tensorflow::shape_inference::InferenceContext* c) { c->set_output(0, c->input(0)); return absl::OkStatus(); });

template <typename T>
class CacheAttention : public OpKernel {
 public:
  explicit CacheAttention(OpKernelConstruction* c) : OpKernel(c) {
    OP_REQUIRES_OK(c, c->GetAttr("heads", &heads_));
    OP_REQUIRES_OK(c, c->GetAttr("kv_heads", &kv_heads_));
    OP_REQUIRES_OK(c, c->GetAttr("window", &window_));
    OP_REQUIRES_OK(c, c->GetAttr("softcap", &softcap_));
  }
  void Compute(OpKernelContext* ctx) override {
    const int64_t rows = ctx->input(5).NumElements(), n = ctx->input(0).dim_size(0) / rows, dim = ctx->input(0).dim_size(1) / heads_;
    const int64_t capacity = ctx->input(3).dim_size(1), slot = ctx->input(6).flat<int32_t>()(0);
    const int32_t* starts = ctx->input(5).flat<int32_t>().data();
    OP_REQUIRES(ctx, slot >= 0 && (slot + rows) * kv_heads_ <= ctx->input(3).dim_size(0), absl::InvalidArgumentError("the cache has fewer slots"));
    for (int64_t r = 0; r < rows; r++) OP_REQUIRES(ctx, starts[r] >= 0 && starts[r] + n <= capacity, absl::InvalidArgumentError("the cache of keys and values is full"));
    Tensor* out;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, ctx->input(0).shape(), &out));
    const auto in = [&](int i) { return reinterpret_cast<const T*>(ctx->input(i).data()); };
    T* keys = reinterpret_cast<T*>(const_cast<void*>(static_cast<const void*>(ctx->input(3).data())));
    T* values = reinterpret_cast<T*>(const_cast<void*>(static_cast<const void*>(ctx->input(4).data())));
    T* to = reinterpret_cast<T*>(out->data());
    inParts(ctx, rows * kv_heads_, [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; i++) {
        const int64_t row = i / kv_heads_, kv = i % kv_heads_, cached = ((slot + row) * kv_heads_ + kv) * capacity * dim;
        const int64_t query = row * n * heads_ * dim, fresh = row * n * kv_heads_ * dim;
        attend(in(0) + query, in(1) + fresh, in(2) + fresh, keys + cached, values + cached, to + query, {n, dim, starts[row], kv});
      }
    });
  }

 private:
  struct Place {
    int64_t n, dim, start, kv;
  };

  // One conversation's new tokens over one head of keys and values.
  void attend(const T* queries, const T* freshKeys, const T* freshValues, T* headKeys, T* headValues, T* to, const Place& at) const {
    const auto [n, dim, start, kv] = at;
    const int64_t group = heads_ / kv_heads_, total = start + n;
    std::vector<float> keyRows, valueRows;
    Matrix q(n * group, dim), p, y;
    for (int64_t t = 0; t < n; t++) {
      std::memcpy(static_cast<void*>(headKeys + (start + t) * dim), freshKeys + (t * kv_heads_ + kv) * dim, dim * sizeof(T));
      std::memcpy(static_cast<void*>(headValues + (start + t) * dim), freshValues + (t * kv_heads_ + kv) * dim, dim * sizeof(T));
      // The heads of a group are neighbours, and so become rows of one matrix.
      widen(queries + (t * heads_ + kv * group) * dim, q.data() + t * group * dim, group * dim);
    }
    const int64_t from = window_ > 0 ? std::max<int64_t>(0, start - window_ + 1) : 0, count = total - from;
    ConstMatrixMap k(floats(headKeys + from * dim, count * dim, keyRows), count, dim), v(floats(headValues + from * dim, count * dim, valueRows), count, dim);
    p.noalias() = q * k.transpose();
    if (softcap_ > 0) p = ((p.array() / softcap_).tanh() * softcap_).matrix();
    for (int64_t r = 0; r < n * group; r++) softmax(p.data() + r * count, start + r / group, from, count);
    y.noalias() = p * v;
    for (int64_t t = 0; t < n; t++) narrow(y.data() + t * group * dim, to + (t * heads_ + kv * group) * dim, group * dim);
  }

  // Over the keys that the query at `position` may see, of those from `from` on; the others become 0.
  void softmax(float* row, int64_t position, int64_t from, int64_t count) const {
    const int64_t lo = window_ > 0 ? std::max(from, position - window_ + 1) - from : 0, hi = position + 1 - from;
    RowMap seen(row + lo, hi - lo);
    seen = (seen - seen.maxCoeff()).exp();
    seen *= 1.0f / seen.sum();
    std::fill(row, row + lo, 0.0f);
    std::fill(row + hi, row + count, 0.0f);
  }
  int64_t heads_, kv_heads_, window_;
  float softcap_;
};

TUNEBOARD_KERNEL("TuneboardCacheAttention", CacheAttention);

}  // namespace tuneboard
