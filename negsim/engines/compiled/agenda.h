/* When each action is due, and which comes next: the smallest (time, rank) (section 5).
   Few actions: a scan (their order in the tables is by what makes it fast, see `seats` in tables.py, and rank decides
   among equals). Many: a tournament in which sixteen meet at a time, all in the order of rank. */
#ifndef NEGSIM_AGENDA_H
#define NEGSIM_AGENDA_H

#include "types.h"

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

/* Index of the first of the smallest among 4*quarter values; four chains side by side. */
INLINE int first_least_of(const Bits *d, int64_t quarter) {
    const int64_t one = quarter, two = 2 * quarter, three = 3 * quarter;
    int64_t b0 = d[0], b1 = d[one], b2 = d[two], b3 = d[three], k0 = 0, k1 = one, k2 = two, k3 = three;
    for (int64_t i = 1; i < quarter; i++) {
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

/* The clocks whose pace can change stand last. They are compared by jumps, which guess (mostly rightly) that none of
   them is next, so that the guess need not wait for the division that has just moved them. */
INLINE int next_of_few(const Work *w) {
    const Tables *p = w->p;
    const double *due = w->due, *end = due + p->n_actions;
    int k = first_least(due, p->n_steady);
    double best = due[k];
    for (const double *d = due + p->n_steady; d < end; d++) {
        if (LIKELY(*d > best)) continue;
        int i = (int)(d - due);
        if (*d < best || p->actions[i].rank < p->actions[k].rank) best = *d, k = i;
    }
    return k;
}

INLINE int next_action(const Work *w) { return UNLIKELY(w->levels) ? next_of_many(w) : next_of_few(w); }

#endif
