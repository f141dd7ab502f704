// Matrix products on the processor's tile unit (AMX): 16×32 times 32×16 bfloat16 numbers per instruction, summed in float32. A float32 number is
// taken as the sum of three bfloat16 ones, which hold its 24 bits, and of the nine products the six that reach float32's last bit are added (Henry, Tang
// and Heinecke, arXiv 1904.06376): as exact as float32 arithmetic, at a multiple of its rate. Both operands are first rearranged into tiles
// of 1 KB. This file is one tile; whole products are tile_product.h.
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
constexpr int64_t kTile = 512, kSide = 32;  // numbers in a tile; columns of the left operand in one, and what two tiles of sums are wide and tall
template <typename T>
constexpr int kPlanes = sizeof(T) == 4 ? 3 : 1;

inline const float* words(const float* x) { return x; }
inline const Word* words(const bf16* x) { return reinterpret_cast<const Word*>(x); }

struct alignas(64) Shapes {
  uint8_t palette = 1, start = 0, unused[14] = {};
  uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

// For the thread that computes: before its products and after them.
inline void configure() {
  static const Shapes shapes;
  _tile_loadconfig(&shapes);
}
inline void release() { _tile_release(); }

template <typename N>
N* scratch(int64_t n, int which) {
  thread_local std::vector<N, Eigen::aligned_allocator<N>> kept[6];
  auto& buffer = kept[which];
  if (static_cast<int64_t>(buffer.size()) < n) buffer.resize(n);
  return buffer.data();
}

inline __mmask16 first16(int64_t n) { return n >= 16 ? 0xffff : static_cast<__mmask16>((1u << std::max<int64_t>(n, 0)) - 1); }
inline __mmask32 first32(int64_t n) { return n >= 32 ? 0xffffffffu : (1u << n) - 1; }

// 32 numbers as planes whose sum they are; lanes beyond the given ones are 0. A plane holds the 8 leading bits of what the ones before it left over,
// rounded; two leave at most 8 of a float32 number's 24, so the third one is exact.
struct Planes {
  __m512i word[3];
};
inline __m512 lower(__m512i v) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm512_castsi512_si256(v)), 16)); }
// The leading halves of 16 numbers, then those of 16 more.
inline __m512i leading(__m512i a, __m512i b) {
  alignas(64) static constexpr Word kUpper[32] = {1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33, 35, 37, 39, 41, 43, 45, 47, 49, 51, 53, 55, 57, 59, 61, 63};
  return _mm512_permutex2var_epi16(a, _mm512_load_si512(kUpper), b);
}
template <int P>
inline Planes split(__m512 a, __m512 b) {
  const __m512i half = _mm512_set1_epi32(0x8000), mask = _mm512_set1_epi32(static_cast<int>(0xffff0000));
  Planes out;
  for (int p = 0; p + 1 < P; p++) {
    const __m512i first = _mm512_and_si512(_mm512_add_epi32(_mm512_castps_si512(a), half), mask), second = _mm512_and_si512(_mm512_add_epi32(_mm512_castps_si512(b), half), mask);
    out.word[p] = leading(first, second);
    a = _mm512_sub_ps(a, _mm512_castsi512_ps(first));
    b = _mm512_sub_ps(b, _mm512_castsi512_ps(second));
  }
  out.word[P - 1] = P == 1 ? (__m512i)_mm512_cvtne2ps_pbh(b, a) : leading(_mm512_castps_si512(a), _mm512_castps_si512(b));
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

// 16 numbers as float32, 0 where not given.
inline __m512 sixteen(const float* x, __mmask16 given) { return _mm512_maskz_loadu_ps(given, x); }
inline __m512 sixteen(const bf16* x, __mmask16 given) { return lower(_mm512_castsi256_si512(_mm256_maskz_loadu_epi16(given, words(x)))); }

// x [rows, columns] transposed, as float32.
template <typename N>
void turn(const N* x, int64_t stride, int64_t rows, int64_t columns, float* out, int64_t outStride) {
  for (int64_t r0 = 0; r0 < rows; r0 += 16) {
    for (int64_t c0 = 0; c0 < columns; c0 += 16) {
      __m512i block[16];
      for (int64_t r = 0; r < 16; r++) block[r] = _mm512_castps_si512(sixteen(x + std::min(r0 + r, rows - 1) * stride + c0, first16(columns - c0)));
      transpose(block);
      for (int64_t c = 0; c < std::min<int64_t>(16, columns - c0); c++) _mm512_mask_storeu_ps(out + (c0 + c) * outStride + r0, first16(rows - r0), _mm512_castsi512_ps(block[c]));
    }
  }
}

// A tile of the left operand, 16 rows of 32 numbers, in all planes. What lies beyond `rows` and `columns` is 0.
template <int P, typename N>
void packLeft(const N* x, int64_t stride, int64_t rows, int64_t columns, Word* out) {
  for (int64_t r = 0; r < rows; r++) {
    const Planes planes = along<P>(x + r * stride, columns);
    for (int p = 0; p < P; p++) _mm512_store_si512(out + p * kTile + r * 32, planes.word[p]);
  }
  for (int p = 0; p < P; p++) std::memset(out + p * kTile + rows * 32, 0, (16 - rows) * 64);
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
// Two such tiles side by side, `apart` in memory, of bfloat16 numbers that are all given.
inline void packRightPair(const Word* x, int64_t stride, Word* out, int64_t apart) {
  alignas(64) static constexpr Word kFirst[32] = {0, 32, 1, 33, 2, 34, 3, 35, 4, 36, 5, 37, 6, 38, 7, 39, 8, 40, 9, 41, 10, 42, 11, 43, 12, 44, 13, 45, 14, 46, 15, 47};
  const __m512i first = _mm512_load_si512(kFirst), second = _mm512_add_epi16(first, _mm512_set1_epi16(16));
  for (int64_t r = 0; r < 32; r += 2) {
    const __m512i row = _mm512_loadu_si512(x + r * stride), next = _mm512_loadu_si512(x + (r + 1) * stride);
    _mm512_store_si512(out + r * 16, _mm512_permutex2var_epi16(row, first, next));
    _mm512_store_si512(out + apart + r * 16, _mm512_permutex2var_epi16(row, second, next));
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

// The unit's two instructions, for tiles by their numbers. The ones after them that do nothing cost nothing where a thread has its core for itself; where the
// core's other thread is at work (another virtual machine's, often), they let a step of products take 180 ns instead of 310, and so few do not.
#define TUNEBOARD_LOAD_TILE(TILE, FROM)                 \
  do {                                                  \
    _tile_loadd(TILE, FROM, 64);                        \
    __asm__ volatile(".rept 6\n\tnop\n\t.endr");        \
  } while (0)
#define TUNEBOARD_ADD_PRODUCT(SUM, LEFT, RIGHT)         \
  do {                                                  \
    _tile_dpbf16ps(SUM, LEFT, RIGHT);                   \
    __asm__ volatile(".rept 8\n\tnop\n\t.endr");        \
  } while (0)

// One step of 32 columns for 2 × 2 tiles of sums, by the planes of both operands. The pairs of planes come in an order in which only one operand changes.
template <int P>
inline void step(const Word* a0, const Word* a1, const Word* b0, const Word* b1) {
  const auto left = [&](int p) { TUNEBOARD_LOAD_TILE(4, a0 + p * kTile); TUNEBOARD_LOAD_TILE(5, a1 + p * kTile); };
  const auto right = [&](int p) { TUNEBOARD_LOAD_TILE(6, b0 + p * kTile); TUNEBOARD_LOAD_TILE(7, b1 + p * kTile); };
  const auto multiply = [] { TUNEBOARD_ADD_PRODUCT(0, 4, 6); TUNEBOARD_ADD_PRODUCT(1, 4, 7); TUNEBOARD_ADD_PRODUCT(2, 5, 6); TUNEBOARD_ADD_PRODUCT(3, 5, 7); };
  if constexpr (P == 1) {
    left(0), right(0), multiply();
  } else {
    left(2), right(0), multiply();
    left(1), multiply();
    right(1), multiply();
    left(0), multiply();
    right(0), multiply();
    right(2), multiply();
  }
}

inline void zeroSums() { _tile_zero(0); _tile_zero(1); _tile_zero(2); _tile_zero(3); }
// The four tiles of sums lie as 2 × 2, or as 1 × 4; `stride` numbers from one row to the next.
template <int64_t Tall = 2>
inline void loadSums(const float* sums, int64_t stride) {
  const float* third = sums + (Tall == 2 ? 16 * stride : 32);
  _tile_loadd(0, sums, stride * 4); _tile_loadd(1, sums + 16, stride * 4); _tile_loadd(2, third, stride * 4); _tile_loadd(3, third + 16, stride * 4);
}
template <int64_t Tall = 2>
inline void storeSums(float* sums, int64_t stride) {
  float* third = sums + (Tall == 2 ? 16 * stride : 32);
  _tile_stored(0, sums, stride * 4); _tile_stored(1, sums + 16, stride * 4); _tile_stored(2, third, stride * 4); _tile_stored(3, third + 16, stride * 4);
}

}  // namespace tuneboard::tiles
#endif
