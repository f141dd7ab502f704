// Whole products on the tile unit. A thread rearranges as many columns of the right operand as its second-level cache holds, then takes rows of the left
// one, a few at a time and in turn with the other threads, rearranges them and multiplies them with all those columns. So no operand is written to memory
// rearranged, the larger one is read as it lies, and a thread that is slower than the others takes fewer rows.
#pragma once
#include "tiles.h"

#ifdef TUNEBOARD_TILES
namespace tuneboard::tiles {

// So many tiles of the right operand are at work at once, beside a few rows of the left one.
constexpr int64_t kTilesHeld = 1000;

// A right operand as it lies in memory: [k, n], or [n, k] when it is transposed.
template <typename T>
struct Right {
  const T* numbers;
  bool transposed;
  int64_t k, n;
};

// Rows of a matrix that are needed soon come nearer, a few lines of 64 bytes at a time: to be read, or to be written.
template <bool Write>
class Fetch {
 public:
  // Lets some() be called `calls` times.
  template <typename N>
  Fetch(N* x, int64_t stride, int64_t rows, int64_t columns, int64_t calls)
      : row_(reinterpret_cast<const char*>(x)), stride_(stride * sizeof(N)), rows_(rows), bytes_(columns * sizeof(N)), lines_((rows * ((bytes_ + 63) / 64) + calls - 1) / calls) {}
  void some() {
    for (int64_t i = 0; i < lines_ && rows_ > 0; i++) {
      if constexpr (Write) _mm_prefetch(row_ + at_, _MM_HINT_ET0);
      else _mm_prefetch(row_ + at_, _MM_HINT_T1);
      at_ += 64;
      if (at_ >= bytes_) at_ = 0, row_ += stride_, rows_--;
    }
  }

 private:
  const char* row_;
  int64_t stride_, rows_, bytes_, lines_, at_ = 0;
};

// The tile of the right operand that begins at [row, column], in planes that follow one another.
template <typename T>
void packRightTile(const Right<T>& b, int64_t row, int64_t column, Word* out) {
  constexpr int P = kPlanes<T>;
  const int64_t rows = std::min(kSide, b.k - row), start = std::min(column, b.n), columns = std::clamp<int64_t>(b.n - start, 0, 16);
  const auto* x = words(b.numbers);
  if (b.transposed) packRightTransposed<P>(x + start * b.k + row, b.k, rows, columns, out);
  else packRight<P>(x + row * b.n + start, b.n, rows, columns, out);
}

// Steps [from, to) of units [unit0, unit1), each `broad` tiles of columns: [unit][step][tile][plane].
template <typename T>
void packUnits(const Right<T>& b, int64_t broad, int64_t unit0, int64_t unit1, int64_t from, int64_t to, Word* out) {
  constexpr int P = kPlanes<T>;
  const int64_t width = 16 * broad, first = unit0 * width, last = std::min(unit1 * width, b.n), size = broad * P * kTile;
  const auto* x = words(b.numbers);
  const auto pack = [&](int64_t unit, int64_t step) {
    Word* tiles = out + ((unit - unit0) * (to - from) + step - from) * size;
    const int64_t row = step * kSide, column = unit * width;
    const bool whole = P == 1 && !b.transposed && row + kSide <= b.k && column + width <= b.n;
    for (int64_t t = 0; t < broad; t += whole ? 2 : 1) {
      if (whole) packRightPair(reinterpret_cast<const Word*>(x) + row * b.n + column + 16 * t, b.n, tiles + t * kTile, kTile);
      else packRightTile(b, row, column + 16 * t, tiles + t * P * kTile);
    }
  };
  // In the order in which the operand lies, so that the processor foresees what comes next.
  if (b.transposed) {
    for (int64_t unit = unit0; unit < unit1; unit++) for (int64_t step = from; step < to; step++) pack(unit, step);
    return;
  }
  for (int64_t step = from; step < to; step++) {
    const int64_t next = std::min((step + 1) * kSide, b.k);
    Fetch<false> fetch(x + next * b.n + first, b.n, std::min(kSide, b.k - next), last - first, unit1 - unit0);
    for (int64_t unit = unit0; unit < unit1; unit++) {
      fetch.some();
      pack(unit, step);
    }
  }
}

// The I-th of N parts of the tiles that follow a step's A of the left operand and B of the right one come to the first-level cache. Done after each product, it
// is both what spaces them (tiles.h) and what the next step's loads need.
template <int I, int N, int A, int B>
inline void fetchNext(const Word* a, const Word* b) {
  const auto part = [](const Word* next, int64_t lines) {
    for (int64_t line = I * lines / N; line < (I + 1) * lines / N; line++) _mm_prefetch(reinterpret_cast<const char*>(next) + line * 64, _MM_HINT_T0);
  };
  part(a + A * kTile, A * 16);
  part(b + B * kTile, B * 16);
}

// Adds the tile Left times tile 7 to the tile Sum.
template <int Sum, int Left>
inline void addProduct() {
#define TUNEBOARD_ADD(SUM)                                          \
  if constexpr (Sum == SUM && Left == 4) _tile_dpbf16ps(SUM, 4, 7); \
  if constexpr (Sum == SUM && Left == 5) _tile_dpbf16ps(SUM, 5, 7); \
  if constexpr (Sum == SUM && Left == 6) _tile_dpbf16ps(SUM, 6, 7)
  TUNEBOARD_ADD(0);
  TUNEBOARD_ADD(1);
  TUNEBOARD_ADD(2);
  TUNEBOARD_ADD(3);
#undef TUNEBOARD_ADD
}

template <int N>
using Number = std::integral_constant<int, N>;

// A column of a step for 1 × 4 tiles of sums, the left operand's A planes in tiles 4 to 6: times B planes of the right one, as many pairs as reach float32's
// last bit.
template <int A, int B, int Sum>
inline void addColumn(const Word* a, const Word* b) {
  constexpr int kPairs = A == 3 && B == 3 ? 6 : A * B;
  const auto add = [&](auto left, auto pair) {
    addProduct<Sum, decltype(left)::value + 4>();
    fetchNext<Sum * kPairs + decltype(pair)::value, 4 * kPairs, A, 4 * B>(a, b);
  };
  TUNEBOARD_LOAD_TILE(7, b + Sum * B * kTile);
  add(Number<0>(), Number<0>());
  if constexpr (A > 1) add(Number<1>(), Number<1>()), add(Number<2>(), Number<2>());
  if constexpr (B > 1) {
    static_assert(A == 3);
    TUNEBOARD_LOAD_TILE(7, b + (Sum * B + 1) * kTile);
    add(Number<0>(), Number<3>()), add(Number<1>(), Number<4>());
    TUNEBOARD_LOAD_TILE(7, b + (Sum * B + 2) * kTile);
    add(Number<0>(), Number<5>());
  }
}

// One step for Tall × (4 / Tall) tiles of sums: the left operand's tiles [row][plane], the right one's [column][plane].
template <int64_t Tall, int A, int B>
inline void stepUnit(const Word* a, const Word* b) {
  if constexpr (Tall == 2) {
    static_assert(A == 1 && B == 1);
    TUNEBOARD_LOAD_TILE(4, a);
    TUNEBOARD_LOAD_TILE(5, a + kTile);
    TUNEBOARD_LOAD_TILE(6, b);
    TUNEBOARD_LOAD_TILE(7, b + kTile);
    _tile_dpbf16ps(0, 4, 6);
    fetchNext<0, 4, 2, 2>(a, b);
    _tile_dpbf16ps(1, 4, 7);
    fetchNext<1, 4, 2, 2>(a, b);
    _tile_dpbf16ps(2, 5, 6);
    fetchNext<2, 4, 2, 2>(a, b);
    _tile_dpbf16ps(3, 5, 7);
    fetchNext<3, 4, 2, 2>(a, b);
  } else {
    TUNEBOARD_LOAD_TILE(4, a);
    if constexpr (A > 1) { TUNEBOARD_LOAD_TILE(5, a + kTile); TUNEBOARD_LOAD_TILE(6, a + 2 * kTile); }
    addColumn<A, B, 0>(a, b);
    addColumn<A, B, 1>(a, b);
    addColumn<A, B, 2>(a, b);
    addColumn<A, B, 3>(a, b);
  }
}

// What LoRA adds to a product a · right: low · up, where low [m, rank] = scale · a · downᵀ, which is kept too. The rows of `down` [rank, k] lie one after the other.
struct LowRank {
  const float* down;
  Right<float> up;
  float scale;
  float* low;
};
// The float32 operands of low · up are laid out as six bfloat16 ones, side by side in the left and one below the other in the right, so that the sum of the
// six products of planes takes as many steps as their columns fill: two for a rank of 8.
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

// The sums of four vectors' numbers.
inline __m128 addUp(__m512 a, __m512 b, __m512 c, __m512 d) {
  const auto quarter = [](__m512 x) {
    const __m256 half = _mm256_add_ps(_mm512_castps512_ps256(x), _mm512_extractf32x8_ps(x, 1));
    return _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
  };
  __m128 w = quarter(a), x = quarter(b), y = quarter(c), z = quarter(d);
  _MM_TRANSPOSE4_PS(w, x, y, z);
  return _mm_add_ps(_mm_add_ps(w, x), _mm_add_ps(y, z));
}

// out [rows, rank] = scale · x [rows, k] · downᵀ: too few columns for tiles, so vectors are multiplied, four rows by four at a time.
template <typename T>
void multiplyDown(const T* x, int64_t rows, int64_t k, const float* down, int64_t rank, float scale, float* out) {
  constexpr int64_t kSome = 4;
  for (int64_t r0 = 0; r0 < rows; r0 += kSome) {
    for (int64_t c0 = 0; c0 < rank; c0 += kSome) {
      // Where fewer are left, the last one is computed again.
      const T* row[kSome];
      const float* column[kSome];
      for (int64_t i = 0; i < kSome; i++) row[i] = x + std::min(r0 + i, rows - 1) * k, column[i] = down + std::min(c0 + i, rank - 1) * k;
      __m512 sums[kSome][kSome] = {};
      for (int64_t i = 0; i < k; i += 16) {
        const __mmask16 given = first16(k - i);
        const __m512 c[kSome] = {sixteen(column[0] + i, given), sixteen(column[1] + i, given), sixteen(column[2] + i, given), sixteen(column[3] + i, given)};
#pragma GCC unroll 4
        for (int64_t r = 0; r < kSome; r++) {
          const __m512 numbers = sixteen(row[r] + i, given);
#pragma GCC unroll 4
          for (int64_t j = 0; j < kSome; j++) sums[r][j] = _mm512_fmadd_ps(numbers, c[j], sums[r][j]);
        }
      }
      const __mmask8 given = static_cast<__mmask8>(first16(rank - c0) & 0xf);
#pragma GCC unroll 4
      for (int64_t r = 0; r < kSome; r++) {
        if (r0 + r < rows) _mm_mask_storeu_ps(out + (r0 + r) * rank + c0, given, _mm_mul_ps(addUp(sums[r][0], sums[r][1], sums[r][2], sums[r][3]), _mm_set1_ps(scale)));
      }
    }
  }
}

// c [m, n] = a [m, k] · right (+ what LoRA adds). A deep product is made in several passes over `sums` [m, n], which is c itself where that is float32.
template <typename L, typename R, typename C>
class Product {
 public:
  Product(const L* a, int64_t m, const Right<R>& right, C* c, const LowRank* low) : a_(a), right_(right), low_(low), c_(c), m_(m) {
    steps_ = (right.k + kSide - 1) / kSide;
    passes_ = (steps_ + kDepth - 1) / kDepth;
    blocks_ = (m + kHeight - 1) / kHeight;
    units_ = (right.n + kWidth - 1) / kWidth;
    if (!low) return;
    const Right<float>& up = low->up;
    added_ = (kSix * up.k + kSide - 1) / kSide;
    spreadUp_ = {spread(up.numbers, up.transposed ? up.n : up.k, up.transposed ? up.k : up.n, kRightPlane, !up.transposed, kSpreadUp), up.transposed, kSix * up.k, up.n};
  }
  int64_t passes() const { return passes_; }

  void run(OpKernelContext* ctx, float* sums) {
    const int64_t runners = threads(ctx), deepest = (steps_ + passes_ - 1) / passes_;
    int64_t most = std::max<int64_t>(1, kTilesHeld / (deepest * kBroad * B));
    // So many turns that all threads end at about the same time: one for each block of rows, or, where there are too few, for some columns and, where there are too
    // few of those as well, rows.
    const int64_t turns = 4 * runners;
    const bool few = blocks_ < turns;
    if (few) most = std::min(most, std::max<int64_t>(1, units_ / turns));
    groups_ = (units_ + most - 1) / most;
    bands_ = few ? std::clamp<int64_t>(turns / groups_, 1, blocks_) : blocks_;
    ahead_ = few ? 1 : runners;
    // Few enough rows stay rearranged for all columns.
    keep_ = bands_ == 1 && blocks_ * deepest * kTall * A <= kTilesHeld / 2;
    sums_ = sums;
    for (int64_t pass = 0; pass < passes_; pass++) {
      inTurn(ctx, groups_ * bands_, [this, pass] { return Worker(*this, pass); });
    }
  }

 private:
  static constexpr int A = kPlanes<L>, B = kPlanes<R>;
  // 1 × 4 tiles of sums load the fewest tiles where the left operand has three planes, 2 × 2 where it has one.
  static constexpr int64_t kTall = A == 1 ? 2 : 1, kBroad = 4 / kTall, kHeight = 16 * kTall, kWidth = 16 * kBroad;
  static constexpr int64_t kDepth = A == 1 ? 64 : 32;  // steps in a pass
  enum { kLeft, kRight, kUp, kLow, kSpreadUp, kSpreadLow };  // memory of Words
  enum { kBlock, kLows };                                     // and of floats

  // One thread's part of a pass.
  class Worker {
   public:
    Worker(const Product& product, int64_t pass)
        : p(product), k(p.right_.k), n(p.right_.n), from(p.steps_ * pass / p.passes_), depth(p.steps_ * (pass + 1) / p.passes_ - from), leftSize(depth * kTall * A * kTile),
          first(pass == 0), last(pass + 1 == p.passes_) {
      const int64_t slots = p.keep_ ? p.blocks_ : 1;
      left_ = scratch<Word>(slots * leftSize, kLeft);
      low_ = scratch<Word>(slots * p.added_ * kTall * kTile, kLow);
      configure();
    }
    Worker(const Worker&) = delete;
    ~Worker() { release(); }

    void operator()(int64_t item) {
      const int64_t group = item / p.bands_, band = item % p.bands_;
      const int64_t unit0 = p.units_ * group / p.groups_, unit1 = p.units_ * (group + 1) / p.groups_;
      const Word* right = packRight(group, unit0, unit1);
      for (int64_t block = p.blocks_ * band / p.bands_; block < p.blocks_ * (band + 1) / p.bands_; block++) {
        const int64_t row = block * kHeight, height = std::min(kHeight, p.m_ - row), next = std::min(row + p.ahead_ * kHeight, p.m_);
        const int64_t slot = p.keep_ ? block : 0;
        const Word *left = left_ + slot * leftSize, *low = low_ + slot * p.added_ * kTall * kTile;
        if (!packed_) packRows(row, height, slot, group == 0);
        Fetch<false> fetch(p.a_ + next * k + from * kSide, k, std::min(kHeight, p.m_ - next), std::min(depth * kSide, k - from * kSide), (unit1 - unit0) * depth);
        for (int64_t unit = unit0; unit < unit1; unit++) {
          const int64_t column = unit * kWidth, width = std::min(kWidth, n - column);
          const Word* b = right + (unit - unit0) * depth * kBroad * B * kTile;
          const auto compute = [&](auto* result) {
            Fetch<true> place(result + row * n + column, n, height, width, depth);
            for (int64_t d = 0; d < depth; d++) {
              fetch.some();
              place.some();
              stepUnit<kTall, A, B>(left + d * kTall * A * kTile, b + d * kBroad * B * kTile);
            }
            for (int64_t d = 0; d < (last ? p.added_ : 0); d++) stepUnit<kTall, 1, 1>(low + d * kTall * kTile, up_ + ((unit - unit0) * p.added_ + d) * kBroad * kTile);
            end(result, row, column, height, width);
          };
          if (first) zeroSums();
          else begin(row, column, height, width);
          if (last) compute(p.c_);
          else compute(p.sums_);
        }
      }
      packed_ = p.keep_;
    }

   private:
    // `steps` steps of a few rows of x, as tiles of a left operand: [step][row][plane].
    template <int P, typename N>
    static void pack(const N* x, int64_t stride, int64_t rows, int64_t columns, int64_t steps, Word* out) {
      for (int64_t step = 0; step < steps; step++) {
        for (int64_t tile = 0; tile < kTall; tile++) {
          const int64_t row = std::min(tile * 16, rows), column = step * kSide;
          packLeft<P>(x + row * stride + column, stride, std::min<int64_t>(16, rows - row), columns - column, out + (step * kTall + tile) * P * kTile);
        }
      }
    }
    // Rows of the left operand and, at the end of a deep product, their share of low.
    void packRows(int64_t row, int64_t height, int64_t slot, bool keep) {
      pack<A>(words(p.a_) + row * k + from * kSide, k, height, k - from * kSide, depth, left_ + slot * leftSize);
      if (!p.low_ || !last) return;
      const int64_t rank = p.low_->up.k, wide = kSix * rank;
      float* lows = scratch<float>(kHeight * rank, kLows);
      multiplyDown(p.a_ + row * k, height, k, p.low_->down, rank, p.low_->scale, lows);
      if (keep) std::memcpy(p.low_->low + row * rank, lows, height * rank * sizeof(float));
      pack<1>(words(spread(lows, height, rank, kLeftPlane, false, kSpreadLow)), wide, height, wide, p.added_, low_ + slot * p.added_ * kTall * kTile);
    }
    // Columns of the right operands; they stay for as long as the group is the same.
    const Word* packRight(int64_t group, int64_t unit0, int64_t unit1) {
      Word* out = scratch<Word>((unit1 - unit0) * kBroad * depth * B * kTile, kRight);
      if (group_ == group) return out;
      group_ = group;
      packUnits(p.right_, kBroad, unit0, unit1, from, from + depth, out);
      if (!p.low_ || !last) return out;
      up_ = scratch<Word>((unit1 - unit0) * kBroad * p.added_ * kTile, kUp);
      packUnits(p.spreadUp_, kBroad, unit0, unit1, 0, p.added_, up_);
      return out;
    }
    // Tiles of sums from where the pass before left them, and to where they belong: straight where all their numbers are given, through a block of their own elsewhere.
    void begin(int64_t row, int64_t column, int64_t height, int64_t width) const {
      const float* from = p.sums_ + row * n + column;
      if (height == kHeight && width == kWidth) return loadSums<kTall>(from, n);
      float* block = scratch<float>(kHeight * kWidth, kBlock);
      for (int64_t r = 0; r < height; r++) widen(from + r * n, block + r * kWidth, width);
      loadSums<kTall>(block, kWidth);
    }
    template <typename N>
    void end(N* result, int64_t row, int64_t column, int64_t height, int64_t width) const {
      N* to = result + row * n + column;
      if (std::is_same_v<N, float> && height == kHeight && width == kWidth) return storeSums<kTall>(reinterpret_cast<float*>(to), n);
      float* block = scratch<float>(kHeight * kWidth, kBlock);
      storeSums<kTall>(block, kWidth);
      for (int64_t r = 0; r < height; r++) narrow(block + r * kWidth, to + r * n, width);
    }

    const Product& p;
    const int64_t k, n, from, depth, leftSize;
    const bool first, last;
    Word *left_, *low_, *up_ = nullptr;
    int64_t group_ = -1;
    bool packed_ = false;
  };

  const L* a_;
  Right<R> right_;
  Right<bf16> spreadUp_{};
  const LowRank* low_;
  C* c_;
  float* sums_ = nullptr;
  int64_t m_, steps_, passes_, blocks_, units_, added_ = 0, groups_ = 1, bands_ = 1, ahead_ = 1;
  bool keep_ = false;
};

// c [m, n] = a [m, k] · right (+ what LoRA adds), by all threads.
template <typename L, typename R, typename C>
void multiply(OpKernelContext* ctx, const L* a, int64_t m, const Right<R>& right, C* c, const LowRank* low = nullptr) {
  Product<L, R, C> product(a, m, right, c, low);
  if constexpr (std::is_same_v<C, float>) {
    product.run(ctx, c);
  } else {
    Tensor sums;
    OP_REQUIRES_OK(ctx, temporary(ctx, product.passes() > 1 ? m * right.n : 0, &sums));
    product.run(ctx, sums.flat<float>().data());
  }
}

}  // namespace tuneboard::tiles
#endif
