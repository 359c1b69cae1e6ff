#!/usr/bin/env python3
"""The momentum of runs whose updates come late: the rule's, and what follows from the staleness that the log itself has."""

import json
import unittest

from harness import DIGITS, ProgramTest


class Momentum(ProgramTest):
    def test_a_run_says_what_momentum_it_had(self):
        base = ("train", DIGITS, "--objective", "mlp", "--layers", 8, "--epochs", 1, "--step", 0.001, "--log", "log")
        virtual = ("--scheme", "hogwild", "--executor", "virtual", "--delay", "constant", "--threads", 8)
        for rule, of_rule in (("sgd", 0), ("momentum", 0.9), ("adam", 0.9), ("rmsprop", 0)):
            done = self.run_program(*base, *virtual, "--rule", rule)
            summary = self.log("log")[-1]
            implied = 1 - 1 / (1 + summary["staleness"]["mean"])
            self.assertGreater(implied, 0.8)
            self.assertEqual(summary["momentum"].keys(), {"explicit", "implied", "total"})
            self.assertAlmostEqual(summary["momentum"]["explicit"], of_rule)
            self.assertAlmostEqual(summary["momentum"]["implied"], implied)
            self.assertAlmostEqual(summary["momentum"]["total"], of_rule + implied)
            self.assertRegex(done.stdout, r"(?m)^momentum +\d\.\d+ to first order: ")
        done = self.run_program(*base, *virtual, "--rule", "momentum", "--total-momentum", 0.95)
        self.assertAlmostEqual(self.log("log")[-1]["momentum"]["explicit"], 0.95 - 7 / 8)
        for options in (("--scheme", "sequential"), ("--scheme", "replicas", "--threads", 2), (*virtual, "--staleness", "off")):
            done = self.run_program(*base, *options, "--rule", "momentum")
            self.assertIsNone(self.log("log")[-1]["momentum"])
            self.assertNotRegex(done.stdout, "(?m)^momentum")

    def test_a_comparison_has_it_of_each_contender(self):
        options = ("--objective", "mlp", "--layers", 8, "--epochs", 1, "--step", 0.001, "--rule", "momentum", "--executor", "virtual", "--quiet")
        self.run_program("compare", DIGITS, "--schemes", "sequential,hogwild", "--threads", 4, "--repeat", 1, "--json", "a.json", *options)
        serial, late = json.loads(self.path("a.json").read_text())["contenders"]
        self.assertIsNone(serial["momentum"])
        implied = 1 - 1 / (1 + late["staleness"]["mean"])
        self.assertAlmostEqual(late["momentum"]["implied"], implied)
        self.assertAlmostEqual(late["momentum"]["total"], 0.9 + implied)
        self.run_program("compare", DIGITS, "--resume", "a.json", "--repeat", 2, "--quiet")
        self.assertAlmostEqual(json.loads(self.path("a.json").read_text())["contenders"][1]["momentum"]["explicit"], 0.9)


if __name__ == "__main__":
    unittest.main()
