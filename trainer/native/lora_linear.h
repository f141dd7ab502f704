// loraLinear of trainer/ops/linear.ts as one op where the processor has a tile unit: the low-rank update is a last step of the product with the frozen
// weight, and the gradients of A and B are products on the same unit. A and B are float32, and so is the arithmetic on them.
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
    float* lows = low->flat<float>().data();
    const tiles::Left x = tiles::packWholeLeft(ctx, reinterpret_cast<const T*>(ctx->input(0).data()), n, in, 0);
    tiles::multiply<T>(ctx, x, tiles::Right<float>{a, true, in, rank}, n, lows);
    RowMap(lows, n * rank) *= scale_;
    const tiles::Added added{tiles::packWholeLeft(ctx, lows, n, rank, 1), {b, true, rank, width}};
    tiles::multiply<T>(ctx, x, tiles::Right<W>{reinterpret_cast<const W*>(ctx->input(1).data()), false, in, width}, n, reinterpret_cast<T*>(y->data()), &added);
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
    const tiles::Left dy = tiles::packWholeLeft(ctx, given(0), n, width, 0);
    tiles::multiply<T>(ctx, dy, tiles::Right<float>{b, false, width, rank}, n, lows.data());
    lows *= scale_;
    const tiles::Added added{tiles::packWholeLeft(ctx, lows.data(), n, rank, 1), {a, false, rank, in}};
    tiles::multiply<T>(ctx, dy, tiles::Right<W>{reinterpret_cast<const W*>(ctx->input(2).data()), true, width, in}, n, reinterpret_cast<T*>(dx->data()), &added);
    const Matrix lowsAcross = lows.transpose(), lowAcross = ConstMatrixMap(ctx->input(3).flat<float>().data(), n, rank).transpose();
    tiles::multiply<float>(ctx, tiles::packWholeLeft(ctx, lowsAcross.data(), rank, n, 1), tiles::Right<T>{given(1), false, n, in}, rank, da->flat<float>().data());
    tiles::multiply<float>(ctx, tiles::packWholeLeft(ctx, lowAcross.data(), rank, n, 1), tiles::Right<T>{given(0), false, n, width}, rank, db_.data());
    MatrixMap(db->flat<float>().data(), width, rank) = db_.transpose();
  }

 private:
  float scale_;
};

TUNEBOARD_WEIGHT_KERNEL("TuneboardLoraLinear", LoraLinear);
TUNEBOARD_WEIGHT_KERNEL("TuneboardLoraLinearGrad", LoraLinearGrad);

}  // namespace tuneboard
#endif
