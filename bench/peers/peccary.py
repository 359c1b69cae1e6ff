"""Peccary itself: as it comes, from a warm cache where this version has one, in one pass, and with what --variant says."""

import shlex
import shutil
from pathlib import Path

import measure
from contestant import Contestant

NAME = "Peccary"
BASELINE = "peccary"  # the contestant that all others are compared with
BUILT = Path(__file__).resolve().parents[2] / "build" / "src" / "peccary"


def find(options):
    return options.peccary or (str(BUILT) if BUILT.exists() else shutil.which("peccary"))


def version(program):
    return measure.printed([program, "--version"]).strip()


def contestants(program, task):
    def contestant(name, arguments, prepare=None):
        model = task.work / f"peccary.{len(found)}.model"
        text = model.with_suffix(".txt")
        command = [program, "train", task.train, "--model", model, *arguments]
        export = [program, "convert-model", model, text, "--to", "liblinear"]
        return Contestant(name, command, model, "liblinear", prepare and (lambda: prepare(command)), export=export, exported=text)

    def fill_cache(command):
        cache.unlink(missing_ok=True)
        measure.run(command)

    found = []
    found.append(contestant(BASELINE, []))
    if "--cache" in measure.printed([program, "train", "--help"]):
        cache = task.work / "peccary.cache"
        found.append(contestant("peccary --cache, warm", ["--cache", cache], fill_cache))
    for variant in ["--epochs 1", *task.variants]:
        found.append(contestant(f"peccary {variant}", shlex.split(variant)))
    return found
