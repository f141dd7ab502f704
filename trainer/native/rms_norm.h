// rmsNorm of trainer/ops/rms-norm.ts and its gradient, one pass over each row.
#pragma once
#include "common.h"

namespace tuneboard {

REGISTER_OP("TuneboardRmsNorm")
    .Attr("T: {float, bfloat16}").Attr("eps: float").Attr("offset: float")
    .Input("x: float").Input("weight: float").Output("y: T")
    .SetShapeFn([](tensorflow::shape_inference::InferenceContext* c) { c->set_output(0, c->input(0)); return absl::OkStatus(); });
REGISTER_OP("TuneboardRmsNormGrad")
    .Attr("T: {float, bfloat16}").Attr("eps: float").Attr("offset: float")
    .Input("dy: T").Input("x: float").Input("weight: float").Output("dx: float")
    .SetShapeFn([](tensorflow::shape_inference::InferenceContext* c) { c->set_output(0, c->input(1)); return absl::OkStatus(); });

template <typename T>
class RmsNorm : public OpKernel {
 public:
  explicit RmsNorm(OpKernelConstruction* c) : OpKernel(c) {
    OP_REQUIRES_OK(c, c->GetAttr("eps", &eps_));
    OP_REQUIRES_OK(c, c->GetAttr("offset", &offset_));
  }
  void Compute(OpKernelContext* ctx) override {
    const Tensor& x = ctx->input(0);
    const int64_t d = x.dim_size(1), n = x.dim_size(0);
    Tensor* y;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, x.shape(), &y));
    const Eigen::ArrayXf gain = ConstRowMap(ctx->input(1).flat<float>().data(), d) + offset_;
    const float* in = x.flat<float>().data();
    T* out = reinterpret_cast<T*>(y->data());
    parallel(ctx, n, d, [&](int64_t from, int64_t to) {
      Eigen::ArrayXf scratch(d);
      for (int64_t i = from; i < to; i++) {
        ConstRowMap v(in + i * d, d);
        RowMap row(place(out + i * d, scratch), d);
        const float inverse = 1.0f / std::sqrt(v.square().mean() + eps_);
        row = v * inverse * gain;
        narrow(row.data(), out + i * d, d);
      }
    });
  }
 private:
  float eps_, offset_;
};

template <typename T>
class RmsNormGrad : public OpKernel {
 public:
  explicit RmsNormGrad(OpKernelConstruction* c) : OpKernel(c) {
    OP_REQUIRES_OK(c, c->GetAttr("eps", &eps_));
    OP_REQUIRES_OK(c, c->GetAttr("offset", &offset_));
  }
  void Compute(OpKernelContext* ctx) override {
    const Tensor& x = ctx->input(1);
    const int64_t d = x.dim_size(1), n = x.dim_size(0);
    Tensor* dx;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, x.shape(), &dx));
    const Eigen::ArrayXf gain = ConstRowMap(ctx->input(2).flat<float>().data(), d) + offset_;
    const T* dy = reinterpret_cast<const T*>(ctx->input(0).data());
    const float* in = x.flat<float>().data();
    float* out = dx->flat<float>().data();
    parallel(ctx, n, 2 * d, [&](int64_t from, int64_t to) {
      Eigen::ArrayXf g(d);
      for (int64_t i = from; i < to; i++) {
        widen(dy + i * d, g.data(), d);
        g *= gain;
        ConstRowMap v(in + i * d, d);
        const float inverse = 1.0f / std::sqrt(v.square().mean() + eps_);
        const float along = (g * v).mean() * inverse * inverse;
        RowMap(out + i * d, d) = inverse * (g - v * along);
      }
    });
  }
 private:
  float eps_, offset_;
};

TUNEBOARD_KERNEL("TuneboardRmsNorm", RmsNorm);
TUNEBOARD_KERNEL("TuneboardRmsNormGrad", RmsNormGrad);

}  // namespace tuneboard
