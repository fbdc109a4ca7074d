/* What is recorded of a history (section 7): first times, values at dates, durations, firings, traces. */
#ifndef NEGSIM_PROBES_H
#define NEGSIM_PROBES_H

#include "expressions.h"

INLINE void look_first(Work *w, int i) {
    const First *f = w->p->first + i;
    if (w->closed[i]) return;
    if (holds(w, f->condition)) {
        w->first[i] = w->now;
        w->closed[i] = 1;
    } else if (!holds(w, f->throughout)) {
        w->closed[i] = 1;
    }
}

INLINE void end_spell(Work *w, int i, double when) {
    const Dated *h = w->p->held + i;
    if (w->since[i] < h->date) w->held[i] += (when < h->date ? when : h->date) - w->since[i];
    w->spell[i] = 0;
}

INLINE void look_held(Work *w, int i) {
    int on = holds(w, w->p->held[i].condition);
    if (on == w->spell[i]) return;
    if (!on) {
        end_spell(w, i, w->now);
    } else {
        w->spell[i] = 1;
        w->since[i] = w->now;
    }
}

/* Values on the dates before `when`: everything at a date has happened by then. */
NOINLINE void record_dates(Work *w, double *at, double when) {
    const Dated *d = w->p->at;
    for (; w->next_at < w->p->n_at && d[w->next_at].date < when; w->next_at++)
        at[d[w->next_at].column] = value(w, d[w->next_at].condition);
    double next = w->next_at < w->p->n_at ? d[w->next_at].date : INFINITY;
    w->stop = next < w->p->horizon ? next : w->p->horizon;
}

INLINE void count_firing(Work *w, const Action *A, int outcome) {
    for (int i = A->fired; i < A->fired + A->fireds; i++) {
        const Fired *f = w->p->fired + i;
        if (w->now <= f->date && (f->outcome < 0 || f->outcome == outcome)) w->fired_row[f->column]++;
    }
}

COLD int grow(void **array, int64_t *room, int64_t need, size_t size) {
    if (need < *room) return 1;
    int64_t wanted = *room ? *room * 2 : 1024;
    void *bigger = realloc(*array, (size_t)wanted * size);
    if (!bigger) return 0;
    *array = bigger, *room = wanted;
    return 1;
}

COLD void trace_event(Work *w, int action, int outcome) {
    if (!grow((void **)&w->trace, &w->cap_trace, w->n_trace, sizeof(TraceEvent))) { fail(w, FAIL_MEMORY); return; }
    w->trace[w->n_trace++] = (TraceEvent){w->now, action, outcome, (int32_t)w->n_changes, 0};
}

COLD void trace_change(Work *w, int slot, double old, double now) {
    if (!grow((void **)&w->changes, &w->cap_changes, w->n_changes, sizeof(TraceChange))) { fail(w, FAIL_MEMORY); return; }
    w->changes[w->n_changes++] = (TraceChange){slot, 0, old, now};
    w->trace[w->n_trace - 1].changes++;
}

#endif
