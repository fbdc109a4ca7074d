/* Special functions come from scipy.special.cython_special, so that they have the bits of Python's scipy.special. */
#ifndef NEGSIM_SPECIAL_H
#define NEGSIM_SPECIAL_H

typedef struct {
    double (*gammaincc)(double, double);
    double (*gammainccinv)(double, double);
    double (*betaincc)(double, double, double);
    double (*betainccinv)(double, double, double);
    double (*log_ndtr)(double);
    double (*ndtri_exp)(double);
    double (*ndtri)(double);
    double (*ndtr)(double);
    double (*gammaln)(double);
    double (*betaln)(double, double);
} Special;

static Special special;

#endif
