#!/usr/bin/env python3
"""`scripts/staleness-pictures` makes the pictures of docs/staleness.md, all of them, by the commands that stand there."""

import importlib.machinery
import importlib.util
import re
import subprocess
import unittest
import xml.etree.ElementTree

from harness import PROGRAM, TOP, ProgramTest

SCRIPT = TOP / "scripts" / "staleness-pictures"
PAGE = (TOP / "docs" / "staleness.md").read_text(encoding="utf-8")
IMAGES = TOP / "docs" / "images"


def script():
    loader = importlib.machinery.SourceFileLoader("staleness_pictures", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("staleness_pictures", loader))
    loader.exec_module(module)
    return module


class Pictures(ProgramTest):
    def test_the_page_has_the_pictures_and_commands_of_the_script(self):
        runs = script().RUNS.values()
        made = {picture for _, pictures in runs for picture in pictures.values()}
        self.assertEqual(set(re.findall(r"\(images/([a-z-]+)\.svg\)", PAGE)), made)
        self.assertEqual({path.stem for path in IMAGES.glob("*.svg")}, made)
        for options, _ in runs:
            self.assertIn(f"`peccary train zipf.svm {' '.join(map(str, options))} --epochs 6`", PAGE)

    def test_small_runs_make_them_all(self):
        self.path("images").mkdir()
        done = subprocess.run([SCRIPT, PROGRAM, self.path("images"), "--rows", "20000", "--epochs", "2"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

        # The table's columns are those of the page, and what can be worked out is there: turns make staleness a constant.
        heading, _, *rows = done.stdout.splitlines()
        self.assertIn(heading, PAGE)
        cells = {row.split(" | ")[0].strip("| "): row.split(" | ") for row in rows}
        self.assertEqual(cells.keys(), {"hogwild-8", "hogwild-2", "round-robin-8", "replicas-8"})
        self.assertLessEqual(int(cells["round-robin-8"][4]), 7)
        self.assertLessEqual(int(cells["round-robin-8"][8]), 14)

        for path in IMAGES.glob("*.svg"):
            root = xml.etree.ElementTree.parse(self.path("images") / path.name).getroot()
            self.assertEqual(root.tag, "{http://www.w3.org/2000/svg}svg")
            committed = path.read_text(encoding="utf-8")
            self.assertLess(len(committed), 20_000)
            # Both have the names of the same distributions; measured figures differ.
            for text in root.iter("{http://www.w3.org/2000/svg}text"):
                if re.match("[a-z]", text.text) and "fit" not in text.text:
                    self.assertIn(text.text, committed)
            models = len(re.findall(r'data-model="(geometric|Poisson) ', committed))
            self.assertEqual(models, 2 if path.stem in {"staleness", "two-workers", "round-robin", "replicas"} else 0)

    def test_what_is_wrong_is_said(self):
        done = subprocess.run([SCRIPT, PROGRAM, self.path("nowhere")], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("nowhere is not a directory", done.stderr)
        done = subprocess.run([SCRIPT, "/bin/false", self.directory], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("generate zipf", done.stderr)


if __name__ == "__main__":
    unittest.main()
