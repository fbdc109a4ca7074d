"""Draws: published known answers, the worked example of the semantics, array and scalar forms equal."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negsim.errors import StreamError
from negsim.laws import draws as streams
from negsim.laws.draws import Stream, check_seed, fresh_seed, philox4x32, stream_key, uniforms_array

ONES = 0xFFFFFFFF
# Random123 1.x, tests/kat_vectors, rows "philox4x32 10"
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES,) * 4, (ONES,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]
words = st.integers(0, ONES)
longs = st.integers(0, 2**64 - 1)
shorts = st.integers(0, 2**16 - 1)


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN_ANSWERS)
def test_published_known_answers(counter, key, expected):
    assert philox4x32(counter, key) == expected


def test_a_wrong_key_order_or_counter_order_fails_the_known_answer():
    counter, key, expected = KNOWN_ANSWERS[2]
    assert philox4x32(counter, key[::-1]) != expected
    assert philox4x32(counter[::-1], key) != expected


def test_worked_example():
    stream = Stream(1, "action", "russia.deliver_memorandum")
    assert stream.key == (774340426, 1671453555)
    assert stream.block(0, 0) == (0x26987AEE, 0x79F48C66, 0x44D434CF, 0x8C36734D)
    a, b = stream.uniforms(0, 0)
    assert (a, b, -math.log(a)) == (0.4763877629653467, 0.5477058471340833, 0.7415231283016199)


def _philox_by_loop(counter, key):
    """The ten rounds as the paper writes them, apart from the unrolled ones."""
    c, k = list(counter), list(key)
    for _ in range(10):
        (hi0, lo0), (hi1, lo1) = divmod(0xD2511F53 * c[0], 2**32), divmod(0xCD9E8D57 * c[2], 2**32)
        c = [hi1 ^ c[1] ^ k[0], lo1, hi0 ^ c[3] ^ k[1], lo0]
        k = [(k[0] + 0x9E3779B9) % 2**32, (k[1] + 0xBB67AE85) % 2**32]
    return tuple(c)


@given(st.tuples(words, words, words, words), st.tuples(words, words))
def test_unrolled_rounds_equal_the_loop(counter, key):
    assert philox4x32(counter, key) == _philox_by_loop(counter, key)


@given(longs, longs, words, shorts, shorts)
def test_counter_layout(seed, replication, occurrence, purpose, branch):
    stream = Stream(seed, "effect", "a>b")
    counter = (replication % 2**32, replication // 2**32, occurrence, branch * 2**16 + purpose)
    assert stream.block(replication, occurrence, purpose, branch) == philox4x32(counter, stream.key)


@given(longs, st.lists(longs, max_size=5), words, shorts, shorts)
def test_arrays_equal_scalars(seed, replications, occurrence, purpose, branch):
    rows = np.array(replications, dtype=np.uint64)
    a, b = uniforms_array(seed, "parameter", "trust", rows, occurrence, purpose, branch)
    stream = Stream(seed, "parameter", "trust")
    expected = [stream.uniforms(r, occurrence, purpose, branch) for r in replications]
    assert list(zip(a.tolist(), b.tolist(), strict=True)) == expected


def test_uniforms_keep_shape_and_lie_strictly_inside():
    a, b = uniforms_array(0, "variable", "x", np.arange(1000).reshape(10, 100))
    assert a.shape == b.shape == (10, 100)
    assert 0 < min(a.min(), b.min()) < max(a.max(), b.max()) < 1


@pytest.mark.parametrize(("block", "expected"), [((ONES,) * 4, 1 - 2.0**-53), ((0,) * 4, 2.0**-53)])
def test_extreme_words_stay_inside_the_unit_interval(monkeypatch, block, expected):
    monkeypatch.setattr(streams, "_rounds", lambda *_: block)
    assert Stream(1, "action", "x").uniforms(0, 0) == (expected, expected)


def test_numpy_integers_are_numbers_too():
    stream = Stream(np.uint64(1), "action", "x")
    assert stream.block(np.int64(7), np.int32(3), np.int8(1)) == Stream(1, "action", "x").block(7, 3, 1)


def test_uniformity_and_a_wrong_model():
    # n draws, m cells: chi-square has m - 1 degrees of freedom, mean m - 1, variance 2(m - 1); z = 6
    n, m = 100_000, 64
    a, b = uniforms_array(12345, "action", "x", np.arange(n))

    def z(u):
        counts = np.histogram(u, bins=m, range=(0, 1))[0]
        return (((counts - n / m) ** 2).sum() * m / n - (m - 1)) / math.sqrt(2 * (m - 1))

    assert abs(z(a)) < 6
    assert abs(z(b)) < 6
    assert abs(np.corrcoef(a, b)[0, 1]) < 6 / math.sqrt(n)
    assert z(a**1.05) > 6


def test_keys_tell_owners_apart():
    keys = {stream_key(s, k, n) for s in (0, 1) for k in streams.KINDS for n in ("a", "b", "a>b")}
    assert len(keys) == 2 * len(streams.KINDS) * 3


@pytest.mark.parametrize("seed", [True, -1, 2**64, 1.0, "1", None, math.nan])
def test_bad_seeds_are_refused(seed):
    with pytest.raises(StreamError, match=r"seed = .* is not an integer in \[0, 2\*\*64\)"):
        check_seed(seed)


def test_bad_owners_and_numbers_are_refused():
    stream = Stream(0, "action", "x")
    with pytest.raises(StreamError, match="stream kind 'actor' is unknown; give one of action, bootstrap, effect"):
        stream_key(1, "actor", "x")
    with pytest.raises(StreamError, match="stream name 3 is not a text"):
        stream_key(1, "action", 3)
    for arguments in ((-1, 0), (2**64, 0), (0, -1), (0, 2**32), (0, 0, 2**16), (0, 0, -1), (0, 0, 0, 2**16)):
        with pytest.raises(StreamError, match="is outside"):
            stream.block(*arguments)
        if arguments[0] == 0:
            with pytest.raises(StreamError, match="is outside"):
                uniforms_array(0, "action", "x", [0], *arguments[1:])
    with pytest.raises(TypeError):
        stream.block(0.5, 0)
    with pytest.raises(StreamError, match="replications must be integers"):
        uniforms_array(0, "action", "x", [0.5])
    with pytest.raises(StreamError, match="replications must be integers"):
        uniforms_array(0, "action", "x", [-1])
    with pytest.raises(StreamError, match=r"Philox word 4294967296 is outside"):
        philox4x32((2**32, 0, 0, 0), (0, 0))


def test_fresh_seeds_are_valid_and_differ():
    seeds = {fresh_seed() for _ in range(8)}
    assert len(seeds) == 8
    assert all(check_seed(seed) == seed for seed in seeds)


def test_repr_says_who_draws():
    assert repr(Stream(1, "action", "x")) == "Stream(1, 'action', 'x')"
