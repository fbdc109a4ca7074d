/* The kernel's draws, laws and clocks by themselves, against values known from elsewhere. Prints what is wrong. */
#include <stdio.h>

#include "clocks.h"

static int wrong = 0;

static void expect(const char *what, double found, double known, double tolerance) {
    int same = found == known || fabs(found - known) <= tolerance * fabs(known);
    if (same) return;
    printf("%s: %.17g, not %.17g\n", what, found, known);
    wrong++;
}

/* -- draws: the known answers that come with Random123 (Salmon et al. 2011, doi:10.1145/2063384.2063405) ------------ */

static void expect_words(const char *what, const uint32_t counter[4], const uint32_t key[2], const uint32_t known[4]) {
    uint32_t found[4];
    uint64_t replication = (uint64_t)counter[1] << 32 | counter[0];
    philox(replication, counter[2], counter[3], key, found);
    for (int i = 0; i < 4; i++) expect(what, found[i], known[i], 0.0);
}

static void test_philox(void) {
    const uint32_t zeros[4] = {0, 0, 0, 0};
    const uint32_t ones[4] = {0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu};
    const uint32_t pi[4] = {0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u};
    const uint32_t more_pi[2] = {0xa4093822u, 0x299f31d0u};
    const uint32_t of_zeros[4] = {0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u};
    const uint32_t of_ones[4] = {0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu};
    const uint32_t of_pi[4] = {0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u};
    expect_words("philox of zeros", zeros, zeros, of_zeros);
    expect_words("philox of ones", ones, ones, of_ones);
    expect_words("philox of pi", pi, more_pi, of_pi);
}

static void test_uniform(void) {
    expect("the least uniform", uniform(0, 0), 0x1p-53, 0.0);
    expect("the greatest uniform", uniform(0xffffffffu, 0xffffffffu), 1.0 - 0x1p-53, 0.0);
    expect("the middle", uniform(0, 0x80000000u), 0.5 + 0x1p-53, 0.0);
    expect("bits below the 52 that count", uniform(0xfffu, 0), 0x1p-53, 0.0);
}

/* Wider registers give the bits of the plain loop, of clones too. */
static void test_batches(void) {
    const uint32_t key[2] = {0x12345678u, 0x9abcdef0u};
    uint64_t replications[EIGHT];
    uint64_t occurrences[EIGHT];
    uint64_t last[EIGHT];
    for (int i = 0; i < EIGHT; i++) {
        replications[i] = (uint64_t)i * 0x100000001ull;
        occurrences[i] = 7u + (uint64_t)i;
        last[i] = (uint64_t)i << 16 | 1u;
    }
    for (int most = 0; most <= 2; most++) {
        choose_registers(most);
        for (int cloned = 0; cloned < 2; cloned++) {
            double a[EIGHT], b[EIGHT], plain_a[EIGHT], plain_b[EIGHT];
            const uint64_t *words = cloned ? last : 0;
            batch_plain(replications, occurrences, words, key, plain_a, plain_b);
            batch_uniforms(replications, occurrences, words, key, a, b);
            for (int i = 0; i < EIGHT; i++) {
                expect("a of a batch", a[i], plain_a[i], 0.0);
                expect("b of a batch", b[i], plain_b[i], 0.0);
            }
        }
    }
}

/* -- laws ----------------------------------------------------------------------------------------------------------- */

static Law law(int family, double a, double b, double c) {
    Law w = {.family = family, .a = a, .b = b, .c = c, .high = INFINITY};
    prepare_law(&w);
    return w;
}

static double log_of_normal(double z) { return log(0.5 * erfc(-z / sqrt(2.0))); }

static void test_hazards(void) {
    Law exponential = law(EXPONENTIAL, 0.3, 0.0, 0.0);
    expect("exponential H(2)", hazard(&exponential, 2.0), 0.6, 1e-15);
    expect("exponential Hinv", inverse(&exponential, 0.6), 2.0, 1e-15);
    Law weibull = law(WEIBULL, 2.0, 3.0, 0.0);
    expect("weibull H(6)", hazard(&weibull, 6.0), 4.0, 1e-15);
    expect("weibull Hinv", inverse(&weibull, 4.0), 6.0, 1e-15);
    Law uniform_law = law(UNIFORM, 1.0, 5.0, 0.0);
    expect("uniform H(3)", hazard(&uniform_law, 3.0), log(2.0), 1e-15);
    expect("uniform H(5)", hazard(&uniform_law, 5.0), INFINITY, 0.0);
    expect("uniform Hinv", inverse(&uniform_law, log(2.0)), 3.0, 1e-15);
    Law triangular = law(TRIANGULAR, 0.0, 1.0, 2.0);
    expect("triangular H(1)", hazard(&triangular, 1.0), log(2.0), 1e-15);
    expect("triangular H(1.5)", hazard(&triangular, 1.5), log(8.0), 1e-15);
    expect("triangular Hinv below the mode", inverse(&triangular, -log(1.0 - 0.125)), 0.5, 1e-14);
    expect("triangular Hinv above the mode", inverse(&triangular, log(8.0)), 1.5, 1e-15);
    Law lognormal = law(LOGNORMAL, log(14.0), 0.8, 0.0);
    expect("lognormal H(median)", hazard(&lognormal, 14.0), log(2.0), 1e-15);
    expect("lognormal H(median + sigma)", hazard(&lognormal, 14.0 * exp(0.8)), -log_of_normal(-1.0), 1e-13);
}

/* Truncated and defective exponentials: S(x) = (e^-x - e^-3)/(e^-1 - e^-3), and p + (1 - p)e^-x. */
static void test_cut_and_defective(void) {
    Law cut = {.family = EXPONENTIAL, .a = 1.0, .low = 1.0, .high = 3.0, .has_low = 1, .has_high = 1};
    prepare_law(&cut);
    double survival = (exp(-2.0) - exp(-3.0)) / (exp(-1.0) - exp(-3.0));
    expect("cut H below", hazard(&cut, 0.5), 0.0, 0.0);
    expect("cut H inside", hazard(&cut, 2.0), -log(survival), 1e-14);
    expect("cut H at the end", hazard(&cut, 3.0), INFINITY, 0.0);
    expect("cut Hinv", inverse(&cut, -log(survival)), 2.0, 1e-14);
    Law defective = {.family = EXPONENTIAL, .a = 1.0, .high = INFINITY, .never = 0.25, .defective = 1};
    prepare_law(&defective);
    expect("defective H", hazard(&defective, 2.0), -log(0.25 + 0.75 * exp(-2.0)), 1e-15);
    expect("defective Hinv", inverse(&defective, -log(0.25 + 0.75 * exp(-2.0))), 2.0, 1e-14);
    expect("defective Hinv of what never comes", inverse(&defective, 1.5), INFINITY, 0.0);
    expect("density of a defective law", log_density(&defective, 2.0), log(0.75) - 2.0, 1e-15);
}

static void test_rates(void) {
    Law exponential = law(EXPONENTIAL, 0.3, 0.0, 0.0);
    Law weibull = law(WEIBULL, 2.0, 3.0, 0.0);
    expect("exponential rate", log_hazard_rate(&exponential, 5.0), log(0.3), 1e-15);
    expect("weibull rate at 6", log_hazard_rate(&weibull, 6.0), log(2.0 / 3.0 * 2.0), 1e-15);
    expect("weibull density at 6", log_density(&weibull, 6.0), log(2.0 / 3.0 * 2.0) - 4.0, 1e-15);
    expect("before the support", log_density(&weibull, -1.0), -INFINITY, 0.0);
}

/* -- clocks --------------------------------------------------------------------------------------------------------- */

static void test_delays(void) {
    expect("a half is rounded to even", delay(2.5), 2.0, 0.0);
    expect("what is large has no fraction", whole(0x1p60 + 256.0), 0x1p60 + 256.0, 0.0);
    expect("nothing is due before now", delay(-3.0), 0.0, 0.0);
    expect("what is no number never comes", delay(NAN), INFINITY, 0.0);
    Law exponential = law(EXPONENTIAL, 0.5, 0.0, 0.0);
    expect("target 1 at rate 1/2", delay_of(&exponential, 1.0, 1.0, 1.0), 2.0 * DAY, 0.0);
    expect("twice the pace", delay_of(&exponential, 1.0, 2.0, 1.0), DAY, 0.0);
    expect("pace 0", delay_of(&exponential, 1.0, 0.0, 1.0), INFINITY, 0.0);
    Law fixed = {.family = FIXED, .a = 3.0 * DAY};
    expect("a fixed time at double speed", delay_of(&fixed, 1.0, 1.0, 2.0), 1.5 * DAY, 0.0);
    fixed.never = 0.5;
    expect("a fixed time that never comes", delay_of(&fixed, 1.0, 1.0, 1.0), INFINITY, 0.0);
}

/* A Weibull of shape 2 and scale 3 days: H(x) = (x/3)^2. One day at pace 1 consumes 1/9; of a target of 1 there is 8/9
   left, which pace 8 uses up when (x/3)^2 = 1/9 + 1/9, at x = sqrt(2) days. */
static void test_touch_and_schedule(void) {
    Law weibull = law(WEIBULL, 2.0, 3.0, 0.0);
    Clock clock = {.m = 1.0, .s = 1.0, .P = 1.0, .h = NAN};
    expect("due at first", schedule(&weibull, &clock, 0.0), 3.0 * DAY, 1e-15);
    touch(&weibull, &clock, DAY);
    expect("age", clock.x, DAY, 0.0);
    expect("consumed", clock.T, 1.0 / 9.0, 1e-15);
    clock.m = 8.0;
    expect("due after the change of pace", schedule(&weibull, &clock, DAY), rint(sqrt(2.0) * DAY), 1e-15);
    clock.m = 0.0;
    expect("due while it stands still", schedule(&weibull, &clock, DAY), INFINITY, 0.0);
    touch(&weibull, &clock, 2.0 * DAY);
    expect("age at pace 0", clock.x, 2.0 * DAY, 0.0);
    expect("nothing consumed at pace 0", clock.T, 1.0 / 9.0, 1e-15);
}

int main(void) {
    special.log_ndtr = log_of_normal;
    test_philox();
    test_uniform();
    test_batches();
    test_hazards();
    test_cut_and_defective();
    test_rates();
    test_delays();
    test_touch_and_schedule();
    return wrong != 0;
}
