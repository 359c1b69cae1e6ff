#!/usr/bin/env python3
"""The helper scripts print what they promise, and say what is wrong where they cannot."""

import importlib.machinery
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


def run(script, *arguments, **options):
    return subprocess.run([SCRIPTS / script, *arguments], capture_output=True, text=True, check=False, **options)


class CompareLogs(unittest.TestCase):
    def compare(self, logs):
        with tempfile.TemporaryDirectory() as directory:
            for name, text in logs.items():
                Path(directory, name).write_text(text)
            return run("compare-logs", *logs, cwd=directory)

    def test_aligned_table_with_dashes_for_what_is_missing(self):
        done = self.compare(
            {
                "sequential.jsonl": '{"record":"epoch"}\n{"record":"summary","train_seconds":1.5,"objective_value":0.25,"test_accuracy":null}\n',
                "hogwild.jsonl": '{"record":"summary","train_seconds":12,"test_accuracy":0.9,"staleness":{"mean":1.04,"p99":3}}\n',
            }
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(
            done.stdout.splitlines(),
            [
                "run         train seconds  objective  test accuracy  staleness mean  staleness p99",
                "sequential          1.500   0.250000              -               -              -",
                "hogwild            12.000          -         0.9000            1.04              3",
            ],
        )

    def test_run_that_did_not_end(self):
        done = self.compare({"a.jsonl": '{"record":"epoch"}\n'})
        self.assertEqual(done.returncode, 1)
        self.assertIn("a.jsonl: no summary record", done.stderr)

    def test_not_json(self):
        done = self.compare({"a.jsonl": '{"record":"epoch"}\nnonsense\n'})
        self.assertEqual(done.returncode, 1)
        self.assertIn("a.jsonl:2: not JSON", done.stderr)

    def test_missing_file(self):
        done = run("compare-logs", "nowhere.jsonl")
        self.assertEqual(done.returncode, 1)
        self.assertIn("nowhere.jsonl: No such file", done.stderr)


class InstallPackages(unittest.TestCase):
    def with_tools(self, tools, *arguments):
        """Runs it where only bash's builtins and `tools`, shell scripts by name, can be found."""
        with tempfile.TemporaryDirectory() as directory:
            for name, body in tools.items():
                tool = Path(directory, name)
                tool.write_text("#!/bin/bash\n" + body)
                tool.chmod(0o755)
            command = ["/bin/bash", SCRIPTS / "install-packages", *arguments]
            return subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": directory})

    def test_nothing_is_done_when_all_is_there(self):
        done = self.with_tools({"dpkg-query": "echo -n installed", "apt-get": "echo called; exit 1"}, "ci")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_other_systems(self):
        done = self.with_tools({}, "build")
        self.assertEqual(done.returncode, 1)
        self.assertIn("not Debian", done.stderr)
        self.assertIn("libeigen3-dev", done.stderr)

    @unittest.skipIf(os.geteuid() == 0, "root needs no sudo")
    def test_neither_root_nor_sudo(self):
        done = self.with_tools({"dpkg-query": "exit 1", "apt-get": "exit 1"}, "build")
        self.assertEqual(done.returncode, 1)
        self.assertIn("not root and there is no sudo", done.stderr)

    def test_unknown_profile(self):
        self.assertEqual(self.with_tools({}, "everything").returncode, 2)
        self.assertEqual(self.with_tools({}).returncode, 2)


class Bench(unittest.TestCase):
    def test_what_it_cannot_run(self):
        for arguments, message in ((["nonsense"], "there is no benchmark 'nonsense'"), (["--nonsense"], "unknown option '--nonsense'"),
                                   (["one_worker"], "there is no benchmark 'one_worker'"),  # it takes a data file
                                   (["--repetitions", "many"], "must be a positive number, not 'many'")):
            done = run("bench", *arguments)
            self.assertEqual(done.returncode, 2)
            self.assertIn(message, done.stderr)
            self.assertIn("NAMEs: add_cost", done.stderr)
        self.assertNotEqual(run("bench", "--output").returncode, 0)

    def test_every_microbenchmark_has_its_question_in_the_readme(self):
        top = SCRIPTS.parent / "bench"
        names = re.findall(r"^peccary_(?:micro)?benchmark\((\w+)\)$", (top / "CMakeLists.txt").read_text(), re.MULTILINE)
        self.assertGreater(len(names), 5)
        self.assertEqual([name for name in names if f"| `{name}` |" not in (top / "README.md").read_text()], [])


class PageTables(unittest.TestCase):
    PAGE = """<p>no</p><table><caption>One &amp; two</caption><tr><th>name</th><th>x</th><th>gone</th></tr>
<tr><th>a</th><td>1|2</td><td>-</td></tr><tr><th>b</th><td>3</td><td>-</td></tr></table>
<table><caption>Three</caption><tr><th>name</th></tr><tr><th>c</th></tr></table>"""

    def tables(self, *arguments):
        with tempfile.NamedTemporaryFile("w", suffix=".html") as page:
            page.write(self.PAGE)
            page.flush()
            return run("page-tables", page.name, *arguments)

    def test_tables_as_markdown(self):
        one = "One & two:\n\n| name | x |\n|---|---|\n| a | 1\\|2 |\n| b | 3 |\n\n"
        three = "Three:\n\n| name |\n|---|\n| c |\n\n"
        self.assertEqual(self.tables().stdout, one + three)
        self.assertEqual(self.tables("--caption", "^Th").stdout, three)
        self.assertEqual(self.tables("--rows", "b").stdout, one.replace("| a | 1\\|2 |\n", ""))

    def test_nothing_to_print(self):
        done = self.tables("--caption", "Four")
        self.assertEqual(done.returncode, 1)
        self.assertIn("the captions are: One & two; Three", done.stderr)
        self.assertIn("nowhere.html: No such file", run("page-tables", "nowhere.html").stderr)


class CheckReadme(unittest.TestCase):
    @staticmethod
    def module():
        loader = importlib.machinery.SourceFileLoader("check_readme", str(SCRIPTS / "check-readme"))
        module = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_readme", loader))
        loader.exec_module(module)
        return module

    def test_blocks(self):
        text = "# A\n```sh\none\n```\n<!-- no-run: takes a day -->\n```sh\ntwo\nthree\n```\n```cpp\nfour\n```\n"
        self.assertEqual(self.module().blocks(text), [(2, None, "one\n"), (5, "takes a day", "two\nthree\n")])

    def test_a_part_instead_of_what_was_run_already(self):
        commands = "scripts/test -R x\nscripts/test   # all tests\n  other\n"
        self.assertEqual(self.module().shortened(commands, {"scripts/test": "part"}), "scripts/test -R x\npart\n  other\n")
        self.assertEqual(self.module().shortened(commands, {}), commands)

    def test_document_without_commands(self):
        with tempfile.NamedTemporaryFile("w", suffix=".md") as document:
            document.write("nothing")
            document.flush()
            done = run("check-readme", document.name)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no ```sh block", done.stderr)


if __name__ == "__main__":
    sys.dont_write_bytecode = True  # nothing is left behind in scripts/
    unittest.main()
