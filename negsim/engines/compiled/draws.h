/* Keyed draws (section 6): Philox4x32-10, a block for each (replication, occurrence), eight at once. */
#ifndef NEGSIM_DRAWS_H
#define NEGSIM_DRAWS_H

#include "agenda.h"

#define PHILOX_M0 0xD2511F53u
#define PHILOX_M1 0xCD9E8D57u
#define PHILOX_W0 0x9E3779B9u
#define PHILOX_W1 0xBB67AE85u
#define UNIT 0x1p-52

/* Counter words (replication low, high, occurrence, `last`: branch*2**16 + purpose). */
INLINE void philox(uint64_t replication, uint32_t occurrence, uint32_t last, const uint32_t *key, uint32_t w[4]) {
    uint32_t c0 = (uint32_t)replication, c1 = (uint32_t)(replication >> 32), c2 = occurrence, c3 = last;
    uint32_t k0 = key[0], k1 = key[1];
    for (int i = 0; i < 10; i++) {
        uint64_t p = (uint64_t)c0 * PHILOX_M0, q = (uint64_t)c2 * PHILOX_M1;
        c0 = (uint32_t)(q >> 32) ^ c1 ^ k0, c1 = (uint32_t)q;
        c2 = (uint32_t)(p >> 32) ^ c3 ^ k1, c3 = (uint32_t)p;
        k0 += PHILOX_W0, k1 += PHILOX_W1;
    }
    w[0] = c0, w[1] = c1, w[2] = c2, w[3] = c3;
}

INLINE double uniform(uint32_t low, uint32_t high) {
    uint64_t x = (uint64_t)high << 32 | low;
    return ((double)(int64_t)(x >> 12) + 0.5) * UNIT;
}

INLINE void uniforms(
    uint64_t replication, uint32_t occurrence, uint32_t last, const uint32_t *key, double *a, double *b
) {
    uint32_t w[4];
    philox(replication, occurrence, last, key, w);
    *a = uniform(w[0], w[1]);
    *b = uniform(w[2], w[3]);
}

/* Eight draws; `last` is null where no history was cloned, and all these words are 0. */
typedef void (*Batch)(
    const uint64_t *replications, const uint64_t *occurrences, const uint64_t *last, const uint32_t *key,
    double *a, double *b
);

NOINLINE void batch_plain(
    const uint64_t *r, const uint64_t *n, const uint64_t *last, const uint32_t *key, double *a, double *b
) {
    for (int i = 0; i < EIGHT; i++) uniforms(r[i], (uint32_t)n[i], last ? (uint32_t)last[i] : 0, key, a + i, b + i);
}

#ifdef NEGSIM_X86
/* Words in the low halves of 64-bit lanes; what piles up in the high halves is never read by the multiplications. */
#define ROUNDS(V, MUL, XOR, SHIFT, SET)                                                                             \
    V m0 = SET(PHILOX_M0), m1 = SET(PHILOX_M1);                                                                     \
    uint32_t k0 = key[0], k1 = key[1];                                                                              \
    for (int i = 0; i < 10; i++) {                                                                                  \
        V p = MUL(c0, m0), q = MUL(c2, m1);                                                                         \
        c0 = XOR(XOR(SHIFT(q, 32), c1), SET(k0)), c1 = q;                                                           \
        c2 = XOR(XOR(SHIFT(p, 32), c3), SET(k1)), c3 = p;                                                           \
        k0 += PHILOX_W0, k1 += PHILOX_W1;                                                                           \
    }
/* 52 bits under the exponent of 2**52, less 2**52, is the integer itself; + 0.5 and * 2**-52 are exact. */
#define TO_UNIT(LOW, HIGH, AND, OR, LEFT, RIGHT, SET, CAST, SUB, ADD, MUL, SETD)                                     \
    MUL(ADD(SUB(CAST(OR(OR(LEFT(AND(HIGH, SET(0xFFFFFFFFLL)), 20), RIGHT(AND(LOW, SET(0xFFFFFFFFLL)), 12)),          \
                        SET(0x4330000000000000LL))),                                                                \
                SETD(0x1p52)),                                                                                      \
            SETD(0.5)),                                                                                             \
        SETD(UNIT))

__attribute__((target("avx2"), noinline, unused)) static void
batch_avx2(const uint64_t *r, const uint64_t *n, const uint64_t *last, const uint32_t *key, double *a, double *b) {
    for (int j = 0; j < EIGHT; j += 4) {
        __m256i c0 = _mm256_loadu_si256((const __m256i *)(r + j)), c1 = _mm256_srli_epi64(c0, 32);
        __m256i c2 = _mm256_loadu_si256((const __m256i *)(n + j));
        __m256i c3 = last ? _mm256_loadu_si256((const __m256i *)(last + j)) : _mm256_setzero_si256();
        ROUNDS(__m256i, _mm256_mul_epu32, _mm256_xor_si256, _mm256_srli_epi64, _mm256_set1_epi64x)
        _mm256_storeu_pd(a + j, TO_UNIT(c0, c1, _mm256_and_si256, _mm256_or_si256, _mm256_slli_epi64, _mm256_srli_epi64,
            _mm256_set1_epi64x, _mm256_castsi256_pd, _mm256_sub_pd, _mm256_add_pd, _mm256_mul_pd, _mm256_set1_pd));
        _mm256_storeu_pd(b + j, TO_UNIT(c2, c3, _mm256_and_si256, _mm256_or_si256, _mm256_slli_epi64, _mm256_srli_epi64,
            _mm256_set1_epi64x, _mm256_castsi256_pd, _mm256_sub_pd, _mm256_add_pd, _mm256_mul_pd, _mm256_set1_pd));
    }
}

__attribute__((target("avx512f"), noinline, unused)) static void
batch_avx512(const uint64_t *r, const uint64_t *n, const uint64_t *last, const uint32_t *key, double *a, double *b) {
    __m512i c0 = _mm512_loadu_si512(r), c1 = _mm512_srli_epi64(c0, 32);
    __m512i c2 = _mm512_loadu_si512(n), c3 = last ? _mm512_loadu_si512(last) : _mm512_setzero_si512();
    ROUNDS(__m512i, _mm512_mul_epu32, _mm512_xor_si512, _mm512_srli_epi64, _mm512_set1_epi64)
    _mm512_storeu_pd(a, TO_UNIT(c0, c1, _mm512_and_si512, _mm512_or_si512, _mm512_slli_epi64, _mm512_srli_epi64,
        _mm512_set1_epi64, _mm512_castsi512_pd, _mm512_sub_pd, _mm512_add_pd, _mm512_mul_pd, _mm512_set1_pd));
    _mm512_storeu_pd(b, TO_UNIT(c2, c3, _mm512_and_si512, _mm512_or_si512, _mm512_slli_epi64, _mm512_srli_epi64,
        _mm512_set1_epi64, _mm512_castsi512_pd, _mm512_sub_pd, _mm512_add_pd, _mm512_mul_pd, _mm512_set1_pd));
}
#endif

static Batch batch_uniforms = batch_plain;

/* Choose by what this processor has; integer arithmetic, comparisons and exact conversions give the same bits
   everywhere. */
COLD void choose_registers(int most) {
    batch_uniforms = batch_plain, scan = scan_plain;
#ifdef NEGSIM_X86
    __builtin_cpu_init();
    if (most >= 1 && __builtin_cpu_supports("avx2")) batch_uniforms = batch_avx2, scan = scan_avx2;
    if (most >= 2 && __builtin_cpu_supports("avx512f")) batch_uniforms = batch_avx512, scan = scan_avx512;
#else
    (void)most;
#endif
}

#endif
