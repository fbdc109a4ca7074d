/* The tables of a program and the workspace of one thread. Numbers in brackets are sections of the semantics page. */
#ifndef NEGSIM_TYPES_H
#define NEGSIM_TYPES_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline, unused))
#define COLD static __attribute__((noinline, cold, unused))
#define NOINLINE static __attribute__((noinline, unused))
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define FETCH(address) __builtin_prefetch(address)

/* Histories advance side by side, each in a lane; those whose next event is the same action's do it together. Eight
   lanes stand in the registers of a vector unit. With many actions there is one lane. */
#define LANES 768
#define EIGHT 8
typedef uint16_t LaneNo;
/* Actions up to which all this pays. */
#define FEW 128
/* Places of the stack of code that is run for many lanes at once. */
#define MOST_COLUMNS 64
/* Effects of an outcome that are worked out for many lanes at once. */
#define MOST_SIMPLE 64
#define MOST_AT_ONE_INSTANT 1000
/* Instants, ages and due times are whole microseconds (section 2); hazards speak of days. */
#define DAY 86400000000.0
/* Whole numbers below it are added and subtracted without error. */
#define EXACT 0x1p53

enum { FORM_CONST, FORM_SLOT, FORM_MASK, FORM_TERMS, FORM_CODE, FORM_GRID, FORM_MEMO };
enum { KIND_RANDOM, KIND_FIXED, KIND_CALENDAR, KIND_IMMEDIATE, KIND_NONE };
enum { MEMORY_RESET, MEMORY_RESUME, MEMORY_REPEAT };
enum { SLOT_FACT, SLOT_COUNTER, SLOT_LEVEL, SLOT_PARAMETER };
enum { DEP_FIRST = 1, DEP_HELD = 2, DEP_EDGE = 3 };
enum { EFFECT_ANY, EFFECT_FACT, EFFECT_CELL };
enum { FAIL_NONE, FAIL_VALUE, FAIL_INSTANT, FAIL_EVENTS, FAIL_MEMORY };

/* A tree, lowered to the cheapest form that gives its value: see code.py. */
typedef struct {
    int32_t form;
    int32_t slot;          /* FORM_SLOT; else first row of terms or dimensions */
    int32_t count;         /* terms or dimensions */
    int32_t word;          /* FORM_MASK: word of the atoms' bits */
    int64_t code;          /* FORM_CODE, FORM_GRID, FORM_MEMO: first word of the postfix code */
    int64_t offset;        /* FORM_GRID, FORM_MEMO: first cell of its table */
    uint64_t mask, want;   /* FORM_MASK; if other expressions take it as a part, mask is the part's number;
                              FORM_GRID: want is 1 if it has a value in every cell; FORM_CODE, FORM_MEMO: if it takes
                              parts that others take too */
    int64_t columns;       /* FORM_CODE, FORM_MEMO: first word of the code without jumps, or -1 */
    double value;          /* FORM_CONST */
} Expr;

typedef struct { int32_t last, word; uint64_t mask, want; } Term;      /* one word of one conjunction */
typedef struct { int32_t slot, stride; } Dimension;
typedef struct { int32_t bit, op; double value; } Atom;                /* op -1: the truth of the slot itself */

typedef struct {
    int16_t kind, changing;                          /* changing: drawn in each replication, 1 from law, -1 by chance */
    int32_t initial, law, atom, atoms, grid;         /* grid: values of a fact or bounded level with a step, else 0 */
    int32_t cell, first;                             /* first of the values of its cells; number of the lowest */
    double low, high, p, q;                          /* a step is p/q, and k steps are k*p/q; p is 0 without one */
} Slot;

typedef struct {
    int32_t slot, add, amount, law;      /* amount: an expression, or -1 for a draw from law */
    double value;                        /* of a constant amount */
    int32_t constant, stream;
    int32_t kind;                        /* EFFECT_FACT: a truth with no atom but its own; EFFECT_CELL: by table */
    int32_t next;                        /* EFFECT_CELL: first of the cells that it leads to */
    int32_t values, atoms;               /* EFFECT_CELL: first of the cells' values; whether atoms read the level */
    uint64_t bit, unused;                /* EFFECT_FACT: of word 0 */
} Effect;

/* What looks again after a firing; listed is 0 where the lists would be too long, see follow_slots. */
typedef struct {
    int32_t weight, effect, effects, listed, simple;       /* simple: no amount has to be worked out */
    int32_t guard, guards, pace, paces, probe, probes, unused[5];
} Outcome;
typedef struct { uint64_t changed, mask, want; int32_t target, word; } GuardDep;   /* word -1: not of FORM_MASK, mask is its number */
typedef struct { uint64_t changed; int32_t target, what; } Dep;

/* One line of the caches, as are Clock, Expr, Slot, Effect and Outcome: with many actions every line counts. */
typedef struct {
    int32_t guard, law, pace, speed;
    int32_t outcome, outcomes;           /* first column of counts, how many */
    int32_t limit;
    int32_t instant, instants;
    int32_t fired, fireds;               /* probes of firings */
    int32_t weighed;                     /* weights are numbers: first of the running sums, else -1 */
    uint8_t kind, memory, branching;
    uint8_t steady;                      /* pace and speed are numbers and memory is reset: due is start + delay */
    uint8_t early;                       /* the guard at the start hangs on a draw */
    uint8_t safe;                        /* pace and speed have a value in every state, and not a negative one */
    uint8_t unused[10];
} Action;

typedef struct { int32_t condition, throughout; } First;
typedef struct { int32_t condition, unused; double after; } Edge;
typedef struct { int32_t condition, column; double date; } Dated;     /* condition -1: edge `column` opens after date */
typedef struct { int32_t outcome, column; double after, date; } Fired;       /* outcome -1: any */
typedef struct { int64_t occurrence; double when; } Instant;

/* A law on plain numbers: what laws.h needs, prepared once a row of parameters. */
typedef struct {
    int32_t family, cut, defective, plain;   /* plain: exponential, neither cut nor defective (also never with chance 0) */
    int32_t has_low, has_high;
    double a, b, c;                          /* canonical parameters */
    double low, high, never, ever;
    double upper, mass;                      /* S(hi), S(lo) - S(hi) */
    double width, rising, falling, at_mode, alpha, beta, exponent;
    double h0;                               /* H(0) */
    double u0, u1, u2, u3;                   /* not used: the row fills whole lines of the caches */
} Law;

typedef struct {
    int32_t n_slots, n_variables, n_actions, n_counts, n_words;
    int32_t n_laws, n_first, n_edges, n_at, n_dates, n_held, n_fired, n_effects, n_exprs;
    int32_t n_calendar, n_changing, depth, most_effects, most_outcomes, n_parts, many;
    int64_t n_cells, n_memo;
    double horizon;
    Slot *slots; Expr *exprs; Term *terms; Dimension *dimensions; int32_t *code; double *constants; Atom *atoms;
    Action *actions; Outcome *outcomes; Effect *effects; double *sums; Instant *instants; Fired *fired;
    GuardDep *guard_deps; Dep *pace_deps, *probe_deps;
    int32_t *slot_guards, *slot_paces, *slot_probes;        /* per slot, for outcomes that are not listed */
    int32_t *next; double *cell_values, *cells;
    First *first; Edge *edges; Dated *at; Dated *held;
    int32_t *calendar, *changing;             /* calendar actions; slots drawn anew in each replication */
} Tables;

/* P: the target, 0 without one that is not used up. h: H(x/DAY), or NaN where nobody asked yet. M: of memory "repeat", the
   most that was consumed in the target's earlier runs. A line of the caches. */
typedef struct { double x, T, t0, m, s, P, h, M; } Clock;

/* How often an action fired, and how many targets (or edges) it has drawn. */
typedef struct { int32_t fired; uint32_t drawn; } Tally;

typedef struct { double time; int32_t action, outcome, change, changes; } TraceEvent;
typedef struct { int32_t slot, unused; double old, now; } TraceChange;

/* Of a lean block final and counts are null. */
typedef struct {
    double *first, *edges, *at, *held, *final;
    int64_t *fired, *events;
    int32_t *counts;
    uint8_t *failed;
} Rows;

/* What one row of parameters decides: worked out once for all histories that have it. */
typedef struct {
    const double *parameters;
    const Law *laws;
    double *memo;                              /* minus the values of FORM_MEMO, 0: not yet known; null: not worth it */
    double *table, *table_for;                 /* where memo lies if there is one, and for which parameters it is */
    double *state; int32_t *grid; uint64_t *bits;             /* the state at the start */
    int32_t *always, *dynamic; int32_t n_always, n_dynamic;   /* on from the start; guards to be looked at there */
    int32_t fail, lanes;                       /* whether there is no such state; lanes that have this row now */
    int32_t tabled;                            /* whether the table is for any parameters yet */
    int64_t row, turn;                         /* its number, or -1; when it was taken last */
} Bound;

/* Where a history stands: a line of the caches. */
typedef struct {
    double now, stop;                          /* stop: the next date at which something is recorded, or the horizon */
    uint64_t replication;
    int64_t row;                               /* of the block's arrays */
    Bound *bound;
    int64_t events;
    int32_t n_instant, last_action;            /* firings at this very instant, and whose was the last */
    int32_t fail, next_at;
} Lane;

/* The same, seldom needed. branch: where it is 0, nothing was ever drawn anew. */
typedef struct { int32_t n_touched; uint32_t instant_id, branch; } Aside;

/* What one thread writes. Threads share nothing. Arrays "by lane" have a column for each lane: see AT. */
typedef struct {
    const Tables *p;
    const uint32_t *action_keys, *effect_keys, *slot_keys;
    int32_t lanes, stride;                     /* of arrays by lane, no power of two: see AT */
    int32_t levels;                            /* of the tournament; 0 with few actions */
    int32_t tracing;
    int32_t branched;                          /* some histories of this run are clones */
    double until;                              /* histories stop after everything at this instant */
    double *untils;                            /* by row, in place of it: each its own; null: all at one */
    const uint8_t *stops;                      /* by action: a history stops after everything at its firing; null: none */
    int64_t max_events;
    Rows rows;
    Lane *lane; Aside *aside;
    double *state; int32_t *grid; uint64_t *bits;             /* by lane: slots, slots, words */
    Clock *clocks; Tally *tallies; uint8_t *on;               /* by lane; on: whether the guard held at the last look */
    int32_t *counts;                                          /* by lane: firings by action and outcome */
    double *due;                                              /* by lane: see agenda.h */
    double *began;                                            /* by lane: t0 of steady clocks that are due too late to tell */
    int32_t *anew;                                            /* by lane: see anew_now */
    int32_t *next_instant;                                    /* by lane */
    uint8_t *closed, *edge; double *flow, *since;            /* by lane: probes; flow: what is gathered, and since when */
    int32_t *instant_stamp, *instant_count;                   /* by lane */
    int32_t *touched;                                         /* many actions: those that the history has used */
    Bound *bounds, *last; int64_t turns;                      /* as many as lanes; the last that was taken */
    int32_t alike;                             /* all replications of this run have the same parameters */
    double *level[16];
    int32_t level_size[16];
    LaneNo *together;                          /* the lanes whose next event is each action's */
    double *stack, *fresh, *sums;              /* nothing in them outlives an event; two last: of effects, weights, by lane */
    double *columns;                           /* the stack of run_columns, by place in its list of lanes */
    double *parts; int64_t *part_of, moment;   /* parts worked out for such a list, and when; now is `moment` */
    int32_t *gone_wrong;                       /* by expression: how often some lane had no value in its columns */
    double *initial;
    TraceEvent *trace; int64_t n_trace, cap_trace;
    TraceChange *changes; int64_t n_changes, cap_changes;
    void *memory;                              /* all arrays but the trace */
} Work;

/* Histories that stopped, a row each: the arrays of a snapshot (negsim/engines/population.py), and the due times, NaN where
   they are not known. */
typedef struct {
    double now;
    const double *nows;                        /* by row, in place of it; null: all stopped at one instant */
    const int32_t *branch;
    double *state, *age, *consumed, *target, *touched, *pace, *speed, *most, *due;
    uint8_t *purpose; int64_t *drawn, *firings, *passed;
    uint8_t *open, *turned; double *since;
    int64_t *events;
} Kept;

/* The place of a slot, word or action in an array by lane. Rows are longer than the lanes, or else all that belongs to
   one lane would fall into the same few sets of the caches. */
#define AT(w, i, j) ((int64_t)(i) * (w)->stride + (j))

#endif
