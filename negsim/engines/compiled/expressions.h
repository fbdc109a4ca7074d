/* Values of expressions (section 3). Every evaluated operation without a finite value ends the replication. */
#ifndef NEGSIM_EXPRESSIONS_H
#define NEGSIM_EXPRESSIONS_H

#include "types.h"

enum {
    OP_END, OP_CONST, OP_SLOT, OP_NEG, OP_NOT, OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_LT, OP_LE, OP_GT, OP_GE, OP_EQ, OP_NE,
    OP_MIN, OP_MAX, OP_ABS, OP_EXP, OP_LOG, OP_SQRT, OP_CLIP, OP_AND, OP_OR, OP_ELSE, OP_JUMP, OP_COUNT, OP_PART,
    OP_HOLDS, OP_SELECT, OP_BOTH, OP_EITHER, OP_MOD, OP_FLOOR
};

/* Code of many lanes is given up after so often as some lane had no value in it. */
#define OFTEN 32

INLINE void fail(Work *w, int j, int what) { if (!w->lane[j].fail) w->lane[j].fail = what; }

INLINE int compare(int op, double a, double b) {
    switch (op) {
    case OP_LT: return a < b;
    case OP_LE: return a <= b;
    case OP_GT: return a > b;
    case OP_GE: return a >= b;
    case OP_EQ: return a == b;
    default: return a != b;
    }
}

#define FINITE(v) if (UNLIKELY(!((v) - (v) == 0.0))) goto bad

NOINLINE double part_value(Work *w, int j, const double *top, int number);

INLINE int holds(Work *w, int j, int number);

/* Postfix, with jumps where the language is lazy: `and`, `or`, the choice, `at_least`. Not a number where there is no
   value. */
NOINLINE double run_code(Work *w, int j, const int32_t *c) {
    double *s = w->stack, top = 0.0;
    const double *state = w->state + j, *constants = w->p->constants;
    const int64_t stride = w->stride;
    for (;;) {
        switch (*c++) {
        case OP_END: return top;
        case OP_CONST: *s++ = top, top = constants[*c++]; break;
        case OP_SLOT: *s++ = top, top = state[*c++ * stride]; break;
        case OP_NEG: top = -top; break;
        case OP_NOT: top = top == 0.0; break;
        case OP_ADD: top = *--s + top; FINITE(top); break;
        case OP_SUB: top = *--s - top; FINITE(top); break;
        case OP_MUL: top = *--s * top; FINITE(top); break;
        case OP_DIV: if (top == 0.0) goto bad; top = *--s / top; FINITE(top); break;
        /* where the quotient is not finite, the remainder is not either */
        case OP_MOD: --s, top = *s - top * floor(*s / top); FINITE(top); break;
        case OP_LT: top = *--s < top; break;
        case OP_LE: top = *--s <= top; break;
        case OP_GT: top = *--s > top; break;
        case OP_GE: top = *--s >= top; break;
        case OP_EQ: top = *--s == top; break;
        case OP_NE: top = *--s != top; break;
        case OP_MIN: --s; top = top < *s ? top : *s; break;   /* the first of equals */
        case OP_MAX: --s; top = top > *s ? top : *s; break;
        case OP_ABS: top = fabs(top); break;
        case OP_EXP: top = exp(top); FINITE(top); break;
        case OP_LOG: if (!(top > 0.0)) goto bad; top = log(top); break;
        case OP_SQRT: if (top < 0.0) goto bad; top = sqrt(top); break;
        case OP_FLOOR: top = floor(top); break;
        case OP_CLIP: s -= 2; top = s[0] < s[1] ? s[1] : s[0] > top ? top : s[0]; break;
        case OP_AND: if (top == 0.0) c += *c; else top = *--s; c++; break;
        case OP_OR: if (top != 0.0) c += *c; else top = *--s; c++; break;
        case OP_ELSE: if (top == 0.0) c += *c; top = *--s; c++; break;
        case OP_JUMP: c += *c; c++; break;
        case OP_PART: *s++ = top, top = part_value(w, j, s, *c++); FINITE(top); break;      /* an expression of its own */
        case OP_HOLDS: *s++ = top, top = holds(w, j, *c++); break;                          /* bits, which cannot fail */
        case OP_COUNT: {                                        /* needed, operands still to come, way out */
            double yes = *--s + top;
            if (yes >= c[0]) top = 1.0, c += c[2];
            else if (yes + c[1] < c[0]) top = 0.0, c += c[2];
            else top = yes;
            c += 3;
            break;
        }
        }
    }
bad:
    return NAN;
}

NOINLINE int any_term(const Work *w, int j, const Expr *e) {
    const Term *t = w->p->terms + e->slot;
    int holds = 1;
    for (int i = 0; i < e->count; i++) {
        holds &= (w->bits[AT(w, t[i].word, j)] & t[i].mask) == t[i].want;
        if (t[i].last) {
            if (holds) return 1;
            holds = 1;
        }
    }
    return 0;
}

INLINE int64_t cell_of(const Work *w, int j, const Expr *e) {
    const Dimension *d = w->p->dimensions + e->slot;
    int64_t cell = e->offset;
    for (int i = 0; i < e->count; i++) cell += (int64_t)w->grid[AT(w, d[i].slot, j)] * d[i].stride;
    return cell;
}

/* A cell of a pace that reads parameters too is worked out when it is first met with these parameters. */
NOINLINE double memo_value(Work *w, int j, const Expr *e) {
    double *table = w->lane[j].bound->memo;
    if (UNLIKELY(!table)) return run_code(w, j, w->p->code + e->code);
    double *cell = table + cell_of(w, j, e);
    union { double d; uint64_t bits; } known = {*cell};
    if (LIKELY(known.bits)) return -*cell;
    double v = run_code(w, j, w->p->code + e->code);
    if (LIKELY(v == v)) *cell = -v;
    return v;
}

/* Not a number where there is no value. A pace that reads only levels on bounded grids was worked out beforehand. */
INLINE double looked_up(Work *w, int j, int number) {
    const Expr *e = w->p->exprs + number;
    switch (e->form) {
    case FORM_CONST: return e->value;
    case FORM_SLOT: return w->state[AT(w, e->slot, j)];
    case FORM_MASK: return (w->bits[AT(w, e->word, j)] & e->mask) == e->want;
    case FORM_TERMS: return any_term(w, j, e);
    case FORM_GRID: return w->p->cells[cell_of(w, j, e)];
    case FORM_MEMO: return memo_value(w, j, e);
    default: return run_code(w, j, w->p->code + e->code);
    }
}

INLINE double value(Work *w, int j, int number) {
    double v = looked_up(w, j, number);
    if (UNLIKELY(v != v)) fail(w, j, FAIL_VALUE);
    return v;
}

/* The part's own code has the stack from here on. */
NOINLINE double part_value(Work *w, int j, const double *top, int number) {
    double *stack = w->stack;
    w->stack += top - stack;
    double v = looked_up(w, j, number);
    w->stack = stack;
    return v;
}

INLINE int holds(Work *w, int j, int number) {
    const Expr *e = w->p->exprs + number;
    if (LIKELY(e->form == FORM_MASK)) return (w->bits[AT(w, e->word, j)] & e->mask) == e->want;
    return value(w, j, number) == 1.0;
}

/* Cells of an expression, one dimension after the other. */
INLINE void cells_of(const Work *w, const Expr *e, const LaneNo *js, int n, int64_t *cell) {
    const Dimension *d = w->p->dimensions + e->slot;
    for (int i = 0; i < n; i++) cell[i] = e->offset;
    for (const Dimension *end = d + e->count; d < end; d++) {
        const int32_t *grid = w->grid + AT(w, d->slot, 0);
        const int64_t stride = d->stride;
        for (int i = 0; i < n; i++) cell[i] += grid[js[i]] * stride;
    }
}

/* What follows works out an expression in all these lanes; 0 if there is no value in one of them. Nothing has failed
   then: it may not be needed there. */
NOINLINE int grid_values(Work *w, const Expr *e, const LaneNo *js, int n, double *v) {
    int64_t cell[LANES];
    int bad = 0;
    cells_of(w, e, js, n, cell);
    const double *cells = w->p->cells;
    for (int i = 0; i < n; i++) v[i] = cells[cell[i]];
    if (LIKELY(e->want)) return 1;
    for (int i = 0; i < n; i++) bad |= v[i] != v[i];
    return !bad;
}

NOINLINE int run_columns(Work *w, const int32_t *c, const LaneNo *js, int n, double *v);

NOINLINE int memo_values(Work *w, const Expr *e, const LaneNo *js, int n, double *v) {
    int64_t cell[LANES];
    int bad = 0;
    if (UNLIKELY(!w->lane[js[0]].bound->memo) && e->columns >= 0) return run_columns(w, w->p->code + e->columns, js, n, v);
    cells_of(w, e, js, n, cell);
    for (int i = 0; i < n; i++) {
        double none = 0.0, *table = w->lane[js[i]].bound->memo, *known = table ? table + cell[i] : &none;
        union { double d; uint64_t bits; } is = {*known};
        v[i] = -*known;
        if (LIKELY(is.bits)) continue;
        v[i] = run_code(w, js[i], w->p->code + e->code);
        if (LIKELY(v[i] == v[i])) *known = -v[i];
        else bad = 1;
    }
    return !bad;
}

NOINLINE int all_values(Work *w, int number, const LaneNo *js, int n, double *v);

/* A part is worked out once for a list of lanes as long as nothing changes, however many expressions take it. Its code
   has the columns from `place` on. Null if some lane has no value. */
NOINLINE const double *part_values(Work *w, int number, int place, const LaneNo *js, int n) {
    int64_t part = (int64_t)w->p->exprs[number].mask;
    double *v = w->parts + part * w->lanes, *columns = w->columns;
    if (w->part_of[part] == w->moment) return v;
    w->columns += (int64_t)place * w->lanes;
    int known = all_values(w, number, js, n, v);
    w->columns = columns;
    if (LIKELY(known)) w->part_of[part] = w->moment;
    return known ? v : 0;
}

/* Bits, which have a value always. */
INLINE void truths(Work *w, int number, const LaneNo *js, int n, double *v) {
    const Expr *e = w->p->exprs + number;
    if (UNLIKELY(e->form != FORM_MASK)) { for (int i = 0; i < n; i++) v[i] = looked_up(w, js[i], number); return; }
    const uint64_t *bits = w->bits + AT(w, e->word, 0), mask = e->mask, want = e->want;
    for (int i = 0; i < n; i++) v[i] = (bits[js[i]] & mask) == want;
}

#define EACH for (int i = 0; i < n; i++)
#if defined(__GNUC__) && !defined(__clang__)
#define SIDE_BY_SIDE _Pragma("GCC ivdep")      /* what is read and written at one time stands at one place */
#else
#define SIDE_BY_SIDE
#endif
/* An operation on the two uppermost columns, in place of the lower one; on the uppermost. */
#define TWO(x) { const double *a = at[top - 1], *b = at[top]; double *d = own(w, --top); at[top] = d; SIDE_BY_SIDE EACH d[i] = x; break; }
#define ONE(x) { const double *a = at[top]; double *d = own(w, top); at[top] = d; SIDE_BY_SIDE EACH d[i] = x; break; }
#define FINITE_TWO(x)                                                                                               \
    {                                                                                                               \
        const double *a = at[top - 1], *b = at[top];                                                                \
        double *d = own(w, --top);                                                                                  \
        int64_t bad = 0;                                                                                            \
        at[top] = d;                                                                                                \
        SIDE_BY_SIDE EACH { double v = x; d[i] = v; bad |= !(v - v == 0.0); }                                       \
        if (UNLIKELY(bad)) return 0;                                                                                \
        break;                                                                                                      \
    }
#define FINITE_ONE(x)                                                                                               \
    {                                                                                                               \
        const double *a = at[top];                                                                                  \
        double *d = own(w, top);                                                                                    \
        at[top] = d;                                                                                                \
        int64_t bad = 0;                                                                                            \
        EACH { double v = x; d[i] = v; bad |= !(v - v == 0.0); }                                                    \
        if (UNLIKELY(bad)) return 0;                                                                                \
        break;                                                                                                      \
    }

INLINE double *own(const Work *w, int place) { return w->columns + (int64_t)place * w->lanes; }

/* Postfix without jumps: each operation in all lanes before the next. Also what is not needed in some of them is worked
   out there, and thrown away. */
NOINLINE int run_columns(Work *w, const int32_t *c, const LaneNo *js, int n, double *v) {
    const double *at[MOST_COLUMNS];
    int top = -1;
    for (;;) {
        switch (*c++) {
        case OP_END: memcpy(v, at[0], sizeof(double) * (size_t)n); return 1;
        case OP_PART: {
            const double *part = part_values(w, *c++, top + 1, js, n);
            if (UNLIKELY(!part)) return 0;
            at[++top] = part;
            break;
        }
        case OP_HOLDS: {
            double *d = own(w, ++top);
            at[top] = d;
            truths(w, *c++, js, n, d);
            break;
        }
        case OP_CONST: {
            double k = w->p->constants[*c++], *d = own(w, ++top);
            at[top] = d;
            EACH d[i] = k;
            break;
        }
        case OP_SLOT: {
            const double *state = w->state + AT(w, *c++, 0);
            double *d = own(w, ++top);
            at[top] = d;
            EACH d[i] = state[js[i]];
            break;
        }
        case OP_NEG: ONE(-a[i])
        case OP_NOT: ONE(a[i] == 0.0)
        case OP_ABS: ONE(fabs(a[i]))
        case OP_ADD: FINITE_TWO(a[i] + b[i])
        case OP_SUB: FINITE_TWO(a[i] - b[i])
        case OP_MUL: FINITE_TWO(a[i] * b[i])
        case OP_DIV: FINITE_TWO(b[i] == 0.0 ? NAN : a[i] / b[i])
        case OP_MOD: FINITE_TWO(a[i] - b[i] * floor(a[i] / b[i]))
        case OP_FLOOR: ONE(floor(a[i]))
        case OP_EXP: FINITE_ONE(exp(a[i]))
        case OP_LOG: FINITE_ONE(a[i] > 0.0 ? log(a[i]) : NAN)
        case OP_SQRT: FINITE_ONE(a[i] < 0.0 ? NAN : sqrt(a[i]))
        case OP_LT: TWO(a[i] < b[i])
        case OP_LE: TWO(a[i] <= b[i])
        case OP_GT: TWO(a[i] > b[i])
        case OP_GE: TWO(a[i] >= b[i])
        case OP_EQ: TWO(a[i] == b[i])
        case OP_NE: TWO(a[i] != b[i])
        case OP_MIN: TWO(b[i] < a[i] ? b[i] : a[i])
        case OP_MAX: TWO(b[i] > a[i] ? b[i] : a[i])
        case OP_CLIP: {
            const double *x = at[top - 2], *low = at[top - 1], *high = at[top];
            double *d = own(w, top -= 2);
            at[top] = d;
            SIDE_BY_SIDE EACH d[i] = x[i] < low[i] ? low[i] : x[i] > high[i] ? high[i] : x[i];
            break;
        }
        case OP_BOTH: TWO(a[i] * b[i])
        case OP_EITHER: TWO(a[i] > b[i] ? a[i] : b[i])
        case OP_SELECT: {
            const double *which = at[top - 2], *yes = at[top - 1], *no = at[top];
            double *d = own(w, top -= 2);
            at[top] = d;
            SIDE_BY_SIDE EACH d[i] = which[i] != 0.0 ? yes[i] : no[i];
            break;
        }
        }
    }
}

#undef TWO
#undef ONE
#undef FINITE_TWO
#undef FINITE_ONE

/* One lane has nothing to share the columns' work with, unless several expressions take the same part. */
INLINE int in_columns(const Work *w, const Expr *e, int number, int n) {
    return e->columns >= 0 && (n > 1 || e->want) && w->gone_wrong[number] < OFTEN;
}

NOINLINE int code_values(Work *w, int number, const LaneNo *js, int n, double *v) {
    const Expr *e = w->p->exprs + number;
    int bad = 0;
    if (LIKELY(in_columns(w, e, number, n))) {
        if (LIKELY(run_columns(w, w->p->code + e->columns, js, n, v))) return 1;
        w->gone_wrong[number]++;
    }
    EACH v[i] = run_code(w, js[i], w->p->code + e->code);
    EACH bad |= v[i] != v[i];
    return !bad;
}

NOINLINE int all_values(Work *w, int number, const LaneNo *js, int n, double *v) {
    const Expr *e = w->p->exprs + number;
    switch (e->form) {
    case FORM_CONST: EACH v[i] = e->value; return 1;
    case FORM_SLOT: { const double *state = w->state + AT(w, e->slot, 0); EACH v[i] = state[js[i]]; return 1; }
    case FORM_MASK: case FORM_TERMS: truths(w, number, js, n, v); return 1;
    case FORM_GRID: return grid_values(w, e, js, n, v);
    case FORM_MEMO: return memo_values(w, e, js, n, v);
    default: return code_values(w, number, js, n, v);
    }
}

/* An expression in many lanes; those in which it has no value have failed. */
INLINE void values(Work *w, int number, const LaneNo *js, int n, double *v) {
    if (UNLIKELY(!all_values(w, number, js, n, v))) EACH v[i] = value(w, js[i], number);
}

/* Bits of the atoms that read a slot. */
INLINE void set_atoms(Work *w, int j, int slot, double v) {
    const Slot *s = w->p->slots + slot;
    for (int i = s->atom; i < s->atom + s->atoms; i++) {
        const Atom *a = w->p->atoms + i;
        uint64_t truth = a->op < 0 ? v != 0.0 : compare(a->op, v, a->value);
        uint64_t *word = w->bits + AT(w, a->bit >> 6, j), one = 1ull << (a->bit & 63);
        *word = truth ? *word | one : *word & ~one;
    }
}

#endif
