/* One firing (section 5): outcome, effects on the state before it, assignment, what reads a changed variable. */
#ifndef NEGSIM_FIRING_H
#define NEGSIM_FIRING_H

#include "clocks.h"
#include "probes.h"

/* The value as the slot keeps it: clipped, on its grid, whole. */
INLINE double settle(Work *w, const Slot *s, double v) {
    if (s->kind == SLOT_FACT) return v != 0.0;
    if (UNLIKELY(!(v - v == 0.0))) { fail(w, FAIL_VALUE); return v; }
    if (s->kind == SLOT_COUNTER) {
        if (UNLIKELY(!(fabs(v) <= 0x1p53) || rint(v) != v)) fail(w, FAIL_VALUE);
        return v;
    }
    v = clipped(v, s->low, s->high);
    if (s->step == 0.0) return v;
    double k = rint(v / s->step);                    /* half to even */
    if (UNLIKELY(!(k - k == 0.0))) fail(w, FAIL_VALUE);
    return k * s->step + 0.0;                        /* an integer number of steps has no negative zero */
}

/* Store a value and what follows from it: the atoms' bits, the cell of a grid. */
INLINE void put(Work *w, int slot, double v) {
    const Slot *s = w->p->slots + slot;
    w->state[slot] = v;
    if (s->grid) w->grid[slot] = s->kind == SLOT_FACT ? v != 0.0 : (int32_t)(rint(v / s->step) - s->first);
    if (s->atoms) set_atoms(w, slot);
}

INLINE double amount(Work *w, const Effect *e, uint32_t occurrence) {
    if (e->constant) return e->value;
    if (e->amount >= 0) return value(w, e->amount);
    double a, b;
    uniforms(w->replication, occurrence, w->effect_keys + 2 * e->stream, &a, &b);
    return upper_quantile(w->laws + e->law, a);
}

/* Which of several outcomes: the first with u*W below the running sum of the weights, in order of name. */
NOINLINE int choose_outcome(Work *w, const Action *A, double u) {
    const double *sum = w->weights;
    int n = A->outcomes;
    if (A->weighed >= 0) {
        sum = w->p->sums + A->weighed;
    } else {
        double all = 0.0;
        for (int i = 0; i < n; i++) {
            double weight = value(w, w->p->outcomes[A->outcome + i].weight);
            if (!(weight >= 0.0)) fail(w, FAIL_VALUE);
            w->weights[i] = all = all + weight;
        }
        if (!(all > 0.0 && all < INFINITY)) fail(w, FAIL_VALUE);
    }
    double whole = sum[n - 1], point = u * whole;
    for (int i = 0; i < n; i++) if (point < sum[i]) return i;
    for (int i = 0; i < n; i++) if (sum[i] == whole) return i;
    return 0;
}

/* Everything that reads a variable changed by this firing looks at it again: guards, then paces, then probes. A guard
   that is a mask is cheaper to look at than to find out whether it must be; looking twice changes nothing. */
INLINE void follow_guards(Work *w, const GuardDep *d, int n, uint64_t changed) {
    for (const GuardDep *end = d + n; d < end; d++) {
        int on;
        if (LIKELY(d->word >= 0)) on = (w->bits[d->word] & d->mask) == d->want;
        else if (!(d->changed & changed)) continue;
        else on = holds(w, w->p->actions[d->target].guard);
        if (on != w->on[d->target]) turn_guard(w, d->target, on);
    }
}

INLINE void follow_paces(Work *w, const Dep *d, int n, uint64_t changed) {
    for (const Dep *end = d + n; d < end; d++)
        if (d->changed & changed) look_at_pace(w, d->target);
}

INLINE void follow_probes(Work *w, const Dep *d, int n, uint64_t changed) {
    for (const Dep *end = d + n; d < end; d++) {
        if (!(d->changed & changed)) continue;
        if (d->what == DEP_FIRST) look_first(w, d->target);
        else look_held(w, d->target);
    }
}

INLINE void follow(Work *w, const Outcome *o, uint64_t changed) {
    const Tables *p = w->p;
    follow_guards(w, p->guard_deps + o->guard, o->guards, changed);
    follow_paces(w, p->pace_deps + o->pace, o->paces, changed);
    follow_probes(w, p->probe_deps + o->probe, o->probes, changed);
}

/* An outcome without lists of its own goes through those of its variables. */
NOINLINE void follow_slots(Work *w, const Outcome *o, const uint8_t *changed) {
    const Tables *p = w->p;
    for (int pass = 0; pass < 3; pass++) {
        for (int i = 0; i < o->effects; i++) {
            int slot = p->effects[o->effect + i].slot;
            const int32_t *first = (pass == 0 ? p->slot_guards : pass == 1 ? p->slot_paces : p->slot_probes) + slot;
            if (!changed[i]) continue;
            if (pass == 0) follow_guards(w, p->guard_deps + first[0], first[1] - first[0], ~0ull);
            if (pass == 1) follow_paces(w, p->pace_deps + first[0], first[1] - first[0], ~0ull);
            if (pass == 2) follow_probes(w, p->probe_deps + first[0], first[1] - first[0], ~0ull);
        }
    }
}

/* More than a thousand firings of one action at one instant never end. True if this one must not happen. */
NOINLINE int runs_away(Work *w, int a) {
    if (w->n_instant == 1) {
        w->instant_id++;
        w->instant_stamp[w->last_action] = (int32_t)w->instant_id;
        w->instant_count[w->last_action] = 1;
    }
    if (w->instant_stamp[a] != (int32_t)w->instant_id) w->instant_count[a] = 0;
    w->instant_stamp[a] = (int32_t)w->instant_id;
    return ++w->instant_count[a] > MOST_AT_ONE_INSTANT;
}

INLINE int may_happen(Work *w, int a, double when) {
    if (UNLIKELY(when == w->now && w->n_instant)) {
        if (runs_away(w, a)) { fail(w, FAIL_INSTANT); return 0; }
        w->n_instant++;
    } else {
        w->n_instant = 1;
    }
    w->last_action = a;
    if (UNLIKELY(w->events >= w->max_events)) { fail(w, FAIL_EVENTS); return 0; }
    w->events++;
    return 1;
}

/* Assign the values in w->fresh; returns whether anything changed, as a mask of effects (or of all beyond 64). */
INLINE uint64_t assign(Work *w, const Outcome *o, uint8_t *which) {
    const Effect *e = w->p->effects + o->effect;
    uint64_t changed = 0;
    for (int i = 0; i < o->effects; i++) {
        double old = w->state[e[i].slot], v = w->fresh[i];
        if (v == old) continue;
        put(w, e[i].slot, v);
        changed |= 1ull << (i < 63 ? i : 63);
        if (UNLIKELY(which != 0)) which[i] = 1;
        if (UNLIKELY(w->tracing)) trace_change(w, e[i].slot, old, v);
    }
    return changed;
}

NOINLINE void apply_long(Work *w, const Outcome *o) {
    uint8_t few[256], *which = o->effects <= 256 ? few : malloc((size_t)o->effects);
    if (!which) { fail(w, FAIL_MEMORY); return; }
    memset(which, 0, (size_t)o->effects);
    if (assign(w, o, which)) follow_slots(w, o, which);
    if (which != few) free(which);
}

/* Effects of which no amount has to be worked out: at once, since none of them reads what another one writes. */
INLINE uint64_t assign_simple(Work *w, const Outcome *o) {
    const Effect *e = w->p->effects + o->effect, *end = e + o->effects;
    uint64_t changed = 0, one = 1;
    for (; e < end; e++, one += one) {
        double *place = w->state + e->slot;
        if (e->kind == EFFECT_FACT) {
            if (*place == e->value) continue;
            *place = e->value;
            w->grid[e->slot] = e->value != 0.0;
            w->bits[0] = e->value != 0.0 ? w->bits[0] | e->bit : w->bits[0] & ~e->bit;
        } else if (e->kind == EFFECT_CELL) {
            /* at the end of the scale the cell stays: no jump, since that can hardly be foreseen */
            int32_t *cell = w->grid + e->slot, to = w->p->next[e->next + *cell];
            changed |= one & -(uint64_t)(to != *cell);
            *cell = to;
            *place = w->p->cell_values[e->values + to];
            if (UNLIKELY(e->atoms)) set_atoms(w, e->slot);
            continue;
        } else {
            double v = settle(w, w->p->slots + e->slot, e->add ? *place + e->value : e->value);
            if (v == *place) continue;
            put(w, e->slot, v);
        }
        changed |= one;
    }
    return changed;
}

NOINLINE uint64_t assign_any(Work *w, int a, int choice, const Outcome *o, uint32_t occurrence) {
    const Effect *e = w->p->effects + o->effect;
    for (int i = 0; i < o->effects; i++) {
        double v = amount(w, e + i, occurrence);
        if (e[i].add) v = w->state[e[i].slot] + v;
        w->fresh[i] = settle(w, w->p->slots + e[i].slot, v);
    }
    if (UNLIKELY(w->fail)) return 0;
    if (UNLIKELY(w->tracing)) trace_event(w, a, choice);
    if (LIKELY(o->listed)) return assign(w, o, 0);
    apply_long(w, o);
    return 0;
}

/* Steps 1 to 3 of section 5 for an action whose clock was used up by the caller. */
INLINE void fire(Work *w, int a, uint32_t occurrence) {
    const Action *A = w->p->actions + a;
    int choice = 0;
    if (UNLIKELY(A->branching)) choice = choose_outcome(w, A, draw_branch(w, a, occurrence));
    const Outcome *o = w->p->outcomes + A->outcome + choice;
    w->counts[A->outcome + choice]++;
    if (UNLIKELY(A->fireds)) count_firing(w, A, choice);
    uint64_t changed = LIKELY(o->simple && !w->tracing) ? assign_simple(w, o) : assign_any(w, a, choice, o, occurrence);
    if (LIKELY(changed)) follow(w, o, changed);
}

#endif
