"""Work that is ended from outside when it has taken what it may: a thread watches, the main thread is interrupted.

Only the main thread can be interrupted (by a signal, so also out of a wait); in another one, and on systems without that
signal, nothing is ended.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from negsim.errors import BudgetError

__all__ = ["Interrupted", "interrupted_when", "within"]

# Work can swallow an interruption (a bare except in user code): it is repeated, but not so often that the work has no
# time to clean up.
LOOK, AGAIN = 0.02, 0.5
"""Seconds between looks; and until a second interruption, if the first was lost in code that swallows it."""


# Not an Exception: code that catches these, to go on with the next question, must not catch this one.
class Interrupted(BaseException):
    """Raised in the work; no error, so that nothing that handles errors can swallow it."""


class _Watched:
    """Work under watch, with what is used up of its limits, once something is."""

    def __init__(self) -> None:
        self.spent = ""


_ACTIVE: list[_Watched] = []


def _raise(number: int, frame: Any) -> None:
    """The signal's handler: work that is under watch, and over its limits, ends; a signal too late does nothing."""
    # A signal that comes when the work is done already, or is meant for a program around this one, is let pass.
    if any(work.spent for work in _ACTIVE):
        raise Interrupted


@contextmanager
def interrupted_when(over: Callable[[], str], ended: Callable[[str], None] = lambda reason: None) -> Iterator[None]:
    """Interrupt the work inside as soon as ``over`` returns a reason.

    Parameters
    ----------
    over : callable
        What is used up, in words; empty if nothing is (any more). Asked fifty times a second, from another thread.
    ended : callable, optional
        Told the reason again and again while the work goes on all the same.

    Raises
    ------
    BudgetError
        With the reason.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "pthread_kill"):
        yield
        return
    # Watched work may be nested; each has a watcher of its own, and the innermost handler looks at all.
    work, done = _Watched(), threading.Event()
    # SIGALRM, because a wait that Python cannot leave otherwise (a lock, a join) is left for a signal.
    before = signal.signal(signal.SIGALRM, _raise)
    _ACTIVE.append(work)
    watcher = threading.Thread(target=_watch, args=(work, done, over, ended), name="negsim limits", daemon=True)
    watcher.start()
    try:
        yield
    except Interrupted as interrupted:
        reason = work.spent or over()
        if not reason:
            raise  # it was meant for other work, around this one
        error = BudgetError(reason)
        error.runs = getattr(interrupted, "runs", None)
        raise error from None
    finally:
        _ACTIVE.remove(work)
        done.set()
        signal.signal(signal.SIGALRM, before)


def _watch(work: _Watched, done: threading.Event, over: Callable[[], str], ended: Callable[[str], None]) -> None:
    since = AGAIN
    while not done.wait(LOOK):
        work.spent = over()
        if not work.spent:
            continue
        ended(work.spent)
        if since >= AGAIN and not done.is_set():
            since = 0.0
            # To the thread and not to the process: another thread that got the signal would not leave the wait.
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGALRM)
        since += LOOK


@contextmanager
def within(seconds: float | None, what: str, clock: Callable[[], float] = time.monotonic) -> Iterator[None]:
    """Give the work inside so many seconds of a clock; without a number as many as it takes.

    Raises
    ------
    BudgetError
        If they did not suffice.
    """
    if seconds is None:
        yield
        return
    ends = clock() + seconds
    with interrupted_when(lambda: f"{what} not done within {seconds:.2g} seconds" if clock() > ends else ""):
        yield
