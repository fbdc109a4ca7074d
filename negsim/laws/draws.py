"""Keyed random numbers: every draw is a pure function of who draws it, when, and what for.

Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011, *Parallel random numbers: as easy as 1, 2, 3*, SC'11,
doi:10.1145/2063384.2063405) turns a counter of four 32-bit words into four random words under a key of two. The key
says who draws (seed, kind, name), the counter says when and for what (replication, occurrence, purpose, branch).
There is no state: nothing to advance, nothing to share between workers, and a draw can be repeated alone.
"""

from __future__ import annotations

import secrets
from hashlib import blake2b
from operator import index
from typing import TYPE_CHECKING, Any

from negsim.errors import StreamError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Block = tuple[int, int, int, int]

KINDS: frozenset[str] = frozenset({"action", "effect", "variable", "parameter", "resample", "move", "bootstrap"})

_MASK = 0xFFFFFFFF
_M0, _M1 = 0xD2511F53, 0xCD9E8D57
_W0, _W1 = 0x9E3779B9, 0xBB67AE85
_UNIT = 2.0**-52


def _schedule(key: tuple[int, int]) -> tuple[int, ...]:
    """The ten round keys, flat: two words a round."""
    return tuple(word for i in range(10) for word in ((key[0] + i * _W0) & _MASK, (key[1] + i * _W1) & _MASK))


def _rounds(c0: int, c1: int, c2: int, c3: int, schedule: tuple[int, ...]) -> Block:
    """Ten rounds, unrolled: this is the reference engine's innermost loop."""
    # Unrolled, with the constants as literals: loops and names would be looked up for every draw of the reference engine.
    k0, j0, k1, j1, k2, j2, k3, j3, k4, j4, k5, j5, k6, j6, k7, j7, k8, j8, k9, j9 = schedule
    a, b = c0 * 0xD2511F53, c2 * 0xCD9E8D57
    c0, c1, c2, c3 = b >> 32 ^ c1 ^ k0, b & 0xFFFFFFFF, a >> 32 ^ c3 ^ j0, a & 0xFFFFFFFF
    a, b = c0 * 0xD2511F53, c2 * 0xCD9E8D57
    c0, c1, c2, c3 = b >> 32 ^ c1 ^ k1, b & 0xFFFFFFFF, a >> 32 ^ c3 ^ j1, a & 0xFFFFFFFF
    a, b = c0 * 0xD2511F53, c2 * 0xCD9E8D57
    c0, c1, c2, c3 = b >> 32 ^ c1 ^ k2, b & 0xFFFFFFFF, a >> 32 ^ c3 ^ j2, a & 0xFFFFFFFF
    a, b = c0 * 0xD2511F53, c2 * 0xCD9E8D57
    c0, c1, c2, c3 = b >> 32 ^ c1 ^ k3, b & 0xFFFFFFFF, a >> 32 ^ c3 ^ j3, a & 0xFFFFFFFF
    a, b = c0 * 0xD2511F53, c2 * 0xCD9E8D57
    c0, c1, c2, c3 = b >> 32 ^ c1 ^ k4, b & 0xFFFFFFFF, a >> 32 ^ c3 ^ j4, a & 0xFFFFFFFF
    a, b = c0 * 0xD2511F53, c2 * 0xCD9E8D57
    c0, c1, c2, c3 = b >> 32 ^ c1 ^ k5, b & 0xFFFFFFFF, a >> 32 ^ c3 ^ j5, a & 0xFFFFFFFF
    a, b = c0 * 0xD2511F53, c2 * 0xCD9E8D57
    c0, c1, c2, c3 = b >> 32 ^ c1 ^ k6, b & 0xFFFFFFFF, a >> 32 ^ c3 ^ j6, a & 0xFFFFFFFF
    a, b = c0 * 0xD2511F53, c2 * 0xCD9E8D57
    c0, c1, c2, c3 = b >> 32 ^ c1 ^ k7, b & 0xFFFFFFFF, a >> 32 ^ c3 ^ j7, a & 0xFFFFFFFF
    a, b = c0 * 0xD2511F53, c2 * 0xCD9E8D57
    c0, c1, c2, c3 = b >> 32 ^ c1 ^ k8, b & 0xFFFFFFFF, a >> 32 ^ c3 ^ j8, a & 0xFFFFFFFF
    a, b = c0 * 0xD2511F53, c2 * 0xCD9E8D57
    c0, c1, c2, c3 = b >> 32 ^ c1 ^ k9, b & 0xFFFFFFFF, a >> 32 ^ c3 ^ j9, a & 0xFFFFFFFF
    return c0, c1, c2, c3


def philox4x32(counter: Block, key: tuple[int, int]) -> Block:
    """Return the Philox4x32-10 block of a counter under a key.

    Parameters
    ----------
    counter, key : tuple of int
        Four and two words, each in [0, 2**32).

    Raises
    ------
    StreamError
        If a word does not fit in 32 bits.

    Examples
    --------
    >>> [f"{word:08x}" for word in philox4x32((0, 0, 0, 0), (0, 0))]
    ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']
    """
    for word in (*counter, *key):
        if not 0 <= word <= _MASK:
            raise StreamError(f"Philox word {word!r} is outside [0, 2**32); split larger numbers into words")
    return _rounds(*counter, _schedule(key))


def check_seed(seed: object) -> int:
    """Return the seed as an int in [0, 2**64), else raise `StreamError`; 0 is a seed like any other.

    Examples
    --------
    >>> check_seed(0)
    0
    """
    try:
        # True is an integer to Python, and no seed; -1 leads to the one message below.
        value = -1 if isinstance(seed, bool) else index(seed)  # type: ignore[arg-type]  # what is no integer is caught
    except TypeError:
        value = -1
    if not 0 <= value < 2**64:
        raise StreamError(
            f"seed = {seed!r} is not an integer in [0, 2**64); give one such as 1, or none to have it drawn"
        )
    return value


def fresh_seed() -> int:
    """Return a 64-bit seed from the operating system; nothing in the process is changed by it."""
    return secrets.randbits(64)


def stream_key(seed: int, kind: str, name: str) -> tuple[int, int]:
    """Return the two 32-bit key words of who draws.

    Parameters
    ----------
    seed : int
        In [0, 2**64).
    kind : str
        action, effect (then the name is ``action>variable``), variable or parameter; for what is drawn about histories
        and not in them, resample, move or bootstrap.
    name : str
        Dotted name of the element.

    Raises
    ------
    StreamError
        Seed out of range, unknown kind, name not a text.

    Examples
    --------
    >>> stream_key(1, "action", "russia.deliver_memorandum")
    (774340426, 1671453555)
    """
    if kind not in KINDS:
        raise StreamError(f"stream kind {kind!r} is unknown; give one of {', '.join(sorted(KINDS))}")
    if not isinstance(name, str):
        raise StreamError(f"stream name {name!r} is not a text; give the dotted name of the element")
    # A hash of the name, not its rank: draws of an action must not move when another one is added. NUL cannot stand in
    # a name, so that no two triples give one text.
    digest = blake2b(f"{check_seed(seed)}\0{kind}\0{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:], "little")


def _refuse(replication: int, occurrence: int, purpose: int, branch: int) -> None:
    limits = (("replication", replication, 64), ("occurrence", occurrence, 32), ("purpose", purpose, 16))
    for what, value, bits in (*limits, ("branch", branch, 16)):
        if not 0 <= value < 2**bits:
            raise StreamError(f"{what} = {value!r} is outside [0, 2**{bits}); number draws from 0 within it")


class Stream:
    """The draws of one element under one seed; immutable, cheap to build, safe to share.

    Examples
    --------
    >>> stream = Stream(1, "action", "russia.deliver_memorandum")
    >>> stream.uniforms(0, 0)
    (0.4763877629653467, 0.5477058471340833)
    >>> stream.uniforms(0, 0) == stream.uniforms(0, 0)
    True
    """

    __slots__ = ("_schedule", "key", "kind", "name", "seed")

    def __init__(self, seed: int, kind: str, name: str) -> None:
        self.key = stream_key(seed, kind, name)
        self.seed, self.kind, self.name = index(seed), kind, name
        self._schedule = _schedule(self.key)

    def __repr__(self) -> str:
        return f"Stream({self.seed!r}, {self.kind!r}, {self.name!r})"

    def block(self, replication: int, occurrence: int, purpose: int = 0, branch: int = 0) -> Block:
        """Return the four random words of one draw.

        Parameters
        ----------
        replication : int
            In [0, 2**64); for parameters the row of the draw.
        occurrence : int
            In [0, 2**32).
        purpose, branch : int
            In [0, 2**16); branch is 0 unless the history is a clone.

        Raises
        ------
        StreamError
            If a number is out of its range.
        """
        # numpy integers would overflow in the rounds
        r, n, last = index(replication), index(occurrence), (branch << 16) + purpose
        # One cheap test where all is in order; which of them is wrong is found out only when one is.
        if r < 0 or n < 0 or r >> 64 or n >> 32 or not (0 <= purpose < 65536 and 0 <= branch < 65536):
            _refuse(r, n, purpose, branch)
        return _rounds(r & _MASK, r >> 32, n, index(last), self._schedule)

    def uniforms(self, replication: int, occurrence: int, purpose: int = 0, branch: int = 0) -> tuple[float, float]:
        """Return the uniforms a and b of one draw, both strictly between 0 and 1; arguments as for `block`.

        Of each pair of words (low, high), read as one 64-bit x: ``((x >> 12) + 0.5) * 2**-52``. With 53 bits the
        largest would round to exactly 1.
        """
        w0, w1, w2, w3 = self.block(replication, occurrence, purpose, branch)
        # The two words are not joined first: what is worked with stays below 2**52.
        return ((w1 << 20 | w0 >> 12) + 0.5) * _UNIT, ((w3 << 20 | w2 >> 12) + 0.5) * _UNIT


def _rounds_array(c: list[NDArray[np.uint64]], schedule: tuple[int, ...]) -> list[NDArray[np.uint64]]:
    """The rounds on arrays of 32-bit words held in 64 bits: integer arithmetic, hence exact."""
    import numpy as np

    m0, m1, mask, half = (np.uint64(n) for n in (_M0, _M1, _MASK, 32))
    for i in range(0, 20, 2):
        a, b = c[0] * m0, c[2] * m1
        k, j = np.uint64(schedule[i]), np.uint64(schedule[i + 1])
        c = [(b >> half) ^ c[1] ^ k, b & mask, (a >> half) ^ c[3] ^ j, a & mask]
    return c


def _replication_words(replications: Any) -> NDArray[np.uint64]:
    import numpy as np

    rows = np.asarray(replications)
    if rows.size and (rows.dtype.kind not in "iu" or rows.min() < 0):
        raise StreamError(f"replications must be integers from 0 on, got an array of {rows.dtype}; use numpy.arange(n)")
    return rows.astype(np.uint64)


def uniforms_array(
    seed: int, kind: str, name: str, replications: Any, occurrence: int = 0, purpose: int = 0, branch: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return uniforms a and b for many replications at once, equal to those of `Stream.uniforms` bit for bit.

    Parameters
    ----------
    replications : integer array, any shape
        Replication numbers (for parameters: rows).

    Returns
    -------
    a, b : float64 arrays of the same shape

    Raises
    ------
    StreamError
        As `Stream`, or if the replications are not integers from 0 on.

    Examples
    --------
    >>> a, b = uniforms_array(1, "action", "russia.deliver_memorandum", [0, 1])
    >>> float(a[0])
    0.4763877629653467
    """
    import numpy as np

    _refuse(0, occurrence, purpose, branch)
    rows = _replication_words(replications)
    same = [np.full_like(rows, n) for n in (index(occurrence), index((branch << 16) + purpose))]
    words = [rows & np.uint64(_MASK), rows >> np.uint64(32), *same]
    w = _rounds_array(words, _schedule(stream_key(seed, kind, name)))
    a, b = ((high << np.uint64(20) | low >> np.uint64(12)) for low, high in ((w[0], w[1]), (w[2], w[3])))
    return (a.astype(np.float64) + 0.5) * _UNIT, (b.astype(np.float64) + 0.5) * _UNIT
