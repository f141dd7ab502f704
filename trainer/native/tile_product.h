// Whole products on the tile unit: the left operand is rearranged once, the right one a few columns at a time, so that what is at work stays in the
// second-level cache; blocks of 32 × 32 sums are shared out to the threads.
#pragma once
#include "tiles.h"

#ifdef TUNEBOARD_TILES
namespace tuneboard::tiles {

// Asks for memory that is read soon.
inline void fetch(const void* from, int64_t bytes) {
  for (const char* line = static_cast<const char*>(from); line < static_cast<const char*>(from) + bytes; line += 64) __builtin_prefetch(line);
}

// A left operand in tiles, [16 rows][step][plane].
struct Left {
  const Word* tiles;
  int64_t steps, planes;
  const Word* at(int64_t row, int64_t step) const { return tiles + (row * steps + step) * planes * kTile; }
};

// Rearranges one, by all threads. `keep` tells apart what is needed at the same time.
template <typename T>
Left packWholeLeft(OpKernelContext* ctx, const T* a, int64_t m, int64_t k, int keep = 0) {
  constexpr int P = kPlanes<T>;
  const int64_t rows = (m + kSide - 1) / kSide * 2, steps = (k + kSide - 1) / kSide;
  Word* out = scratch<Word>(rows * steps * P * kTile, keep);
  parallel(ctx, rows, steps * 200 * P, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; i++) {
      const int64_t given = std::clamp<int64_t>(m - i * 16, 0, 16), from = std::min(i * 16, m);
      for (int64_t j = 0; j < steps; j++) packLeft<P>(words(a) + from * k + j * kSide, k, given, k - j * kSide, out + (i * steps + j) * P * kTile);
    }
  });
  return {out, steps, P};
}

// A right operand as it lies in memory: [k, n], or [n, k] when it is transposed.
template <typename T>
struct Right {
  const T* numbers;
  bool transposed;
  int64_t k, n;
  int64_t columns() const { return (n + kSide - 1) / kSide; }
};

// Steps [from, to) of 32 columns of it, as two columns of tiles. Rows of a wide matrix lie far apart, so the processor does not foresee
// which memory comes next: it is asked for ahead.
template <typename T>
void packColumns(const Right<T>& b, int64_t column, int64_t from, int64_t to, Word* out) {
  constexpr int P = kPlanes<T>;
  const auto* x = words(b.numbers);
  const int64_t at = column * kSide;
  for (int64_t j = from; j < to; j++, out += P * kTile) {
    const int64_t row = j * kSide, rows = std::min(kSide, b.k - row);
    if (!b.transposed) for (int64_t r = row + 2 * kSide; r < std::min(row + 3 * kSide, b.k); r++) fetch(x + r * b.n + at, kSide * sizeof(T));
    for (int64_t half = 0; half < 2; half++) {
      const int64_t start = std::min(at + half * 16, b.n), given = std::clamp<int64_t>(b.n - start, 0, 16);
      Word* tile = out + half * (to - from) * P * kTile;
      if (b.transposed) packRightTransposed<P>(x + start * b.k + row, b.k, rows, given, tile);
      else packRight<P>(x + row * b.n + start, b.n, rows, given, tile);
    }
  }
}

// `lines` lines of 64 bytes from the `at`-th on, of two rows of tiles that have `row` lines each and lie `apart`.
inline void fetchLines(const char* rows, int64_t at, int64_t lines, int64_t row, int64_t apart) {
  for (int64_t line = at; line < std::min(at + lines, 2 * row); line++) _mm_prefetch(rows + (line < row ? line * 64 : (line - row) * 64 + apart), _MM_HINT_T1);
}

// A second product that is added to the first: what LoRA adds to a linear. Its float32 operands are laid out as six bfloat16 ones, side by side in the
// left and one below the other in the right, so that the sum of the six products of planes takes as many steps as their columns fill: two for a rank of 8.
struct Added {
  Left left;
  Right<bf16> right;
};
constexpr int kSix = 6, kLeftPlane[kSix] = {2, 1, 0, 1, 0, 0}, kRightPlane[kSix] = {0, 1, 2, 0, 1, 0};

// x [rows, columns] as six matrices of its planes: [rows, 6 · columns], or [6 · rows, columns] when they go below one another.
inline const bf16* spread(const float* x, int64_t rows, int64_t columns, const int (&plane)[kSix], bool below, int keep) {
  Word* out = scratch<Word>(rows * columns * kSix, keep);
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t c = 0; c < columns; c += 32) {
      const Planes planes = along<3>(x + r * columns + c, columns - c);
      for (int s = 0; s < kSix; s++) _mm512_mask_storeu_epi16(out + (below ? s * rows + r : r * kSix + s) * columns + c, first32(columns - c), planes.word[plane[s]]);
    }
  }
  return reinterpret_cast<const bf16*>(out);
}

// low [m, rank] times b, which lies as [rank, n] or, transposed, as [n, rank].
inline Added lowRank(OpKernelContext* ctx, const float* low, int64_t m, int64_t rank, const float* b, bool transposed, int64_t n) {
  const Left left = packWholeLeft(ctx, spread(low, m, rank, kLeftPlane, false, 3), m, kSix * rank, 1);
  return {left, {spread(b, transposed ? n : rank, transposed ? rank : n, kRightPlane, !transposed, 4), transposed, kSix * rank, n}};
}

// 2 × 2 tiles of sums to where they belong: straight into a float32 result where all 32 × 32 numbers are given, through `block` elsewhere.
template <typename C>
void storeResult(float* block, C* to, int64_t stride, int64_t height, int64_t width) {
  if (std::is_same_v<C, float> && height == kSide && width == kSide) return storeSums(reinterpret_cast<float*>(to), stride);
  storeSums(block);
  for (int64_t r = 0; r < height; r++) narrow(block + r * kSide, to + r * stride, width);
}

// Blocks [row0, row1) × [column0, column1) of c [m, n] = left · right (+ added). The right operand is rearranged for as many columns at a time as fit
// into the second-level cache, so that the left one, which does not, passes by as seldom as possible; a deep product is cut into passes.
template <typename L, typename R, typename C>
void computeBlocks(const Left& left, const Right<R>& right, const Added* added, int64_t m, int64_t row0, int64_t row1, int64_t column0, int64_t column1, C* c) {
  constexpr int A = kPlanes<L>, B = kPlanes<R>;
  const int64_t steps = left.steps, more = added ? added->left.steps : 0, most = std::min(steps, kDepth);
  const int64_t widest = std::max<int64_t>(kTilesHeld / (2 * most * B), 1), kept = steps > most ? row1 - row0 : 1;
  Word* packed = scratch<Word>(widest * 2 * (most * B + more) * kTile, 2);
  Word* packedAdded = packed + widest * 2 * most * B * kTile;
  float* sums = scratch<float>(kept * widest * kSide * kSide, 0);
  configure();
  for (int64_t first = column0, columns; first < column1; first += columns) {
    columns = std::min(widest, column1 - first);
    for (int64_t j = 0; j < columns && added; j++) packColumns(added->right, first + j, 0, more, packedAdded + j * 2 * more * kTile);
    for (int64_t from = 0; from < steps; from += most) {
      const int64_t depth = std::min(most, steps - from);
      const bool last = from + depth == steps;
      for (int64_t j = 0; j < columns; j++) packColumns(right, first + j, from, from + depth, packed + j * 2 * depth * B * kTile);
      // Meanwhile the next rows of the left operand come nearer.
      const int64_t lines = depth * A * kTile / 32, each = (2 * lines + columns * depth - 1) / (columns * depth);
      for (int64_t i = row0; i < row1; i++) {
        const Word *a0 = left.at(2 * i, from), *a1 = left.at(2 * i + 1, from);
        const char* next = reinterpret_cast<const char*>(left.at(2 * i + 2, from));
        for (int64_t j = 0; j < columns; j++) {
          const Word *b0 = packed + j * 2 * depth * B * kTile, *b1 = b0 + depth * B * kTile;
          float* block = sums + (kept > 1 ? (i - row0) * columns + j : 0) * kSide * kSide;
          if (from > 0) loadSums(block);
          else zeroSums();
          const auto addSteps = [&](auto both) {
            for (int64_t d = 0; d < depth; d++) {
              if (i + 1 < row1) fetchLines(next, (j * depth + d) * each, each, lines, steps * A * kTile * 2);
              step<A, B, both>(a0 + d * A * kTile, a1 + d * A * kTile, b0 + d * B * kTile, b1 + d * B * kTile);
            }
          };
          const int64_t row = i * kSide, column = (first + j) * kSide, height = std::min(kSide, m - row), width = std::min(kSide, right.n - column);
          if (width > kSide / 2) addSteps(std::true_type());
          else addSteps(std::false_type());
          if (!last) {
            storeSums(block);
            continue;
          }
          for (int64_t d = 0; d < more; d++) {
            const Word* b = packedAdded + (j * 2 * more + d) * kTile;
            step<1, 1, true>(added->left.at(2 * i, d), added->left.at(2 * i + 1, d), b, b + more * kTile);
          }
          storeResult(block, c + row * right.n + column, right.n, height, width);
        }
      }
    }
  }
  release();
}

// [0, of) cut into shares for `threads` threads to take in turn: first a large one for each, then small ones, so that all end at about the same time
// though none is always as fast as the others.
inline std::vector<int64_t> cutShares(int64_t of, int64_t threads) {
  const int64_t large = of * 7 / (10 * threads), small = std::max<int64_t>(1, (of - large * threads) / (3 * threads));
  std::vector<int64_t> cuts{0};
  for (int64_t i = 0; i < threads && large > 0; i++) cuts.push_back(cuts.back() + large);
  while (cuts.back() < of) cuts.push_back(std::min(of, cuts.back() + small));
  return cuts;
}

// c [m, n] = left · right (+ added), by all threads. L is what the left operand was made of.
template <typename L, typename R, typename C>
void multiply(OpKernelContext* ctx, const Left& left, const Right<R>& right, int64_t m, C* c, const Added* added = nullptr) {
  const int64_t rows = (m + kSide - 1) / kSide, columns = right.columns();
  // Columns are shared out first, because each share rearranges its own; rows only where there are too few columns for all threads.
  const std::vector<int64_t> cuts = cutShares(columns, threads(ctx));
  const int64_t shares = cuts.size() - 1, bands = std::min(rows, std::max<int64_t>(1, 4 * threads(ctx) / columns));
  const auto band = [&](int64_t i) { return rows * i / bands; };
  inTurn(ctx, shares * bands, m * right.k * right.n / (shares * bands) / 64, [&](int64_t i) {
    const int64_t share = i / bands, at = i % bands;
    computeBlocks<L>(left, right, added, m, band(at), band(at + 1), cuts[share], cuts[share + 1], c);
  });
}

}  // namespace tuneboard::tiles
#endif
