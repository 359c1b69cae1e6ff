#!/usr/bin/env python3
"""Damped steps in the program: what a run says of them, checkpoints, comparisons, and what is refused."""

import json
import unittest

from harness import DIGITS, ZIPF, ProgramTest

VIRTUAL = ("--executor", "virtual", "--threads", 32)
HOGWILD = ("--scheme", "hogwild")


class Train(ProgramTest):
    def train(self, *options, **more):
        return self.run_program("train", ZIPF, "--epochs", 3, "--step", 0.2, "--log", "log", *options, **more)

    def test_a_run_says_how_it_was_damped(self):
        done = self.train(*HOGWILD, *VIRTUAL, "--damping", "tail:0.5")
        run, *_, summary = self.log("log")
        self.assertEqual((run["settings"]["damping"], run["settings"]["staleness"]), ("tail:0.5", "exact"))
        self.assertEqual(summary["staleness"]["samples"], summary["updates"])
        self.assertAlmostEqual(summary["mean_damping"], 1, delta=0.05)  # on average the steps are as they were
        self.assertRegex(done.stdout, r"(?m)^damping +tail:0.5: steps are multiplied by (0\.9|1)")
        done = self.train(*HOGWILD, *VIRTUAL)
        run, *_, summary = self.log("log")
        self.assertEqual((run["settings"]["damping"], summary["mean_damping"]), ("none", None))
        self.assertNotIn("damping", done.stdout)

    def test_factors_follow_from_the_staleness(self):
        self.train(*HOGWILD, *VIRTUAL, "--damping", "inverse", "--delay", "constant")
        summary = self.log("log")[-1]
        expected = sum(count / (first + 1) for first, last, count in summary["staleness"]["bins"]) / summary["updates"]
        self.assertEqual(summary["staleness"]["max"], 31)
        self.assertAlmostEqual(summary["mean_damping"], expected, places=9)

    def test_all_dampings_with_threads_and_networks(self):
        for damping in ("inverse", "bounded", "exponential", "exponential:0.9", "tail"):
            for scheme in ("hogwild", "atomic", "locked", "hogbatch", "round_robin"):
                self.train("--scheme", scheme, "--threads", 2, "--damping", damping)
                self.assertEqual(self.log("log")[-1]["staleness"]["samples"], self.log("log")[-1]["updates"])
        self.run_program("train", DIGITS, "--objective", "mlp", "--layers", 8, "--epochs", 1, *HOGWILD, *VIRTUAL, "--damping", "bounded")

    def test_a_checkpoint_keeps_the_damping(self):
        self.train(*HOGWILD, *VIRTUAL, "--damping", "tail", "--checkpoint", "c")
        refused = self.run_program("train", ZIPF, "--resume", "c", "--damping", "inverse", code=2)
        self.assertIn("--damping inverse contradicts the checkpoint 'c', which was made with tail", refused.stderr)
        self.run_program("train", ZIPF, "--resume", "c", "--log", "rest")
        self.assertEqual(self.log("rest")[0]["settings"]["damping"], "tail")

    def test_refusals(self):
        for options, message in (
            ((*HOGWILD, "--damping", "cubic"), "unknown damping 'cubic'; choose one of none, inverse, bounded, exponential[:KNOB], tail[:KNOB]"),
            ((*HOGWILD, "--damping", "tail:2"), "the knob of the damping 'tail' is a number above 0 and at most 1"),
            ((*HOGWILD, "--damping", "inverse", "--staleness", "sampled"), "--damping inverse measures the staleness of every update"),
            ((*HOGWILD, "--damping", "inverse", "--staleness", "off"), "leave --staleness out, or say exact"),
            (("--damping", "inverse"), "--damping inverse needs a scheme of late updates, and --scheme auto may choose another"),
            (("--scheme", "sequential", "--damping", "inverse"), "the scheme 'sequential' has no late updates to damp"),
            (("--scheme", "striped", "--damping", "inverse"), "what an update reads stays as it is until it is applied"),
            (("--scheme", "synchronous", "--damping", "inverse"), "the scheme 'synchronous' has no late updates to damp"),
            (("--scheme", "replicas", "--damping", "inverse"), "what is late are merges; choose another, such as 'hogwild', or no damping"),
        ):
            with self.subTest(options=options):
                self.assertIn(message, self.train(*options, code=2).stderr)
        self.assertEqual(self.files(), [])


class Compare(ProgramTest):
    def compare(self, *options, **more):
        return self.run_program("compare", ZIPF, "--repeat", 2, "--epochs", 3, "--no-tune", *options, **more)

    def test_all_are_the_schemes_with_late_updates(self):
        done = self.compare("--executor", "virtual", "--threads", "1,8", "--damping", "inverse", "--json", "c.json")
        self.assertIn("Steps are damped by staleness: inverse.", done.stdout)
        found = json.loads(self.path("c.json").read_text())
        self.assertEqual(found["settings"]["damping"], "inverse")
        self.assertEqual({each["scheme"] for each in found["contenders"]}, {"hogwild", "atomic", "locked", "leashed", "hogbatch"})
        self.assertIn("contradicts", self.run_program("compare", ZIPF, "--resume", "c.json", "--damping", "tail", code=2).stderr)
        self.run_program("compare", ZIPF, "--resume", "c.json", "--repeat", 3)
        self.assertEqual(json.loads(self.path("c.json").read_text())["settings"]["damping"], "inverse")

    def test_others_are_refused_before_anything_is_read(self):
        done = self.run_program("compare", "missing", "--schemes", "hogwild,striped", "--damping", "tail", code=2)
        self.assertIn("the scheme 'striped' has no late updates to damp", done.stderr)


if __name__ == "__main__":
    unittest.main()
