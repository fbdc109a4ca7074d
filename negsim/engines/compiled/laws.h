/* Cumulative hazards H, their inverses and upper quantiles S^-1 of the laws (section 4, the table of laws).
   The order of operations is part of the meaning; libm and scipy scalars only. */
#ifndef NEGSIM_LAWS_H
#define NEGSIM_LAWS_H

#include "special.h"
#include "types.h"

enum { EXPONENTIAL, WEIBULL, GAMMA, LOGNORMAL, UNIFORM, TRIANGULAR, PERT, NORMAL, BETA, FIXED };

/* -log(q) of a survival probability: inf at 0 (or a rounding below), 0 at 1 (or a rounding above). */
INLINE double minus_log(double q) {
    if (q >= 1.0) return 0.0;
    return q > 0.0 ? -log(q) : INFINITY;
}

NOINLINE double triangular_hazard(const Law *w, double x) {
    if (x <= w->a) return 0.0;
    if (x >= w->c) return INFINITY;
    if (x > w->b) return minus_log((w->c - x) * (w->c - x) / w->falling);
    double share = (x - w->a) * (x - w->a) / w->rising;
    return share < 1.0 ? -log1p(-share) : INFINITY;
}

NOINLINE double triangular_inverse(const Law *w, double h) {
    if (h <= w->at_mode) return w->a + sqrt(-expm1(-h) * w->width * (w->b - w->a));
    return w->c - sqrt(exp(-h) * w->width * (w->c - w->b));
}

/* H of the family alone. */
NOINLINE double family_hazard(const Law *w, double x) {
    switch (w->family) {
    case EXPONENTIAL: return x > 0.0 ? w->a * x : 0.0;
    case WEIBULL: return x > 0.0 ? pow(x / w->b, w->a) : 0.0;
    case GAMMA: return x > 0.0 ? minus_log(special.gammaincc(w->a, x / w->b)) : 0.0;
    case LOGNORMAL: return x > 0.0 ? -special.log_ndtr((w->a - log(x)) / w->b) : 0.0;
    case UNIFORM:
        if (x <= w->a) return 0.0;
        return x < w->b ? minus_log((w->b - x) / w->width) : INFINITY;
    case TRIANGULAR: return triangular_hazard(w, x);
    case PERT:
        if (x <= w->a) return 0.0;
        return x < w->c ? minus_log(special.betaincc(w->alpha, w->beta, (x - w->a) / w->width)) : INFINITY;
    }
    return NAN;
}

/* Hinv of the family alone. */
NOINLINE double family_inverse(const Law *w, double h) {
    switch (w->family) {
    case EXPONENTIAL: return h / w->a;
    case WEIBULL: return w->b * pow(h, w->exponent);
    case GAMMA: return w->b * special.gammainccinv(w->a, exp(-h));
    case LOGNORMAL: return exp(w->a - w->b * special.ndtri_exp(-h));
    case UNIFORM: return w->b - w->width * exp(-h);
    case TRIANGULAR: return triangular_inverse(w, h);
    case PERT: return w->a + w->width * special.betainccinv(w->alpha, w->beta, exp(-h));
    }
    return NAN;
}

INLINE double clipped(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

/* Truncated: -log((S(x) - S(hi))/(S(lo) - S(hi))) between the bounds. */
NOINLINE double cut_hazard(const Law *w, double x) {
    if (!w->cut) return family_hazard(w, x);
    if (x <= w->low) return 0.0;
    return x < w->high ? minus_log((exp(-family_hazard(w, x)) - w->upper) / w->mass) : INFINITY;
}

NOINLINE double cut_inverse(const Law *w, double h) {
    if (!w->cut) return family_inverse(w, h);
    return clipped(family_inverse(w, minus_log(w->upper + exp(-h) * w->mass)), w->low, w->high);
}

/* or_never(p): -log(p + (1 - p)*exp(-H)); the support of a defective law never ends. */
INLINE double hazard(const Law *w, double x) {
    double h = cut_hazard(w, x);
    return w->defective ? minus_log(w->never + w->ever * exp(-h)) : h;
}

NOINLINE double inverse(const Law *w, double h) {
    if (!w->defective) return cut_inverse(w, h);
    double left = exp(-h);
    return left <= w->never ? INFINITY : cut_inverse(w, minus_log((left - w->never) / w->ever));
}

/* S(x) of the family alone. */
NOINLINE double family_survival(const Law *w, double x) {
    if (w->family == NORMAL) return special.ndtr((w->a - x) / w->b);
    if (w->family == BETA) return x <= 0.0 ? 1.0 : x >= 1.0 ? 0.0 : special.betaincc(w->a, w->b, x);
    return exp(-family_hazard(w, x));
}

NOINLINE double family_quantile(const Law *w, double u) {
    switch (w->family) {
    case NORMAL: return w->a - w->b * special.ndtri(u);
    case BETA: return special.betainccinv(w->a, w->b, u);
    case UNIFORM: return w->b - w->width * u;
    }
    return family_inverse(w, minus_log(u));
}

/* Draws outside clocks: the value exceeded with probability u (section 4, last paragraph on targets). */
NOINLINE double upper_quantile(const Law *w, double u) {
    if (!w->cut) return family_quantile(w, u);
    return clipped(family_quantile(w, w->upper + u * w->mass), w->low, w->high);
}

/* -- densities and hazard rates, as logarithms; asked for between runs only ---------------------------------------- */

#define LOG_ROOT 0.9189385332046727            /* log(sqrt(2*pi)) */

/* log(y**exponent) for y >= 0; that of 0**0 is 0. */
COLD double log_power(double exponent, double y) {
    if (exponent == 0.0) return 0.0;
    if (y <= 0.0) return exponent > 0.0 ? -INFINITY : INFINITY;
    return exponent * log(y);
}

COLD double triangular_density(const Law *w, double x) {
    if (x < w->b) return log_power(1.0, 2.0 * (x - w->a) / (w->width * (w->b - w->a)));
    return log_power(1.0, 2.0 * (w->c - x) / (w->width * (w->c - w->b)));
}

COLD double pert_density(const Law *w, double x) {
    double y = (x - w->a) / w->width;
    double powers = log_power(w->alpha - 1.0, y) + log_power(w->beta - 1.0, 1.0 - y);
    return powers - special.betaln(w->alpha, w->beta) - log(w->width);
}

/* z standardised: of a normal, and of the logarithm of a lognormal. */
COLD double normal_density(const Law *w, double z) { return -z * z / 2.0 - log(w->b) - LOG_ROOT; }

COLD double lognormal_density(const Law *w, double x) {
    if (x <= 0.0) return -INFINITY;
    double z = (log(x) - w->a) / w->b;
    return -z * z / 2.0 - log(x) - log(w->b) - LOG_ROOT;
}

/* Where the hazard rate has a closed form. */
COLD double family_rate(const Law *w, double x) {
    if (w->family == EXPONENTIAL) return log(w->a);
    return log(w->a / w->b) + log_power(w->a - 1.0, x / w->b);
}

COLD double family_density(const Law *w, double x) {
    switch (w->family) {
    case EXPONENTIAL:
    case WEIBULL: return family_rate(w, x) - family_hazard(w, x);
    case GAMMA: return log_power(w->a - 1.0, x / w->b) - x / w->b - special.gammaln(w->a) - log(w->b);
    case LOGNORMAL: return lognormal_density(w, x);
    case UNIFORM: return -log(w->width);
    case TRIANGULAR: return triangular_density(w, x);
    case PERT: return pert_density(w, x);
    case NORMAL: return normal_density(w, (x - w->a) / w->b);
    case BETA: return log_power(w->a - 1.0, x) + log_power(w->b - 1.0, 1.0 - x) - special.betaln(w->a, w->b);
    }
    return NAN;
}

/* Whether x lies in the support, its lower end included. */
COLD int supported(const Law *w, double x) {
    double low = w->family == NORMAL ? -INFINITY : 0.0, high = w->family == BETA ? 1.0 : INFINITY;
    if (w->family == UNIFORM) low = w->a, high = w->b;
    if (w->family == TRIANGULAR || w->family == PERT) low = w->a, high = w->c;
    return low <= x && x < high && (!w->has_low || w->low <= x) && (!w->has_high || x < w->high);
}

COLD double log_density(const Law *w, double x) {
    if (!supported(w, x)) return -INFINITY;
    return family_density(w, x) - (w->cut ? log(w->mass) : 0.0) + (w->never >= 1.0 ? -INFINITY : log(w->ever));
}

COLD double log_hazard_rate(const Law *w, double x) {
    if ((w->family == EXPONENTIAL || w->family == WEIBULL) && !w->cut && !w->defective)
        return x >= 0.0 ? family_rate(w, x) : -INFINITY;
    double h = hazard(w, x), d = log_density(w, x);
    return h == INFINITY ? INFINITY : d + h;
}

/* Fill in what depends on the parameters only. */
COLD void prepare_law(Law *w) {
    w->plain = 0;
    if (w->family == FIXED) return;
    int three = w->family == TRIANGULAR || w->family == PERT;
    w->width = three ? w->c - w->a : w->b - w->a;
    w->rising = w->width * (w->b - w->a);
    w->falling = w->width * (w->c - w->b);
    w->alpha = 1.0 + 4.0 * (w->b - w->a) / (w->c - w->a);
    w->beta = 1.0 + 4.0 * (w->c - w->b) / (w->c - w->a);
    w->exponent = 1.0 / w->a;
    w->at_mode = w->family == TRIANGULAR ? triangular_hazard(w, w->b) : 0.0;
    w->cut = w->has_low || w->has_high;
    w->ever = 1.0 - w->never;
    w->upper = w->has_high ? family_survival(w, w->high) : 0.0;
    w->mass = (w->has_low ? family_survival(w, w->low) : 1.0) - w->upper;
    w->plain = w->family == EXPONENTIAL && !w->cut && !w->defective;
    w->h0 = w->family == NORMAL || w->family == BETA ? 0.0 : hazard(w, 0.0);
}

#endif
