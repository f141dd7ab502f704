// Products of matrices that fit into the cache, in one thread: both operands are rearranged whole. configure() comes first.
#pragma once
#include "tiles.h"

#ifdef TUNEBOARD_TILES
namespace tuneboard::tiles {

// An operand in tiles, [16 rows of a left one, or columns of a right one][step][plane], in memory of its own. There is an even number of the former.
template <int P>
class Operand {
 public:
  // x [rows, depth].
  template <typename N>
  void setLeft(const N* x, int64_t stride, int64_t rows, int64_t depth) {
    resize(rows, depth);
    each([&](int64_t side, int64_t step, Word* tile) {
      const int64_t first = std::min(side * 16, rows);
      packLeft<P>(x + first * stride + step * kSide, stride, std::min<int64_t>(16, rows - first), depth - step * kSide, tile);
    });
  }
  // x [depth, columns], or [columns, depth] where it lies transposed.
  template <typename N>
  void setRight(const N* x, int64_t stride, int64_t depth, int64_t columns, bool transposed) {
    resize(columns, depth);
    each([&](int64_t side, int64_t step, Word* tile) {
      const int64_t first = std::min(side * 16, columns), given = std::min<int64_t>(16, columns - first), row = step * kSide, rows = std::min(kSide, depth - row);
      if (transposed) packRightTransposed<P>(x + first * stride + row, stride, rows, given, tile);
      else packRight<P>(x + row * stride + first, stride, rows, given, tile);
    });
  }

  int64_t sides() const { return sides_; }
  int64_t steps() const { return steps_; }
  const Word* at(int64_t side, int64_t step) const { return tiles_.data() + (side * steps_ + step) * P * kTile; }

 private:
  void resize(int64_t sides, int64_t depth) {
    sides_ = (sides + kSide - 1) / kSide * 2;
    steps_ = (depth + kSide - 1) / kSide;
    const size_t numbers = sides_ * steps_ * P * kTile;
    if (tiles_.size() < numbers) tiles_.resize(numbers);
  }
  template <typename F>
  void each(const F& pack) {
    for (int64_t side = 0; side < sides_; side++) for (int64_t step = 0; step < steps_; step++) pack(side, step, tiles_.data() + (side * steps_ + step) * P * kTile);
  }

  std::vector<Word, Eigen::aligned_allocator<Word>> tiles_;
  int64_t sides_ = 0, steps_ = 0;
};

// c [left's rows, columns] = left · right, or added to it; of the right operand `columns` columns from `column` on, and as many steps as the left one has
// from `step` on. Rows and columns are multiples of 32.
template <int P>
void multiply(const Operand<P>& left, const Operand<P>& right, int64_t column, int64_t step0, int64_t columns, float* c, int64_t stride, bool add = false) {
  for (int64_t j = 0; j < columns; j += kSide) {
    const int64_t side = (column + j) / 16;
    for (int64_t i = 0; i < left.sides(); i += 2) {
      float* sums = c + i * 16 * stride + j;
      if (add) loadSums(sums, stride);
      else zeroSums();
      for (int64_t d = 0; d < left.steps(); d++) step<P>(left.at(i, d), left.at(i + 1, d), right.at(side, step0 + d), right.at(side + 1, step0 + d));
      storeSums(sums, stride);
    }
  }
}

}  // namespace tuneboard::tiles
#endif
