/* The workspace of one thread, and the loop over the rows of a block. */
#ifndef NEGSIM_KERNEL_H
#define NEGSIM_KERNEL_H

#include "cells.h"
#include "history.h"
#ifdef __linux__
#include <sys/mman.h>
#endif

/* Above a quarter of it a huge page is asked for. */
#define PAGE ((size_t)1 << 21)

COLD void release(Work *w) {
    if (!w) return;
    void *owned[] = {w->state, w->state0, w->grid, w->grid0, w->bits, w->bits0, w->clocks, w->on, w->used, w->next_instant, w->touched,
        w->stack, w->memo, w->memo_for, w->fresh, w->weights, w->delay, w->branch, w->tag, w->closed, w->spell, w->since,
        w->instant_stamp, w->instant_count, w->trace, w->changes, w->initial, w->always, w->dynamic};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) free(owned[i]);
    for (int i = 0; i < 16; i++) free(w->level[i]);
    if (!w->levels) free(w->due);
    free(w);
}

#define ROOM(field, n) ((w->field = calloc((size_t)(n) + 1, sizeof *w->field)) != 0)

COLD double *aligned_infinities(int64_t n) {
    double *d = aligned_alloc(64, sizeof(double) * (size_t)((n + 7) / 8 * 8));
    for (int64_t i = 0; d && i < n; i++) d[i] = INFINITY;
    return d;
}

/* Levels of the tournament: groups of sixteen until at most sixteen are left. */
COLD int make_agenda(Work *w) {
    int n = w->p->n_actions;
    if (w->p->n_steady) return (w->due = aligned_infinities(n)) != 0;
    for (;;) {
        int padded = (n + 15) / 16 * 16;
        if (!(w->level[w->levels] = aligned_infinities(padded))) return 0;
        w->level_size[w->levels++] = padded;
        if (padded == 16) break;
        n = padded / 16;
    }
    w->due = w->level[0];
    return 1;
}

COLD int make_clocks(Work *w) {
    size_t size = sizeof(Clock) * (size_t)(w->p->n_actions + 1), page = size < PAGE / 4 ? 64 : PAGE;
    w->clocks = aligned_alloc(page, size = (size + page - 1) / page * page);
#ifdef MADV_HUGEPAGE
    if (w->clocks && page == PAGE) madvise(w->clocks, size, MADV_HUGEPAGE);
#endif
    if (w->clocks) memset(w->clocks, 0, size);
    return w->clocks != 0;
}

COLD Work *reserve(const Tables *p) {
    Work *w = calloc(1, sizeof(Work));
    if (!w) return 0;
    w->p = p;
    int64_t rows = (int64_t)p->n_actions * p->kept;
    int done = ROOM(state, p->n_slots) && ROOM(state0, p->n_slots) && ROOM(initial, p->n_slots)
        && ROOM(grid, p->n_slots) && ROOM(grid0, p->n_slots) && ROOM(bits, p->n_words) && ROOM(bits0, p->n_words)
        && ROOM(on, p->n_actions) && ROOM(used, p->n_actions) && make_clocks(w) && ROOM(next_instant, p->n_actions) && ROOM(touched, p->n_actions)
        && ROOM(always, p->n_actions) && ROOM(dynamic, p->n_actions)
        && ROOM(stack, 2 * p->depth + 16) && ROOM(memo, p->n_memo)
        && ROOM(memo_for, p->n_slots) && ROOM(fresh, p->most_effects) && ROOM(weights, p->most_outcomes)
        && ROOM(delay, rows * LANES) && ROOM(branch, rows * LANES) && ROOM(tag, rows) && ROOM(closed, p->n_first)
        && ROOM(spell, p->n_held) && ROOM(since, p->n_held) && ROOM(instant_stamp, p->n_actions)
        && ROOM(instant_count, p->n_actions) && make_agenda(w);
    if (!done) { release(w); return 0; }
    return w;
}

/* What was worked out with other parameters is thrown away. */
COLD void bind_memo(Work *w, const double *parameters) {
    size_t size = sizeof(double) * (size_t)(w->p->n_slots - w->p->n_variables);
    if (!w->p->n_memo || !memcmp(w->memo_for, parameters, size)) return;
    memset(w->memo, 0, sizeof(double) * (size_t)w->p->n_memo);
    memcpy(w->memo_for, parameters, size);
}

/* What is the same at the start of all histories with one row of parameters is worked out once. */
COLD void bind_work(Work *w, const double *parameters, const Law *laws, int single) {
    const Tables *p = w->p;
    w->parameters = parameters, w->laws = laws, w->single = single;
    if (single) bind_memo(w, parameters);
    w->fail = FAIL_NONE;
    w->bound_to = 0;
    prepare_state(w);
    w->fail0 = single ? w->fail : FAIL_NONE;
    w->bound_to = single ? parameters : 0;
    w->n_always = w->n_dynamic = 0;
    for (int a = 0; a < p->n_actions; a++) {
        const Action *A = p->actions + a;
        if (A->kind == KIND_CALENDAR || A->kind == KIND_NONE) continue;
        w->fail = FAIL_NONE;
        int on = holds(w, A->guard);
        if (w->fail || A->early == 2 || (A->early && !single)) w->dynamic[w->n_dynamic++] = a;
        else if (on) w->always[w->n_always++] = a;
    }
}

typedef struct {
    const int64_t *replications;
    const int32_t *row_of;              /* which row of parameters */
    const double *parameters;           /* rows one after the other */
    const Law *laws;
    int64_t n_parameters;
    int single, stop_at_failure, tracing;
} Orders;

/* Make the draws that most histories of the last batch needed, all together: one need not wait for the other. */
static void foresee(Work *w) {
    int kept = w->p->kept;
    for (int a = 0; kept && a < w->p->n_actions; a++) {
        int most = w->used[a] / LANES < kept ? w->used[a] / LANES : kept;
        for (int k = 0; k < most; k++) fill_batch(w, a, (uint32_t)k, (int64_t)a * kept + k);
        w->used[a] = 0;
    }
}

/* Simulate rows begin to end; returns the first row that was not simulated (a failed one, or end). */
static int64_t run_rows(Work *w, const Orders *o, Rows r, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i += LANES) {
        w->lanes = (int32_t)(end - i < LANES ? end - i : LANES);
        if (++w->batch == 0) {
            memset(w->tag, 0, sizeof(uint32_t) * (size_t)w->p->n_actions * (size_t)w->p->kept);
            w->batch = 1;
        }
        for (int j = 0; j < LANES; j++) w->replications[j] = (uint64_t)o->replications[i + (j < w->lanes ? j : 0)];
        w->lane = 0;
        if (o->single) foresee(w);
        for (int j = 0; j < w->lanes; j++) {
            int64_t row = o->row_of[i + j];
            w->lane = j, w->replication = w->replications[j];
            w->parameters = o->parameters + row * o->n_parameters;
            w->laws = o->laws + row * w->p->n_laws;
            if (!run_history(w, r, i + j, o->tracing) && o->stop_at_failure) return i + j;
        }
    }
    return end;
}

COLD void prepare_laws(Law *laws, int64_t n) {
    for (int64_t i = 0; i < n; i++) prepare_law(laws + i);
}

#endif
