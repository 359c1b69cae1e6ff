"""Runs one command and measures it as its user would: from its start until it has ended and its model is on disk."""

import os
import subprocess
import tempfile
import time


class Failed(Exception):
    """A command that did not do its work; the text says which, how and what it printed last."""


def last_words(stream, limit=400):
    stream.seek(0)
    return stream.read().decode(errors="replace").strip()[-limit:]


def run(command):
    """Seconds of wall time and of processor time (user and system) and the peak of resident memory in bytes; raises Failed.

    The kernel counts a child's memory from before it became the command, so that no peak is below this process's own:
    keep it small (no numpy here).
    """
    with tempfile.TemporaryFile() as errors:
        begin = time.perf_counter()
        try:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
        except OSError as error:
            raise Failed(f"cannot start {command[0]}: {error.strerror}") from error
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            how = f"exit code {process.returncode}" if process.returncode > 0 else f"signal {-process.returncode}"
            raise Failed(f"{' '.join(map(str, command))}: {how}: {last_words(errors) or '(it printed nothing)'}")
    return {"wall_seconds": wall, "cpu_seconds": usage.ru_utime + usage.ru_stime, "peak_bytes": usage.ru_maxrss * 1024}


def printed(command):
    """The standard output of a command that is not measured; raises Failed."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    except OSError as error:
        raise Failed(f"cannot start {command[0]}: {error.strerror}") from error
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))}: exit code {done.returncode}: {done.stderr.strip()[-400:]}")
    return done.stdout
