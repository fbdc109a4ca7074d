/* When each action is due, and which comes next: the smallest (time, rank) (section 5).
   Few actions: a scan without branches. Many: a tournament in which sixteen meet at a time. */
#ifndef NEGSIM_AGENDA_H
#define NEGSIM_AGENDA_H

#include "types.h"
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define FEW 64

INLINE double least(double a, double b) { return b < a ? b : a; }

/* Index of the first of the smallest among n values, n a multiple of 8. */
INLINE int first_least(const double *d, int n) {
#if defined(__SSE2__)
    __m128d a = _mm_load_pd(d), b = _mm_load_pd(d + 2), c = _mm_load_pd(d + 4), e = _mm_load_pd(d + 6);
    for (int i = 8; i < n; i += 8) {
        a = _mm_min_pd(a, _mm_load_pd(d + i)), b = _mm_min_pd(b, _mm_load_pd(d + i + 2));
        c = _mm_min_pd(c, _mm_load_pd(d + i + 4)), e = _mm_min_pd(e, _mm_load_pd(d + i + 6));
    }
    a = _mm_min_pd(_mm_min_pd(a, b), _mm_min_pd(c, e));
    a = _mm_min_pd(a, _mm_shuffle_pd(a, a, 1));
    for (int i = 0;; i += 8) {
        int hit = _mm_movemask_pd(_mm_cmpeq_pd(a, _mm_load_pd(d + i)))
                | _mm_movemask_pd(_mm_cmpeq_pd(a, _mm_load_pd(d + i + 2))) << 2
                | _mm_movemask_pd(_mm_cmpeq_pd(a, _mm_load_pd(d + i + 4))) << 4
                | _mm_movemask_pd(_mm_cmpeq_pd(a, _mm_load_pd(d + i + 6))) << 6;
        if (hit) return i + __builtin_ctz(hit);
    }
#else
    double m[4] = {d[0], d[1], d[2], d[3]};
    for (int i = 4; i < n; i += 4)
        for (int j = 0; j < 4; j++) m[j] = least(m[j], d[i + j]);
    double all = least(least(m[0], m[1]), least(m[2], m[3]));
    int i = 0;
    while (d[i] != all) i++;
    return i;
#endif
}

INLINE double least_of_16(const double *d) {
    double m[4];
    for (int j = 0; j < 4; j++) m[j] = least(least(d[j], d[j + 4]), least(d[j + 8], d[j + 12]));
    return least(least(m[0], m[1]), least(m[2], m[3]));
}

/* Walk up while the smallest of a group of sixteen changes. */
NOINLINE void climb(Work *w, int a, double old, double now) {
    for (int l = 1; l < w->levels; l++) {
        double *group = w->level[l] + (a >> 4), best = *group;
        if (now <= best) best = now;
        else if (old == best) best = least_of_16(w->level[l - 1] + (a & ~15));
        if (best == *group) return;
        old = *group, now = best, *group = best, a >>= 4;
    }
}

INLINE void set_due(Work *w, int a, double when) {
    double old = w->due[a];
    w->due[a] = when;
    if (UNLIKELY(w->levels)) climb(w, a, old, when);
}

NOINLINE int next_of_many(const Work *w) {
    int top = w->levels - 1;
    int i = first_least(w->level[top], w->level_size[top]);
    for (int l = top - 1; l >= 0; l--) i = i * 16 + first_least(w->level[l] + i * 16, 16);
    return i;
}

INLINE int next_action(const Work *w) {
    if (UNLIKELY(w->levels)) return next_of_many(w);
    return first_least(w->due, w->p->n_padded);
}

#endif
