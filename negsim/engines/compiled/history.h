/* One history from the initial state to the horizon (sections 2, 5), and the rows of a block. */
#ifndef NEGSIM_HISTORY_H
#define NEGSIM_HISTORY_H

#include "firing.h"

INLINE double slot_uniform(const Work *w, int slot) {
    double a, b;
    uniforms(w->replication, 0, w->slot_keys + 2 * slot, &a, &b);
    return a;
}

/* A slot's value at the start: fixed, an expression of parameters, or drawn once a replication (section 3). */
NOINLINE double initial_value(Work *w, int i) {
    const Slot *s = w->p->slots + i;
    if (s->kind == SLOT_PARAMETER) return w->parameters[i - w->p->n_variables];
    if (s->law >= 0) return settle(w, s, upper_quantile(w->laws + s->law, slot_uniform(w, i)));
    if (s->changing < 0) return slot_uniform(w, i) < value(w, s->initial);       /* chance(p) */
    return settle(w, s, value(w, s->initial));
}

/* The state that all replications with these parameters share. */
COLD void prepare_state(Work *w) {
    const Tables *p = w->p;
    for (int i = p->n_variables; i < p->n_slots; i++) put(w, i, w->parameters[i - p->n_variables]);
    for (int i = 0; i < p->n_variables; i++) put(w, i, p->slots[i].changing ? 0.0 : initial_value(w, i));
    memcpy(w->state0, w->state, sizeof(double) * (size_t)p->n_slots);
    memcpy(w->grid0, w->grid, sizeof(int32_t) * (size_t)p->n_slots);
    memcpy(w->bits0, w->bits, sizeof(uint64_t) * (size_t)p->n_words);
}

/* Take back what the last history left, at the cost of what it touched. */
INLINE void forget(Work *w) {
    const Tables *p = w->p;
    for (int i = 0; i < w->n_touched; i++) {
        w->used[w->touched[i]] += (int32_t)w->clocks[w->touched[i]].drawn;
        memset(w->clocks + w->touched[i], 0, sizeof(Clock));
        w->on[w->touched[i]] = 0;
        set_due(w, w->touched[i], INFINITY);
    }
    w->n_touched = 0;
    memcpy(w->state, w->state0, sizeof(double) * (size_t)p->n_slots);
    memcpy(w->grid, w->grid0, sizeof(int32_t) * (size_t)p->n_slots);
    memcpy(w->bits, w->bits0, sizeof(uint64_t) * (size_t)p->n_words);
    w->fail = w->fail0, w->now = 0.0, w->events = 0, w->n_instant = 0, w->next_at = 0;
    w->n_trace = w->n_changes = 0;
}

INLINE void plan_instant(Work *w, int a) {
    const Action *A = w->p->actions + a;
    int k = w->next_instant[a];
    int over = k >= A->instants || w->clocks[a].fired >= A->limit;
    set_due(w, a, over ? INFINITY : w->p->instants[A->instant + k].when);
}

INLINE void begin_clocks(Work *w) {
    const Tables *p = w->p;
    for (int i = 0; i < w->n_always; i++) turn_on(w, w->always[i]);
    for (int i = 0; i < w->n_dynamic; i++) look_at_guard(w, w->dynamic[i]);
    for (int i = 0; i < p->n_calendar; i++) {
        int a = p->calendar[i];
        w->next_instant[a] = 0, w->clocks[a].fired = 0;
        plan_instant(w, a);
    }
}

INLINE void begin_probes(Work *w) {
    const Tables *p = w->p;
    memset(w->closed, 0, (size_t)p->n_first);
    memset(w->spell, 0, (size_t)p->n_held);
    for (int i = 0; i < p->n_first; i++) w->first[i] = INFINITY, look_first(w, i);
    for (int i = 0; i < p->n_held; i++) w->held[i] = 0.0, look_held(w, i);
}

/* An instant of the calendar: the guard is looked at when its turn comes; found false, it is missed. */
NOINLINE void turn_of_calendar(Work *w, int a, double when) {
    const Action *A = w->p->actions + a;
    int64_t occurrence = w->p->instants[A->instant + w->next_instant[a]++].occurrence;
    int on = holds(w, A->guard);
    if (on && !w->fail && may_happen(w, a, when)) {
        w->now = when;
        w->clocks[a].fired++;
        fire(w, a, (uint32_t)occurrence);
    }
    plan_instant(w, a);
}

INLINE void turn(Work *w, int a, double when) {
    const Action *A = w->p->actions + a;
    Clock *c = w->clocks + a;
    if (UNLIKELY(A->kind == KIND_CALENDAR)) { turn_of_calendar(w, a, when); return; }
    if (UNLIKELY(!may_happen(w, a, when))) return;
    w->now = when;
    set_due(w, a, INFINITY);
    c->fired++;
    c->P = 0.0;                            /* the target is used up, under every memory */
    fire(w, a, c->drawn - 1);
    if (w->on[a] && A->kind != KIND_IMMEDIATE) start(w, a);       /* still enabled: it starts anew */
}

/* A jump of its own for each of the first actions. It changes nothing, but the processor's branch predictor now knows
   which action came, and foresees the lengths of all the lists that follow. */
INLINE void tell_apart(int a) {
#if defined(__GNUC__)
#define CASE(i) case i: __asm__ volatile("nop # " #i); break;
#define EIGHT(i) CASE(i##0) CASE(i##1) CASE(i##2) CASE(i##3) CASE(i##4) CASE(i##5) CASE(i##6) CASE(i##7)
    switch (a) { EIGHT(0) EIGHT(01) EIGHT(02) EIGHT(03) }      /* in octal */
#undef EIGHT
#undef CASE
#else
    (void)a;
#endif
}

NOINLINE void run_events(Work *w, double *at) {
    record_dates(w, at, -INFINITY);
    for (;;) {
        int a = next_action(w);
        double when = w->due[a];
        if (UNLIKELY(when > w->stop)) {
            record_dates(w, at, when);
            if (when > w->p->horizon) return;
        }
        if (UNLIKELY(w->fail)) return;
        tell_apart(a);
        turn(w, a, when);
    }
}

NOINLINE void end_history(Work *w, Rows r, int64_t row) {
    const Tables *p = w->p;
    for (int i = 0; i < p->n_held; i++) if (w->spell[i]) end_spell(w, i, p->horizon);
    memcpy(r.final + row * p->n_slots, w->state, sizeof(double) * (size_t)p->n_slots);
    r.events[row] = w->events;
}

/* A failed row looks as if nothing of it had been simulated. */
COLD void blank(const Work *w, Rows r, int64_t row) {
    const Tables *p = w->p;
    for (int i = 0; i < p->n_first; i++) r.first[row * p->n_first + i] = NAN;
    for (int i = 0; i < p->n_at; i++) r.at[row * p->n_at + i] = NAN;
    for (int i = 0; i < p->n_held; i++) r.held[row * p->n_held + i] = NAN;
    memset(r.fired + row * p->n_fired, 0, sizeof(int64_t) * (size_t)p->n_fired);
    memset(r.counts + row * p->n_counts, 0, sizeof(int64_t) * (size_t)p->n_counts);
    r.failed[row] = 1;
}

/* Simulate one replication into a row; false if it failed. */
NOINLINE int run_history(Work *w, Rows r, int64_t row, int tracing) {
    const Tables *p = w->p;
    double *at = r.at + row * p->n_at;
    forget(w);
    w->tracing = tracing;
    w->first = r.first + row * p->n_first, w->held = r.held + row * p->n_held;
    w->counts = r.counts + row * p->n_counts, w->fired_row = r.fired + row * p->n_fired;
    if (UNLIKELY(w->bound_to != w->parameters)) prepare_state(w);
    for (int i = 0; i < p->n_changing; i++) put(w, p->changing[i], initial_value(w, p->changing[i]));
    if (UNLIKELY(tracing)) memcpy(w->initial, w->state, sizeof(double) * (size_t)p->n_slots);
    if (!w->fail) begin_clocks(w);
    if (!w->fail) begin_probes(w);
    if (!w->fail) run_events(w, at);
    if (LIKELY(!w->fail)) record_dates(w, at, INFINITY);
    if (LIKELY(!w->fail)) end_history(w, r, row);
    else blank(w, r, row);
    return !w->fail;
}

#endif
