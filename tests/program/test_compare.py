#!/usr/bin/env python3
"""Compares schemes with `peccary compare`, and checks the table, the figures in JSON, what is refused, and what an interruption leaves."""

import json
import os
import signal
import statistics
import time
import unittest

from harness import ZIPF, ProgramTest


class Compare(ProgramTest):
    def test_every_contender_runs_in_every_round(self):
        done = self.run_program("compare", ZIPF, "--schemes", "sequential,hogwild,synchronous", "--threads", "1,2", "--repeat", 3,
                                "--epochs", 5, "--json", "out.json")
        found = json.loads(self.path("out.json").read_text())
        contenders = found["contenders"]
        self.assertEqual([(each["scheme"], each["threads"]) for each in contenders],
                         [("sequential", 1), ("hogwild", 1), ("hogwild", 2), ("synchronous", 1), ("synchronous", 2)])
        for each in contenders:
            self.assertEqual([len(run["train_seconds"]) for run in each["runs"]], [5, 5, 5])
            for run in each["runs"]:
                self.assertEqual(run["train_seconds"], sorted(run["train_seconds"]))
                self.assertEqual(len(run["objective_value"]), 5)
            self.assertIn(f"{each['scheme']} ", done.stdout)

        # The figures are what they are said to be.
        best = min(value for each in contenders for run in each["runs"] for value in run["objective_value"])
        self.assertEqual(found["best"], best)
        for each in contenders:
            pairs = [(run, [other["runs"][place] for other in contenders if other["threads"] == 1]) for place, run in enumerate(each["runs"])]
            ratios = [min(serial["train_seconds"][-1] for serial in serials) / run["train_seconds"][-1] for run, serials in pairs]
            self.assertAlmostEqual(each["speed_up"], statistics.median(ratios))
            reached = [next((place + 1 for place, value in enumerate(run["objective_value"]) if value <= best * (1 + found["target"])), None)
                       for run in each["runs"]]
            self.assertEqual(each["passes_to_target"], None if None in reached else statistics.median(reached))
        # Deterministic schemes reach the same values whatever the workers.
        serial, parallel = contenders[3], contenders[4]
        self.assertEqual([run["objective_value"] for run in serial["runs"]], [run["objective_value"] for run in parallel["runs"]])

    def test_all_schemes_by_default(self):
        done = self.run_program("compare", ZIPF, "--repeat", 1, "--epochs", 1, "--quiet")
        self.assertEqual(done.stderr, "")
        for scheme in json.loads(self.run_program("schemes", "--json").stdout):
            self.assertIn("\n" + scheme["name"] + " ", done.stdout)

    def test_more_workers_than_cores_are_marked(self):
        done = self.run_program("compare", ZIPF, "--schemes", "hogwild", "--threads", f"1,{2 * os.cpu_count()}", "--repeat", 1, "--epochs", 2)
        self.assertIn(f" {2 * os.cpu_count()}* ", done.stdout)
        self.assertIn("more workers than usable cores", done.stdout)

    def test_refusals(self):
        for options, message in ((("--schemes", "hogwyld"), "unknown scheme 'hogwyld'"), (("--threads", "2", "--schemes", "hogwild"), "serial"),
                                 (("--target", "0"), "--target"), (("--threads", "0"), "threads"), (("--json", "/no/such/place"), "/no/such")):
            with self.subTest(options=options):
                code = 1 if options[0] == "--json" else 2
                self.assertIn(message, self.run_program("compare", ZIPF, *options, code=code).stderr)

    def test_an_interruption_keeps_whole_rounds(self):
        self.run_program("generate", "zipf", "--rows", 20000, "--features", 5000, "--output", "long.svm")
        running = self.start("compare", "long.svm", "--schemes", "sequential", "--repeat", 100000, "--json", "out.json")
        for _ in range(2000):
            if "round 1 of" in self.path("stderr").read_text():
                break
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        self.assertEqual(running.wait(60), 5)
        self.assertIn("rounds that were whole", self.path("stderr").read_text())
        self.assertGreaterEqual(len(json.loads(self.path("out.json").read_text())["contenders"][0]["runs"]), 1)


if __name__ == "__main__":
    unittest.main()
