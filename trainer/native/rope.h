// rope of trainer/ops/rope.ts; its gradient is the rotation back (`inverse`).
#pragma once
#include "common.h"

namespace tuneboard {

REGISTER_OP("TuneboardRope")
    .Attr("T: {float, bfloat16}").Attr("head_dim: int").Attr("rest: float").Attr("inverse: bool")
    .Input("x: T").Input("cos: float").Input("sin: float").Output("y: T")
    .SetShapeFn([](tensorflow::shape_inference::InferenceContext* c) { c->set_output(0, c->input(0)); return absl::OkStatus(); });

template <typename T>
class Rope : public OpKernel {
 public:
  explicit Rope(OpKernelConstruction* c) : OpKernel(c) {
    OP_REQUIRES_OK(c, c->GetAttr("head_dim", &head_));
    OP_REQUIRES_OK(c, c->GetAttr("rest", &rest_));
    OP_REQUIRES_OK(c, c->GetAttr("inverse", &inverse_));
  }
  void Compute(OpKernelContext* ctx) override {
    const Tensor& x = ctx->input(0);
    const int64_t n = x.dim_size(0), width = x.dim_size(1), half = ctx->input(1).dim_size(3);
    // A table of one row serves all rows.
    const int64_t places = ctx->input(1).NumElements() / half;
    const float* cos = ctx->input(1).flat<float>().data();
    const float* sin = ctx->input(2).flat<float>().data();
    const float sign = inverse_ ? -1.0f : 1.0f;
    Tensor* y;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, x.shape(), &y));
    const T* in = reinterpret_cast<const T*>(x.data());
    T* out = reinterpret_cast<T*>(y->data());
    parallel(ctx, n, 2 * width, [&](int64_t from, int64_t to) {
      Eigen::ArrayXf row(width), turned(width);
      for (int64_t i = from; i < to; i++) {
        widen(in + i * width, row.data(), width);
        ConstRowMap c(cos + (i % places) * half, half), s(sin + (i % places) * half, half);
        for (int64_t h = 0; h < width; h += head_) {
          const auto a = row.segment(h, half), b = row.segment(h + half, half);
          turned.segment(h, half) = a * c - sign * b * s;
          turned.segment(h + half, half) = b * c + sign * a * s;
          if (2 * half < head_) turned.segment(h + 2 * half, head_ - 2 * half) = row.segment(h + 2 * half, head_ - 2 * half) * rest_;
        }
        narrow(turned.data(), out + i * width, width);
      }
    });
  }
 private:
  int64_t head_;
  float rest_;
  bool inverse_;
};

TUNEBOARD_KERNEL("TuneboardRope", Rope);

}  // namespace tuneboard
