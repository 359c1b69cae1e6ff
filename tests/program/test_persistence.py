#!/usr/bin/env python3
"""Updates that are given up: what a run and a comparison say of them, checkpoints, and what is refused."""

import csv
import json
import unittest

from harness import ZIPF, ProgramTest


def leashed(persistence=None):
    return ("--scheme", "leashed" if persistence is None else f"leashed:persistence={persistence}", "--threads", 8)


class Train(ProgramTest):
    def train(self, *options, **more):
        return self.run_program("train", ZIPF, "--epochs", 2, "--batch", 1, "--step", 0.1, "--log", "log", *options, **more)

    def test_a_run_says_what_was_dropped(self):
        for persistence in (0, 1, None):
            # whether workers overtake each other is up to the machine (tests/scheme/consistency.cpp makes them)
            done = self.train(*leashed(persistence), "--staleness", "exact")
            run, *_, summary = self.log("log")
            self.assertEqual(run["settings"]["scheme"], leashed(persistence)[1])
            self.assertEqual(summary["updates"], 2 * run["data"]["training_rows"])  # dropped ones too
            self.assertEqual(summary["staleness"]["samples"] + summary["dropped"], summary["updates"])
            self.assertEqual(sum(worker["dropped"] for worker in summary["workers"]), summary["dropped"])
            for worker in summary["workers"]:
                self.assertEqual(worker["staleness"]["samples"] + worker["dropped"], worker["updates"])
            if persistence is None:
                self.assertEqual(summary["dropped"], 0)
            self.assertGreaterEqual(summary["retries"], summary["dropped"] * ((persistence or 0) + 1))
            heading = r"(?m)^worker +updates +staleness mean +p50 +p99 +max +retries +contended +dropped$"
            (self.assertRegex if summary["dropped"] > 0 else self.assertNotRegex)(done.stdout, heading)

    def test_one_worker_has_nobody_to_be_overtaken_by(self):
        self.train("--scheme", "leashed:persistence=0", "--threads", 1)
        self.assertEqual(self.log("log")[-1]["dropped"], 0)

    def test_dropped_updates_have_no_part_in_the_mean_damping(self):
        self.train(*leashed(0), "--damping", "inverse")
        summary = self.log("log")[-1]
        bins = summary["staleness"]["bins"]
        applied = sum(count for _, _, count in bins)
        least, most = (sum(count / (edges[end] + 1) for *edges, count in bins) / applied for end in (1, 0))
        self.assertGreaterEqual(summary["mean_damping"], least - 1e-9)
        self.assertLessEqual(summary["mean_damping"], most + 1e-9)

    def test_a_checkpoint_keeps_it(self):
        self.train(*leashed(3), "--checkpoint", "c")
        refused = self.run_program("train", ZIPF, "--resume", "c", "--scheme", "leashed:persistence=4", code=2)
        self.assertIn("--scheme leashed:persistence=4 contradicts the checkpoint 'c', which was made with leashed:persistence=3", refused.stderr)

    def test_refusals(self):
        for options, message in (
            (("--scheme", "hogwild:persistence=0"), "the scheme 'hogwild' has no knob 'persistence'; it has none"),
            (("--scheme", "leashed:patience=0"), "the scheme 'leashed' has no knob 'patience'; it has: persistence"),
            (("--scheme", "leashed:persistence=0", "--executor", "virtual"), "no update of simulated workers is made twice"),
            (("--scheme", "leashed:persistence=-1"), "takes a whole number of at least 0, not '-1'"),
            (("--scheme", "leashed:persistence"), "takes a whole number of at least 0, not ''"),
            (("--scheme", "leashed:persistence=1,persistence=2"), "is given twice"),
        ):
            with self.subTest(options=options):
                self.assertIn(message, self.train(*options, code=2).stderr)


class Compare(ProgramTest):
    def test_it_applies_to_leashed(self):
        options = ("--threads", "1,4", "--epochs", 2, "--step", 0.1, "--quiet")
        self.run_program("compare", ZIPF, "--schemes", "sequential,leashed:persistence=0", "--repeat", 2, "--json", "a.json", "--csv",
                         "a.csv", *options)
        found = json.loads(self.path("a.json").read_text())
        self.assertEqual(found["settings"]["schemes"], ["sequential", "leashed:persistence=0"])
        self.assertEqual(found["contenders"][0]["dropped"], 0)
        for contender in found["contenders"]:
            self.assertEqual(contender["dropped"], sum(run["dropped"] for run in contender["runs"]))
            self.assertEqual(contender["dropped"], sum(worker["dropped"] for run in contender["runs"] for worker in run["workers"]))
        with self.path("a.csv").open() as lines:
            rows = list(csv.DictReader(lines))
        self.assertEqual([int(row["dropped"]) for row in rows], [run["dropped"] for each in found["contenders"] for run in each["runs"]])

        self.run_program("compare", ZIPF, "--resume", "a.json", "--repeat", 3, "--quiet")
        resumed = json.loads(self.path("a.json").read_text())
        self.assertEqual([each["runs"][:2] for each in resumed["contenders"]], [each["runs"] for each in found["contenders"]])

    def test_schemes_with_different_knobs_are_contenders_of_their_own(self):
        self.run_program("compare", ZIPF, "--schemes", "sequential,replicas:period=64,replicas:period=1024", "--threads", "1,2", "--epochs", 1,
                         "--repeat", 1, "--quiet", "--json", "a.json")
        found = json.loads(self.path("a.json").read_text())
        names = [(each["scheme"], each["threads"]) for each in found["contenders"]]
        self.assertEqual(names, [("sequential", 1)] + [(f"replicas:period={period}", threads) for period in (64, 1024) for threads in (1, 2)])
        for each in found["contenders"]:
            self.assertGreaterEqual(len(each["tuning"]), 2)  # steps of its own

    def test_a_list_keeps_the_knobs_of_a_scheme_together(self):
        refused = self.run_program("compare", ZIPF, "--schemes", "sequential,replicas:period=64,depth=2", code=2)
        self.assertIn("the scheme 'replicas' has no knob 'depth'; it has: period", refused.stderr)


if __name__ == "__main__":
    unittest.main()
