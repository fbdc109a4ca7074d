/* The workspace of one thread, and the loop over the rows of a block. */
#ifndef NEGSIM_KERNEL_H
#define NEGSIM_KERNEL_H

#include "cells.h"
#include "history.h"
#include "kept.h"
#ifdef __linux__
#include <sys/mman.h>
#endif
#include <stddef.h>

/* Above a quarter of it a huge page is asked for. */
#define PAGE ((size_t)1 << 21)
#define LINE 64

/* One piece of memory for many arrays, each from a line of the caches on; without memory it only measures. */
typedef struct { char *memory; size_t used; } Piece;

COLD void *take(Piece *piece, int64_t n, size_t size) {
    char *start = piece->memory ? piece->memory + piece->used : 0;
    piece->used += ((size_t)(n + 1) * size + LINE - 1) / LINE * LINE;
    return start;
}

#define TAKE(field, n) (w->field = take(piece, n, sizeof *w->field))

/* Times of a scenario without actions are looked at too. */
COLD int64_t n_times(const Work *w) { return (int64_t)(w->p->n_actions + !w->p->n_actions) * w->stride; }

/* Levels of the tournament: groups of sixteen until at most sixteen are left. */
COLD void take_agenda(Work *w, Piece *piece) {
    w->levels = 0;
    if (!w->p->many) { TAKE(due, n_times(w)); return; }
    for (int n = w->p->n_actions;; n /= 16) {
        n = (n + 15) / 16 * 16;
        w->level_size[w->levels] = n;
        TAKE(level[w->levels], n);
        if (++w->levels == 16 || n <= 16) break;
    }
    w->due = w->level[0];
}

/* Tables of what expressions of parameters are take at most this much memory, and one is there in any case. */
#define MOST_TABLES ((int64_t)1 << 19)

COLD void take_bound(Work *w, Bound *bound, int number, Piece *piece) {
    const Tables *p = w->p;
    Bound none, *b = piece->memory ? bound : &none;
    b->state = take(piece, p->n_slots, sizeof(double)), b->grid = take(piece, p->n_slots, sizeof(int32_t));
    b->bits = take(piece, p->n_words, sizeof(uint64_t)), b->always = take(piece, p->n_actions, sizeof(int32_t));
    b->dynamic = take(piece, p->n_actions, sizeof(int32_t)), b->table = 0, b->row = -1;
    if (!p->n_memo || (number && (number + 1) * p->n_memo > MOST_TABLES)) return;
    b->table = take(piece, p->n_memo, sizeof(double)), b->table_for = take(piece, p->n_slots, sizeof(double));
}

COLD void take_all(Work *w, Piece *piece) {
    const Tables *p = w->p;
    int64_t by_lane = w->stride;
    TAKE(lane, w->lanes), TAKE(aside, w->lanes), TAKE(clocks, p->n_actions * by_lane);
    TAKE(tallies, p->n_actions * by_lane), TAKE(counts, p->n_counts * by_lane), TAKE(state, p->n_slots * by_lane);
    TAKE(grid, p->n_slots * by_lane), TAKE(bits, p->n_words * by_lane), TAKE(on, p->n_actions * by_lane);
    TAKE(next_instant, p->n_actions * by_lane), TAKE(instant_stamp, p->n_actions * by_lane);
    TAKE(instant_count, p->n_actions * by_lane), TAKE(closed, p->n_first * by_lane);
    TAKE(flow, p->n_held * by_lane), TAKE(since, p->n_held * by_lane), TAKE(edge, p->n_edges * by_lane);
    TAKE(touched, p->n_actions), TAKE(began, p->n_actions * by_lane), TAKE(anew, p->n_actions * by_lane);
    TAKE(initial, p->n_slots), TAKE(stack, 2 * p->depth + 16);
    TAKE(fresh, p->most_effects > MOST_SIMPLE ? p->most_effects : p->most_effects * w->lanes);
    TAKE(sums, p->most_outcomes * w->lanes), TAKE(columns, (p->depth + 2) * w->lanes);
    TAKE(parts, p->n_parts * w->lanes), TAKE(part_of, p->n_parts), TAKE(bounds, w->lanes);
    TAKE(gone_wrong, p->n_exprs);
    for (int i = 0; i < w->lanes; i++) take_bound(w, w->bounds + i, i, piece);
    if (!p->many) TAKE(together, FEW * LANES);
    take_agenda(w, piece);
}

COLD void release(Work *w) {
    if (!w) return;
    free(w->trace), free(w->changes), free(w->memory);
    free(w);
}

COLD Work *reserve(const Tables *p) {
    Work *w = calloc(1, sizeof(Work));
    if (!w) return 0;
    w->p = p, w->lanes = p->many ? 1 : LANES, w->stride = p->many ? 1 : LANES + EIGHT;
    Piece all = {0, 0};
    take_all(w, &all);
    size_t page = all.used < PAGE / 4 ? LINE : PAGE, size = (all.used + page - 1) / page * page;
    if (!(all.memory = w->memory = aligned_alloc(page, size))) { release(w); return 0; }
#ifdef MADV_HUGEPAGE
    if (page == PAGE) madvise(all.memory, size, MADV_HUGEPAGE);
#endif
    memset(all.memory, 0, size);
    all.used = 0;
    take_all(w, &all);
    for (int64_t i = 0; !w->levels && i < n_times(w); i++) w->due[i] = INFINITY;
    for (int l = 0; l < w->levels; l++) for (int i = 0; i < w->level_size[l]; i++) w->level[l][i] = INFINITY;
    return w;
}

typedef struct {
    const int64_t *replications;
    const int64_t *order;               /* rows of the block, in the order in which they are simulated */
    const int32_t *row_of;              /* which row of parameters they have */
    const double *parameters;           /* rows one after the other */
    const Law *laws;
    int64_t n_parameters;
    int alike, tables, stop_at_failure, tracing;      /* tables: they pay, because many rows have the same parameters */
    int branched;                       /* some histories are clones */
    double until;                       /* the instant after which they stop */
    double *untils;                     /* of each row, if they stop at instants of their own; else null */
    const uint8_t *stops;               /* actions at whose next firing they stop, which is written to untils; else null */
    const Kept *from;                   /* where they begin; null: at the start */
    const Kept *to;                     /* where they are written down when they stop; null: at the end, as results */
    const volatile int32_t *ended;             /* turns 1 when another thread wants the loop to end; null: none does */
} Orders;

/* Rows of a block on their way through the lanes. */
typedef struct {
    int64_t next, end;                         /* in the order of the orders */
    int64_t failed;                            /* the first row that failed; those after it are not wanted */
    int lanes;                                 /* those that can have rows: the first ones are taken first */
    LaneNo going[LANES], over[LANES], idle[LANES];
    int n_going, n_over, n_idle;
    double when[LANES]; int64_t action[LANES]; /* of each lane's next event */
} Course;

INLINE void make_idle(Work *w, Course *c, LaneNo j) {
    w->lane[j].bound->lanes--;
    c->idle[c->n_idle++] = j;
}

/* Write what is known of rows that are over. */
static void finish_rows(Work *w, const Orders *o, Course *c) {
    int left = 0;
    if (o->to) keep_histories(w, o->to, c->over, c->n_over);
    else finish_histories(w, c->over, c->n_over);
    for (int i = 0; i < c->n_over; i++) {
        const Lane *lane = w->lane + c->over[i];
        if (UNLIKELY(lane->fail) && o->stop_at_failure && lane->row < c->failed) c->failed = lane->row;
        make_idle(w, c, c->over[i]);
    }
    c->n_over = 0;
    for (int i = 0; i < c->n_going; i++) {
        if (LIKELY(w->lane[c->going[i]].row < c->failed)) c->going[left++] = c->going[i];
        else make_idle(w, c, c->going[i]);
    }
    c->n_going = left;
}

/* A place for a row of parameters: one with a table of the same values, or else the one that was left longest ago. */
static Bound *place_for(Work *w, const double *parameters, int tables) {
    Bound *found = 0;
    size_t size = sizeof(double) * (size_t)(w->p->n_slots - w->p->n_variables);
    for (int i = 0; i < w->lanes; i++) {
        Bound *b = w->bounds + i;
        if (b->lanes) continue;
        if (tables && b->table && b->tabled && !memcmp(b->table_for, parameters, size)) return b;
        if (!found || (tables && b->table && !found->table)) found = b;
        else if (b->turn < found->turn && (!tables || b->table || !found->table)) found = b;
    }
    if (tables && found->table) {
        memset(found->table, 0, sizeof(double) * (size_t)w->p->n_memo);
        memcpy(found->table_for, parameters, size);
        found->tabled = 1;
    }
    return found;
}

/* What the row of parameters decides is known from the last lane, or worked out in this one. */
static Bound *bound_for(Work *w, const Orders *o, int64_t row, int j) {
    if (w->last && w->last->row == row) return w->last;
    const double *parameters = o->parameters + row * o->n_parameters;
    Bound *b = place_for(w, parameters, o->tables);
    b->row = row, b->turn = ++w->turns;
    b->parameters = parameters, b->laws = o->laws + row * w->p->n_laws;
    b->memo = o->tables ? b->table : 0;
    w->lane[j].bound = w->last = b;
    bind(w, j);
    return b;
}

/* Histories with the same parameters: at their start, or where they stopped. */
INLINE void begin_or_resume(Work *w, const Orders *o, const Bound *b, const LaneNo *js, int n) {
    if (LIKELY(!o->from)) begin_histories(w, b, js, n);
    else for (int i = 0; i < n; i++) resume_history(w, o->from, js[i]);
}

/* Give idle lanes new rows, those with the same parameters together. */
static void begin_rows(Work *w, const Orders *o, Course *c) {
    Bound *b = 0;
    LaneNo js[LANES];
    int n = 0;
    while (c->n_idle && c->next < c->end) {
        int64_t row = o->order[c->next++];
        if (UNLIKELY(row >= c->failed)) continue;
        LaneNo j = c->idle[--c->n_idle];
        Lane *lane = w->lane + j;
        Bound *next = bound_for(w, o, o->row_of[row], j);
        if (n && next != b) begin_or_resume(w, o, b, js, n), n = 0;
        lane->bound = b = next, lane->row = row, lane->replication = (uint64_t)o->replications[row];
        b->lanes++;
        js[n++] = c->going[c->n_going++] = j;
    }
    if (n) begin_or_resume(w, o, b, js, n);
}

static void find_next(Work *w, Course *c) {
    if (w->levels) {
        c->action[0] = next_of_many(w), c->when[0] = w->due[c->action[0]];
        return;
    }
    for (int i = 0; i < c->lanes; i += EIGHT) scan(w->due + i, w->p->n_actions, w->stride, c->when + i, c->action + i);
}

/* What happens before the lane's next event; false if its history is over. */
INLINE int goes_on(Work *w, int j, double when) {
    Lane *lane = w->lane + j;
    if (UNLIKELY(when > lane->stop)) {
        double upto = until_of(w, j) + 1.0;    /* a date or window after it may find another state */
        record_dates(w, j, when < upto ? when : upto);
        if (when > until_of(w, j)) return 0;
    }
    return LIKELY(!lane->fail);
}

/* An event of each lane. Lanes with the same action take their turn together: what it does is looked up once, and the
   processor foresees every jump but the first. */
static void one_event_each(Work *w, Course *c) {
    uint16_t size[FEW];
    uint8_t order[FEW + 1];                    /* the last is written, but not read */
    int different = 0, left = 0;
    if (!w->levels) memset(size, 0, sizeof *size * (size_t)w->p->n_actions);
    for (int i = 0; i < c->n_going; i++) {
        int j = c->going[i], a = (int)c->action[j];
        if (UNLIKELY(!goes_on(w, j, c->when[j]))) { c->over[c->n_over++] = (LaneNo)j; continue; }
        c->going[left++] = (LaneNo)j;
        if (UNLIKELY(w->levels)) { fetch_ahead(w, a), turn(w, a, c->going, 1, c->when); continue; }
        order[different] = (uint8_t)a;
        different += size[a] == 0;
        w->together[a * LANES + size[a]++] = (LaneNo)j;
    }
    c->n_going = left;
    for (int i = 0; i < different; i++) {
        int a = order[i];
        turn(w, a, w->together + a * LANES, size[a], c->when);
    }
}

INLINE void take_orders(Work *w, const Orders *o, Rows r) {
    w->rows = r, w->tracing = o->tracing, w->alike = o->alike, w->last = 0;
    w->branched = o->branched, w->until = o->until, w->untils = o->untils, w->stops = o->stops;
    for (int j = 0; j < w->lanes; j++) w->bounds[j].row = -1;
}

enum { ROUNDS = 1024 };  /* events of each lane between two looks whether somebody wants the loop to end */

/* Simulate rows order[begin] to order[end]; returns the first that failed (if that is what stops) or n; -1 if it is over before. */
static int64_t run_rows(Work *w, const Orders *o, Rows r, int64_t begin, int64_t end, int64_t n, int (*over)(const volatile int32_t *)) {
    Course c = {.next = begin, .end = end, .failed = n};
    c.lanes = end - begin < w->lanes ? (int)(end - begin) : w->lanes;
    int worth = (c.lanes + EIGHT - 1) / EIGHT;
    take_orders(w, o, r);
    for (int j = 0; j < w->lanes; j++) c.idle[c.n_idle++] = (LaneNo)(w->lanes - 1 - j);
    for (int64_t round = 1; c.n_going || c.n_over || c.next < c.end; round++) {
        if (UNLIKELY(round % ROUNDS == 0) && over(o->ended)) return -1;
        if (!c.n_going || c.n_over >= worth) {
            finish_rows(w, o, &c);
            begin_rows(w, o, &c);
        }
        find_next(w, &c);
        one_event_each(w, &c);
    }
    return c.failed;
}

/* Give histories that were given numbers and branches of their own a future of their own, one after the other. */
static void clone_rows(Work *w, const Orders *o, Rows r, int64_t n) {
    take_orders(w, o, r);
    for (int64_t i = 0; i < n; i++) {
        int64_t row = o->order[i];
        Lane *lane = w->lane;
        LaneNo one = 0;
        lane->bound = bound_for(w, o, o->row_of[row], 0);
        lane->row = row, lane->replication = (uint64_t)o->replications[row];
        resume_history(w, o->from, 0);
        branch_off(w, 0);
        keep_histories(w, o->to, &one, 1);
    }
}

COLD void prepare_laws(Law *laws, int64_t n) {
    for (int64_t i = 0; i < n; i++) prepare_law(laws + i);
}

#endif
