/* One firing (section 5): outcome, effects on the state before it, assignment, what reads a changed variable. */
#ifndef NEGSIM_FIRING_H
#define NEGSIM_FIRING_H

#include "clocks.h"
#include "probes.h"

/* k steps of a level: one product, one division. A whole number of steps has no negative zero. */
INLINE double on_grid(const Slot *s, double k) { return k * s->p / s->q + 0.0; }

/* The value as the slot keeps it: clipped, on its grid, whole. */
INLINE double settle(Work *w, int j, const Slot *s, double v) {
    if (s->kind == SLOT_FACT) return v != 0.0;
    if (UNLIKELY(!(v - v == 0.0))) { fail(w, j, FAIL_VALUE); return v; }
    if (s->kind == SLOT_COUNTER) {
        if (UNLIKELY(!(fabs(v) <= 0x1p53) || rint(v) != v)) fail(w, j, FAIL_VALUE);
        return v;
    }
    v = clipped(v, s->low, s->high);
    if (s->p == 0.0) return v;
    double k = rint(v * s->q / s->p);                /* half to even */
    if (UNLIKELY(!(fabs(k * s->p) <= 0x1p53))) fail(w, j, FAIL_VALUE);
    return on_grid(s, k);
}

/* Store a value and what follows from it: the atoms' bits, the cell of a grid. */
INLINE void put(Work *w, int j, int slot, double v) {
    const Slot *s = w->p->slots + slot;
    w->state[AT(w, slot, j)] = v;
    if (s->grid && s->kind == SLOT_FACT) w->grid[AT(w, slot, j)] = v != 0.0;
    else if (s->grid) w->grid[AT(w, slot, j)] = v - v == 0.0 ? (int32_t)(rint(v * s->q / s->p) - s->first) : 0;
    if (s->atoms) set_atoms(w, j, slot, v);
}

INLINE double amount(Work *w, int j, const Effect *e, uint32_t occurrence) {
    if (e->constant) return e->value;
    if (e->amount >= 0) return value(w, j, e->amount);
    double a, b;
    uniforms(w->lane[j].replication, occurrence, last_word(w, j, 0), w->effect_keys + 2 * e->stream, &a, &b);
    return upper_quantile(w->lane[j].bound->laws + e->law, a);
}

/* Which of several outcomes: the first with u*W below the running sum of the weights, in order of name. Sums of one
   outcome are `apart` from those of the next. */
INLINE int chosen(const double *sum, int64_t apart, int n, double u) {
    double whole = sum[(n - 1) * apart], point = u * whole;
    for (int i = 0; i < n; i++) if (point < sum[i * apart]) return i;
    for (int i = 0; i < n; i++) if (sum[i * apart] == whole) return i;
    return 0;
}

NOINLINE void choose_outcomes(Work *w, const Action *A, const LaneNo *js, int n, const double *u, int *choice) {
    if (A->weighed >= 0) {
        for (int i = 0; i < n; i++) choice[i] = chosen(w->p->sums + A->weighed, 1, A->outcomes, u[i]);
        return;
    }
    double all[LANES], weight[LANES];
    int least = 1;
    w->moment++;
    for (int i = 0; i < n; i++) all[i] = 0.0;
    for (int o = 0; o < A->outcomes; o++) {
        double *sum = w->sums + (int64_t)o * w->lanes;
        values(w, w->p->outcomes[A->outcome + o].weight, js, n, weight);
        for (int i = 0; i < n; i++) least &= weight[i] >= 0.0, sum[i] = all[i] = all[i] + weight[i];
        if (UNLIKELY(!least)) for (int i = 0; i < n; i++) if (!(weight[i] >= 0.0)) fail(w, js[i], FAIL_VALUE);
    }
    for (int i = 0; i < n; i++) {
        if (!(all[i] > 0.0 && all[i] < INFINITY)) fail(w, js[i], FAIL_VALUE);
        choice[i] = chosen(w->sums + i, w->lanes, A->outcomes, u[i]);
    }
}

/* Everything that reads a variable changed by this firing looks at it again: guards, then paces, then probes. `changed`
   has a bit for each effect, in each lane; `any` is all of them together. A guard that is a mask is cheaper to look at
   than to find out whether it must be; looking twice changes nothing. */
INLINE void follow_guards(
    Work *w, const GuardDep *d, int count, const LaneNo *js, int n, const uint64_t *changed, uint64_t any
) {
    LaneNo turned[LANES], looking[LANES];
    double truth[LANES];
    for (const GuardDep *end = d + count; d < end; d++) {
        if (!(d->changed & any)) continue;
        const uint8_t *on = w->on + AT(w, d->target, 0);
        int m = 0;
        if (LIKELY(d->word >= 0)) {
            const uint64_t *bits = w->bits + AT(w, d->word, 0), mask = d->mask, want = d->want;
            for (int i = 0; i < n; i++) {
                turned[m] = js[i];
                m += ((bits[js[i]] & mask) == want) != on[js[i]];
            }
        } else {
            int looks = 0;
            for (int i = 0; i < n; i++) if (d->changed & changed[i]) looking[looks++] = js[i];
            w->moment++;
            values(w, (int)d->mask, looking, looks, truth);
            for (int i = 0; i < looks; i++) if ((truth[i] == 1.0) != on[looking[i]]) turned[m++] = looking[i];
        }
        if (m) turn_guards(w, d->target, turned, m);
    }
}

INLINE void follow_paces(
    Work *w, const Dep *d, int count, const LaneNo *js, int n, const uint64_t *changed, uint64_t any
) {
    LaneNo running[LANES];
    for (const Dep *end = d + count; d < end; d++) {
        if (!(d->changed & any)) continue;
        const uint8_t *on = w->on + AT(w, d->target, 0);
        const Clock *clocks = w->clocks + AT(w, d->target, 0);
        const uint64_t by = d->changed;
        int m = 0;
        for (int i = 0; i < n; i++) {
            int j = js[i];
            running[m] = (LaneNo)j;
            m += ((by & changed[i]) != 0) & on[j] & (clocks[j].P != 0.0);
        }
        if (m) look_at_paces(w, d->target, running, m);
    }
}

INLINE void follow_probes(
    Work *w, const Dep *d, int count, const LaneNo *js, int n, const uint64_t *changed, uint64_t any
) {
    for (const Dep *end = d + count; d < end; d++) {
        if (!(d->changed & any)) continue;
        for (int i = 0; i < n; i++) {
            if (!(d->changed & changed[i])) continue;
            if (d->what == DEP_FIRST) look_first(w, js[i], d->target);
            else if (d->what == DEP_HELD) look_held(w, js[i], d->target);
            else look_edge(w, js[i], d->target);
        }
    }
}

NOINLINE void follow(Work *w, const Outcome *o, const LaneNo *js, int n, const uint64_t *changed, uint64_t any) {
    const Tables *p = w->p;
    follow_guards(w, p->guard_deps + o->guard, o->guards, js, n, changed, any);
    follow_paces(w, p->pace_deps + o->pace, o->paces, js, n, changed, any);
    follow_probes(w, p->probe_deps + o->probe, o->probes, js, n, changed, any);
}

/* An outcome without lists of its own goes through those of its variables. */
NOINLINE void follow_slots(Work *w, int j, const Outcome *o, const uint8_t *changed) {
    const Tables *p = w->p;
    const LaneNo one = (LaneNo)j;
    const uint64_t all = ~0ull;
    for (int pass = 0; pass < 3; pass++) {
        for (int i = 0; i < o->effects; i++) {
            int slot = p->effects[o->effect + i].slot;
            const int32_t *first = (pass == 0 ? p->slot_guards : pass == 1 ? p->slot_paces : p->slot_probes) + slot;
            int from = first[0], count = first[1] - first[0];
            if (!changed[i]) continue;
            if (pass == 0) follow_guards(w, p->guard_deps + from, count, &one, 1, &all, all);
            if (pass == 1) follow_paces(w, p->pace_deps + from, count, &one, 1, &all, all);
            if (pass == 2) follow_probes(w, p->probe_deps + from, count, &one, 1, &all, all);
        }
    }
}

/* More than a thousand firings of one action at one instant never end. True if this one must not happen. */
NOINLINE int runs_away(Work *w, int j, int a) {
    Lane *lane = w->lane + j;
    if (lane->n_instant == 1) {
        w->aside[j].instant_id++;
        w->instant_stamp[AT(w, lane->last_action, j)] = (int32_t)w->aside[j].instant_id;
        w->instant_count[AT(w, lane->last_action, j)] = 1;
    }
    int32_t *stamp = w->instant_stamp + AT(w, a, j), *count = w->instant_count + AT(w, a, j);
    if (*stamp != (int32_t)w->aside[j].instant_id) *count = 0;
    *stamp = (int32_t)w->aside[j].instant_id;
    return ++*count > MOST_AT_ONE_INSTANT;
}

INLINE int may_happen(Work *w, int j, int a, double when) {
    Lane *lane = w->lane + j;
    if (UNLIKELY(when == lane->now && lane->n_instant)) {
        if (runs_away(w, j, a)) { fail(w, j, FAIL_INSTANT); return 0; }
        lane->n_instant++;
    } else {
        lane->n_instant = 1;
    }
    lane->last_action = a;
    if (UNLIKELY(lane->events >= w->max_events)) { fail(w, j, FAIL_EVENTS); return 0; }
    lane->events++;
    lane->now = when;
    return 1;
}

/* Assign new values, which stand `apart` from each other; returns what changed, as a mask of effects (bit 63 for all from
   the 63rd on). */
INLINE uint64_t assign(Work *w, int j, const Outcome *o, const double *fresh, int64_t apart, uint8_t *which) {
    const Effect *e = w->p->effects + o->effect;
    uint64_t changed = 0;
    for (int i = 0; i < o->effects; i++) {
        double old = w->state[AT(w, e[i].slot, j)], v = fresh[i * apart];
        if (v == old) continue;
        put(w, j, e[i].slot, v);
        changed |= 1ull << (i < 63 ? i : 63);
        if (UNLIKELY(which != 0)) which[i] = 1;
        if (UNLIKELY(w->tracing)) trace_change(w, j, e[i].slot, old, v);
    }
    return changed;
}

NOINLINE void apply_long(Work *w, int j, const Outcome *o) {
    uint8_t few[256], *which = o->effects <= 256 ? few : malloc((size_t)o->effects);
    if (!which) { fail(w, j, FAIL_MEMORY); return; }
    memset(which, 0, (size_t)o->effects);
    if (assign(w, j, o, w->fresh, 1, which)) follow_slots(w, j, o, which);
    if (which != few) free(which);
}

/* One lane alone, for outcomes of very many effects. */
NOINLINE uint64_t assign_alone(Work *w, int j, int a, int choice, const Outcome *o, uint32_t occurrence) {
    const Effect *e = w->p->effects + o->effect;
    for (int i = 0; i < o->effects; i++) {
        double v = amount(w, j, e + i, occurrence);
        if (e[i].add) v = w->state[AT(w, e[i].slot, j)] + v;
        w->fresh[i] = settle(w, j, w->p->slots + e[i].slot, v);
    }
    if (UNLIKELY(w->lane[j].fail)) return 0;
    if (UNLIKELY(w->tracing)) trace_event(w, j, a, choice);
    if (o->listed) return assign(w, j, o, w->fresh, 1, 0);
    apply_long(w, j, o);
    return 0;
}

/* Amounts that have to be worked out: all of them on the state before the first is assigned. */
NOINLINE void assign_any(
    Work *w, int a, int choice, const Outcome *o, const LaneNo *js, const uint64_t *occurrence, int n, uint64_t *changed
) {
    const Effect *e = w->p->effects + o->effect;
    if (UNLIKELY(!o->listed || o->effects > MOST_SIMPLE)) {
        for (int i = 0; i < n; i++) changed[i] = assign_alone(w, js[i], a, choice, o, (uint32_t)occurrence[i]);
        return;
    }
    w->moment++;
    for (int k = 0; k < o->effects; k++) {
        const Slot *s = w->p->slots + e[k].slot;
        const double *state = w->state + AT(w, e[k].slot, 0);
        double *fresh = w->fresh + (int64_t)k * w->lanes;
        if (e[k].constant || e[k].amount < 0)
            for (int i = 0; i < n; i++) fresh[i] = amount(w, js[i], e + k, (uint32_t)occurrence[i]);
        else values(w, e[k].amount, js, n, fresh);
        for (int i = 0; i < n; i++) fresh[i] = settle(w, js[i], s, e[k].add ? state[js[i]] + fresh[i] : fresh[i]);
    }
    for (int i = 0; i < n; i++) {
        changed[i] = 0;
        if (UNLIKELY(w->lane[js[i]].fail)) continue;
        if (UNLIKELY(w->tracing)) trace_event(w, js[i], a, choice);
        changed[i] = assign(w, js[i], o, w->fresh + i, w->lanes, 0);
    }
}

/* A fact turns true or false, or stays. */
INLINE void assign_fact(Work *w, const Effect *e, uint64_t one, const LaneNo *js, int n, uint64_t *changed) {
    double *place = w->state + AT(w, e->slot, 0);
    uint64_t *bits = w->bits, clear = ~e->bit, set = e->value != 0.0 ? e->bit : 0;
    const double v = e->value;
    for (int i = 0; i < n; i++) {
        int j = js[i];
        changed[i] |= one & -(uint64_t)(place[j] != v);
        place[j] = v, bits[j] = (bits[j] & clear) | set;
    }
    if (!w->p->slots[e->slot].grid) return;
    int32_t *cell = w->grid + AT(w, e->slot, 0);
    for (int i = 0; i < n; i++) cell[js[i]] = v != 0.0;
}

/* A level goes where the table leads from its cell; at the end of the scale it stays. */
INLINE void assign_cell(Work *w, const Effect *e, uint64_t one, const LaneNo *js, int n, uint64_t *changed) {
    double *place = w->state + AT(w, e->slot, 0);
    const double *values = w->p->cell_values + e->values;
    const int32_t *next = w->p->next + e->next;
    int32_t *cell = w->grid + AT(w, e->slot, 0);
    for (int i = 0; i < n; i++) {
        int j = js[i], to = next[cell[j]];
        changed[i] |= one & -(uint64_t)(to != cell[j]);
        cell[j] = to, place[j] = values[to];
    }
    if (UNLIKELY(e->atoms)) for (int i = 0; i < n; i++) set_atoms(w, js[i], e->slot, place[js[i]]);
}

/* Effects of which no amount has to be worked out: at once, since none of them reads what another one writes. */
INLINE void assign_simple(Work *w, const Outcome *o, const LaneNo *js, int n, uint64_t *changed) {
    const Effect *e = w->p->effects + o->effect, *end = e + o->effects;
    for (int i = 0; i < n; i++) changed[i] = 0;
    for (uint64_t one = 1; e < end; e++, one += one) {
        if (e->kind == EFFECT_FACT) { assign_fact(w, e, one, js, n, changed); continue; }
        if (e->kind == EFFECT_CELL) { assign_cell(w, e, one, js, n, changed); continue; }
        for (int i = 0; i < n; i++) {
            double old = w->state[AT(w, e->slot, js[i])];
            double v = settle(w, js[i], w->p->slots + e->slot, e->add ? old + e->value : e->value);
            if (v == old || UNLIKELY(w->lane[js[i]].fail)) continue;
            put(w, js[i], e->slot, v);
            changed[i] |= one;
        }
    }
}

/* One outcome of one action in some lanes. */
NOINLINE void apply(Work *w, int a, int choice, const LaneNo *js, const uint64_t *occurrence, int n) {
    const Action *A = w->p->actions + a;
    const Outcome *o = w->p->outcomes + A->outcome + choice;
    uint64_t changed[LANES], any = 0;
    int32_t *counts = w->counts + AT(w, A->outcome + choice, 0);
    for (int i = 0; i < n; i++) counts[js[i]]++;
    if (UNLIKELY(A->fireds)) for (int i = 0; i < n; i++) count_firing(w, js[i], A, choice);
    if (LIKELY(o->simple && !w->tracing)) assign_simple(w, o, js, n, changed);
    else assign_any(w, a, choice, o, js, occurrence, n, changed);
    for (int i = 0; i < n; i++) any |= changed[i];
    if (LIKELY(any)) follow(w, o, js, n, changed, any);
}

/* Steps 1 to 3 of section 5 for an action whose clocks were used up by the caller. */
NOINLINE void fire(Work *w, int a, const LaneNo *js, uint64_t *occurrence, int n) {
    const Action *A = w->p->actions + a;
    if (UNLIKELY(w->stops && w->stops[a])) stop_here(w, js, n);
    if (LIKELY(!A->branching)) { apply(w, a, 0, js, occurrence, n); return; }
    uint64_t r[LANES], part_occurrence[LANES], last[LANES];
    double unused[LANES], u[LANES];
    int choice[LANES];
    LaneNo part[LANES];
    for (int i = 0; i < n; i++) r[i] = w->lane[js[i]].replication;
    if (UNLIKELY(w->branched)) for (int i = 0; i < n; i++) last[i] = last_word(w, js[i], purpose_of(w, a, js[i]));
    draw_many(w->action_keys + 2 * a, r, occurrence, w->branched ? last : 0, n, unused, u);
    choose_outcomes(w, A, js, n, u, choice);
    for (int first = 0; first < n; first++) {
        int which = choice[first], m = 0;
        if (which < 0) continue;                        /* done with an earlier one */
        for (int i = first; i < n; i++) {
            if (choice[i] != which) continue;
            part[m] = js[i], part_occurrence[m++] = occurrence[i], choice[i] = -1;
        }
        apply(w, a, which, part, part_occurrence, m);
    }
}

#endif
