/* Running clocks (section 4): start, stop, touch, schedule. What many lanes do at once is one loop over them. */
#ifndef NEGSIM_CLOCKS_H
#define NEGSIM_CLOCKS_H

#include "agenda.h"
#include "draws.h"
#include "expressions.h"
#include "laws.h"

INLINE const Law *law_of(const Work *w, int j, const Action *a) { return w->lane[j].bound->laws + a->law; }

/* rint of what is not negative, inf and NaN included: without it the processor's older instructions need a call.
   Adding 2**52 leaves no room for a fraction; what is larger has none. */
INLINE double whole(double v) {
    double near = v + 0x1p52 - 0x1p52;
    return v < 0x1p52 ? near : v;
}

/* max(0, rint(wait)); what is not a number never comes. */
INLINE double delay(double wait) { return wait <= 0.0 ? 0.0 : wait < INFINITY ? whole(wait) : INFINITY; }

/* Delay of a clock started with x = T = 0 (the Schedule of section 4 with H(x) = H(0) and T = 0). */
NOINLINE double delay_of(const Law *l, double P, double m, double s) {
    if (l->family == FIXED) return s == 0.0 || exp(-P) <= l->never ? INFINITY : delay((l->a - 0.0) / s);
    if (m == 0.0 || s == 0.0) return INFINITY;
    if (P <= 0.0 || l->h0 == INFINITY) return 0.0;
    if (l->plain) {
        double rate = m * l->a * s;
        return rate > 0.0 ? whole(P / rate * DAY) : INFINITY;
    }
    return delay((inverse(l, l->h0 + P / m) * DAY - 0.0) / s);
}

/* The last word of the counter (section 6): 0 unless the history was cloned. */
INLINE uint32_t last_word(const Work *w, int j, uint32_t purpose) { return w->aside[j].branch << 16 | purpose; }

/* Whether the numbers of a clock are not those of its last draw: its target was drawn anew for a clone, or comes from an
   ancestor. Asked only in a clone, so that no other history has to write that they are. */
INLINE int anew_now(const Work *w, int a, int j) {
    uint32_t drawn = w->tallies[AT(w, a, j)].drawn;
    return w->aside[j].branch && drawn && (uint32_t)w->anew[AT(w, a, j)] == drawn;
}

/* Of the draw of its target and of the outcome that this leads to; a fixed clock keeps its time, and its outcome. */
INLINE uint32_t purpose_of(const Work *w, int a, int j) {
    return w->p->actions[a].kind == KIND_RANDOM && anew_now(w, a, j);
}

/* Uniforms a and b of occurrence k[i] of replication r[i] for n of them; all arrays have room for whole eights. */
INLINE void draw_many(
    const uint32_t *key, uint64_t *r, uint64_t *k, uint64_t *last, int n, double *a, double *b
) {
    if (n == 1) {
        uniforms(r[0], (uint32_t)k[0], last ? (uint32_t)last[0] : 0, key, a, b);
        return;
    }
    for (int i = n; i & (EIGHT - 1); i++) r[i] = k[i] = 0;
    for (int i = n; last && (i & (EIGHT - 1)); i++) last[i] = 0;
    for (int i = 0; i < n; i += EIGHT) batch_uniforms(r + i, k + i, last ? last + i : 0, key, a + i, b + i);
}

/* Targets: the same for new ones in these lanes. */
INLINE void draw_targets(
    const Work *w, int a, const LaneNo *js, uint64_t *r, uint64_t *k, int n, double *u, double *b
) {
    uint64_t last[LANES];
    if (UNLIKELY(w->branched)) for (int i = 0; i < n; i++) last[i] = last_word(w, js[i], 0);
    draw_many(w->action_keys + 2 * a, r, k, w->branched ? last : 0, n, u, b);
}

/* H at the clock's age, which was mostly worked out at its last touch. */
INLINE double hazard_at_x(const Law *l, Clock *c) {
    if (c->h != c->h) c->h = hazard(l, c->x / DAY);
    return c->h;
}

/* Touch of a plain exponential clock. */
INLINE void touch_plain(const Law *l, Clock *c, double now) {
    double aged = c->s * (now - c->t0), T = c->m > 0.0 ? c->T + c->m * l->a * (aged / DAY) : c->T;
    c->x += aged, c->T = T < c->P ? T : c->P, c->t0 = now;
}

/* Age and consumed hazard up to now (section 4, Touch). */
NOINLINE void touch(const Law *l, Clock *c, double now) {
    if (l->plain) { touch_plain(l, c, now); return; }
    double x1 = c->x + c->s * (now - c->t0);
    if (l->family != FIXED && c->m > 0.0) {
        double h = hazard_at_x(l, c), h1 = hazard(l, x1 / DAY);
        double T = c->T + c->m * (h1 - h);
        c->T = h1 == INFINITY ? c->P : T < c->P ? T : c->P;
        c->h = h1;
    } else {
        c->h = NAN;
    }
    c->x = x1, c->t0 = now;
}

/* When what is left of a plain exponential clock's target is used up. */
INLINE double due_plain(const Law *l, const Clock *c, double now) {
    double left = c->P - c->T, rate = c->m * l->a * c->s, due = now + whole(left / rate * DAY);
    if (UNLIKELY(!(rate > 0.0))) due = INFINITY;
    if (UNLIKELY(left <= 0.0 && c->m != 0.0 && c->s != 0.0)) due = now;
    return due;
}

/* When it is due (section 4, Schedule, in exactly this order). */
NOINLINE double schedule(const Law *l, Clock *c, double now) {
    if (l->plain) return due_plain(l, c, now);
    if (l->family == FIXED) {
        if (c->s == 0.0 || exp(-c->P) <= l->never) return INFINITY;
        return now + delay((l->a - c->x) / c->s);
    }
    if (c->m == 0.0 || c->s == 0.0) return INFINITY;
    double left = c->P - c->T;
    if (left <= 0.0) return now;
    double h = hazard_at_x(l, c);
    if (h == INFINITY) return now;
    return now + delay((inverse(l, h + left / c->m) * DAY - c->x) / c->s);
}

/* Pace and speed; a negative one is an error. */
INLINE void read_paces(Work *w, const Action *A, const LaneNo *js, int n, double *m, double *s) {
    w->moment++;
    values(w, A->pace, js, n, m);
    values(w, A->speed, js, n, s);
    if (LIKELY(A->safe)) return;
    for (int i = 0; i < n; i++) if (UNLIKELY(!(m[i] >= 0.0) || !(s[i] >= 0.0))) fail(w, js[i], FAIL_VALUE);
}

/* The number of the next draw. */
INLINE uint64_t next_draw(Work *w, int j, int a, Tally *tally) {
    if (UNLIKELY(w->levels) && tally->drawn == 0) w->touched[w->aside[j].n_touched++] = a;
    return tally->drawn++;
}

/* Delays in place of uniforms. */
INLINE void steady_delays(const Work *w, const Action *A, const LaneNo *js, int n, double *u) {
    double pace = w->p->exprs[A->pace].value, speed = w->p->exprs[A->speed].value;
    for (int i = 0; i < n; i++) u[i] = -log(u[i]);
    if (w->alike) {
        const Law *l = law_of(w, js[0], A);
        double rate = pace * l->a * speed;
        if (l->plain && rate > 0.0) for (int i = 0; i < n; i++) u[i] = whole(u[i] / rate * DAY);
        else for (int i = 0; i < n; i++) u[i] = delay_of(l, u[i], pace, speed);
        return;
    }
    for (int i = 0; i < n; i++) {
        const Law *l = law_of(w, js[i], A);
        double rate = pace * l->a * speed;
        u[i] = LIKELY(l->plain && rate > 0.0) ? whole(u[i] / rate * DAY) : delay_of(l, u[i], pace, speed);
    }
}

/* A steady clock's pace, speed and law cannot change: only the time is kept at which it is due, and no target. */
NOINLINE void start_steady(Work *w, int a, const LaneNo *js, int n) {
    const Action *A = w->p->actions + a;
    const Lane *lane = w->lane;
    Tally *tally = w->tallies + AT(w, a, 0);
    double *times = times_of(w, a), u[LANES], b[LANES];
    LaneNo drawing[LANES];
    uint64_t r[LANES], k[LANES];
    const int32_t limit = A->limit;
    int m = 0;
    for (int i = 0; i < n; i++) {
        int j = js[i];
        if (UNLIKELY(tally[j].fired >= limit)) continue;
        drawing[m] = (LaneNo)j, r[m] = lane[j].replication, k[m++] = next_draw(w, j, a, tally + j);
    }
    if (!m) return;
    draw_targets(w, a, drawing, r, k, m, u, b);
    steady_delays(w, A, drawing, m, u);
    for (int i = 0; i < m; i++) {
        int j = drawing[i];
        double due = lane[j].now + u[i];
        set_time(w, times, j, a, due);
        if (UNLIKELY(!(due < EXACT))) w->began[AT(w, a, j)] = lane[j].now;
    }
}

/* The guard holds in these lanes: a clock without a target draws one, the others go on with theirs. */
NOINLINE void start_lanes(Work *w, int a, const LaneNo *given, int n) {
    const Action *A = w->p->actions + a;
    if (A->steady) { start_steady(w, a, given, n); return; }
    Clock *clocks = w->clocks + AT(w, a, 0);
    Tally *tally = w->tallies + AT(w, a, 0);
    double *times = times_of(w, a), u[LANES], b[LANES], pace[LANES], speed[LANES];
    LaneNo js[LANES], drawing[LANES];
    uint64_t r[LANES], k[LANES];
    int count = 0, m = 0;
    for (int i = 0; i < n; i++) {
        int j = given[i];
        if (UNLIKELY(tally[j].fired >= A->limit)) continue;
        js[count++] = (LaneNo)j;
        if (clocks[j].P != 0.0) continue;
        drawing[m] = (LaneNo)j, r[m] = w->lane[j].replication, k[m++] = next_draw(w, j, a, tally + j);
    }
    if (m) draw_targets(w, a, drawing, r, k, m, u, b);
    for (int i = 0; i < m; i++) {
        Clock *c = clocks + drawing[i];
        c->P = -log(u[i]), c->x = c->T = c->M = 0.0, c->h = law_of(w, drawing[i], A)->h0;
    }
    if (count) read_paces(w, A, js, count, pace, speed);
    for (int i = 0; i < count; i++) {
        int j = js[i];
        Clock *c = clocks + j;
        c->t0 = w->lane[j].now, c->m = pace[i], c->s = speed[i];
        set_time(w, times, j, a, schedule(law_of(w, j, A), c, c->t0));
    }
}

INLINE void stop(Work *w, int j, int a, double *times) {
    const Action *A = w->p->actions + a;
    set_time(w, times, j, a, INFINITY);
    if (A->steady) return;
    Clock *c = w->clocks + AT(w, a, j);
    if (c->P == 0.0) return;
    if (A->memory == MEMORY_RESET) { c->P = 0.0; return; }
    touch(law_of(w, j, A), c, w->lane[j].now);
    if (A->memory == MEMORY_REPEAT) c->M = c->M > c->T ? c->M : c->T, c->x = c->T = 0.0, c->h = law_of(w, j, A)->h0;
}

/* An edge of an immediate action takes a number when the guard turns true, but none at its limit. */
NOINLINE void turn_on(Work *w, int a, const LaneNo *js, int n) {
    const Action *A = w->p->actions + a;
    uint8_t *on = w->on + AT(w, a, 0);
    for (int i = 0; i < n; i++) on[js[i]] = 1;
    if (LIKELY(A->kind != KIND_IMMEDIATE)) { start_lanes(w, a, js, n); return; }
    for (int i = 0; i < n; i++) {
        Tally *tally = w->tallies + AT(w, a, js[i]);
        if (tally->fired >= A->limit) continue;
        next_draw(w, js[i], a, tally);
        set_due(w, js[i], a, w->lane[js[i]].now);
    }
}

/* The guard is no longer what it was. */
NOINLINE void turn_guards(Work *w, int a, const LaneNo *js, int n) {
    uint8_t *on = w->on + AT(w, a, 0);
    double *times = times_of(w, a);
    LaneNo starting[LANES];
    int m = 0;
    for (int i = 0; i < n; i++) {
        int j = js[i];
        if (on[j]) on[j] = 0, stop(w, j, a, times);
        else starting[m++] = (LaneNo)j;
    }
    if (m) turn_on(w, a, starting, m);
}

/* Touch and Schedule of a plain exponential clock, written as one. */
INLINE double repace_plain(const Law *l, Clock *c, double now, double m, double s) {
    touch_plain(l, c, now);
    c->m = m, c->s = s;
    return due_plain(l, c, now);
}

NOINLINE double repace(const Law *l, Clock *c, double now, double m, double s) {
    touch(l, c, now);
    c->m = m, c->s = s;
    return schedule(l, c, now);
}

/* Look at pace and speed again where the clock runs; it is touched only if one of them takes another value. */
NOINLINE void look_at_paces(Work *w, int a, const LaneNo *js, int n) {
    const Action *A = w->p->actions + a;
    const Lane *lane = w->lane;
    const Law *common = w->alike ? law_of(w, js[0], A) : 0;
    Clock *clocks = w->clocks + AT(w, a, 0);
    double *times = times_of(w, a), pace[LANES], speed[LANES];
    LaneNo other[LANES];
    int count = 0;
    read_paces(w, A, js, n, pace, speed);
    for (int i = 0; i < n; i++) {
        const Clock *c = clocks + js[i];
        double m = pace[i], s = speed[i];
        pace[count] = m, speed[count] = s, other[count] = js[i];
        count += (m != c->m) | (s != c->s);
    }
    for (int i = 0; i < count; i++) {
        int j = other[i];
        const Law *l = common ? common : law_of(w, j, A);
        double due = LIKELY(l->plain) ? repace_plain(l, clocks + j, lane[j].now, pace[i], speed[i])
                                      : repace(l, clocks + j, lane[j].now, pace[i], speed[i]);
        set_time(w, times, j, a, due);
    }
}

#endif
