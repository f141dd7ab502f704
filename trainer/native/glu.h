// glu of trainer/ops/glu.ts and its gradient, in blocks that stay in the first-level cache.
#pragma once
#include "common.h"

namespace tuneboard {

REGISTER_OP("TuneboardGlu")
    .Attr("T: {float, bfloat16}").Attr("activation: {'silu', 'gelu_tanh'}")
    .Input("gate: T").Input("up: T").Output("y: T")
    .SetShapeFn([](tensorflow::shape_inference::InferenceContext* c) { c->set_output(0, c->input(0)); return absl::OkStatus(); });
REGISTER_OP("TuneboardGluGrad")
    .Attr("T: {float, bfloat16}").Attr("activation: {'silu', 'gelu_tanh'}")
    .Input("dy: T").Input("gate: T").Input("up: T").Output("dgate: T").Output("dup: T")
    .SetShapeFn([](tensorflow::shape_inference::InferenceContext* c) {
      c->set_output(0, c->input(1)); c->set_output(1, c->input(1)); return absl::OkStatus();
    });

constexpr int64_t kBlock = 2048;

using Block = Eigen::Array<float, Eigen::Dynamic, 1, 0, kBlock, 1>;

// The activation at x and its derivative.
inline void silu(const Block& x, Block& value, Block& slope) {
  const Block s = (1.0f + (-x).exp()).inverse();
  value = x * s;
  slope = s + value * (1.0f - s);
}
inline void geluTanh(const Block& x, Block& value, Block& slope) {
  const float root = std::sqrt(2.0f / static_cast<float>(M_PI)), cubic = 0.044715f;
  const Block x2 = x.square();
  const Block t = (x * (x2 * (root * cubic) + root)).tanh();
  const Block share = 0.5f * (t + 1.0f);
  value = x * share;
  slope = share + 0.5f * x * (1.0f - t.square()) * (x2 * (3.0f * root * cubic) + root);
}

template <typename T>
class Glu : public OpKernel {
 public:
  explicit Glu(OpKernelConstruction* c) : OpKernel(c) {
    std::string name;
    OP_REQUIRES_OK(c, c->GetAttr("activation", &name));
    curve_ = name == "silu" ? silu : geluTanh;
  }
  void Compute(OpKernelContext* ctx) override {
    const T* gate = reinterpret_cast<const T*>(ctx->input(0).data());
    const T* up = reinterpret_cast<const T*>(ctx->input(1).data());
    const int64_t n = ctx->input(0).NumElements();
    Tensor* y;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, ctx->input(0).shape(), &y));
    T* out = reinterpret_cast<T*>(y->data());
    parallel(ctx, (n + kBlock - 1) / kBlock, 4 * kBlock, [&](int64_t from, int64_t to) {
      Block g, u, value, slope;
      for (int64_t at = from * kBlock; at < std::min(n, to * kBlock); at += kBlock) {
        const int64_t m = std::min(kBlock, n - at);
        g.resize(m), u.resize(m);
        widen(gate + at, g.data(), m);
        widen(up + at, u.data(), m);
        curve_(g, value, slope);
        value *= u;
        narrow(value.data(), out + at, m);
      }
    });
  }
 private:
  void (*curve_)(const Block&, Block&, Block&);
};

template <typename T>
class GluGrad : public OpKernel {
 public:
  explicit GluGrad(OpKernelConstruction* c) : OpKernel(c) {
    std::string name;
    OP_REQUIRES_OK(c, c->GetAttr("activation", &name));
    curve_ = name == "silu" ? silu : geluTanh;
  }
  void Compute(OpKernelContext* ctx) override {
    const T* dy = reinterpret_cast<const T*>(ctx->input(0).data());
    const T* gate = reinterpret_cast<const T*>(ctx->input(1).data());
    const T* up = reinterpret_cast<const T*>(ctx->input(2).data());
    const int64_t n = ctx->input(1).NumElements();
    Tensor *dgate, *dup;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, ctx->input(1).shape(), &dgate));
    OP_REQUIRES_OK(ctx, ctx->allocate_output(1, ctx->input(1).shape(), &dup));
    T* outGate = reinterpret_cast<T*>(dgate->data());
    T* outUp = reinterpret_cast<T*>(dup->data());
    parallel(ctx, (n + kBlock - 1) / kBlock, 6 * kBlock, [&](int64_t from, int64_t to) {
      Block d, g, u, value, slope;
      for (int64_t at = from * kBlock; at < std::min(n, to * kBlock); at += kBlock) {
        const int64_t m = std::min(kBlock, n - at);
        d.resize(m), g.resize(m), u.resize(m);
        widen(dy + at, d.data(), m);
        widen(gate + at, g.data(), m);
        widen(up + at, u.data(), m);
        curve_(g, value, slope);
        value *= d;
        slope *= d * u;
        narrow(slope.data(), outGate + at, m);
        narrow(value.data(), outUp + at, m);
      }
    });
  }
 private:
  void (*curve_)(const Block&, Block&, Block&);
};

TUNEBOARD_KERNEL("TuneboardGlu", Glu);
TUNEBOARD_KERNEL("TuneboardGluGrad", GluGrad);

}  // namespace tuneboard
