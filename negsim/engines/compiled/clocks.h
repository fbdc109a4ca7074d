/* Running clocks (section 4): start, stop, touch, schedule; draws made for a batch of replications. */
#ifndef NEGSIM_CLOCKS_H
#define NEGSIM_CLOCKS_H

#include "agenda.h"
#include "draws.h"
#include "expressions.h"
#include "laws.h"

INLINE const Law *law_of(const Work *w, const Action *a) { return w->laws + a->law; }

/* Delay of a clock started with x = T = 0 (the Schedule of section 4 with H(x) = H(0) and T = 0). */
NOINLINE double delay_of(const Law *l, double P, double m, double s) {
    if (l->family == FIXED) {
        if (s == 0.0 || exp(-P) <= l->never) return INFINITY;
        double wait = (l->a - 0.0) / s;
        return wait > 0.0 ? wait : 0.0;
    }
    if (m == 0.0 || s == 0.0) return INFINITY;
    if (l->plain) {
        double rate = m * l->a * s;
        return P <= 0.0 ? 0.0 : rate > 0.0 ? P / rate : INFINITY;
    }
    if (P <= 0.0 || l->h0 == INFINITY) return 0.0;
    double wait = (inverse(l, l->h0 + P / m) - 0.0) / s;
    return wait > 0.0 ? wait : 0.0;
}

/* Make the draws of one occurrence for this and the later replications of the batch. */
NOINLINE void fill_batch(Work *w, int a, uint32_t k, int64_t row) {
    const Action *A = w->p->actions + a;
    double u[LANES], *delay = w->delay + row * LANES, *branch = w->branch + row * LANES;
    batch_uniforms(w->replications, k, w->action_keys + 2 * a, u, branch);
    w->tag[row] = w->batch;
    for (int i = w->lane; i < w->lanes; i++) delay[i] = -log(u[i]);
    if (!A->steady || !w->single) return;
    const Law *l = law_of(w, A);
    double m = w->p->exprs[A->pace].value, s = w->p->exprs[A->speed].value;
    if (l->plain && m * l->a * s > 0.0)
        for (int i = w->lane; i < w->lanes; i++) delay[i] = delay[i] / (m * l->a * s);
    else
        for (int i = w->lane; i < w->lanes; i++) delay[i] = delay_of(l, delay[i], m, s);
}

NOINLINE double draw_alone(Work *w, int a, uint32_t k) {
    const Action *A = w->p->actions + a;
    double u, b;
    uniforms(w->replication, k, w->action_keys + 2 * a, &u, &b);
    u = -log(u);
    if (!A->steady || !w->single) return u;
    return delay_of(law_of(w, A), u, w->p->exprs[A->pace].value, w->p->exprs[A->speed].value);
}

/* The target of occurrence k (the delay itself for a steady clock, see fill_batch). */
INLINE double draw_target(Work *w, int a, uint32_t k) {
    if (UNLIKELY(k >= (uint32_t)w->p->kept)) return draw_alone(w, a, k);
    int64_t row = (int64_t)a * w->p->kept + k;
    if (UNLIKELY(w->tag[row] != w->batch)) fill_batch(w, a, k, row);
    return w->delay[row * LANES + w->lane];
}

/* The uniform b of an occurrence: which outcome. */
NOINLINE double draw_branch(Work *w, int a, uint32_t k) {
    double u, b, unused[LANES];
    int64_t row = (int64_t)a * w->p->kept + k;
    if (k < (uint32_t)w->p->kept) {
        if (w->tag[row] != w->batch) {                  /* an action without targets */
            batch_uniforms(w->replications, k, w->action_keys + 2 * a, unused, w->branch + row * LANES);
            w->tag[row] = w->batch;
        }
        return w->branch[row * LANES + w->lane];
    }
    uniforms(w->replication, k, w->action_keys + 2 * a, &u, &b);
    return b;
}

/* H at the clock's age, which was mostly worked out at its last touch. */
INLINE double hazard_at_x(const Law *l, Clock *c) {
    if (c->h != c->h) c->h = hazard(l, c->x);
    return c->h;
}

/* Consumed hazard up to now (section 4, Touch). */
NOINLINE void touch(Work *w, const Law *l, Clock *c) {
    if (l->family != FIXED && l->plain) {
        double T = c->T + c->m * l->a * (c->s * (w->now - c->t0));
        c->T = T < c->P ? T : c->P;
    } else {
        double x1 = c->x + c->s * (w->now - c->t0);
        if (l->family != FIXED && c->m > 0.0) {
            double h = hazard_at_x(l, c), h1 = hazard(l, x1);
            double T = c->T + c->m * (h1 - h);
            c->T = h1 == INFINITY ? c->P : T < c->P ? T : c->P;
            c->h = h1;
        } else {
            c->h = NAN;
        }
        c->x = x1;
    }
    c->t0 = w->now;
}

/* When it is due (section 4, Schedule, in exactly this order). */
NOINLINE double schedule(const Work *w, const Law *l, Clock *c) {
    double left = c->P - c->T, wait;
    if (l->family == FIXED) {
        if (c->s == 0.0 || exp(-c->P) <= l->never) return INFINITY;
        wait = (l->a - c->x) / c->s;
        return w->now + (wait > 0.0 ? wait : 0.0);
    }
    if (c->m == 0.0 || c->s == 0.0) return INFINITY;
    if (left <= 0.0) return w->now;
    if (l->plain) {
        double rate = c->m * l->a * c->s;
        return rate > 0.0 ? w->now + left / rate : INFINITY;
    }
    double h = hazard_at_x(l, c);
    if (h == INFINITY) return w->now;
    wait = (inverse(l, h + left / c->m) - c->x) / c->s;
    return w->now + (wait > 0.0 ? wait : 0.0);
}

/* Pace first, then speed; a negative one is an error. */
INLINE int read_pace(Work *w, int a, double *m, double *s) {
    const Action *A = w->p->actions + a;
    *m = value(w, A->pace);
    if (UNLIKELY(!(*m >= 0.0))) { fail(w, FAIL_VALUE); return 0; }
    *s = value(w, A->speed);
    if (UNLIKELY(!(*s >= 0.0))) { fail(w, FAIL_VALUE); return 0; }
    return 1;
}

INLINE void remember(Work *w, int a, uint32_t k) {
    if (k == 0) w->touched[w->n_touched++] = a;
}

INLINE void start(Work *w, int a) {
    const Action *A = w->p->actions + a;
    Clock *c = w->clocks + a;
    if (UNLIKELY(c->fired >= A->limit)) return;
    if (A->steady && w->single) {
        uint32_t k = c->drawn++;
        remember(w, a, k);
        set_due(w, a, w->now + draw_target(w, a, k));
        return;
    }
    if (c->P == 0.0) {
        uint32_t k = c->drawn++;
        remember(w, a, k);
        c->P = draw_target(w, a, k);
        c->x = c->T = 0.0, c->h = law_of(w, A)->h0;
    }
    c->t0 = w->now;
    if (read_pace(w, a, &c->m, &c->s)) set_due(w, a, schedule(w, law_of(w, A), c));
}

INLINE void stop(Work *w, int a) {
    const Action *A = w->p->actions + a;
    Clock *c = w->clocks + a;
    set_due(w, a, INFINITY);
    if (c->P == 0.0) return;
    if (A->memory == MEMORY_RESET) { c->P = 0.0; return; }
    touch(w, law_of(w, A), c);
    if (A->memory == MEMORY_REPEAT) c->x = c->T = 0.0, c->h = law_of(w, A)->h0;
}

/* An edge of an immediate action takes a number when the guard turns true, but none at its limit. */
INLINE void turn_on(Work *w, int a) {
    const Action *A = w->p->actions + a;
    Clock *c = w->clocks + a;
    w->on[a] = 1;
    if (LIKELY(A->kind != KIND_IMMEDIATE)) {
        start(w, a);
    } else if (c->fired < A->limit) {
        remember(w, a, c->drawn++);
        set_due(w, a, w->now);
    }
}

NOINLINE void turn_guard(Work *w, int a, int on) {
    if (on) {
        turn_on(w, a);
    } else {
        w->on[a] = 0;
        stop(w, a);
    }
}

/* Look at the guard again. */
INLINE void look_at_guard(Work *w, int a) {
    int on = holds(w, w->p->actions[a].guard);
    if (on != w->on[a]) turn_guard(w, a, on);
}

/* Touch and Schedule of a plain exponential clock, written as one. */
INLINE void repace_plain(Work *w, int a, const Law *l, Clock *c, double m, double s) {
    double T = c->T + c->m * l->a * (c->s * (w->now - c->t0)), rate = m * l->a * s;
    T = T < c->P ? T : c->P;
    double left = c->P - T, due = w->now + left / rate;
    c->T = T, c->t0 = w->now, c->m = m, c->s = s;
    if (UNLIKELY(!(rate > 0.0))) due = INFINITY;
    if (UNLIKELY(left <= 0.0 && m != 0.0 && s != 0.0)) due = w->now;
    set_due(w, a, due);
}

/* Look at pace and speed again; the clock is touched only if one of them takes another value. */
INLINE void look_at_pace(Work *w, int a) {
    const Action *A = w->p->actions + a;
    const Law *l = law_of(w, A);
    Clock *c = w->clocks + a;
    double m, s;
    if (!w->on[a] || c->P == 0.0) return;
    if (LIKELY(A->safe)) m = safe_value(w, A->pace), s = safe_value(w, A->speed);
    else if (!read_pace(w, a, &m, &s)) return;
    if (m == c->m && s == c->s) return;
    if (LIKELY(l->plain)) {
        repace_plain(w, a, l, c, m, s);
        return;
    }
    touch(w, l, c);
    c->m = m, c->s = s;
    set_due(w, a, schedule(w, l, c));
}

#endif
