"""Files that one run holds at a time."""

from __future__ import annotations

from typing import IO

__all__ = ["lock"]


def lock(file: IO[bytes]) -> bool:
    """Whether the file is now this process's alone; systems without such locks let everybody have it.

    The lock ends with the file's closing or the process's end, however that comes.
    """
    try:
        import fcntl
    except ImportError:
        return True
    try:
        # flock and not lockf: the latter is lost when any other descriptor of the file is closed.
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True
