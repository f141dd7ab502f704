// Matrix products on the processor's tile unit (AMX): 16×32 times 32×16 bfloat16 numbers per instruction, summed in float32. A float32 number is
// taken as the sum of three bfloat16 ones, which hold its 24 bits, and of the nine products the six that reach float32's last bit are added (Henry, Tang
// and Heinecke, arXiv 1904.06376): as exact as float32 arithmetic, at a multiple of its rate. Both operands are first rearranged into tiles of 1 KB.
#pragma once
#include "common.h"

#if defined(__AMX_BF16__) && defined(__linux__)
#define TUNEBOARD_TILES
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tuneboard::tiles {

// The kernel gives the unit's state to processes that ask; before any thread uses it.
inline bool allowed() {
  constexpr int kRequest = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  static const bool granted = syscall(SYS_arch_prctl, kRequest, kTileData) == 0;
  return granted;
}

using Word = uint16_t;
constexpr int64_t kTile = 512, kSide = 32;  // numbers in a tile; rows and columns that are computed at once, as 2 × 2 tiles of sums
template <typename T>
constexpr int kPlanes = sizeof(T) == 4 ? 3 : 1;
// Columns of the left operand per pass, so that what a pass touches stays in the second-level cache.
template <typename T>
constexpr int64_t kDepth = (sizeof(T) == 4 ? 576 : 2048) / kSide;

struct alignas(64) Shapes {
  uint8_t palette = 1, start = 0, unused[14] = {};
  uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

template <typename N>
N* scratch(int64_t n, int which) {
  thread_local std::vector<N, Eigen::aligned_allocator<N>> kept[4];
  auto& buffer = kept[which];
  if (static_cast<int64_t>(buffer.size()) < n) buffer.resize(n);
  return buffer.data();
}

inline __mmask16 first16(int64_t n) { return n >= 16 ? 0xffff : static_cast<__mmask16>((1u << std::max<int64_t>(n, 0)) - 1); }
inline __mmask32 first32(int64_t n) { return n >= 32 ? 0xffffffffu : (1u << n) - 1; }

// 32 numbers as planes whose sum they are; lanes beyond the given ones are 0.
struct Planes {
  __m512i word[3];
};
inline __m512 lower(__m512i v) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm512_castsi512_si256(v)), 16)); }
inline __m512 upper(__m512i v) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(v, 1)), 16)); }
template <int P>
inline Planes split(__m512 a, __m512 b) {
  Planes out;
  for (int p = 0; p < P; p++) {
    out.word[p] = (__m512i)_mm512_cvtne2ps_pbh(b, a);
    if (p + 1 == P) break;
    a = _mm512_sub_ps(a, lower(out.word[p]));
    b = _mm512_sub_ps(b, upper(out.word[p]));
  }
  return out;
}

// 32 neighbours, n of them given.
template <int P>
inline Planes along(const float* x, int64_t n) { return split<P>(_mm512_maskz_loadu_ps(first16(n), x), _mm512_maskz_loadu_ps(first16(n - 16), x + 16)); }
template <int P>
inline Planes along(const Word* x, int64_t n) { return {{_mm512_maskz_loadu_epi16(first32(n), x)}}; }
// 16 neighbours of one row (n given), then those of the row after it (where there is one).
template <int P>
inline Planes pair(const float* x, int64_t stride, int64_t n, bool both) {
  return split<P>(_mm512_maskz_loadu_ps(first16(n), x), both ? _mm512_maskz_loadu_ps(first16(n), x + stride) : _mm512_setzero_ps());
}
template <int P>
inline Planes pair(const Word* x, int64_t stride, int64_t n, bool both) {
  const __m256i next = both ? _mm256_maskz_loadu_epi16(first16(n), x + stride) : _mm256_setzero_si256();
  return {{_mm512_inserti64x4(_mm512_castsi256_si512(_mm256_maskz_loadu_epi16(first16(n), x)), next, 1)}};
}

inline void transpose(__m512i r[16]) {
  __m512i t[16];
  for (int i = 0; i < 16; i += 2) t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]), t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
  for (int i = 0; i < 16; i += 4) {
    for (int j = 0; j < 2; j++) r[i + 2 * j] = _mm512_unpacklo_epi64(t[i + j], t[i + j + 2]), r[i + 2 * j + 1] = _mm512_unpackhi_epi64(t[i + j], t[i + j + 2]);
  }
  for (int i = 0; i < 4; i++) {
    for (int j = 0; j < 16; j += 8) t[i + j] = _mm512_shuffle_i32x4(r[i + j], r[i + j + 4], 0x88), t[i + j + 4] = _mm512_shuffle_i32x4(r[i + j], r[i + j + 4], 0xdd);
  }
  for (int i = 0; i < 8; i++) r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88), r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
}

// A tile of the left operand, 16 rows of 32 numbers, in all planes. What lies beyond `rows` and `columns` is 0.
template <typename N>
void packLeft(const N* x, int64_t stride, int64_t rows, int64_t columns, Word* out) {
  constexpr int P = kPlanes<N>;
  for (int64_t r = 0; r < 16; r++) {
    const Planes planes = r < rows ? along<P>(x + r * stride, columns) : Planes{};
    for (int p = 0; p < P; p++) _mm512_store_si512(out + p * kTile + r * 32, planes.word[p]);
  }
}
// A tile of the right operand, 32 rows of 16 numbers: the unit wants neighbouring rows as pairs, [row / 2][column][row % 2].
template <int P, typename N>
void packRight(const N* x, int64_t stride, int64_t rows, int64_t columns, Word* out) {
  alignas(64) static constexpr Word kOrder[32] = {0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
  const __m512i order = _mm512_load_si512(kOrder);
  for (int64_t r = 0; r < 32; r += 2) {
    const Planes planes = r < rows ? pair<P>(x + r * stride, stride, columns, r + 1 < rows) : Planes{};
    for (int p = 0; p < P; p++) _mm512_store_si512(out + p * kTile + r * 16, _mm512_permutexvar_epi16(order, planes.word[p]));
  }
}
// The same tile where the operand lies transposed: 16 rows of 32 neighbours become 16 columns.
template <int P, typename N>
void packRightTransposed(const N* x, int64_t stride, int64_t rows, int64_t columns, Word* out) {
  __m512i words[P][16];
  for (int64_t c = 0; c < 16; c++) {
    const Planes planes = c < columns ? along<P>(x + c * stride, rows) : Planes{};
    for (int p = 0; p < P; p++) words[p][c] = planes.word[p];
  }
  for (int p = 0; p < P; p++) {
    transpose(words[p]);
    for (int r = 0; r < 16; r++) _mm512_store_si512(out + p * kTile + r * 32, words[p][r]);
  }
}

// One step of 32 columns for 2 × 2 tiles of sums, by the planes of both operands. The pairs of planes come in an order in which only one operand changes.
template <int A, int B>
inline void step(const Word* a0, const Word* a1, const Word* b0, const Word* b1) {
  const auto left = [&](int p) { _tile_loadd(4, a0 + p * kTile, 64); _tile_loadd(5, a1 + p * kTile, 64); };
  const auto right = [&](int p) { _tile_loadd(6, b0 + p * kTile, 64); _tile_loadd(7, b1 + p * kTile, 64); };
  const auto multiply = [] { _tile_dpbf16ps(0, 4, 6); _tile_dpbf16ps(1, 4, 7); _tile_dpbf16ps(2, 5, 6); _tile_dpbf16ps(3, 5, 7); };
  if constexpr (A == 3 && B == 3) {
    left(2), right(0), multiply();
    left(1), multiply();
    right(1), multiply();
    left(0), multiply();
    right(0), multiply();
    right(2), multiply();
  } else {
    static_assert(A == 1 || B == 1);
    left(0), right(0), multiply();
    for (int p = 1; p < A; p++) left(p), multiply();
    for (int q = 1; q < B; q++) right(q), multiply();
  }
}

inline void loadSums(const float* sums) { _tile_loadd(0, sums, 128); _tile_loadd(1, sums + 16, 128); _tile_loadd(2, sums + 512, 128); _tile_loadd(3, sums + 528, 128); }
inline void zeroSums() { _tile_zero(0); _tile_zero(1); _tile_zero(2); _tile_zero(3); }
inline void storeSums(float* sums) { _tile_stored(0, sums, 128); _tile_stored(1, sums + 16, 128); _tile_stored(2, sums + 512, 128); _tile_stored(3, sums + 528, 128); }

// Asks for memory that is read or written soon.
template <bool Write>
inline void fetch(const void* from, int64_t bytes) {
  for (const char* line = static_cast<const char*>(from); line < static_cast<const char*>(from) + bytes; line += 64) __builtin_prefetch(line, Write);
}

inline const float* words(const float* x) { return x; }
inline const Word* words(const bf16* x) { return reinterpret_cast<const Word*>(x); }

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
      for (int64_t j = 0; j < steps; j++) packLeft(words(a) + from * k + j * kSide, k, given, k - j * kSide, out + (i * steps + j) * P * kTile);
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
  int64_t steps() const { return (k + kSide - 1) / kSide; }
  int64_t columns() const { return (n + kSide - 1) / kSide; }
};

// Whether rows [from, to) of `count` blocks of columns are bfloat16 numbers, as the weights of most checkpoints are even where they are held in
// float32: then the first plane is all there is. It is also what brings them into the cache, so it asks for memory ahead.
inline bool isNarrow(const Right<bf16>&, int64_t, int64_t, int64_t, int64_t) { return true; }
inline bool isNarrow(const Right<float>& b, int64_t column, int64_t count, int64_t from, int64_t to) {
  constexpr int64_t kAhead = 8;
  const int64_t at = column * kSide, columns = std::min(count * kSide, b.n - at), rows = std::min(to, b.k) - from;
  const float* x = b.transposed ? b.numbers + at * b.k + from : b.numbers + from * b.n + at;
  const int64_t lines = b.transposed ? columns : rows, length = b.transposed ? rows : columns, stride = b.transposed ? b.k : b.n;
  const __m512i low = _mm512_set1_epi32(0xffff);
  for (int64_t line = 0; line < lines; line++) {
    if (line + kAhead < lines) fetch<false>(x + (line + kAhead) * stride, length * 4);
    __m512i seen = _mm512_setzero_si512();
    for (int64_t i = 0; i < length; i += 16) seen = _mm512_or_si512(seen, _mm512_maskz_loadu_epi32(first16(length - i), x + line * stride + i));
    if (_mm512_test_epi32_mask(seen, low)) return false;
  }
  return true;
}

// Steps [from, to) of 32 columns of it in P planes, as two columns of tiles. Rows of a wide matrix lie far apart, so the processor does not foresee
// which memory comes next: it is asked for ahead.
template <int P, typename T>
void packColumns(const Right<T>& b, int64_t column, int64_t from, int64_t to, Word* out) {
  const auto* x = words(b.numbers);
  const int64_t at = column * kSide;
  for (int64_t j = from; j < to; j++, out += P * kTile) {
    const int64_t row = j * kSide, rows = std::min(kSide, b.k - row);
    if (!b.transposed) for (int64_t r = row + 2 * kSide; r < std::min(row + 3 * kSide, b.k); r++) fetch<false>(x + r * b.n + at, kSide * sizeof(T));
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

// A second product of a few columns that is added to the first, in float32: what LoRA adds to a linear.
struct Added {
  Left left;
  Right<float> right;
};

// Blocks [row0, row1) × [column0, column1) of c [m, n] = left · right (+ added), the right operand rearranged a few columns at a time.
template <typename L, typename R, typename C>
void computeBlocks(const Left& left, const Right<R>& right, const Added* added, int64_t m, int64_t row0, int64_t row1, int64_t column0, int64_t column1, C* c) {
  constexpr int A = kPlanes<L>, B = kPlanes<R>;
  constexpr int64_t kColumns = 8, depthMost = kDepth<std::conditional_t<A + B == 2, bf16, float>>;
  const int64_t steps = left.steps, more = added ? added->left.steps : 0;
  const bool passes = steps > depthMost;
  Word* packed = scratch<Word>(kColumns * 2 * (std::min(steps, depthMost) * B + more * 3) * kTile, 2);
  Word* packedAdded = packed + kColumns * 2 * std::min(steps, depthMost) * B * kTile;
  float* sums = scratch<float>((passes ? (row1 - row0) * kColumns : 1) * kSide * kSide, 0);
  static const Shapes shapes;
  _tile_loadconfig(&shapes);
  for (int64_t first = column0; first < column1; first += kColumns) {
    const int64_t columns = std::min(kColumns, column1 - first);
    for (int64_t j = 0; j < columns && added; j++) packColumns<3>(added->right, first + j, 0, more, packedAdded + j * 2 * more * 3 * kTile);
    for (int64_t from = 0; from < steps; from += depthMost) {
      const int64_t depth = std::min(depthMost, steps - from);
      const bool last = from + depth == steps;
      const int64_t planes = isNarrow(right, first, columns, from * kSide, (from + depth) * kSide) ? 1 : B;
      for (int64_t j = 0; j < columns; j++) {
        Word* to = packed + j * 2 * depth * planes * kTile;
        if (planes == 1) packColumns<1>(right, first + j, from, from + depth, to);
        else packColumns<B>(right, first + j, from, from + depth, to);
      }
      // Meanwhile the next rows of the left operand come nearer, and those of the result.
      const int64_t lines = depth * A * kTile / 32, each = (2 * lines + columns * depth - 1) / (columns * depth);
      for (int64_t i = row0; i < row1; i++) {
        const Word *a0 = left.at(2 * i, from), *a1 = left.at(2 * i + 1, from);
        const char* next = reinterpret_cast<const char*>(left.at(2 * i + 2, from));
        for (int64_t j = 0; j < columns; j++) {
          const Word *b0 = packed + j * 2 * depth * planes * kTile, *b1 = b0 + depth * planes * kTile;
          float* block = sums + (passes ? ((i - row0) * columns + j) * kSide * kSide : 0);
          const int64_t row = i * kSide, column = (first + j) * kSide, width = std::min(kSide, right.n - column), height = std::min(kSide, m - row);
          if (from > 0) loadSums(block);
          else zeroSums();
          for (int64_t d = 0; d < depth; d++) {
            if (i + 1 < row1) fetchLines(next, (j * depth + d) * each, each, lines, steps * A * kTile * 2);
            const Word *c0 = a0 + d * A * kTile, *c1 = a1 + d * A * kTile, *d0 = b0 + d * planes * kTile, *d1 = b1 + d * planes * kTile;
            if (B > 1 && planes == 1) step<A, 1>(c0, c1, d0, d1);
            else step<A, B>(c0, c1, d0, d1);
            if (last && d < height) fetch<true>(c + (row + d) * right.n + column, width * sizeof(C));
          }
          for (int64_t d = 0; last && d < more; d++) {
            const Word* b = packedAdded + (j * 2 * more + d) * 3 * kTile;
            step<3, 3>(added->left.at(2 * i, d), added->left.at(2 * i + 1, d), b, b + more * 3 * kTile);
          }
          storeSums(block);
          for (int64_t r = 0; last && r < height; r++) narrow(block + r * kSide, c + (row + r) * right.n + column, width);
        }
      }
    }
  }
  _tile_release();
}

// c [m, n] = left · right (+ added), by all threads. L is what the left operand was made of.
template <typename L, typename R, typename C>
void multiply(OpKernelContext* ctx, const Left& left, const Right<R>& right, int64_t m, C* c, const Added* added = nullptr) {
  const int64_t rows = (m + kSide - 1) / kSide, columns = right.columns();
  // Columns are shared out first, because each share rearranges its own; rows only where there are too few columns for all threads.
  const int64_t shares = std::min<int64_t>(threads(ctx), columns), bands = std::min(rows, std::max<int64_t>(1, 4 * threads(ctx) / columns));
  const auto part = [](int64_t of, int64_t parts, int64_t i) { return of * i / parts; };
  parallel(ctx, shares * bands, m * right.k * right.n / (shares * bands) / 64, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; i++) {
      const int64_t share = i / bands, band = i % bands;
      computeBlocks<L>(left, right, added, m, part(rows, bands, band), part(rows, bands, band + 1), part(columns, shares, share), part(columns, shares, share + 1), c);
    }
  });
}

}  // namespace tuneboard::tiles
#endif
