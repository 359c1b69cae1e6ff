"""Talks to evaluate.py, which runs in a Python of its own: one that has numpy and scipy, and whose memory is not this process's."""

import json
import os
import subprocess
from pathlib import Path

import interpreter
import measure

PROGRAM = Path(__file__).resolve().with_name("evaluate.py")


class Evaluator:
    """Loads the data when it is made; `facts` is what evaluate.py says about them. All methods raise measure.Failed for what it refuses."""

    def __init__(self, train, test, python):
        program = interpreter.find(["numpy", "scipy"], python)
        if program is None:
            raise measure.Failed("no Python with numpy and scipy is found; install python3-scipy, or name one with --python")
        files = [file for file in (train, test) if file is not None]
        # Threads of its linear algebra would go on waiting busily for a while after an answer, into the next measurement.
        environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [program, PROGRAM, *files], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self.facts = self.listen()

    def listen(self):
        line = self.process.stdout.readline()
        if not line:
            raise measure.Failed(f"{PROGRAM.name} ended before it answered; see above for its reason")
        answer = json.loads(line)
        if "error" in answer:
            raise measure.Failed(answer["error"])
        return answer

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request, default=str) + "\n")
        self.process.stdin.flush()
        return self.listen()

    def quality(self, model, form):
        """The model's objective_value and test_accuracy."""
        return self.ask(model=model, format=form)

    def optimum(self, start, form):
        """The least objective_value, and how far above the true one it can be (certified_within); the search starts at a model or None."""
        return self.ask(optimum_from=start, format=form)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
