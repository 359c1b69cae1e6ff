"""scikit-learn's load_svmlight_file and SGDClassifier, with and without averaging, in a Python of its own (sgd_classifier.py)."""

from pathlib import Path

import interpreter
import measure
from contestant import Contestant

NAME = "scikit-learn"
RUNNER = Path(__file__).resolve().with_name("sgd_classifier.py")


def find(options):
    return interpreter.find(["sklearn"], options.python)


def version(program):
    code = "import platform; from importlib.metadata import version as v; print(v('scikit-learn'), v('numpy'), platform.python_version())"
    learn, numpy, python = measure.printed([program, "-c", code]).split()
    return f"{learn} (numpy {numpy}, Python {python})"


def contestants(program, task):
    found = []
    for average in (False, True):
        for passes in task.passes:
            name = f"scikit-learn {passes} {'pass' if passes == 1 else 'passes'}" + (", averaged" if average else "")
            model = task.work / f"scikit-learn.{passes}.{average}.npz"
            parts = model.with_suffix(".json")
            command = [program, RUNNER, task.train, model, parts, repr(task.l2), str(passes), *(["average"] if average else [])]
            found.append(Contestant(name, command, model, "scikit-learn", parts=parts))
    return found
