/* Values of expressions (section 3). Every evaluated operation without a finite value ends the replication. */
#ifndef NEGSIM_EXPRESSIONS_H
#define NEGSIM_EXPRESSIONS_H

#include "types.h"

enum {
    OP_END, OP_CONST, OP_SLOT, OP_NEG, OP_NOT, OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_LT, OP_LE, OP_GT, OP_GE, OP_EQ, OP_NE,
    OP_MIN, OP_MAX, OP_ABS, OP_EXP, OP_LOG, OP_SQRT, OP_CLIP, OP_AND, OP_OR, OP_ELSE, OP_JUMP, OP_COUNT, OP_PART
};

INLINE void fail(Work *w, int what) { if (!w->fail) w->fail = what; }

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

NOINLINE double part_value(Work *w, const double *top, int number);

/* Postfix, with jumps where the language is lazy: `and`, `or`, the choice, `at_least`. */
NOINLINE double run_code(Work *w, const int32_t *c) {
    double *s = w->stack, top = 0.0;
    const double *state = w->state, *constants = w->p->constants;
    for (;;) {
        switch (*c++) {
        case OP_END: return top;
        case OP_CONST: *s++ = top, top = constants[*c++]; break;
        case OP_SLOT: *s++ = top, top = state[*c++]; break;
        case OP_NEG: top = -top; break;
        case OP_NOT: top = top == 0.0; break;
        case OP_ADD: top = *--s + top; FINITE(top); break;
        case OP_SUB: top = *--s - top; FINITE(top); break;
        case OP_MUL: top = *--s * top; FINITE(top); break;
        case OP_DIV: if (top == 0.0) goto bad; top = *--s / top; FINITE(top); break;
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
        case OP_CLIP: s -= 2; top = s[0] < s[1] ? s[1] : s[0] > top ? top : s[0]; break;
        case OP_AND: if (top == 0.0) c += *c; else top = *--s; c++; break;
        case OP_OR: if (top != 0.0) c += *c; else top = *--s; c++; break;
        case OP_ELSE: if (top == 0.0) c += *c; top = *--s; c++; break;
        case OP_JUMP: c += *c; c++; break;
        case OP_PART: *s++ = top, top = part_value(w, s, *c++); FINITE(top); break;      /* an expression of its own */
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
    fail(w, FAIL_VALUE);
    return NAN;
}

NOINLINE int any_term(const Work *w, const Expr *e) {
    const Term *t = w->p->terms + e->slot;
    int holds = 1;
    for (int i = 0; i < e->count; i++) {
        holds &= (w->bits[t[i].word] & t[i].mask) == t[i].want;
        if (t[i].last) {
            if (holds) return 1;
            holds = 1;
        }
    }
    return 0;
}

/* A pace that reads only levels on bounded grids was worked out beforehand for each cell; NaN where it fails. */
INLINE double grid_value(Work *w, const Expr *e) {
    const Dimension *d = w->p->dimensions + e->slot;
    const double *cell = w->p->cells + e->offset;
    for (int i = 0; i < e->count; i++) cell += w->grid[d[i].slot] * d[i].stride;
    if (UNLIKELY(*cell != *cell)) fail(w, FAIL_VALUE);
    return *cell;
}

/* Of an expression found to have a value in every cell, or a number. */
INLINE double safe_value(const Work *w, int number) {
    const Expr *e = w->p->exprs + number;
    if (e->form == FORM_CONST) return e->value;
    const Dimension *d = w->p->dimensions + e->slot;
    const double *cell = w->p->cells + e->offset;
    for (int i = 0; i < e->count; i++) cell += w->grid[d[i].slot] * d[i].stride;
    return *cell;
}

/* The same where parameters are read too: a cell is worked out when it is first met with these parameters. */
NOINLINE double memo_value(Work *w, const Expr *e) {
    if (UNLIKELY(!w->single)) return run_code(w, w->p->code + e->code);
    const Dimension *d = w->p->dimensions + e->slot;
    double *cell = w->memo + e->offset;
    for (int i = 0; i < e->count; i++) cell += w->grid[d[i].slot] * d[i].stride;
    union { double d; uint64_t bits; } known = {*cell};
    if (LIKELY(known.bits)) return -*cell;
    double v = run_code(w, w->p->code + e->code);
    if (LIKELY(v == v)) *cell = -v;
    return v;
}

INLINE double value(Work *w, int number) {
    const Expr *e = w->p->exprs + number;
    switch (e->form) {
    case FORM_CONST: return e->value;
    case FORM_SLOT: return w->state[e->slot];
    case FORM_MASK: return (w->bits[e->word] & e->mask) == e->want;
    case FORM_TERMS: return any_term(w, e);
    case FORM_GRID: return grid_value(w, e);
    case FORM_MEMO: return memo_value(w, e);
    default: return run_code(w, w->p->code + e->code);
    }
}

/* The part's own code has the stack from here on. */
NOINLINE double part_value(Work *w, const double *top, int number) {
    double *stack = w->stack;
    w->stack += top - stack;
    double v = value(w, number);
    w->stack = stack;
    return v;
}

INLINE int holds(Work *w, int number) {
    const Expr *e = w->p->exprs + number;
    if (LIKELY(e->form == FORM_MASK)) return (w->bits[e->word] & e->mask) == e->want;
    return value(w, number) == 1.0;
}

/* Bits of the atoms that read a slot. */
INLINE void set_atoms(Work *w, int slot) {
    const Slot *s = w->p->slots + slot;
    double v = w->state[slot];
    for (int i = s->atom; i < s->atom + s->atoms; i++) {
        const Atom *a = w->p->atoms + i;
        uint64_t truth = a->op < 0 ? v != 0.0 : compare(a->op, v, a->value);
        uint64_t *word = w->bits + (a->bit >> 6), one = 1ull << (a->bit & 63);
        *word = truth ? *word | one : *word & ~one;
    }
}

#endif
