/* What is tabulated when a program is made ready: values of levels on bounded grids, where effects lead, paces. */
#ifndef NEGSIM_CELLS_H
#define NEGSIM_CELLS_H

#include "firing.h"

/* Where each effect on a level of few values leads from each of them, and these values. */
COLD void prepare_steps(const Tables *p, Work *w) {
    for (int i = 0; i < p->n_slots; i++) {
        const Slot *s = p->slots + i;
        for (int k = 0; k < s->grid; k++)
            p->cell_values[s->cell + k] = s->kind == SLOT_FACT ? k : on_grid(s, (double)s->first + k);
    }
    for (int i = 0; i < p->n_effects; i++) {
        const Effect *e = p->effects + i;
        const Slot *s = p->slots + e->slot;
        for (int k = 0; e->kind == EFFECT_CELL && k < s->grid; k++) {
            double v = settle(w, 0, s, e->add ? p->cell_values[s->cell + k] + e->value : e->value);
            p->next[e->next + k] = (int32_t)(rint(v * s->q / s->p) - s->first);
        }
    }
}

/* An expression in every cell of its grid, in the order of the cells. */
COLD void prepare_grid(const Tables *p, Work *w, const Expr *e) {
    const Dimension *d = p->dimensions + e->slot;
    int64_t cells = 1;
    for (int i = 0; i < e->count; i++) cells *= p->slots[d[i].slot].grid;
    for (int64_t k = 0; k < cells; k++) {
        for (int i = 0; i < e->count; i++) {
            const Slot *s = p->slots + d[i].slot;
            w->state[AT(w, d[i].slot, 0)] = p->cell_values[s->cell + k / d[i].stride % s->grid];
        }
        p->cells[e->offset + k] = run_code(w, 0, p->code + e->code);
    }
}

/* Whether an expression is never below a number and has a value in every cell (or is a number). */
COLD int never_below(const Tables *p, const Expr *e, double least) {
    if (e->form != FORM_GRID) return e->form == FORM_CONST && e->value >= least;
    const Dimension *last = p->dimensions + e->slot + e->count - 1;
    int64_t cells = (int64_t)last->stride * p->slots[last->slot].grid;
    for (int64_t k = 0; k < cells; k++) if (!(p->cells[e->offset + k] >= least)) return 0;
    return 1;
}

COLD void prepare_cells(const Tables *p, Work *w) {
    prepare_steps(p, w);
    for (int i = 0; i < p->n_exprs; i++) {
        Expr *e = p->exprs + i;
        if (e->form != FORM_GRID) continue;
        prepare_grid(p, w, e);
        e->want = (uint64_t)never_below(p, e, -INFINITY);
    }
    for (int a = 0; a < p->n_actions; a++) {
        Action *A = p->actions + a;
        A->safe = never_below(p, p->exprs + A->pace, 0.0) && never_below(p, p->exprs + A->speed, 0.0);
    }
}

#endif
