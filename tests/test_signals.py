"""Signals, pipes and full disks end the command line with words, and never with a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="signals, devices and accounts of Linux")
LONG = ["run", "toy", "-n", "2000000000", "--seed", "1"]


def heard() -> None:
    """Signals as a terminal has them: whoever is started by nohup has some ignored, and so has what it starts."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@contextmanager
def begun(*args: str, **options: object) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "negsim", *args]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "preexec_fn": heard}
    process: subprocess.Popen[str] = subprocess.Popen(command, **pipes, **options)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        # One that does not end fails its test, and must not be waited for.
        process.kill()
        process.communicate()


def at_work(process: subprocess.Popen[str]) -> None:
    """Wait until the process has worked for two seconds: by then it simulates."""
    for _ in range(600):
        time.sleep(0.1)
        stat = Path(f"/proc/{process.pid}/stat")
        if stat.exists() and int(stat.read_text().rpartition(")")[2].split()[11]) >= 2 * os.sysconf("SC_CLK_TCK"):
            return


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [
        (signal.SIGINT, 130, "interrupted"),
        (signal.SIGTERM, 143, "ended by a signal (SIGTERM)"),
        (signal.SIGHUP, 129, "ended by a signal (SIGHUP)"),
    ],
)
def test_a_signal_ends_a_long_run_with_words(number: int, code: int, words: str) -> None:
    with begun(*LONG) as process:
        at_work(process)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert words in err
    assert "Traceback" not in err
    if number == signal.SIGINT:
        assert "Reasons are reasons" in out, "what was simulated so far is told"
    else:
        assert out == ""


def test_an_interruption_at_once_has_words_too() -> None:
    with begun("list") as process:
        time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "Traceback" not in err


@pytest.mark.parametrize("command", [["list"], ["schema"], ["run", "toy", "-n", "100"], ["show", "toy", "--toml"]])
def test_a_closed_standard_output_is_told(command: list[str]) -> None:
    line = f"exec {sys.executable} -m negsim {' '.join(command)} >&-"
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (
        1,
        "negsim: standard output is closed, so nothing can be printed; open it, or send it to a file\n",
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
@pytest.mark.parametrize("command", [["list"], ["schema"], ["run", "toy", "-n", "100"]])
def test_a_full_disk_behind_standard_output_is_told(command: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "negsim", *command], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
        )
    assert done.returncode == 1
    assert "could not be written (No space left on device)" in done.stderr or "No space left" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_a_reader_that_hangs_up_is_no_failure_to_tell() -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f"{sys.executable} -m negsim schema | head -c 10"], capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ('{\n"$schema', "")


def test_standard_error_may_be_closed() -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f"{sys.executable} -m negsim run missing.toml 2>&-"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (1, "")


def peak(*args: str, env: dict[str, str] | None = None) -> tuple[int, float, float, str]:
    """Exit code, seconds, bytes of memory at most, and standard error of a command."""
    code = (
        "import resource, subprocess, sys, time\n"
        "began = time.monotonic()\n"
        "done = subprocess.run([sys.executable, '-m', 'negsim', *sys.argv[1:]], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)\n"
        "print(done.returncode, time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)\n"
        "print(done.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *args],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **(env or {})},
    )
    head, _, err = done.stdout.partition("\n")
    returncode, seconds, most = head.split()
    return int(returncode), float(seconds), float(most), err


def test_memory_is_kept() -> None:
    """A hundred million histories would need 3 GB; those that fit into the limit are told."""
    _, _, alone, _ = peak("run", "toy", "-n", "1000")
    code, _, most, _ = peak("run", "toy", "-n", "4000000", "--memory", "64MB")
    assert code == 0
    assert most - alone < 1.5 * 64e6


def test_a_limit_that_is_used_up_tells_what_there_is() -> None:
    """Two billion histories in two seconds: those that there is time for, said so, and no failure."""
    with begun("run", "toy", "-n", "2000000000", "--seed", "1", "--seconds", "2", "--format", "json") as process:
        out, err = process.communicate(timeout=60)
    if "not done within" not in err:  # a machine so busy that nothing was simulated yet says that
        assert process.returncode == 0
        assert 0 < json.loads(out)["replications"] < 2_000_000_000


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--seconds", "0.5"], "--seconds"),
        (["--seconds", "nan"], "--seconds"),
        (["--memory", "63"], "--memory"),
        (["--memory", "63MB"], "--memory"),
        (["--memory", "1e6"], "--memory"),
        (["--memory", "much"], "--memory"),
        (["--memory", "-1GB"], "--memory"),
    ],
)
@pytest.mark.parametrize("command", [["run", "toy"], ["list"], ["verify", "toy"], ["new", "x.toml"]])
def test_limits_too_small_are_refused_by_name(
    command: list[str], given: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from negsim.cli import main

    with pytest.raises(SystemExit) as exit_:
        main([*command, *given])
    assert exit_.value.code == 2
    assert words in capsys.readouterr().err


def test_every_command_takes_limits() -> None:
    from negsim.cli import judge, look, run  # noqa: F401 # imported for what they register
    from negsim.cli.base import app

    for command in app.registered_commands:
        if command.callback is not None and command.callback.__name__ == "mcp":
            continue  # a server runs until it is ended; each of its calls has limits of its own
        taken = command.callback.__annotations__  # type: ignore[union-attr] # every one has a function
        assert {"seconds", "memory"} <= set(taken), f"{command.callback} takes no limits"


@pytest.mark.parametrize(
    ("text", "size"),
    [("64", 64e6), ("64MB", 64e6), ("1.5 GB", 1.5e9), ("64000000", 64e6), ("1GiB", 2.0**30), ("70000000B", 7e7)],
)
def test_sizes_are_read(text: str, size: float) -> None:
    from negsim.cli.limits import memory_of

    assert memory_of(text) == size
