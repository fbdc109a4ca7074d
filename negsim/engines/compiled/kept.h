/* Histories that stop and are gone on from (section 6, snapshots and branches). What is kept is the same for all engines:
   neither what follows from it (guards, bits of atoms, cells) nor what one engine alone knows (lanes). */
#ifndef NEGSIM_KEPT_H
#define NEGSIM_KEPT_H

#include "history.h"

/* -- writing ------------------------------------------------------------------------------------------------------ */

/* The numbers of a clock as they are now. A steady one keeps none: they follow from its draw and from when it is due, or
   from when it began where it is due so late, or never, that this does not tell. */
COLD Clock clock_now(const Work *w, int a, int j) {
    const Action *A = w->p->actions + a;
    const Tally *tally = w->tallies + AT(w, a, j);
    if (!A->steady || anew_now(w, a, j)) return w->clocks[AT(w, a, j)];
    double u, b;
    uniforms(w->lane[j].replication, tally->drawn - 1, last_word(w, j, 0), w->action_keys + 2 * a, &u, &b);
    Clock c = {.P = -log(u), .m = w->p->exprs[A->pace].value, .s = w->p->exprs[A->speed].value};
    double due = w->due[w->levels ? a : AT(w, a, j)];
    c.t0 = due < EXACT ? due - delay_of(law_of(w, j, A), c.P, c.m, c.s) : w->began[AT(w, a, j)];
    return c;
}

/* Whether the clock has a target that is not used up. */
INLINE int has_target(const Work *w, int a, int j) {
    const Action *A = w->p->actions + a;
    if (A->steady) return w->on[AT(w, a, j)] && w->tallies[AT(w, a, j)].fired < A->limit;
    return w->clocks[AT(w, a, j)].P != 0.0;
}

COLD void keep_clock(const Work *w, const Kept *k, int j, int a) {
    const Action *A = w->p->actions + a;
    const Tally *tally = w->tallies + AT(w, a, j);
    int64_t place = w->lane[j].row * w->p->n_actions + a;
    k->firings[place] = tally->fired, k->due[place] = w->due[w->levels ? a : AT(w, a, j)];
    if (A->kind == KIND_CALENDAR) { k->passed[place] = w->next_instant[AT(w, a, j)]; return; }
    k->drawn[place] = tally->drawn;
    if (A->kind == KIND_IMMEDIATE || !has_target(w, a, j)) return;
    Clock c = clock_now(w, a, j);
    k->age[place] = c.x, k->consumed[place] = c.T, k->target[place] = c.P, k->most[place] = c.M;
    k->purpose[place] = (uint8_t)purpose_of(w, a, j);
    if (w->on[AT(w, a, j)]) k->touched[place] = c.t0, k->pace[place] = c.m, k->speed[place] = c.s;
}

COLD void keep_probes(const Work *w, const Kept *k, int j) {
    const Tables *p = w->p;
    int64_t row = w->lane[j].row;
    for (int i = 0; i < p->n_first; i++) k->open[row * p->n_first + i] = !w->closed[AT(w, i, j)];
    for (int i = 0; i < p->n_edges; i++) k->turned[row * p->n_edges + i] = w->edge[AT(w, i, j)] == EDGE_ON;
    for (int i = 0; i < p->n_held; i++) k->since[row * p->n_held + i] = w->flow[AT(w, i, j)] != 0.0 ? w->since[AT(w, i, j)] : NAN;
}

/* Write down histories that stopped; of those that failed nothing is kept. */
NOINLINE void keep_histories(Work *w, const Kept *k, const LaneNo *js, int n) {
    const Tables *p = w->p;
    for (int l = 0; l < n; l++) {
        int j = js[l];
        int64_t row = w->lane[j].row;
        if (w->lane[j].fail) { blank(w, row); continue; }
        for (int i = 0; i < p->n_slots; i++) k->state[row * p->n_slots + i] = w->state[AT(w, i, j)];
        for (int a = 0; a < p->n_actions; a++) keep_clock(w, k, j, a);
        keep_probes(w, k, j);
        for (int i = 0; w->rows.counts && i < p->n_counts; i++) w->rows.counts[row * p->n_counts + i] = w->counts[AT(w, i, j)];
        k->events[row] = w->lane[j].events;
    }
}

/* -- reading ------------------------------------------------------------------------------------------------------ */

/* The instant at which a history stopped. */
INLINE double kept_now(const Kept *k, int64_t row) { return k->nows ? k->nows[row] : k->now; }

INLINE Clock kept_clock(const Kept *k, int64_t place) {
    return (Clock){
        .x = k->age[place], .T = k->consumed[place], .P = k->target[place], .M = k->most[place], .h = NAN,
        .t0 = k->touched[place], .m = k->pace[place], .s = k->speed[place],
    };
}

COLD void resume_target(Work *w, const Kept *k, int j, int a) {
    const Action *A = w->p->actions + a;
    int64_t place = w->lane[j].row * w->p->n_actions + a;
    Clock *c = w->clocks + AT(w, a, j);
    if (k->target[place] == 0.0) return;
    *c = kept_clock(k, place);
    w->began[AT(w, a, j)] = c->t0;
    w->anew[AT(w, a, j)] = k->purpose[place] || A->kind == KIND_FIXED ? (int32_t)k->drawn[place] : 0;
    if (!w->on[AT(w, a, j)]) return;
    double due = k->due[place];
    set_due(w, j, a, due == due ? due : schedule(law_of(w, j, A), c, c->t0));
}

COLD void resume_clock(Work *w, const Kept *k, int j, int a) {
    const Action *A = w->p->actions + a;
    int64_t place = w->lane[j].row * w->p->n_actions + a;
    w->tallies[AT(w, a, j)] = (Tally){(int32_t)k->firings[place], (uint32_t)k->drawn[place]};
    if (w->levels && k->drawn[place]) w->touched[w->aside[j].n_touched++] = a;
    if (A->kind == KIND_CALENDAR) {
        w->next_instant[AT(w, a, j)] = (int32_t)k->passed[place];
        plan_instant(w, j, a);
        return;
    }
    w->on[AT(w, a, j)] = (uint8_t)holds(w, j, A->guard);
    w->anew[AT(w, a, j)] = 0;
    if (A->kind != KIND_IMMEDIATE) resume_target(w, k, j, a);
}

COLD void resume_probes(Work *w, const Kept *k, int j) {
    const Tables *p = w->p;
    Lane *lane = w->lane + j;
    for (int i = 0; i < p->n_first; i++) w->closed[AT(w, i, j)] = !k->open[lane->row * p->n_first + i];
    for (int i = 0; i < p->n_edges; i++) {
        int over = w->rows.edges[lane->row * p->n_edges + i] < INFINITY;
        w->edge[AT(w, i, j)] = over ? EDGE_OVER : k->turned[lane->row * p->n_edges + i] ? EDGE_ON : EDGE_OFF;
    }
    for (int i = 0; i < p->n_held; i++) {
        double since = k->since[lane->row * p->n_held + i];
        /* what has been so since then is so still */
        w->flow[AT(w, i, j)] = since == since ? value(w, j, p->held[i].condition) : 0.0, w->since[AT(w, i, j)] = since;
    }
    /* everything up to now is known, and so is the opening of a window right after it */
    for (lane->next_at = 0; lane->next_at < p->n_dates && p->at[lane->next_at].date <= kept_now(k, lane->row);) lane->next_at++;
    record_dates(w, j, -INFINITY);
}

/* Put a lane where its history stopped. The lane has its parameters, and the rows what was known. */
NOINLINE void resume_history(Work *w, const Kept *k, LaneNo j) {
    const Tables *p = w->p;
    Lane *lane = w->lane + j;
    forget(w, &j, 1);
    lane->now = kept_now(k, lane->row), lane->events = k->events[lane->row];
    w->aside[j].branch = (uint32_t)k->branch[lane->row];
    for (int i = 0; i < p->n_slots; i++) put(w, j, i, k->state[lane->row * p->n_slots + i]);
    for (int a = 0; a < p->n_actions; a++) resume_clock(w, k, j, a);
    resume_probes(w, k, j);
    for (int i = 0; w->rows.counts && i < p->n_counts; i++)
        w->counts[AT(w, i, j)] = w->rows.counts[lane->row * p->n_counts + i];
    if (UNLIKELY(w->tracing)) w->n_trace = w->n_changes = 0;
}

/* -- a future of its own ------------------------------------------------------------------------------------------ */

/* Whether the time at which a fixed clock may fire has passed. */
COLD int over(const Law *l, const Clock *c, int on, double now) {
    if (c->x >= l->a || !on || c->s == 0.0) return c->x >= l->a;
    return c->t0 + delay((l->a - c->x) / c->s) <= now;
}

/* What is left of a unit exponential target after M consumed is exponential again, whatever the law. */
COLD void branch_random(const Action *A, const Law *l, Clock *c, double fresh, int on, double now) {
    if (on) touch(l, c, now);
    double consumed = c->M > c->T ? c->M : c->T;
    c->P = consumed + fresh;
    if (A->memory == MEMORY_REPEAT) c->M = consumed;
}

COLD void branch_clock(Work *w, int j, int a) {
    const Action *A = w->p->actions + a;
    const Law *l = law_of(w, j, A);
    Clock *c = w->clocks + AT(w, a, j);
    const uint32_t drawn = w->tallies[AT(w, a, j)].drawn;
    const int on = w->on[AT(w, a, j)];
    const double now = w->lane[j].now;
    double u, b;
    if (c->P == 0.0) return;
    uniforms(w->lane[j].replication, drawn - 1, last_word(w, j, 1), w->action_keys + 2 * a, &u, &b);
    if (A->kind == KIND_RANDOM) branch_random(A, l, c, -log(u), on, now);
    else if (l->never > 0.0 && !over(l, c, on, now)) c->P = -log(u);
    w->anew[AT(w, a, j)] = (int32_t)drawn;
    if (!on) return;
    double due = schedule(l, c, c->t0);
    set_due(w, j, a, due < now ? now : due);
}

COLD void branch_off(Work *w, int j) {
    for (int a = 0; a < w->p->n_actions; a++) {
        int kind = w->p->actions[a].kind;
        if (kind == KIND_RANDOM || kind == KIND_FIXED) branch_clock(w, j, a);
    }
}

/* -- questions about clocks --------------------------------------------------------------------------------------- */

/* The hazard that each clock has consumed by now, row by row; a clock that stands still has pace and speed 0. */
static void consumed_rows(const Tables *p, const Kept *k, const Law *laws, const int32_t *row_of, int64_t n, double *T) {
    for (int64_t row = 0; row < n; row++) {
        for (int a = 0; a < p->n_actions; a++) {
            int64_t i = row * p->n_actions + a;
            const Action *A = p->actions + a;
            T[i] = 0.0;
            if (A->kind != KIND_RANDOM || k->target[i] == 0.0) continue;
            Clock c = kept_clock(k, i);
            touch(laws + (int64_t)row_of[row] * p->n_laws + A->law, &c, kept_now(k, row));
            T[i] = c.T;
        }
    }
}

/* The logarithm of an action's hazard per day, row by row. A repeated clock cannot fire before it has been where it was. */
static void rate_rows(
    const Tables *p, const Kept *k, const Law *laws, const int32_t *row_of, int64_t n, int32_t action, double *rate
) {
    for (int64_t row = 0; row < n; row++) {
        int64_t i = row * p->n_actions + action;
        const Law *l = laws + (int64_t)row_of[row] * p->n_laws + p->actions[action].law;
        Clock c = kept_clock(k, i);
        double pull = c.m * c.s;
        rate[row] = -INFINITY;
        if (c.P == 0.0 || pull == 0.0) continue;
        touch(l, &c, kept_now(k, row));
        if (c.T >= c.M) rate[row] = log(pull) + log_hazard_rate(l, c.x / DAY);
    }
}

#endif
