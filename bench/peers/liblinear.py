"""liblinear's `train`: logistic regression in the primal (-s 0, trust-region Newton steps) and in the dual (-s 7, coordinate descent)."""

import shutil

import measure
from contestant import Contestant

NAME = "liblinear"

# Solver and termination tolerance; None is the solver's default, 0.01 for -s 0 and 0.1 for -s 7. The others are there so that where a
# default does more than the gap asked for takes, or less, liblinear is still seen at its best.
CHOICES = [(0, None), (0, 0.1), (0, 0.001), (7, None), (7, 10)]


def find(options):
    return options.liblinear or shutil.which("liblinear-train")


def version(program):
    """The program does not know its own version; Debian's package does."""
    try:
        package = measure.printed(["dpkg-query", "--search", shutil.which(program) or program]).split(":")[0]
        return measure.printed(["dpkg-query", "--show", "--showformat", "${Package} ${Version}", package])
    except measure.Failed:
        return "version unknown"


def command(program, task, model, solver, tolerance):
    """liblinear minimises |w|^2 / 2 + C sum of losses: C = 1 / (rows l2) makes that the task's objective times 1 / l2."""
    arguments = ["-s", str(solver), "-c", repr(1 / (task.rows * task.l2))]
    if tolerance is not None:
        arguments += ["-e", repr(tolerance)]
    return [program, *arguments, task.train, model]


def contestants(program, task):
    found = []
    for solver, tolerance in CHOICES:
        name = f"liblinear -s {solver}" + (f" -e {tolerance}" if tolerance is not None else "")
        model = task.work / (name.replace(" ", "") + ".model")
        found.append(Contestant(name, command(program, task, model, solver, tolerance), model, "liblinear"))
    return found


def reference(program, task):
    """Runs it until it cannot get any better, and returns the model: where the search for the optimum starts."""
    model = task.work / "reference.model"
    measure.printed(command(program, task, model, 0, 1e-10))
    return model
