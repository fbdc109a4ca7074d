/* When each action is due, and which comes next: the smallest (time, rank) (section 5). Actions stand in order of rank.
   Few actions: the times of one action in all lanes stand side by side, and eight minima are found at once. Many: lanes
   take turns, and a tournament in which sixteen meet at a time finds one. */
#ifndef NEGSIM_AGENDA_H
#define NEGSIM_AGENDA_H

#include "types.h"
#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define NEGSIM_X86 1
#endif

/* due: rows of `lanes` times, of which eight columns are looked at. */
typedef void (*Scan)(const double *due, int64_t n, int64_t lanes, double *when, int64_t *which);

/* The first of the smallest in each of eight columns of n rows. */
NOINLINE void scan_plain(const double *due, int64_t n, int64_t lanes, double *when, int64_t *which) {
    for (int j = 0; j < EIGHT; j++) when[j] = due[j], which[j] = 0;
    for (int64_t i = 1; i < n; i++) {
        for (int j = 0; j < EIGHT; j++) {
            double v = due[i * lanes + j];
            which[j] = v < when[j] ? i : which[j];
            when[j] = v < when[j] ? v : when[j];
        }
    }
}

#ifdef NEGSIM_X86
__attribute__((target("avx2"), noinline, unused)) static void
scan_avx2(const double *due, int64_t n, int64_t lanes, double *when, int64_t *which) {
    __m256d low = _mm256_load_pd(due), high = _mm256_load_pd(due + 4);
    __m256i i = _mm256_setzero_si256(), one = _mm256_set1_epi64x(1), a = i, b = i;
    for (const double *d = due + lanes, *end = due + n * lanes; d < end; d += lanes) {
        __m256d v = _mm256_load_pd(d), w = _mm256_load_pd(d + 4);
        __m256i less = _mm256_castpd_si256(_mm256_cmp_pd(v, low, _CMP_LT_OQ));
        __m256i fewer = _mm256_castpd_si256(_mm256_cmp_pd(w, high, _CMP_LT_OQ));
        i = _mm256_add_epi64(i, one);
        low = _mm256_min_pd(v, low), high = _mm256_min_pd(w, high);
        a = _mm256_blendv_epi8(a, i, less), b = _mm256_blendv_epi8(b, i, fewer);
    }
    _mm256_storeu_pd(when, low), _mm256_storeu_pd(when + 4, high);
    _mm256_storeu_si256((__m256i *)which, a), _mm256_storeu_si256((__m256i *)(which + 4), b);
}

__attribute__((target("avx512f"), noinline, unused)) static void
scan_avx512(const double *due, int64_t n, int64_t lanes, double *when, int64_t *which) {
    __m512d best = _mm512_load_pd(due);
    __m512i i = _mm512_setzero_si512(), one = _mm512_set1_epi64(1), at = i;
    for (const double *d = due + lanes, *end = due + n * lanes; d < end; d += lanes) {
        __m512d v = _mm512_load_pd(d);
        __mmask8 less = _mm512_cmp_pd_mask(v, best, _CMP_LT_OQ);
        i = _mm512_add_epi64(i, one);
        best = _mm512_min_pd(v, best);
        at = _mm512_mask_mov_epi64(at, less, i);
    }
    _mm512_storeu_pd(when, best);
    _mm512_storeu_si512(which, at);
}
#endif

static Scan scan = scan_plain;

/* Times are not negative, so their order is that of their bits as integers, and integers are chosen without branches.
   One by one and not with vectors: what was stored a moment ago one by one reaches a wide load only after a stall. */
typedef int64_t __attribute__((may_alias)) Bits;

/* Keep the smaller of two and its index. Whether it is smaller can hardly be foreseen, so it must not be a jump. */
#if defined(__x86_64__) && defined(__GNUC__)
#define KEEP_LESS(best, at, v, i)                                                                                   \
    __asm__("cmpq %0, %2\n\tcmovlq %2, %0\n\tcmovlq %3, %1" : "+&r"(best), "+&r"(at) : "r"(v), "r"(i) : "cc")
#else
#define KEEP_LESS(best, at, v, i) (at = (v) < best ? (i) : at, best = (v) < best ? (v) : best)
#endif

/* Index of the first of the smallest among sixteen; four chains side by side. */
INLINE int least_of_16(const double *due) {
    const Bits *d = (const Bits *)due;
    const int64_t one = 4, two = 8, three = 12;
    int64_t b0 = d[0], b1 = d[4], b2 = d[8], b3 = d[12], k0 = 0, k1 = one, k2 = two, k3 = three;
    for (int64_t i = 1; i < 4; i++) {
        int64_t v0 = d[i], v1 = d[i + one], v2 = d[i + two], v3 = d[i + three];
        KEEP_LESS(b0, k0, v0, i);
        KEEP_LESS(b1, k1, v1, i + one);
        KEEP_LESS(b2, k2, v2, i + two);
        KEEP_LESS(b3, k3, v3, i + three);
    }
    KEEP_LESS(b0, k0, b1, k1);
    KEEP_LESS(b2, k2, b3, k3);
    KEEP_LESS(b0, k0, b2, k2);
    return (int)k0;
}

/* Walk up while the smallest of a group of sixteen changes. */
NOINLINE void climb(Work *w, int a, double when) {
    double old = w->due[a], now = when;
    w->due[a] = when;
    for (int l = 1; l < w->levels; l++) {
        double *group = w->level[l] + (a >> 4), best = *group;
        const double *members = w->level[l - 1] + (a & ~15);
        if (now <= best) best = now;
        else if (old == best) best = members[least_of_16(members)];
        if (best == *group) return;
        old = *group, now = best, *group = best, a >>= 4;
    }
}

/* The times of one action in all lanes; null with many actions, of which the times are set by climbing. */
INLINE double *times_of(Work *w, int a) { return w->levels ? 0 : w->due + AT(w, a, 0); }

INLINE void set_time(Work *w, double *times, int j, int a, double when) {
    if (LIKELY(times != 0)) times[j] = when;
    else climb(w, a, when);
}

INLINE void set_due(Work *w, int j, int a, double when) { set_time(w, times_of(w, a), j, a, when); }

NOINLINE int next_of_many(const Work *w) {
    int i = 0;
    for (int l = w->levels - 1; l >= 0; l--) i = i * 16 + least_of_16(w->level[l] + i * 16);
    return i;
}

#endif
