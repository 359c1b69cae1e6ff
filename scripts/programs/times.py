"""Runs two programs in alternation and prints how long training and reading take with each, as a Markdown table."""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SECONDS_OF_A_RUN = 0.3  # about, of training: short runs are noise
PARALLEL = ("hogwild", "atomic", "striped", "replicas")
IMAGES = ("mnist-train-images-idx3-ubyte", "train-images-idx3-ubyte")


@dataclass(frozen=True)
class Workload:
    name: str
    options: tuple
    figure: str = "train_seconds"
    prefix: tuple = ()


def found(name, data, directory):
    """The file of that name, unpacked into the directory if it is there as .xz only; None if it is not."""
    if (data / name).is_file():
        return str((data / name).resolve())
    packed, plain = data / f"{name}.xz", directory / name
    if not packed.is_file():
        return None
    if not plain.exists():
        with open(plain, "wb") as output:
            subprocess.run(["xz", "--decompress", "--stdout", str(packed)], stdout=output, check=True)
    return str(plain)


def command_of(program, number, workload, directory):
    """Each program has caches of its own, since their format may have changed."""
    options = [option.replace("{cache}", f"cache.{number}") for option in workload.options]
    return [*workload.prefix, program, "train", *options, "--log", f"log.{number}", "--quiet"]


def last_record(path):
    return json.loads(path.read_text(encoding="utf-8").splitlines()[-1])


def measured(program, number, workload, directory):
    command = command_of(program, number, workload, directory)
    done = subprocess.run(command, cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.exit(f"compare-programs: {' '.join(command)}: exit code {done.returncode}: {done.stderr.decode(errors='replace')}")
    return last_record(directory / f"log.{number}")[workload.figure]


def epochs_for(seconds, epochs):
    """How many epochs fill a run, if so many take those seconds."""
    return max(3, min(1000, round(SECONDS_OF_A_RUN * epochs / max(seconds, 1e-6))))


def tried(program, data, directory):
    """(step, epochs) for runs on a data set: the program's own choice of the step, for both."""
    trial = Workload("", (data, "--cache", "{cache}.trial", "--scheme", "sequential", "--epochs", "3"))
    seconds = measured(program, 0, trial, directory)
    run = json.loads((directory / "log.0").read_text(encoding="utf-8").splitlines()[0])
    return str(run["settings"]["step"]), epochs_for(seconds, 3)


def planned(sets, data, directory, old):
    """All workloads whose data are there, and the names of what is missing."""
    workloads, missing, steps = [], [], {}

    def known(name):
        path = found(name, data, directory)
        if path is None:
            missing.append(name)
        elif name not in steps:
            steps[name] = (path, *tried(old, path, directory))
        return path is not None

    for name in sets:
        if not known(name):
            continue
        path, step, epochs = steps[name]
        common = (path, "--cache", f"{{cache}}.{name}", "--step", step, "--schedule", "linear", "--epochs", str(epochs))
        workloads.append(Workload(f"{name}, sequential", (*common, "--scheme", "sequential")))
        workloads += [Workload(f"{name}, {scheme}, 2 threads", (*common, "--scheme", scheme, "--threads", "2")) for scheme in PARALLEL]
    pairs = ((found(name, data, directory), found(name.replace("images-idx3", "labels-idx1"), data, directory)) for name in IMAGES)
    images, labels = next((pair for pair in pairs if all(pair)), (None, None))
    if images:
        network = (images, "--labels", labels, "--normalize", "minmax", "--objective", "mlp", "--layers", "128,128,128", "--step", "0.05",
                   "--schedule", "constant", "--epochs", "1", "--scheme", "hogwild")
        workloads += [Workload(f"MNIST, mlp, batch {batch}, hogwild, {threads} thread{'s'[:threads - 1]}",
                               (*network, "--batch", str(batch), "--threads", str(threads))) for batch in (64, 512) for threads in (1, 2)]
    else:
        missing.append("MNIST")
    if known("a9a"):
        path, step, epochs = steps["a9a"]
        common = (path, "--cache", "{cache}.a9a", "--step", step, "--schedule", "linear", "--epochs", str(epochs))
        common += ("--scheme", "hogwild", "--executor", "virtual")
        workloads += [Workload(f"a9a, hogwild, {workers} virtual workers", (*common, "--threads", str(workers))) for workers in (64, 1024)]
    if known("imdb.train"):
        path, step, _ = steps["imdb.train"]
        reading = (path, "--step", step, "--epochs", "1", "--scheme", "sequential")
        processors = sorted(os.sched_getaffinity(0))
        for threads in (1, 2):
            if shutil.which("taskset") and len(processors) >= threads:
                on = ",".join(str(processor) for processor in processors[:threads])
                name = f"imdb.train, reading, {threads} thread{'s'[:threads - 1]}"
                workloads.append(Workload(name, reading, "load_seconds", ("taskset", "-c", on)))
    return workloads, sorted(set(missing))


def side_by_side(program, workload, directory):
    """How many times one run's rate two independent runs of one thread reach at once."""
    alone = measured(program, 0, workload, directory)
    children = [subprocess.Popen(command_of(program, number, workload, directory), cwd=directory, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for number in (0, 1)]
    if any([child.wait() != 0 for child in children]):  # all are waited for
        sys.exit("compare-programs: a run beside another failed")
    return sum(alone / last_record(directory / f"log.{number}")[workload.figure] for number in (0, 1))


def row(name, old, new):
    """A line of the table; times in seconds, by rounds."""
    ratios = [after / before for before, after in zip(old, new)]
    before, after = statistics.median(old), statistics.median(new)
    return f"| {name} | {before:.4g} | {after:.4g} | {after / before:.3f} | {min(ratios):.3f} | {max(ratios):.3f} |"


def compare(old, new, data, directory, pattern, sets, rounds):
    """Prints the table; the exit code."""
    workloads, missing = planned(sets, data, directory, old)
    beside = next((workload for workload in workloads if workload.name.endswith(", sequential")), None)
    workloads = [workload for workload in workloads if re.search(pattern, workload.name)]
    if not workloads:
        print(f"compare-programs: nothing to time: no line's name matches '{pattern}', or its data are not in {data}", file=sys.stderr)
        return 2
    programs = (old, new)
    for workload in workloads:  # caches are filled, pages are read
        for number, program in enumerate(programs):
            measured(program, number, workload, directory)
    seconds = {workload: ([], []) for workload in workloads}
    scaling = []
    for each in range(rounds):
        if beside:
            scaling.append(side_by_side(old, beside, directory))
        for workload in workloads:
            for number in ((0, 1), (1, 0))[each % 2]:
                seconds[workload][number].append(measured(programs[number], number, workload, directory))
    print("| what | OLD, s | NEW, s | NEW / OLD | least | greatest |\n|---|---|---|---|---|---|")
    for workload in workloads:
        print(row(workload.name, *seconds[workload]))
    print(f"\nMedians of {rounds} round{'s' if rounds > 1 else ''}, OLD and NEW in alternation; least and greatest ratio of a round. "
          f"{machine(directory)}")
    if scaling:
        print(f"Two independent runs of one thread at once have {statistics.median(scaling):.2f} times the rate of one alone "
              f"({min(scaling):.2f} to {max(scaling):.2f}).")
    if missing:
        print(f"Not there: {', '.join(missing)}.")
    return 0


def machine(directory):
    facts = json.loads((directory / "log.0").read_text(encoding="utf-8").splitlines()[0])["machine"]
    load = " ".join(f"{each:.2f}" for each in os.getloadavg())
    return f"{facts['cpu'] or 'unknown processor'}, {facts['cores']} usable cores, load {load}."
