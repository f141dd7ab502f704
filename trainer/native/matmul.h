// Matrix products of whole blocks of tokens where the processor has a tile unit; elsewhere TensorFlow's own MatMul is recorded (rules/matmul.ts).
#pragma once
#include "tile_product.h"

#ifdef TUNEBOARD_TILES
namespace tuneboard {

REGISTER_OP("TuneboardMatMul")
    .Attr("T: {float, bfloat16}").Attr("W: {float, bfloat16}").Attr("transpose: bool")
    .Input("a: T").Input("b: W").Output("c: T")
    .SetShapeFn([](tensorflow::shape_inference::InferenceContext* c) { c->set_output(0, c->UnknownShapeOfRank(2)); return absl::OkStatus(); });

template <typename T, typename W>
class TileMatMul : public OpKernel {
 public:
  explicit TileMatMul(OpKernelConstruction* c) : OpKernel(c) { OP_REQUIRES_OK(c, c->GetAttr("transpose", &transpose_)); }
  void Compute(OpKernelContext* ctx) override {
    const Tensor &a = ctx->input(0), &b = ctx->input(1);
    const int64_t m = a.dim_size(0), k = a.dim_size(1), n = b.dim_size(transpose_ ? 0 : 1);
    Tensor* c;
    OP_REQUIRES_OK(ctx, ctx->allocate_output(0, TensorShape({m, n}), &c));
    const tiles::Right<W> right{reinterpret_cast<const W*>(b.data()), transpose_, k, n};
    tiles::multiply(ctx, reinterpret_cast<const T*>(a.data()), m, right, reinterpret_cast<T*>(c->data()));
  }

 private:
  bool transpose_;
};

TUNEBOARD_WEIGHT_KERNEL("TuneboardMatMul", TileMatMul);

}  // namespace tuneboard
#endif
