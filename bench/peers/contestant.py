"""What a peer is asked to do, and what it answers: a command that is timed, and how to read the model it leaves.

Every peer is a module of one shape:

    NAME                            its name in the table
    find(options)                   the program to start, from the command line's options or the system; None where it is not installed
    version(program)                its version, as one line
    contestants(program, task)      the ways it is run, as Contestants

A peer that minimises something else than task.l2 says, or needs its data in another form, sees to that in its own module.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Optional


@dataclass(frozen=True)
class Task:
    """Minimise mean(log(1 + exp(-y w.x))) + l2 / 2 |w|^2 over a LIBSVM file of two labels, without a bias."""

    train: Path
    work: Path  # a directory for models, caches and converted data
    rows: int
    features: int  # the highest index, counted from 1
    positive_label: float  # y = +1; the other label is y = -1
    l2: float
    passes: list  # for peers that do not stop by themselves
    variants: list  # more option strings for Peccary


@dataclass(frozen=True)
class Contestant:
    """One command that reads the training file and leaves a model."""

    name: str
    command: list
    model: Path  # removed before each run; a run that does not write it has failed
    model_format: str  # a name in models.READERS
    prepare: Optional[Callable[[], None]] = None  # once, outside the timed part
    export: list = field(default_factory=list)  # a command after each run, outside the timed part, that makes `exported` of `model`
    exported: Optional[Path] = None  # what is read, where it is not `model` itself
    parts: Optional[Path] = None  # a JSON object of named seconds that the run leaves besides
