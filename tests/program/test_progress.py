#!/usr/bin/env python3
"""What train and compare tell on standard error: the bar on terminals of several widths, plain lines, JSON, notes only, nothing."""

import json
import os
import re
import signal
import unittest

from harness import DIGITS, ZIPF, ProgramTest
from terminal import Terminal

BAR, PLACE, LOSS = r"(\[[#.]+\])?", r"(epoch \d+/\d+)?", r"(loss [0-9.e+-]+)?"
RATE, STALENESS, LEFT = r"([0-9.]+ ?[kMG]? updates/s)?", r"(staleness p50 \d+ p99 \d+)?", r"([0-9.]+ (?:s|min \d\d s|h \d\d min) left)?"
LINE = re.compile("(?:  )?".join((BAR, PLACE, LOSS, RATE, STALENESS, LEFT)))
HOGWILD = ("train", ZIPF, "--scheme", "hogwild", "--threads", 2, "--step", 0.5)


class OnATerminal(ProgramTest):
    def test_lines_fit_and_lose_whole_parts_the_least_important_first(self):
        for columns, shown in ((20, {"loss"}), (40, {"loss", "left"}), (80, {"loss", "left", "rate", "staleness"}),
                               (200, {"loss", "left", "rate", "staleness", "place", "bar"})):
            with self.subTest(columns=columns):
                terminal = Terminal(self, columns).start(*HOGWILD, "--epochs", 30, "--staleness", "exact", "--log", "log")
                terminal.end()
                whole = set()
                for line in terminal.lines():
                    self.assertLess(len(line), columns)
                    match = LINE.fullmatch(line)
                    self.assertIsNotNone(match, line)
                    if match[3] is None:
                        continue  # in the first epoch there is no loss yet, and more room for the rest
                    parts = {name for name, part in zip(("bar", "place", "loss", "rate", "staleness", "left"), match.groups()) if part}
                    if match[1]:  # the bar is the last to come
                        self.assertIn("place", parts)
                    whole = parts if len(parts) >= len(whole) else whole
                self.assertLessEqual(shown, whole)
                self.assertEqual("bar" in whole, columns == 200)

    def test_a_resized_terminal_is_asked_for_its_width_again(self):
        terminal = Terminal(self, 200).start(*HOGWILD, "--epochs", 1000000)
        self.assertTrue(terminal.read_until(lambda lines: any(len(line) > 60 and "loss" in line for line in lines)))
        terminal.resize(40)
        self.assertTrue(terminal.read_until(lambda lines: lines and len(lines[-1]) < 40))
        narrow = len(terminal.lines())
        self.assertTrue(terminal.read_until(lambda lines: len(lines) > narrow + 3))
        self.assertLess(max(len(line) for line in terminal.lines()[narrow:]), 40)
        terminal.resize(120)
        self.assertTrue(terminal.read_until(lambda lines: 80 < len(lines[-1]) < 120))
        terminal.child.send_signal(signal.SIGINT)
        terminal.end(5)

    def test_staleness_is_shown_within_the_first_epoch(self):
        terminal = Terminal(self, 120).start("train", DIGITS, "--label-column", "digit", "--objective", "mlp", "--layers", "4096,4096", "--step",
                                             0.01, "--scheme", "hogwild", "--threads", 2, "--staleness", "exact", "--epochs", 1)
        self.assertTrue(terminal.read_until(lambda lines: any("staleness" in line and "loss" not in line for line in lines)))

    def test_nothing_of_the_line_is_left_behind(self):
        text = Terminal(self).start(*HOGWILD, "--epochs", 5).end()
        self.assertIn("\x1b[32m", text)
        self.assertTrue(text.endswith("\r\x1b[K"), text[-80:])
        terminal = Terminal(self).start(*HOGWILD, "--epochs", 1000000)
        self.assertTrue(terminal.read_until(lambda lines: any("loss" in line for line in lines)))
        terminal.child.send_signal(signal.SIGINT)
        self.assertRegex(terminal.end(5), r"\r\x1b\[Kpeccary: interrupted in epoch .*\n$")

    def test_no_color_and_dumb_terminals(self):
        self.assertNotIn("\x1b[32m", Terminal(self).start(*HOGWILD, "--epochs", 5, NO_COLOR="1").end())
        self.assertNotIn("\x1b", Terminal(self).start(*HOGWILD, "--epochs", 5, TERM="dumb").end())
        self.assertIn("no effect", Terminal(self).start(*HOGWILD, "--progress", "bar", TERM="dumb").end(2))
        self.assertNotIn("\x1b", Terminal(self).start(*HOGWILD, "--epochs", 5, "--progress", "plain").end())
        self.assertEqual("", Terminal(self).start(*HOGWILD, "--epochs", 5, "--quiet").end())

    def test_a_comparison_tells_which_run_it_is_at(self):
        terminal = Terminal(self, 160).start("compare", ZIPF, "--schemes", "sequential,hogwild", "--threads", "1,2", "--repeat", 3, "--epochs", 4,
                                             "--diagnose")
        text = terminal.end()
        for place in ("step of sequential, 1 worker, epoch 1/4", "round 1/3, ", "round 3/3, ", "lost updates of hogwild, 2 workers, epoch 1/4"):
            self.assertIn(place, text)
        self.assertTrue(any(re.search(r"round \d/3, hogwild, 2 workers, epoch ./4  loss .* updates/s  .* left", line) for line in terminal.lines()),
                        terminal.lines())
        self.assertTrue(text.endswith("\r\x1b[K"), text[-80:])


class Elsewhere(ProgramTest):
    def test_plain_lines_and_none_and_quiet(self):
        done = self.run_program(*HOGWILD, "--epochs", 3, "--staleness", "exact", "--log", "log")
        lines = done.stderr.splitlines()
        self.assertRegex(lines[-2], r"^epoch 2/3: objective [0-9.]+, loss [0-9.]+, [0-9.]+ s, .* updates/s, staleness p50 \d+ p99 \d+, .* left$")
        self.assertRegex(lines[-1], r"^epoch 3/3: objective .* p99 \d+$")
        self.assertEqual(done.stderr.count("\nepoch "), 3)
        short = self.run_program("train", ZIPF, "--epochs", 3)  # over before anybody could read three lines
        self.assertIn("\nepoch 3/3: ", short.stderr)
        self.assertNotIn("\x1b", done.stderr)
        self.assertRegex(self.run_program("train", ZIPF, "--epochs", 3, "--repeat", 2).stderr, "\nrun 2/2, epoch 3/3: ")
        notes = self.run_program("train", ZIPF, "--epochs", 3, "--progress", "none").stderr
        self.assertIn("objective logistic, chosen for", notes)
        self.assertNotIn("epoch", notes)
        self.assertEqual(self.run_program("train", ZIPF, "--epochs", 3, "--quiet").stderr, "")

    def test_json_has_the_fields_of_the_log(self):
        done = self.run_program("train", ZIPF, "--scheme", "hogwild", "--threads", 2, "--epochs", 4, "--staleness", "exact", "--repeat", 2,
                                "--progress", "json", "--log", "log")
        records = [json.loads(line) for line in done.stderr.splitlines()]
        notes = [record for record in records if record["record"] == "note"]
        self.assertTrue(any("objective logistic, chosen for" in note["text"] for note in notes))
        epochs = [record for record in records if record["record"] == "epoch"]
        self.assertEqual(len(notes) + len(epochs), len(records))
        of_log = [record for record in self.log("log") if record["record"] == "epoch"]
        self.assertEqual([{name: record[name] for name in logged} for record, logged in zip(epochs, of_log)], of_log)
        for record in epochs:
            self.assertAlmostEqual(record["updates_per_second"], record["updates"] / record["train_seconds"], delta=1)
            self.assertLessEqual(record["staleness_p50"], record["staleness_p99"])
            self.assertGreaterEqual(record["seconds_left"], 0)
        self.assertGreater(epochs[3]["seconds_left"], 0)  # another run is to come
        self.assertEqual(epochs[-1]["seconds_left"], 0)
        off = self.run_program("train", ZIPF, "--staleness", "off", "--epochs", 1, "--progress", "json").stderr.splitlines()[-1]
        self.assertIsNone(json.loads(off)["staleness_p99"])

    def test_json_of_a_comparison(self):
        done = self.run_program("compare", ZIPF, "--schemes", "sequential,atomic", "--threads", "1,2", "--repeat", 2, "--epochs", 3, "--progress",
                                "json", "--json", "out.json")
        records = [json.loads(line) for line in done.stderr.splitlines()]
        found = {}
        for record in records:
            if record["record"] == "epoch":
                found.setdefault((record["scheme"], record["threads"], record["round"]), []).append(record["objective_value"])
        self.assertEqual(found, {(each["scheme"], each["threads"], round + 1): run["objective_value"]
                                 for each in json.loads(self.path("out.json").read_text())["contenders"] for round, run in enumerate(each["runs"])})
        self.assertIn("round 2 of 2 is done", [record.get("text") for record in records])
        self.assertEqual([record for record in records if record["record"] == "epoch"][-1]["seconds_left"], 0)

    def test_names_that_are_no_text_are_json_too(self):
        name = os.fsencode(self.directory) + b"/\xff\xfe.svm"
        with open(name, "wb") as file:
            file.write(ZIPF.read_bytes())
        done = self.run_program("train", os.fsdecode(b"\xff\xfe.svm"), "--cache", os.fsdecode(b"\xff.cache"), "--epochs", 1, "--progress", "json")
        for line in done.stderr.splitlines():
            json.loads(line)

    def test_combinations_without_effect_are_refused(self):
        for command in (("train", ZIPF), ("compare", ZIPF)):
            for options, message in ((("--quiet", "--progress", "plain"), "--progress has no effect here: --quiet"),
                                     (("--progress", "bar"), "--progress bar has no effect here: standard error is not a terminal"),
                                     (("--progress", "dots"), "--progress")):
                with self.subTest(command=command[0], options=options):
                    self.assertIn(message, self.run_program(*command, *options, code=2).stderr)


if __name__ == "__main__":
    unittest.main()
