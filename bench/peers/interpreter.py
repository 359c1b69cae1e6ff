"""Finds a Python that has the modules asked for: this one, the PATH's, or the distribution's, whose packages a PATH's Python cannot see."""

import shutil
import subprocess
import sys


LOOK = "import importlib.util, sys; sys.exit(any(importlib.util.find_spec(module) is None for module in sys.argv[1:]))"


def find(modules, chosen=None):
    """The path of a Python that has all of `modules`; None where there is none. `chosen`, if given, is the only one tried."""
    candidates = [chosen] if chosen else [sys.executable, shutil.which("python3"), "/usr/bin/python3"]
    for candidate in dict.fromkeys(filter(None, candidates)):
        try:
            if subprocess.run([candidate, "-c", LOOK, *modules], capture_output=True, check=False).returncode == 0:
                return candidate
        except OSError:
            continue
    return None
