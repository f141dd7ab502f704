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
constexpr int64_t kTile = 512, kSide = 32;  // numbers in a tile; rows and columns that are computed at once, as 2 × 2 tiles of sums
template <typename T>
constexpr int kPlanes = sizeof(T) == 4 ? 3 : 1;
// What of the operands is at work at once, so that it stays in the second-level cache: so many tiles deep, so many tiles of the right one.
constexpr int64_t kDepth = 48, kTilesHeld = 864;

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
  thread_local std::vector<N, Eigen::aligned_allocator<N>> kept[5];
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
template <int P, typename N>
void packLeft(const N* x, int64_t stride, int64_t rows, int64_t columns, Word* out) {
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

// One step of 32 columns for 2 × 2 tiles of sums, or 2 × 1 where the right operand has no more columns, by the planes of both operands. The pairs of
// planes come in an order in which only one operand changes.
template <int A, int B, bool Both>
inline void step(const Word* a0, const Word* a1, const Word* b0, const Word* b1) {
  const auto left = [&](int p) { _tile_loadd(4, a0 + p * kTile, 64); _tile_loadd(5, a1 + p * kTile, 64); };
  const auto right = [&](int p) {
    _tile_loadd(6, b0 + p * kTile, 64);
    if constexpr (Both) _tile_loadd(7, b1 + p * kTile, 64);
  };
  const auto multiply = [] {
    _tile_dpbf16ps(0, 4, 6);
    if constexpr (Both) _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    if constexpr (Both) _tile_dpbf16ps(3, 5, 7);
  };
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

inline void zeroSums() { _tile_zero(0); _tile_zero(1); _tile_zero(2); _tile_zero(3); }
// `stride` numbers from one row of sums to the next.
inline void loadSums(const float* sums, int64_t stride = kSide) {
  const float* below = sums + 16 * stride;
  _tile_loadd(0, sums, stride * 4); _tile_loadd(1, sums + 16, stride * 4); _tile_loadd(2, below, stride * 4); _tile_loadd(3, below + 16, stride * 4);
}
inline void storeSums(float* sums, int64_t stride = kSide) {
  float* below = sums + 16 * stride;
  _tile_stored(0, sums, stride * 4); _tile_stored(1, sums + 16, stride * 4); _tile_stored(2, below, stride * 4); _tile_stored(3, below + 16, stride * 4);
}

}  // namespace tuneboard::tiles
#endif
