// The elementwise part of crossEntropy in trainer/ops/cross-entropy.ts: from a chunk's logits to its rows' losses and the logits' gradient, one row
// at a time while it is in the cache. The two matrix products around it stay TensorFlow's.
#pragma once
#include "common.h"

namespace tuneboard {

REGISTER_OP("TuneboardCrossEntropy")
    .Attr("T: {float, bfloat16}").Attr("softcap: float")
    .Input("logits: T").Input("targets: int32").Input("weights: float").Output("loss: float").Output("dlogits: T")
    .SetShapeFn([](tensorflow::shape_inference::InferenceContext* c) {
      c->set_output(0, c->input(1)); c->set_output(1, c->input(0)); return absl::OkStatus();
    });

template <typename T>
class CrossEntropy : public OpKernel {
 public:
  explicit CrossEntropy(OpKernelConstruction* c) : OpKernel(c) { OP_REQUIRES_OK(c, c->GetAttr("softcap", &softcap_)); }
  void Compute(OpKernelContext* ctx) override {
    const Tensor& logits = ctx->input(0);
    const int64_t n = logits.dim_size(0), vocab = logits.dim_size(1);
    const int32_t* targets = ctx->input(1).flat<int32_t>().data();
    const float* weights = ctx->input(2).flat<float>().data();
    Tensor *loss, *dlogits;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, TensorShape({n}), &loss));
    OP_REQUIRES_OK(ctx, ctx->forward_input_or_allocate_output({0}, 1, logits.shape(), &dlogits));
    for (int64_t i = 0; i < n; i++) OP_REQUIRES(ctx, targets[i] >= 0 && targets[i] < vocab, absl::InvalidArgumentError("a target is outside the vocabulary"));
    const T* in = reinterpret_cast<const T*>(logits.data());
    T* out = reinterpret_cast<T*>(dlogits->data());
    float* losses = loss->flat<float>().data();
    parallel(ctx, n, 3 * vocab, [&](int64_t from, int64_t to) {
      Eigen::ArrayXf scratch(std::is_same<T, float>::value ? 0 : vocab), slope;
      for (int64_t i = from; i < to; i++) {
        if (weights[i] == 0) {
          std::memset(static_cast<void*>(out + i * vocab), 0, vocab * sizeof(T));
          losses[i] = 0;
          continue;
        }
        RowMap row(place(out + i * vocab, scratch), vocab);
        widen(in + i * vocab, row.data(), vocab);
        if (softcap_ > 0) {
          slope = (row / softcap_).tanh();
          row = slope * softcap_;
          slope = 1.0f - slope.square();
        }
        const float own = row[targets[i]], top = row.maxCoeff();
        row = (row - top).exp();
        const float total = row.sum();
        losses[i] = weights[i] * (std::log(total) + top - own);
        row *= weights[i] / total;
        row[targets[i]] -= weights[i];
        if (softcap_ > 0) row *= slope;
        narrow(row.data(), out + i * vocab, vocab);
      }
    });
  }
 private:
  float softcap_;
};

TUNEBOARD_KERNEL("TuneboardCrossEntropy", CrossEntropy);

}  // namespace tuneboard
