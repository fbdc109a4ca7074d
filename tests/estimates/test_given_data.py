"""Given-data estimation and pick-freeze, on arrays: known answers, and the wrong ways beside them."""

from __future__ import annotations

import numpy as np
import pytest
from believed_toy import Floats, chance, histories, rates
from scipy import stats

from negsim.errors import EstimateError
from negsim.estimates.givendata import GivenData, RowMeans
from negsim.estimates.pickfreeze import first_order, total
from negsim.estimates.resampled import resampled_interval

# SEMANTICS-style known answers for P(summit by 30) of the toy with believed rates, from its closed form.
MEAN, VARIANCE, CHANCE = 0.4418075, 0.0385276, 0.2080861
SHARES = np.array([0.103933, 0.679643, 0.186679])
TOTALS = np.array([0.115673, 0.707319, 0.206931])
WORTHS, WORTH_OF_ALL, THRESHOLD = np.array([0.018894, 0.063604, 0.030324]), 0.077245, 0.45


def sampled(seed: int, draws: int, each: int) -> tuple[Floats, Floats]:
    """Rows of the three rates, and whether the summit was held by day 30 in histories of each, (draws, each)."""
    rng = np.random.default_rng(seed)
    rows = rates(rng, (draws,))
    return rows, (histories(rng, rows, each).summit <= 30).astype(np.float64)


def given_data(rows: Floats, yes: Floats, seed: int = 1) -> GivenData:
    draws, each = yes.shape
    means, kept = RowMeans.of(np.repeat(np.arange(draws), each), draws, yes.ravel())
    assert len(kept) == draws
    return GivenData({name: rows[:, k] for k, name in enumerate("abc")}, means, seed=seed, name="summit")


def exact(inputs: Floats, outputs: Floats) -> GivenData:
    """Outputs without chance."""
    named = {f"x{k}": inputs[:, k] for k in range(inputs.shape[1])}
    return GivenData(named, RowMeans(outputs, np.zeros(len(outputs))), seed=1, name="exact")


def near(value: Floats, errors: Floats, truth: Floats) -> bool:
    """Within six standard errors."""
    return bool((np.abs(value - truth) < 6 * errors.std(axis=0)).all())


def test_ishigami() -> None:
    """f = sin x + 7 sin(y)^2 + .1 z^4 sin x on [-pi, pi]: shares by the integrals, .3139, .4424, 0."""
    x = np.random.default_rng(11).uniform(-np.pi, np.pi, (20_000, 3))
    found = exact(x, np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))
    b, a = 0.1, 7.0
    first = (1 + b * np.pi**4 / 5) ** 2 / 2
    whole = a**2 / 8 + b * np.pi**4 / 5 + b**2 * np.pi**8 / 18 + 0.5
    np.testing.assert_allclose(found.shares, [first / whole, a**2 / 8 / whole, 0.0], atol=0.02)


def test_g_function() -> None:
    """The product of (|4x - 2| + a)/(1 + a): each factor has variance 1/(3 (1 + a)^2)."""
    a = np.array([0.0, 1.0, 4.5, 9.0])
    x = np.random.default_rng(12).random((20_000, 4))
    found = exact(x, ((np.abs(4 * x - 2) + a) / (1 + a)).prod(axis=1))
    apart = 1 / (3 * (1 + a) ** 2)
    np.testing.assert_allclose(found.shares, apart / ((1 + apart).prod() - 1), atol=0.02)


@pytest.mark.parametrize(("draws", "each"), [(10_000, 2), (2_000, 10), (200, 100)])
def test_toy_with_beliefs(draws: int, each: int) -> None:
    found = given_data(*sampled(3, draws, each))
    assert near(found.shares, found.share_errors, SHARES)
    assert near(found.variances, found.variance_errors, SHARES * VARIANCE)
    assert near(np.array(found.whole), found.whole_errors, np.array(VARIANCE))
    assert near(found.worths(THRESHOLD), found.worth_errors(THRESHOLD), WORTHS)
    assert (
        abs(found.worths(THRESHOLD, [found.together()])[0] - WORTH_OF_ALL)
        < 6 * found.worth_errors(THRESHOLD).std(axis=0).max()
    )


def test_shares_of_a_history_are_no_shares_of_the_probability() -> None:
    """The wrong model: the variance of yes and no in place of the probability's makes shares six times too small."""
    rows, yes = sampled(3, 2_000, 10)
    found = given_data(rows, yes)
    wrong = found.variances / yes.var()
    assert not near(wrong, found.share_errors, SHARES)
    assert (SHARES / wrong > 4).all()


def test_overfit_is_taken_out() -> None:
    """What explains nothing gets nothing; the raw fit, which is the wrong model, gets something always."""
    rng = np.random.default_rng(5)
    noise, raw = [], []
    for _ in range(300):
        x, y = rng.random(300), rng.random(300)
        one = GivenData({"x": x}, RowMeans(y, np.zeros(300)), seed=1, name="q", resamples=2).effects[0]
        noise.append(one.variance)
        raw.append(float(((one.basis.T @ y / 300) ** 2).sum()))
    error = np.std(noise) / np.sqrt(300)
    assert abs(np.mean(noise)) < 6 * error
    assert np.mean(raw) > 6 * error


def test_moves_are_those_of_the_closed_form() -> None:
    """The expected move by the ceasefire's rate, integrated over the other two by 400 draws of them."""
    rng = np.random.default_rng(6)
    others, own = rates(rng, (400,)), rates(rng, (400,))[:, 1]
    grid = np.broadcast_to(others, (400, 400, 3)).copy()
    grid[:, :, 1] = own[:, None]
    means = chance(grid, "summit", 30.0).mean(axis=1)
    truth = np.abs(means - means.mean()).mean()
    found = given_data(*sampled(7, 10_000, 2))
    error = np.hypot(found.move_errors[:, 1].std(), means.std() / 20)
    assert abs(found.moves[1] - truth) < 6 * error


def test_few_values_are_classes() -> None:
    x = np.random.default_rng(8).integers(0, 3, 5_000).astype(np.float64)
    table = np.array([0.0, 1.0, 0.0])  # no monotone function of the rank
    found = exact(x[:, None], table[x.astype(int)])
    assert found.shares[0] == pytest.approx(1.0, abs=1e-3)


def test_one_history_a_row_has_no_shares() -> None:
    rows, yes = sampled(9, 5_000, 1)
    found = given_data(rows, yes)
    assert np.isnan(found.whole)
    assert near(found.variances, found.variance_errors, SHARES * VARIANCE)


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(EstimateError, match="at least 30"):
        given_data(*sampled(1, 29, 10))


class Frozen:
    """Answers under A, under A with one input drawn anew, and under B with that input of A: keys as they are told."""

    def __init__(self, seed: int, place: int, n: int) -> None:
        rng = np.random.default_rng(seed)
        self.a, self.b = rates(rng, (n,)), rates(rng, (n,))
        self.anew, self.shared = self.a.copy(), self.b.copy()
        self.anew[:, place], self.shared[:, place] = self.b[:, place], self.a[:, place]

    def yes(self, rows: Floats, keys: int) -> Floats:
        found = histories(np.random.default_rng(keys), rows, 1).summit[:, 0] <= 30
        return found.astype(np.float64)


N = 200_000


@pytest.mark.parametrize("place", range(3))
def test_pick_freeze_with_the_right_keys(place: int) -> None:
    one = Frozen(21, place, N)
    plain, changed = (np.stack([one.yes(rows, keys) for keys in (1, 2)], axis=1) for rows in (one.a, one.anew))
    found = total(plain, changed)
    assert abs(found.mean() - TOTALS[place] * VARIANCE) < 6 * found.std() / np.sqrt(N)
    products = first_order(one.yes(one.a, 1), one.yes(one.shared, 2))
    assert abs(products.mean() - MEAN**2 - SHARES[place] * VARIANCE) < 6 * products.std() / np.sqrt(N)


@pytest.mark.parametrize("place", range(3))
def test_pick_freeze_with_wrong_keys_is_caught(place: int) -> None:
    """Planted traps: a single set of keys, keys of their own for A and the changed A, common keys for A and B."""
    one = Frozen(22, place, N)
    truth = TOTALS[place] * VARIANCE

    def half(first: Floats, second: Floats) -> Floats:
        return (first - second) ** 2 / 2

    own, same = half(one.yes(one.a, 1), one.yes(one.anew, 2)), half(one.yes(one.a, 1), one.yes(one.anew, 1))
    assert 7 < own.mean() / truth < 55
    assert 2.5 < same.mean() / truth < 8
    for wrong in (own, same):
        assert abs(wrong.mean() - truth) > 6 * wrong.std() / np.sqrt(N)
    products = first_order(one.yes(one.a, 1), one.yes(one.shared, 1)) - MEAN**2
    assert abs(products.mean() - SHARES[place] * VARIANCE) > 6 * products.std() / np.sqrt(N)
    # Products of differences within keys of their own are as wrong as their name: nothing common is left to cancel.
    plain = np.stack([one.yes(one.a, 1), one.yes(one.a, 1)], axis=1)
    changed = np.stack([one.yes(one.anew, 1), one.yes(one.anew, 1)], axis=1)
    assert total(plain, changed).mean() == pytest.approx(same.mean())


@pytest.mark.slow
def test_intervals_cover() -> None:
    """Shares, variances and worths of the toy at 20,000 histories: 95 % intervals cover in 93 to 97 % of the seeds."""
    seeds = 2_000
    covered = np.zeros((3, 3))
    order = 0
    for seed in range(seeds):
        found = given_data(*sampled(1_000 + seed, 4_000, 5), seed=seed)
        numbers = (
            (found.shares, found.share_errors, SHARES),
            (found.variances, found.variance_errors, SHARES * VARIANCE),
            (found.worths(THRESHOLD), found.worth_errors(THRESHOLD), WORTHS),
        )
        for line, (values, errors, truths) in enumerate(numbers):
            for k in range(3):
                covered[line, k] += truths[k] in resampled_interval(float(values[k]), errors[:, k], 0.95)
        order += np.argsort(-found.moves).tolist() == [1, 2, 0]
    assert (covered / seeds > 0.93).all(), covered / seeds
    assert (covered / seeds < 0.97).all(), covered / seeds
    assert order / seeds > 0.95


def test_nothing_stands_out_by_chance() -> None:
    """Of 40 idle inputs in 300 runs, any stands out in 5 % of the runs; one at a time nearly two would in each."""
    rng = np.random.default_rng(31)
    any_out, alone = 0, 0
    for _ in range(300):
        y = rng.random(300)
        inputs = {f"x{k}": rng.random(300) for k in range(40)}
        found = GivenData(inputs, RowMeans(y, np.zeros(300)), seed=1, name="q", resamples=2)
        any_out += any(found.standing_out(0.95))
        alone += sum(one.chance < 0.05 for one in found.effects)
    assert any_out <= stats.binom.isf(1e-9, 300, 0.05)
    assert alone > 300
