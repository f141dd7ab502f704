// The matrix products of attention.h, for one head of keys and values and a block of queries at a time, in one thread: by Eigen, and on the tile unit.
// Both leave what they computed in matrices that may be wider and taller than asked for; what is beyond is 0 where it is read again.
#pragma once
#include "tile_block.h"

namespace tuneboard {

constexpr int64_t kQueries = 64, kKeysTogether = 32;

// Rows of one head in a tensor where heads are side by side.
template <typename N>
struct HeadRows {
  N* first;
  int64_t stride;
  HeadRows from(int64_t row) const { return {first + row * stride, stride}; }
};

// Rows as float32, as many as `out` has; and back.
template <typename T>
void gather(const HeadRows<const T>& x, Matrix& out) {
  for (int64_t r = 0; r < out.rows(); r++) widen(x.from(r).first, out.data() + r * out.cols(), out.cols());
}
template <typename T>
void scatter(const Matrix& x, int64_t rows, const HeadRows<T>& out, int64_t dim) {
  for (int64_t r = 0; r < rows; r++) narrow(x.data() + r * x.cols(), out.from(r).first, dim);
}

template <typename T>
class EigenProducts {
 public:
  EigenProducts(int64_t length, int64_t dim) : keys_(length, dim), values_(length, dim), length_(length), dim_(dim) {}
  static int64_t padded(int64_t n) { return n; }

  void setKeys(const HeadRows<const T>& keys, const HeadRows<const T>& values, bool) {
    gather(keys, keys_);
    gather(values, values_);
    keysGrad_.setZero(length_, dim_);
    valuesGrad_.setZero(length_, dim_);
  }
  void setQueries(const HeadRows<const T>& queries, int64_t m) {
    queries_.resize(m, dim_);
    gather(queries, queries_);
  }
  void setOutGrad(const HeadRows<const T>& grad, int64_t m) {
    outGrad_.resize(m, dim_);
    gather(grad, outGrad_);
  }

  void scores(int64_t k0, Matrix& out) { out.noalias() = queries_ * keys_.middleRows(k0, out.cols()).transpose(); }
  void output(const Matrix& p, int64_t, int64_t k0, Matrix& out) { out.noalias() = p * values_.middleRows(k0, p.cols()); }
  void probabilitiesGrad(int64_t k0, Matrix& out) { out.noalias() = outGrad_ * values_.middleRows(k0, out.cols()).transpose(); }
  void addGrads(const Matrix& p, const Matrix& slopes, int64_t, int64_t k0) {
    valuesGrad_.middleRows(k0, p.cols()).noalias() += p.transpose() * outGrad_;
    keysGrad_.middleRows(k0, p.cols()).noalias() += slopes.transpose() * queries_;
  }
  void queriesGrad(const Matrix& slopes, int64_t, int64_t k0, Matrix& out) { out.noalias() = slopes * keys_.middleRows(k0, slopes.cols()); }
  const Matrix& keysGrad() const { return keysGrad_; }
  const Matrix& valuesGrad() const { return valuesGrad_; }

 private:
  Matrix keys_, values_, queries_, outGrad_, keysGrad_, valuesGrad_;
  int64_t length_, dim_;
};

#ifdef TUNEBOARD_TILES
// Of float32 heads the products are as exact as all others (tiles.h); of bfloat16 ones the probabilities and their gradients are rounded to bfloat16 too, as
// where PyTorch multiplies in that type. The gradients of keys and values are summed transposed, [dim, keys], so that the large operands, of queries and
// keys, are rearranged as they lie.
template <typename T>
class TileProducts {
 public:
  TileProducts(int64_t length, int64_t dim) : length_(length), dim_(dim), wide_(padded(dim)), long_(padded(length)) { tiles::configure(); }
  TileProducts(const TileProducts&) = delete;
  ~TileProducts() { tiles::release(); }
  static int64_t padded(int64_t n) { return (n + tiles::kSide - 1) / tiles::kSide * tiles::kSide; }

  void setKeys(const HeadRows<const T>& keys, const HeadRows<const T>& values, bool grad) {
    keysAcross_.setRight(tiles::words(keys.first), keys.stride, dim_, length_, true);
    if (!grad) return values_.setRight(tiles::words(values.first), values.stride, length_, dim_, false);
    keys_.setRight(tiles::words(keys.first), keys.stride, length_, dim_, false);
    valuesAcross_.setRight(tiles::words(values.first), values.stride, dim_, length_, true);
    keysGrad_.setZero(wide_, long_);
    valuesGrad_.setZero(wide_, long_);
  }
  void setQueries(const HeadRows<const T>& queries, int64_t m) {
    queries_.setLeft(tiles::words(queries.first), queries.stride, m, dim_);
    given_ = queries;
  }
  void setOutGrad(const HeadRows<const T>& grad, int64_t m) {
    outGrad_.setLeft(tiles::words(grad.first), grad.stride, m, dim_);
    across(grad, m, outGradAcross_);
    across(given_, m, queriesAcross_);
  }

  void scores(int64_t k0, Matrix& out) { tiles::multiply(queries_, keysAcross_, k0, 0, out.cols(), out.data(), out.cols()); }
  void output(const Matrix& p, int64_t m, int64_t k0, Matrix& out) { multiplyRows(p, m, values_, k0, out); }
  void probabilitiesGrad(int64_t k0, Matrix& out) { tiles::multiply(outGrad_, valuesAcross_, k0, 0, out.cols(), out.data(), out.cols()); }
  void addGrads(const Matrix& p, const Matrix& slopes, int64_t m, int64_t k0) {
    addAcross(outGradAcross_, p, m, k0, valuesGrad_);
    addAcross(queriesAcross_, slopes, m, k0, keysGrad_);
  }
  void queriesGrad(const Matrix& slopes, int64_t m, int64_t k0, Matrix& out) { multiplyRows(slopes, m, keys_, k0, out); }
  const Matrix& keysGrad() { return turned(keysGrad_); }
  const Matrix& valuesGrad() { return turned(valuesGrad_); }

 private:
  using Tiles = tiles::Operand<tiles::kPlanes<T>>;

  void across(const HeadRows<const T>& x, int64_t m, Tiles& out) {
    turned_.resize(dim_, m);
    tiles::turn(x.first, x.stride, m, dim_, turned_.data(), m);
    out.setLeft(turned_.data(), m, dim_, m);
  }
  const Matrix& turned(const Matrix& x) {
    turned_.resize(x.cols(), x.rows());
    tiles::turn(x.data(), x.cols(), x.rows(), x.cols(), turned_.data(), x.rows());
    return turned_;
  }
  void multiplyRows(const Matrix& x, int64_t m, const Tiles& right, int64_t k0, Matrix& out) {
    block_.setLeft(x.data(), x.cols(), m, x.cols());
    out.resize(padded(m), wide_);
    tiles::multiply(block_, right, 0, k0 / tiles::kSide, wide_, out.data(), wide_);
  }
  void addAcross(const Tiles& left, const Matrix& x, int64_t m, int64_t k0, Matrix& sums) {
    block_.setRight(x.data(), x.cols(), m, x.cols(), false);
    tiles::multiply(left, block_, 0, 0, x.cols(), sums.data() + k0, long_, true);
  }

  int64_t length_, dim_, wide_, long_;
  HeadRows<const T> given_{};
  Tiles keys_, keysAcross_, values_, valuesAcross_, queries_, queriesAcross_, outGrad_, outGradAcross_, block_;
  Matrix keysGrad_, valuesGrad_, turned_;
};
#endif

}  // namespace tuneboard
