#!/usr/bin/env python3
"""Virtual workers in the program: the same figures again, serial descent without delay, marks wherever a simulated run is shown, refusals."""

import csv
import json
import signal
import time
import unittest

from harness import DIGITS, ZIPF, ProgramTest

VIRTUAL = ("--executor", "virtual")


class Train(ProgramTest):
    def train(self, *options, **more):
        return self.run_program("train", ZIPF, "--epochs", 3, "--step", 0.2, "--log", "log", *options, **more)

    def test_the_same_model_again_and_serial_descent_without_delay(self):
        models = {}
        for name, options in (("one", ("--seed", 1)), ("again", ("--seed", 1)), ("other", ("--seed", 2)), ("none", ("--delay", "none"))):
            self.train("--scheme", "hogwild", "--threads", 64, *VIRTUAL, "--model", name, "--model-format", "liblinear", *options)
            models[name] = self.path(name).read_bytes()
        self.train("--scheme", "sequential", "--model", "serial", "--model-format", "liblinear")
        models["serial"] = self.path("serial").read_bytes()
        self.assertEqual(models["one"], models["again"])
        self.assertEqual(models["none"], models["serial"])
        self.assertNotIn(models["one"], (models["other"], models["serial"]))

    def test_a_run_says_that_it_was_simulated(self):
        done = self.train("--scheme", "hogwild", "--threads", 1024, *VIRTUAL, "--staleness", "exact")
        self.assertTrue(done.stdout.startswith("logistic by hogwild, 1024 virtual workers (simulated, with delay exponential), 3 epochs\n"))
        self.assertRegex(done.stdout, r"(?m)^simulate +.*, on one core\)$")
        self.assertLess(done.stdout.count("\n"), 20)  # not a line for each worker
        run, *_, summary = self.log("log")
        self.assertEqual((run["settings"]["executor"], run["settings"]["delay"], run["settings"]["simulated"]), ("virtual", "exponential", True))
        self.assertEqual((summary["simulated"], summary["delay"], summary["threads"]), (True, "exponential", 1024))
        self.assertEqual(summary["staleness"]["samples"], summary["updates"])
        self.assertGreater(summary["staleness"]["mean"], 500)
        self.assertEqual(len(summary["workers"]), 1024)
        self.train("--scheme", "hogwild", "--threads", 2)
        run, *_, summary = self.log("log")
        self.assertEqual((run["settings"]["delay"], run["settings"]["simulated"], summary["simulated"], summary["delay"]), (None, False, False, None))

    def test_sampled_staleness_has_samples_of_many_workers(self):
        self.train("--scheme", "hogwild", "--threads", 256, *VIRTUAL, "--delay", "constant")
        staleness = self.log("log")[-1]["staleness"]
        self.assertGreater(staleness["samples"], 20)
        self.assertEqual(staleness["max"], 255)

    def test_all_delays_and_schemes(self):
        self.write("trace", "1\n2\n0.5\n10\n")
        for delay in ("none", "constant", "uniform", "exponential", "slices:2,50", "trace:trace"):
            self.train("--scheme", "hogwild", "--threads", 8, *VIRTUAL, "--delay", delay)
            self.assertEqual(self.log("log")[-1]["delay"], delay)
        for scheme in ("atomic", "striped", "locked", "leashed", "hogbatch", "replicas"):
            self.train("--scheme", scheme, "--threads", 8, *VIRTUAL)
        self.run_program("train", DIGITS, "--objective", "mlp", "--layers", 16, "--scheme", "hogwild", "--threads", 8, "--epochs", 2, *VIRTUAL)

    def test_auto_is_hogwild(self):
        done = self.train("--threads", 8, *VIRTUAL)
        self.assertIn("scheme hogwild, since simulated workers have no speed to choose by", done.stderr)

    def test_whole_applies_lose_nothing(self):
        self.train("--scheme", "hogwild", "--threads", 64, *VIRTUAL, "--diagnose")
        diagnosis = self.log("log")[-1]["diagnosis"]
        self.assertEqual(diagnosis["lost"], 0)
        self.assertGreater(diagnosis["hot"]["mean"], diagnosis["cold"]["mean"])

    def test_a_checkpoint_keeps_the_delay(self):
        child = self.start("train", ZIPF, "--scheme", "hogwild", "--threads", 9, *VIRTUAL, "--delay", "uniform", "--epochs", 100000,
                           "--checkpoint", "c", "--log", "long")
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not (self.path("long").exists() and len(self.path("long").read_text().splitlines()) > 3):
            time.sleep(0.01)
        child.send_signal(signal.SIGINT)
        self.assertEqual(child.wait(60), 5)
        refused = self.run_program("train", ZIPF, "--resume", "c", "--delay", "constant", code=2)
        self.assertIn("--delay constant contradicts the checkpoint 'c', which was made with uniform", refused.stderr)

    def test_refusals(self):
        self.write("trace", "1\n2\nx\n")
        for options, code, message in (
            (("--delay", "constant"), 2, "--delay has no effect here: the executor 'threads' has real workers; choose --executor virtual"),
            ((*VIRTUAL, "--delay", "gamma"), 2, "unknown delay 'gamma'; choose one of none, constant, uniform, exponential, "),
            ((*VIRTUAL, "--delay", "slices:2"), 2, "the delay 'slices' takes a number of cores and one of updates a slice"),
            ((*VIRTUAL, "--pin"), 2, "--pin has no effect here"),
            ((*VIRTUAL, "--threads", 100000), 2, "simulates up to 65536 workers"),
            ((*VIRTUAL, "--scheme", "synchronous"), 2, "needs workers that run at the same time"),
            ((*VIRTUAL, "--delay", "trace:trace"), 3, "trace:3:1: 'x' is no delay; write one number from 1e-100 to 1e100 a line"),
            ((*VIRTUAL, "--delay", "trace:missing"), 1, "missing: cannot open"),
        ):
            with self.subTest(options=options):
                scheme = () if "--scheme" in options else ("--scheme", "hogwild")
                threads = () if "--threads" in options else ("--threads", 4)
                self.assertIn(message, self.train(*scheme, *threads, *options, code=code).stderr)
        self.assertEqual(self.files(), ["trace"])


class Compare(ProgramTest):
    def compare(self, *options, **more):
        return self.run_program("compare", ZIPF, "--repeat", 2, "--epochs", 4, "--no-tune", *VIRTUAL, *options, **more)

    def test_passes_are_compared_and_times_are_not(self):
        done = self.compare("--threads", "64,8", "--schemes", "hogwild,striped", "--json", "c.json", "--csv", "c.csv", "--html", "c.html")
        self.assertIn("passes to 0.1 %", done.stdout)
        self.assertNotIn("speed-up", done.stdout.lower())
        self.assertNotIn("64*", done.stdout)
        self.assertIn("Simulated: the workers are virtual, with delay exponential.", done.stdout)
        self.assertIn("no verdict: the workers are virtual", done.stdout)
        found = json.loads(self.path("c.json").read_text())
        self.assertTrue(found["simulated"])
        self.assertEqual(found["settings"]["delay"], "exponential")
        self.assertFalse(found["verdict"]["clear"])
        for each in found["contenders"]:
            self.assertFalse(each["more_threads_than_cores"])
            self.assertEqual([each[name] for name in ("speed_up", "speed_up_interval", "seconds_to_target", "speed_up_to_target", "waiting_fraction")],
                             [None] * 5)
        with open(self.path("c.csv"), newline="") as file:
            self.assertEqual({(row["simulated"], row["seconds_to_target"]) for row in csv.DictReader(file)}, {("true", "")})
        page = self.path("c.html").read_text()
        self.assertIn("hogwild, 64 virtual workers", page)
        self.assertIn("say nothing of speed", page)
        self.assertNotIn('id="scaling"', page)
        self.assertNotIn('id="times"', page)
        self.run_program("report", "c.json", "--output", "d.html")
        self.assertEqual(self.path("d.html").read_text(), page)

    def test_a_comparison_can_be_repeated_and_resumed(self):
        figures = []
        for name in ("a.json", "b.json"):
            self.compare("--threads", 16, "--schemes", "hogwild,replicas", "--delay", "uniform", "--json", name)
            figures.append([(run["seed"], run["objective_value"]) for each in json.loads(self.path(name).read_text())["contenders"]
                            for run in each["runs"]])
        self.assertEqual(*figures)
        self.run_program("compare", ZIPF, "--resume", "a.json", "--repeat", 3)
        resumed = json.loads(self.path("a.json").read_text())
        self.assertTrue(resumed["simulated"])
        self.assertEqual([len(each["runs"]) for each in resumed["contenders"]], [3, 3])
        self.assertIn("contradicts", self.run_program("compare", ZIPF, "--resume", "a.json", "--delay", "constant", code=2).stderr)

    def test_all_are_those_that_can_be_simulated(self):
        self.compare("--threads", 4, "--json", "c.json")
        schemes = [each["scheme"] for each in json.loads(self.path("c.json").read_text())["contenders"]]
        self.assertEqual(schemes, ["sequential", "hogwild", "atomic", "striped", "locked", "leashed", "hogbatch", "replicas"])
        self.run_program("compare", ZIPF, "--resume", "c.json", "--schemes", "all")
        self.assertIn("needs workers that run at the same time", self.compare("--threads", 4, "--schemes", "round_robin", code=2).stderr)


class Report(ProgramTest):
    def test_simulated_runs_are_marked_and_not_compared_by_time(self):
        for name, options in (("serial", ("--scheme", "sequential")), ("real", ("--scheme", "hogwild", "--threads", 2)),
                              ("virtual", ("--scheme", "hogwild", "--threads", 32, *VIRTUAL))):
            self.run_program("train", ZIPF, "--epochs", 3, "--log", name, *options)
        self.run_program("report", "serial", "real", "virtual", "--output", "page.html")
        page = self.path("page.html").read_text()
        self.assertIn("hogwild, 32 virtual workers (virtual)", page)
        self.assertIn("Runs with virtual workers are simulated on one core", page)
        scaling = page[page.index('id="scaling"'):page.index('id="staleness"')]
        self.assertIn("<td>2</td>", scaling)
        self.assertNotIn("<td>32</td>", scaling)
        self.run_program("report", "serial", "real", "--output", "page.html")
        self.assertNotIn("virtual", self.path("page.html").read_text())


if __name__ == "__main__":
    unittest.main()
