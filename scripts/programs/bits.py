"""Runs each case of cases.py with two programs and compares what they made, bit by bit."""

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from programs import cases, outcomes

SECONDS_TO_END = 300
TRIALS = 60  # to interrupt a run in the midst of an epoch


class Failure(Exception):
    """A run that did not come to its end."""


def words_of(error):
    """The last line that a program printed on standard error."""
    return (error.decode(errors="replace").strip().splitlines() or ["without a word"])[-1]


def run(program, *arguments, directory):
    done = subprocess.run([program, *arguments], cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=SECONDS_TO_END, check=False)
    if done.returncode != 0:
        raise Failure(f"exit code {done.returncode}: {words_of(done.stderr)}")


def records(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def relabelled(lines, label_of):
    """LIBSVM text with other labels: `label_of` a row's features, as {index: value}."""
    for line in lines:
        fields = line.split()[1:]
        features = {int(index): float(value) for index, _, value in (field.partition(":") for field in fields)}
        yield " ".join([label_of(features), *fields]) + "\n"


def direction(index, number):
    """Some number from -1 to 1."""
    return (index * 2654435761 + number * 40503 + index * number % 8191) % 2001 / 1000 - 1


def quantity(features):
    return f"{sum(direction(index, 1) * value for index, value in features.items()):.4f}"


def kind(features):
    scores = [sum(direction(index, number) * value for index, value in features.items()) for number in range(1, 5)]
    return str(1 + scores.index(max(scores)))


def write_data(data, program, directory):
    """The data sets of the cases: the project's, some made of them, some that `program` generates."""
    for name in ("zipf.svm", "digits.csv"):
        shutil.copy(data / name, directory)
    text = (data / "zipf.svm").read_text(encoding="utf-8")
    (directory / "long.svm").write_text(text * 8, encoding="utf-8")
    for name, label_of in (("quantities.svm", quantity), ("kinds.svm", kind)):
        (directory / name).write_text("".join(relabelled(text.splitlines(), label_of)), encoding="utf-8")
    head, *rows = (data / "digits.csv").read_text(encoding="utf-8").splitlines()
    cells = [row.rpartition(",") for row in rows]
    halves = [f"{cell[0]},{int(cell[2]) % 2}" for cell in cells]
    (directory / "halves.csv").write_text("\n".join([head, *halves, ""]), encoding="utf-8")
    numbers = [quantity(dict(enumerate(float(value) / 16 for value in cell[0].split(",")))) for cell in cells]
    quantities = [f"{cell[0]},{number}" for cell, number in zip(cells, numbers)]
    (directory / "quantities.csv").write_text("\n".join([head, *quantities, ""]), encoding="utf-8")
    large = ("--rows", "5000", "--features", "30000", "--nonzeros", "60", "--seed", "3")
    run(program, "generate", "zipf", *large, "--output", "large.svm", directory=directory)
    run(program, "generate", "blobs", "--rows", "1500", "--features", "12", "--output", "blobs.csv", directory=directory)
    (directory / "trace").write_text("1\n2\n0.5\n10\n0.25\n3\n3\n", encoding="utf-8")


def interrupted_model(program, case, directory):
    """The model of a run that is interrupted in the midst of an epoch, and resumed."""
    checkpoint, log, again = directory / "checkpoint", directory / "first.log", directory / "second.log"
    for trial in range(TRIALS):
        for path in (checkpoint, log, again):
            path.unlink(missing_ok=True)
        command = [program, "train", case.data, *case.options, "--checkpoint", checkpoint.name, "--checkpoint-every", "1000000",
                   "--log", log.name, "--quiet"]
        with subprocess.Popen(command, cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as child:
            while child.poll() is None and (not log.exists() or log.read_bytes().count(b"\n") < 2):
                time.sleep(0.001)
            time.sleep(trial % 10 * 0.0017)
            child.send_signal(signal.SIGTERM)
            _, error = child.communicate(timeout=SECONDS_TO_END)
        if child.returncode == 0:
            continue  # it had come to its end before
        if child.returncode != 5:
            raise Failure(f"exit code {child.returncode} instead of 5 on being interrupted: {words_of(error)}")
        going_on = ("--resume", checkpoint.name, "--model", "model", "--log", again.name)
        run(program, "train", case.data, *going_on, "--quiet", directory=directory)
        if records(again)[0]["resumed_at"]["update"] > 0:
            return outcomes.model((directory / "model").read_bytes())
    raise Failure(f"in {TRIALS} trials it was not interrupted in the midst of an epoch")


def outcome(program, case, directory):
    """The parts of the case, by name, as the program made them; Failure if it did not."""
    left, log = directory / "made", directory / "log"
    for path in (left, log):
        path.unlink(missing_ok=True)
    if case.command == "generate":
        run(program, "generate", case.data, *case.options, "--output", left.name, directory=directory)
        return {"text": left.read_bytes()}
    if case.command == "compare":
        run(program, "compare", case.data, *case.options, "--json", left.name, "--quiet", directory=directory)
        return {"comparison": outcomes.comparison(json.loads(left.read_text(encoding="utf-8")))}
    run(program, "train", case.data, *case.options, "--model", left.name, "--log", log.name, "--quiet", directory=directory)
    made = {part: outcomes.model(left.read_bytes()) if part == "model" else outcomes.OF_LOGS[part](records(log)) for part in case.parts}
    if case.interrupted:
        resumed = interrupted_model(program, case, directory)
        found = outcomes.difference(made["model"], resumed, "model")
        if found:
            raise Failure(f"the resumed run differs from one that was not interrupted: {found}")
    return made


def compared(case, programs, directory):
    """(checksum by the first program, in which way the second differs or None)"""
    made = []
    for name, program in zip(("OLD", "NEW"), programs):
        try:
            made.append(outcome(program, case, directory))
        except (Failure, ValueError, KeyError, IndexError, TypeError, OSError, subprocess.TimeoutExpired) as error:
            return "-" * 16, f"{name} failed: {error!r}" if not isinstance(error, Failure) else f"{name} failed: {error}"
    sums = [outcomes.checksum(parts) for parts in made]
    return sums[0], None if sums[0] == sums[1] else outcomes.difference(*made) or "checksums differ"


def compare(old, new, data, directory, pattern, save):
    """Prints a line for each case whose name the pattern is found in; the exit code."""
    chosen = [case for case in cases.all_cases() if re.search(pattern, case.name)]
    if not chosen:
        print(f"compare-programs: no case's name matches '{pattern}'", file=sys.stderr)
        return 2
    write_data(data, old, directory)
    begin, differing, sums = time.monotonic(), 0, []
    for case in chosen:
        checksum, way = compared(case, (old, new), directory)
        differing += way is not None
        sums.append(f"{checksum}  {case.name}\n")
        print(f"{'same   ' if way is None else 'DIFFERS'}  {checksum}  {case.name}" + (f": {way}" if way else ""), flush=True)
    if save:
        Path(save).write_text("".join(sums), encoding="utf-8")
    print(f"{len(chosen)} cases: {len(chosen) - differing} the same, {differing} differ ({time.monotonic() - begin:.0f} s)")
    return 1 if differing else 0
