/* One history from the initial state to the horizon (sections 2, 5), and the rows of a block. */
#ifndef NEGSIM_HISTORY_H
#define NEGSIM_HISTORY_H

#include "firing.h"

INLINE double slot_uniform(const Work *w, int j, int slot) {
    double a, b;
    uniforms(w->lane[j].replication, 0, 0, w->slot_keys + 2 * slot, &a, &b);
    return a;
}

/* A slot's value at the start: fixed, an expression of parameters, or drawn once a replication (section 3). */
NOINLINE double initial_value(Work *w, int j, int i) {
    const Slot *s = w->p->slots + i;
    if (s->kind == SLOT_PARAMETER) return w->lane[j].bound->parameters[i - w->p->n_variables];
    if (s->law >= 0) return settle(w, j, s, upper_quantile(w->lane[j].bound->laws + s->law, slot_uniform(w, j, i)));
    if (s->changing < 0) return slot_uniform(w, j, i) < value(w, j, s->initial);       /* chance(p) */
    return settle(w, j, s, value(w, j, s->initial));
}

/* What stands in for a value that each replication draws for itself. */
INLINE double stand_in(const Slot *s) { return s->kind == SLOT_LEVEL ? clipped(0.0, s->low, s->high) : 0.0; }

/* Work out what a row of parameters decides, in a lane that has it. */
COLD void bind(Work *w, int j) {
    const Tables *p = w->p;
    Lane *lane = w->lane + j;
    Bound *b = lane->bound;
    lane->fail = FAIL_NONE;
    for (int i = p->n_variables; i < p->n_slots; i++) put(w, j, i, initial_value(w, j, i));
    for (int i = 0; i < p->n_variables; i++) {
        const Slot *s = p->slots + i;
        put(w, j, i, s->changing ? stand_in(s) : initial_value(w, j, i));
    }
    for (int i = 0; i < p->n_slots; i++) b->state[i] = w->state[AT(w, i, j)], b->grid[i] = w->grid[AT(w, i, j)];
    for (int i = 0; i < p->n_words; i++) b->bits[i] = w->bits[AT(w, i, j)];
    b->fail = lane->fail;
    b->n_always = b->n_dynamic = 0;
    for (int a = 0; a < p->n_actions; a++) {
        const Action *A = p->actions + a;
        if (A->kind == KIND_CALENDAR) continue;
        lane->fail = FAIL_NONE;
        /* nothing is looked at where there is no state yet to look at */
        int known = !b->fail && !A->early, on = known && holds(w, j, A->guard);
        if (!known || lane->fail) b->dynamic[b->n_dynamic++] = a;
        else if (on) b->always[b->n_always++] = a;
    }
}

/* Take back what the last histories left; with many actions at the cost of what the last one touched. */
INLINE void forget(Work *w, const LaneNo *js, int n) {
    const Tables *p = w->p;
    int actions = w->levels ? w->aside[0].n_touched : p->n_actions;
    for (int i = 0; i < actions; i++) {
        int a = w->levels ? w->touched[i] : i;
        Clock *clocks = w->clocks + AT(w, a, 0);
        Tally *tally = w->tallies + AT(w, a, 0);
        uint8_t *on = w->on + AT(w, a, 0);
        double *times = times_of(w, a);
        for (int l = 0; l < n; l++) {
            int j = js[l];
            clocks[j].P = 0.0, tally[j] = (Tally){0, 0}, on[j] = 0;
            set_time(w, times, j, a, INFINITY);
        }
    }
    for (int i = 0; i < p->n_counts; i++) for (int l = 0; l < n; l++) w->counts[AT(w, i, js[l])] = 0;
    for (int i = 0; i < p->n_first; i++) for (int l = 0; l < n; l++) w->closed[AT(w, i, js[l])] = 0;
    for (int i = 0; i < p->n_held; i++) for (int l = 0; l < n; l++) w->flow[AT(w, i, js[l])] = 0.0;
    for (int i = 0; i < p->n_edges; i++) for (int l = 0; l < n; l++) w->edge[AT(w, i, js[l])] = 0;
    for (int l = 0; l < n; l++) {
        Lane *lane = w->lane + js[l];
        lane->now = 0.0, lane->events = 0, lane->n_instant = 0, lane->next_at = 0, lane->fail = 0;
        w->aside[js[l]].n_touched = 0, w->aside[js[l]].branch = 0;
    }
}

/* The state at the start. */
INLINE void reset_states(Work *w, const Bound *b, const LaneNo *js, int n) {
    const Tables *p = w->p;
    for (int i = 0; i < p->n_slots; i++) {
        double *state = w->state + AT(w, i, 0), v = b->state[i];
        int32_t *grid = w->grid + AT(w, i, 0), cell = b->grid[i];
        for (int l = 0; l < n; l++) state[js[l]] = v, grid[js[l]] = cell;
    }
    for (int i = 0; i < p->n_words; i++) for (int l = 0; l < n; l++) w->bits[AT(w, i, js[l])] = b->bits[i];
    for (int l = 0; l < n; l++) w->lane[js[l]].fail = b->fail;
    for (int i = 0; i < p->n_changing; i++)
        for (int l = 0; l < n; l++) put(w, js[l], p->changing[i], initial_value(w, js[l], p->changing[i]));
    if (UNLIKELY(w->tracing)) for (int i = 0; i < p->n_slots; i++) w->initial[i] = w->state[AT(w, i, js[0])];
}

INLINE void plan_instant(Work *w, int j, int a) {
    const Action *A = w->p->actions + a;
    int k = w->next_instant[AT(w, a, j)];
    int over = k >= A->instants || w->tallies[AT(w, a, j)].fired >= A->limit;
    set_due(w, j, a, over ? INFINITY : w->p->instants[A->instant + k].when);
}

INLINE void begin_clocks(Work *w, const Bound *b, const LaneNo *js, int n) {
    const Tables *p = w->p;
    LaneNo starting[LANES];
    for (int i = 0; i < b->n_always && n; i++) turn_on(w, b->always[i], js, n);
    for (int i = 0; i < b->n_dynamic; i++) {
        int a = b->dynamic[i], m = 0;
        for (int l = 0; l < n; l++) if (holds(w, js[l], p->actions[a].guard)) starting[m++] = js[l];
        if (m) turn_on(w, a, starting, m);
    }
    for (int i = 0; i < p->n_calendar; i++) {
        int a = p->calendar[i];
        for (int l = 0; l < n; l++) {
            w->next_instant[AT(w, a, js[l])] = 0, w->tallies[AT(w, a, js[l])].fired = 0;
            plan_instant(w, js[l], a);
        }
    }
}

INLINE void begin_probes(Work *w, int j) {
    const Tables *p = w->p;
    int64_t row = w->lane[j].row;
    for (int i = 0; i < p->n_first; i++) w->rows.first[row * p->n_first + i] = INFINITY, look_first(w, j, i);
    for (int i = 0; i < p->n_edges; i++) w->rows.edges[row * p->n_edges + i] = INFINITY, look_edge(w, j, i);
    for (int i = 0; i < p->n_held; i++) w->rows.held[row * p->n_held + i] = 0.0, look_held(w, j, i);
    for (int i = 0; i < p->n_fired; i++) w->rows.fired[row * p->n_fired + i] = 0;
}

/* Lanes without a failure; n of them before and as many as are returned after it. */
INLINE int unfailed(const Work *w, LaneNo *js, int n) {
    int left = 0;
    for (int i = 0; i < n; i++) {
        js[left] = js[i];
        left += !w->lane[js[i]].fail;
    }
    return left;
}

/* Put new replications with the same parameters at their start. Those that fail stay there. */
NOINLINE void begin_histories(Work *w, const Bound *b, const LaneNo *given, int n) {
    LaneNo js[LANES];
    w->n_trace = w->n_changes = 0;
    forget(w, given, n);
    reset_states(w, b, given, n);
    memcpy(js, given, sizeof *js * (size_t)n);
    n = unfailed(w, js, n);
    begin_clocks(w, b, js, n);
    n = unfailed(w, js, n);
    for (int i = 0; i < n; i++) begin_probes(w, js[i]);
    n = unfailed(w, js, n);
    for (int i = 0; i < n; i++) record_dates(w, js[i], -INFINITY);
}

/* An instant of the calendar: the guard is looked at when its turn comes; found false, it is missed. */
NOINLINE void turn_of_calendar(Work *w, int a, const LaneNo *js, int n, const double *when) {
    const Action *A = w->p->actions + a;
    LaneNo firing[LANES];
    uint64_t occurrence[LANES];
    int m = 0;
    for (int i = 0; i < n; i++) {
        int j = js[i];
        int64_t k = w->p->instants[A->instant + w->next_instant[AT(w, a, j)]++].occurrence;
        int on = holds(w, j, A->guard);
        if (on && !w->lane[j].fail && may_happen(w, j, a, when[j])) {
            w->tallies[AT(w, a, j)].fired++;
            firing[m] = (LaneNo)j, occurrence[m++] = (uint64_t)k;
        }
    }
    if (m) fire(w, a, firing, occurrence, m);
    for (int i = 0; i < n; i++) plan_instant(w, js[i], a);
}

/* With many actions hardly anything of the next one is in the caches: what will be needed is asked for all at once, and
   not each when the one before has come. */
NOINLINE void fetch_ahead(const Work *w, int a) {
    const Tables *p = w->p;
    const Action *A = p->actions + a;
    FETCH(w->tallies + a), FETCH(w->counts + A->outcome), FETCH(w->action_keys + 2 * a);
    const Outcome *o = p->outcomes + A->outcome;
    FETCH(p->effects + o->effect), FETCH(p->guard_deps + o->guard), FETCH(p->pace_deps + o->pace);
    if (!o->listed) return;
    for (const GuardDep *d = p->guard_deps + o->guard, *end = d + (o->guards < 8 ? o->guards : 8); d < end; d++) {
        FETCH(p->actions + d->target), FETCH(w->tallies + d->target), FETCH(w->action_keys + 2 * d->target);
        FETCH(w->due + (d->target & ~15)), FETCH(w->due + (d->target | 15));
        if (d->word < 0) FETCH(p->exprs + d->mask);
    }
    for (const Effect *e = p->effects + o->effect, *end = e + (o->effects < 4 ? o->effects : 4); e < end; e++) {
        FETCH(p->slots + e->slot);
        if (e->amount >= 0) FETCH(p->exprs + e->amount);
    }
    for (const Dep *d = p->pace_deps + o->pace, *end = d + (o->paces < 4 ? o->paces : 4); d < end; d++)
        FETCH(p->actions + d->target), FETCH(w->clocks + d->target);
}

/* The next event of these lanes is this action's. */
NOINLINE void turn(Work *w, int a, const LaneNo *js, int n, const double *when) {
    const Action *A = w->p->actions + a;
    if (UNLIKELY(A->kind == KIND_CALENDAR)) { turn_of_calendar(w, a, js, n, when); return; }
    Clock *clocks = w->clocks + AT(w, a, 0);
    Tally *tally = w->tallies + AT(w, a, 0);
    double *times = times_of(w, a);
    const uint8_t *on = w->on + AT(w, a, 0);
    LaneNo firing[LANES], again[LANES];
    uint64_t occurrence[LANES];
    int m = 0, k = 0;
    for (int i = 0; i < n; i++) {
        int j = js[i];
        if (UNLIKELY(!may_happen(w, j, a, when[j]))) continue;
        set_time(w, times, j, a, INFINITY);
        tally[j].fired++;
        firing[m] = (LaneNo)j, occurrence[m++] = tally[j].drawn - 1;
    }
    if (!m) return;
    /* targets are used up, under every memory */
    if (!A->steady) for (int i = 0; i < m; i++) clocks[firing[i]].P = 0.0;
    fire(w, a, firing, occurrence, m);
    if (A->kind == KIND_IMMEDIATE) return;
    for (int i = 0; i < m; i++) {
        again[k] = firing[i];
        k += on[firing[i]];
    }
    if (k) start_lanes(w, a, again, k);        /* still enabled: it starts anew */
}

/* A failed row looks as if nothing of it had been simulated. */
COLD void blank(Work *w, int64_t row) {
    const Tables *p = w->p;
    Rows r = w->rows;
    for (int i = 0; i < p->n_first; i++) r.first[row * p->n_first + i] = NAN;
    for (int i = 0; i < p->n_edges; i++) r.edges[row * p->n_edges + i] = NAN;
    for (int i = 0; i < p->n_at; i++) r.at[row * p->n_at + i] = NAN;
    for (int i = 0; i < p->n_held; i++) r.held[row * p->n_held + i] = NAN;
    for (int i = 0; r.final && i < p->n_variables; i++) r.final[row * p->n_variables + i] = NAN;
    memset(r.fired + row * p->n_fired, 0, sizeof(int64_t) * (size_t)p->n_fired);
    if (r.counts) memset(r.counts + row * p->n_counts, 0, sizeof(int32_t) * (size_t)p->n_counts);
    r.events[row] = 0, r.failed[row] = 1;
}

/* Write what is known at the end only. */
NOINLINE void finish_histories(Work *w, const LaneNo *given, int n) {
    const Tables *p = w->p;
    Rows r = w->rows;
    LaneNo js[LANES];
    for (int l = 0; l < n; l++) {
        Lane *lane = w->lane + given[l];
        if (LIKELY(!lane->fail)) record_dates(w, given[l], INFINITY);
        if (UNLIKELY(lane->fail)) blank(w, lane->row);
        else r.events[lane->row] = lane->events, r.failed[lane->row] = 0;
    }
    memcpy(js, given, sizeof *js * (size_t)n);
    n = unfailed(w, js, n);
    for (int l = 0; l < n; l++) {
        int64_t row = w->lane[js[l]].row;
        for (int i = 0; i < p->n_held; i++) gather(w, js[l], i, p->horizon);
        if (!r.final) continue;
        for (int i = 0; i < p->n_variables; i++) r.final[row * p->n_variables + i] = w->state[AT(w, i, js[l])];
        for (int i = 0; i < p->n_counts; i++) r.counts[row * p->n_counts + i] = w->counts[AT(w, i, js[l])];
    }
}

#endif
