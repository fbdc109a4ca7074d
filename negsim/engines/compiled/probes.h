/* What is recorded of a history (section 7): first times, values at dates, durations, firings, traces. */
#ifndef NEGSIM_PROBES_H
#define NEGSIM_PROBES_H

#include "expressions.h"

/* Of an edge probe: whether its condition held at the last look, or that it is no longer looked at. */
enum { EDGE_OFF, EDGE_ON, EDGE_OVER };

INLINE void look_first(Work *w, int j, int i) {
    const First *f = w->p->first + i;
    uint8_t *closed = w->closed + AT(w, i, j);
    if (*closed) return;
    if (holds(w, j, f->condition)) {
        w->rows.first[w->lane[j].row * w->p->n_first + i] = w->lane[j].now;
        *closed = 1;
    } else if (!holds(w, j, f->throughout)) {
        *closed = 1;
    }
}

/* The first time from `after` on at which a condition turns true; true at the start is an edge there. */
INLINE void look_edge(Work *w, int j, int i) {
    const Edge *e = w->p->edges + i;
    uint8_t *edge = w->edge + AT(w, i, j);
    if (*edge == EDGE_OVER) return;
    uint8_t on = (uint8_t)holds(w, j, e->condition);
    if (on && *edge == EDGE_OFF && w->lane[j].now >= e->after) {
        w->rows.edges[w->lane[j].row * w->p->n_edges + i] = w->lane[j].now;
        on = EDGE_OVER;
    }
    *edge = on;
}

/* The window of an edge opens: a condition that holds already, also without an edge in the window, counts. */
INLINE void open_edge(Work *w, int j, int i) {
    uint8_t *edge = w->edge + AT(w, i, j);
    if (*edge != EDGE_ON) return;
    w->rows.edges[w->lane[j].row * w->p->n_edges + i] = w->p->edges[i].after;
    *edge = EDGE_OVER;
}

INLINE void gather(Work *w, int j, int i, double when) {
    double flow = w->flow[AT(w, i, j)], since = w->since[AT(w, i, j)], date = w->p->held[i].date;
    if (flow == 0.0) return;
    if (since < date) w->rows.held[w->lane[j].row * w->p->n_held + i] += flow * ((when < date ? when : date) - since);
}

INLINE void look_held(Work *w, int j, int i) {
    double v = value(w, j, w->p->held[i].condition);
    if (v == w->flow[AT(w, i, j)]) return;
    gather(w, j, i, w->lane[j].now);
    w->flow[AT(w, i, j)] = v, w->since[AT(w, i, j)] = w->lane[j].now;
}

/* The instant after which a history stops. */
INLINE double until_of(const Work *w, int j) {
    return UNLIKELY(w->untils != 0) ? w->untils[w->lane[j].row] : w->until;
}

/* Values on the dates before `when`: everything at a date has happened by then. A window opens right after a date. */
NOINLINE void record_dates(Work *w, int j, double when) {
    const Dated *d = w->p->at;
    Lane *lane = w->lane + j;
    double *at = w->rows.at + lane->row * w->p->n_at;
    for (; lane->next_at < w->p->n_dates && d[lane->next_at].date < when; lane->next_at++) {
        const Dated *date = d + lane->next_at;
        if (date->condition < 0) open_edge(w, j, date->column);
        else at[date->column] = value(w, j, date->condition);
    }
    double next = lane->next_at < w->p->n_dates ? d[lane->next_at].date : INFINITY;
    double until = until_of(w, j);
    lane->stop = next < until ? next : until;
}

/* The histories go on to the end of this very instant and stop. */
COLD void stop_here(Work *w, const LaneNo *js, int n) {
    for (int i = 0; i < n; i++) {
        Lane *lane = w->lane + js[i];
        w->untils[lane->row] = lane->stop = lane->now;
    }
}

INLINE void count_firing(Work *w, int j, const Action *A, int outcome) {
    int64_t *fired = w->rows.fired + w->lane[j].row * w->p->n_fired;
    for (int i = A->fired; i < A->fired + A->fireds; i++) {
        const Fired *f = w->p->fired + i;
        double now = w->lane[j].now;
        if (now >= f->after && now <= f->date && (f->outcome < 0 || f->outcome == outcome)) fired[f->column]++;
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

COLD void trace_event(Work *w, int j, int action, int outcome) {
    if (!grow((void **)&w->trace, &w->cap_trace, w->n_trace, sizeof(TraceEvent))) { fail(w, j, FAIL_MEMORY); return; }
    w->trace[w->n_trace++] = (TraceEvent){w->lane[j].now, action, outcome, (int32_t)w->n_changes, 0};
}

COLD void trace_change(Work *w, int j, int slot, double old, double now) {
    if (!grow((void **)&w->changes, &w->cap_changes, w->n_changes, sizeof(TraceChange))) { fail(w, j, FAIL_MEMORY); return; }
    w->changes[w->n_changes++] = (TraceChange){slot, 0, old, now};
    w->trace[w->n_trace - 1].changes++;
}

#endif
