/* When each action is due, and which comes next: the smallest (time, rank) (section 5).
   Few actions: a scan without branches. Many: a tournament in which sixteen meet at a time. */
#ifndef NEGSIM_AGENDA_H
#define NEGSIM_AGENDA_H

#include "types.h"

#define FEW 64

/* Times are not negative, so their order is that of their bits as integers, and integers are chosen without branches.
   One by one and not with vectors: what was stored a moment ago one by one reaches a wide load only after a stall. */
typedef int64_t __attribute__((may_alias)) Bits;

/* Index of the first of the smallest among n values, n a multiple of 8; four chains side by side. */
INLINE int first_least_of(const Bits *d, int64_t quarter) {
    int64_t b0 = d[0], b1 = d[quarter], b2 = d[2 * quarter], b3 = d[3 * quarter];
    int64_t k0 = 0, k1 = quarter, k2 = 2 * quarter, k3 = 3 * quarter;
    for (int64_t i = 1; i < quarter; i++) {
        int64_t v0 = d[i], v1 = d[i + quarter], v2 = d[i + 2 * quarter], v3 = d[i + 3 * quarter];
        k0 = v0 < b0 ? i : k0, b0 = v0 < b0 ? v0 : b0;
        k1 = v1 < b1 ? i + quarter : k1, b1 = v1 < b1 ? v1 : b1;
        k2 = v2 < b2 ? i + 2 * quarter : k2, b2 = v2 < b2 ? v2 : b2;
        k3 = v3 < b3 ? i + 3 * quarter : k3, b3 = v3 < b3 ? v3 : b3;
    }
    k0 = b1 < b0 ? k1 : k0, b0 = b1 < b0 ? b1 : b0;
    k2 = b3 < b2 ? k3 : k2, b2 = b3 < b2 ? b3 : b2;
    int64_t second = -(int64_t)(b2 < b0);       /* a mask, because here the compiler prefers a jump */
    return (int)((k2 & second) | (k0 & ~second));
}

INLINE int first_least(const double *d, int n) {
    if (n == 16) return first_least_of((const Bits *)d, 4);          /* unrolled */
    if (n == 8) return first_least_of((const Bits *)d, 2);
    return first_least_of((const Bits *)d, n / 4);
}

INLINE double least_of_16(const double *d) { return d[first_least_of((const Bits *)d, 4)]; }

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
