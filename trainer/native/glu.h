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

// An activation: its value at x, and both that and its derivative.
struct Silu {
  static void value(const ConstRowMap& x, Block& out) { out = x * (1.0f + (-x).exp()).inverse(); }
  static void slope(const ConstRowMap& x, Block& value, Block& out) {
    const Block share = (1.0f + (-x).exp()).inverse();
    value = x * share;
    out = share + value * (1.0f - share);
  }
};
struct GeluTanh {
  static constexpr float kRoot = 0.7978845608f, kCubic = 0.044715f;  // √(2/π)
  static void value(const ConstRowMap& x, Block& out) { out = 0.5f * x * ((x * (x.square() * (kRoot * kCubic) + kRoot)).tanh() + 1.0f); }
  static void slope(const ConstRowMap& x, Block& value, Block& out) {
    const Block x2 = x.square(), t = (x * (x2 * (kRoot * kCubic) + kRoot)).tanh();
    value = 0.5f * x * (t + 1.0f);
    out = 0.5f * (t + 1.0f) + 0.5f * x * (1.0f - t.square()) * (x2 * (3.0f * kRoot * kCubic) + kRoot);
  }
};

// What both kernels do: f(activation, at, m) for blocks of m numbers from the `at`-th of n on, by all threads.
class GluBlocks : public OpKernel {
 public:
  explicit GluBlocks(OpKernelConstruction* c) : OpKernel(c) {
    std::string name;
    OP_REQUIRES_OK(c, c->GetAttr("activation", &name));
    silu_ = name == "silu";
  }

 protected:
  template <typename F>
  void eachBlock(OpKernelContext* ctx, int64_t n, int64_t cost, const F& f) const {
    const auto run = [&](auto activation) {
      parallel(ctx, (n + kBlock - 1) / kBlock, cost * kBlock, [&](int64_t from, int64_t to) {
        for (int64_t at = from * kBlock; at < std::min(n, to * kBlock); at += kBlock) f(activation, at, std::min(kBlock, n - at));
      });
    };
    if (silu_) run(Silu());
    else run(GeluTanh());
  }

 private:
  bool silu_;
};

template <typename T>
class Glu : public GluBlocks {
 public:
  using GluBlocks::GluBlocks;
  void Compute(OpKernelContext* ctx) override {
    const T* gate = reinterpret_cast<const T*>(ctx->input(0).data());
    const T* up = reinterpret_cast<const T*>(ctx->input(1).data());
    Tensor* y;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, ctx->input(0).shape(), &y));
    T* out = reinterpret_cast<T*>(y->data());
    eachBlock(ctx, y->NumElements(), 4, [&](auto activation, int64_t at, int64_t m) {
      thread_local std::vector<float> scratch[2];
      const ConstRowMap g(floats(gate + at, m, scratch[0]), m), u(floats(up + at, m, scratch[1]), m);
      Block value;
      activation.value(g, value);
      value *= u;
      narrow(value.data(), out + at, m);
    });
  }
};

template <typename T>
class GluGrad : public GluBlocks {
 public:
  using GluBlocks::GluBlocks;
  void Compute(OpKernelContext* ctx) override {
    const auto given = [&](int i) { return reinterpret_cast<const T*>(ctx->input(i).data()); };
    Tensor *dgate, *dup;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, ctx->input(1).shape(), &dgate));
    OP_REQUIRES_OK(ctx, ctx->allocate_output(1, ctx->input(1).shape(), &dup));
    T* outGate = reinterpret_cast<T*>(dgate->data());
    T* outUp = reinterpret_cast<T*>(dup->data());
    eachBlock(ctx, dgate->NumElements(), 6, [&](auto activation, int64_t at, int64_t m) {
      thread_local std::vector<float> scratch[3];
      const ConstRowMap d(floats(given(0) + at, m, scratch[0]), m), g(floats(given(1) + at, m, scratch[1]), m), u(floats(given(2) + at, m, scratch[2]), m);
      Block value, slope;
      activation.slope(g, value, slope);
      value *= d;
      slope *= d * u;
      narrow(slope.data(), outGate + at, m);
      narrow(value.data(), outUp + at, m);
    });
  }
};

TUNEBOARD_KERNEL("TuneboardGlu", Glu);
TUNEBOARD_KERNEL("TuneboardGluGrad", GluGrad);

}  // namespace tuneboard
