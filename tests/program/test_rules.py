"""peccary train and compare with --rule and --clip-norm: learning, log, closing table, checkpoints, and what is refused."""

import json
import re
import signal
import time
import unittest

from harness import DIGITS, DIGITS_TEST, ZIPF, ProgramTest

NETWORK = ("--objective", "mlp", "--layers", "32")
RULES = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam")


class Rules(ProgramTest):
    def test_every_rule_reads_digits_with_a_step_of_its_own_choice(self):
        for rule in RULES:
            done = self.run_program("train", DIGITS, "--test", DIGITS_TEST, *NETWORK, "--rule", rule, "--epochs", 10, "--scheme",
                                    "sequential", "--quiet")
            accuracy = float(re.search(r"(?m)^test +loss [0-9.]+, accuracy ([0-9.]+)", done.stdout)[1])
            self.assertGreaterEqual(accuracy, 0.9, rule)
            self.assertEqual("\nrule " in done.stdout, rule != "sgd")

    def test_the_log_has_knobs_and_state_as_they_were_decided(self):
        def settings(*options):
            self.run_program("train", DIGITS, *NETWORK, "--epochs", 1, "--step", 0.001, "--log", "log", *options)
            found = self.log("log")[0]["settings"]
            return [found[name] for name in ("rule", "momentum", "beta2", "epsilon", "rule-state", "clip-norm")]

        self.assertEqual(settings(), ["sgd", None, None, None, None, None])
        self.assertEqual(settings("--rule", "adam"), ["adam", 0.9, 0.999, 1e-8, "shared", None])
        self.assertEqual(settings("--rule", "adam", "--momentum", 0.5, "--beta2", 0.75, "--epsilon", 0.125, "--clip-norm", 2),
                         ["adam", 0.5, 0.75, 0.125, "shared", 2])
        self.assertEqual(settings("--rule", "adam", "--scheme", "replicas"), ["adam", 0.9, 0.999, 1e-8, "worker", None])
        self.assertEqual(settings("--rule", "adagrad", "--scheme", "replicas"), ["adagrad", None, None, 1e-10, "shared", None])
        self.assertEqual(settings("--rule", "momentum", "--scheme", "hogwild", "--rule-state", "worker"),
                         ["momentum", 0.9, None, None, "worker", None])

    def test_the_closing_table_says_what_made_the_updates(self):
        done = self.run_program("train", DIGITS, *NETWORK, "--epochs", 1, "--step", 0.001, "--scheme", "hogwild", "--rule", "adam",
                                "--clip-norm", 0.5)
        self.assertIn("\nrule        adam, momentum 0.9, beta2 0.999, epsilon 1e-08, shared state, norms clipped at 0.5\n", done.stdout)
        done = self.run_program("train", DIGITS, *NETWORK, "--epochs", 1, "--step", 0.001, "--clip-norm", 3)
        self.assertIn("\nrule        sgd, norms clipped at 3\n", done.stdout)

    def test_delay_is_compensated_by_the_scheme_that_has_it(self):
        done = self.run_program("train", DIGITS, *NETWORK, "--epochs", 4, "--step", 0.003, "--executor", "virtual", "--threads", 16,
                                "--compensation", "adaptive", "--log", "log")
        self.assertIn("scheme hogwild, since it has delay to compensate", done.stderr)
        self.assertIn("\nrule        sgd, delay compensated (adaptive, lambda 2), shared state\n", done.stdout)
        settings = self.log("log")[0]["settings"]
        self.assertEqual((settings["compensation"], settings["compensation-lambda"], settings["rule-state"]), ("adaptive", 2, "shared"))

    def test_a_model_has_no_state_in_it(self):
        sizes = set()
        for rule in RULES:
            self.run_program("train", DIGITS, *NETWORK, "--epochs", 1, "--rule", rule, "--step", 0.001, "--model", "m", "--quiet")
            self.assertIn("accuracy", self.run_program("predict", DIGITS_TEST, "--model", "m", "--output", "labels").stderr)
            sizes.add(self.path("m").stat().st_size // 1024)  # the options are in there too
        self.assertEqual(len(sizes), 1)

    def test_a_resumed_run_writes_the_model_of_one_that_was_not_interrupted(self):
        for state in ("shared", "worker"):
            options = (*NETWORK, "--scheme", "sequential", "--epochs", 400, "--rule", "adam", "--rule-state", state, "--clip-norm", 1,
                       "--step", 0.001, "--quiet")
            self.run_program("train", DIGITS, *options, "--model", "whole")
            for delay in (0.3, 0.1, 0.05):
                child = self.start("train", DIGITS, *options, "--checkpoint", "c")
                time.sleep(delay)
                child.send_signal(signal.SIGINT)
                if child.wait(timeout=60) == 5:
                    break
            else:
                self.skipTest("the run always ended before its signal came")
            self.run_program("train", DIGITS, "--resume", "c", "--model", "resumed", "--quiet")
            self.assertEqual(self.path("resumed").read_bytes(), self.path("whole").read_bytes())
        for option, given, before in (("rule", "rmsprop", "adam"), ("clip-norm", 2, "1.0"), ("rule-state", "shared", "worker")):
            done = self.run_program("train", DIGITS, "--resume", "c", f"--{option}", given, code=2)
            self.assertRegex(done.stderr, rf"--{option} {given}(\.0)? contradicts the checkpoint 'c', which was made with {before}")

    def test_comparisons_pass_rules_on(self):
        self.run_program("compare", DIGITS, *NETWORK, "--rule", "momentum", "--clip-norm", 100, "--schemes", "sequential,synchronous",
                         "--threads", 1, "--epochs", 1, "--repeat", 1, "--step", 0.001, "--json", "all", "--quiet")
        clipped = json.loads(self.path("all").read_text())
        self.assertEqual([clipped["settings"][name] for name in ("rule", "momentum", "clip-norm", "rule-state")],
                         ["momentum", None, 100.0, "auto"])
        self.run_program("compare", DIGITS, *NETWORK, "--schemes", "sequential,synchronous", "--threads", 1, "--epochs", 1, "--repeat", 1,
                         "--step", 0.001, "--json", "plain", "--quiet")
        plain = json.loads(self.path("plain").read_text())
        value, other = (found["contenders"][0]["runs"][0]["objective_value"][-1] for found in (clipped, plain))
        self.assertLess(value, 0.9 * other)

    def test_late_updates_lower_the_explicit_momentum(self):
        for scheme, workers, left in (("sequential", 1, 0.9), ("hogwild", 4, 0.15), ("hogwild", 16, None), ("replicas", 4, 0.9)):
            self.run_program("train", DIGITS, *NETWORK, "--rule", "momentum", "--total-momentum", 0.9, "--scheme", scheme, "--threads", workers,
                             "--executor", "virtual", "--epochs", 1, "--step", 0.001, "--log", "log", "--quiet")
            settings = json.loads(self.path("log").read_text().splitlines()[0])["settings"]
            self.assertEqual(settings["momentum"] and round(settings["momentum"], 9), left, scheme)

    def test_an_executor_of_one_worker_leaves_the_explicit_momentum(self):
        self.run_program("train", DIGITS, *NETWORK, "--rule", "momentum", "--total-momentum", 0.9, "--scheme", "hogwild", "--executor", "inline",
                         "--epochs", 1, "--step", 0.001, "--log", "log", "--quiet")
        self.assertEqual(json.loads(self.path("log").read_text().splitlines()[0])["settings"]["momentum"], 0.9)

    def test_contenders_of_a_comparison_have_the_momentum_that_their_workers_leave(self):
        common = (DIGITS, *NETWORK, "--rule", "momentum", "--executor", "virtual", "--epochs", 2, "--step", 0.001, "--quiet")
        self.run_program("compare", *common, "--total-momentum", 0.9, "--schemes", "sequential,hogwild", "--threads", 4, "--repeat", 1,
                         "--json", "found")
        refused = self.run_program("compare", DIGITS, "--resume", "found", "--total-momentum", 0.5, "--repeat", 2, code=2)
        self.assertIn("--total-momentum 0.5 contradicts 'found', which was made with 0.9", refused.stderr)
        self.run_program("compare", DIGITS, "--resume", "found", "--repeat", 2, "--quiet")
        found = json.loads(self.path("found").read_text())
        self.assertEqual(found["settings"]["total-momentum"], 0.9)
        values = {each["scheme"]: [run["objective_value"][-1] for run in each["runs"]] for each in found["contenders"]}
        for scheme, workers, left in (("sequential", 1, 0.9), ("hogwild", 4, 0.15)):
            for seed in (1, 2):
                self.run_program("train", *common, "--momentum", left, "--scheme", scheme, "--threads", workers, "--seed", seed, "--log", "log")
                records = [json.loads(line) for line in self.path("log").read_text().splitlines()]
                last = [each for each in records if each["record"] == "epoch"][-1]
                self.assertAlmostEqual(last["objective_value"], values[scheme][seed - 1], places=6)

    def test_what_has_no_effect_or_meaning_is_refused(self):
        for options, message in (
            ((*NETWORK, "--total-momentum", 0.5), "--total-momentum has no effect here: the update rule 'sgd' has no momentum"),
            ((*NETWORK, "--rule", "adam", "--total-momentum", 0.5, "--momentum", 0.5), "--momentum is what --total-momentum decides"),
            ((*NETWORK, "--rule", "adam", "--total-momentum", 1), "--total-momentum must be a number from 0 to below 1"),
            (("--rule", "adam"), "--rule adam is for networks; for a linear model, choose --objective mlp --layers none"),
            (("--objective", "softmax", "--clip-norm", 1), "--clip-norm is for networks; for a linear model, choose --objective mlp --layers"),
            ((*NETWORK, "--rule", "adamm"), "unknown update rule 'adamm'; choose one of sgd, momentum, nesterov, adagrad, rmsprop, adam"),
            ((*NETWORK, "--momentum", 0.5), "--momentum has no effect here: the update rule 'sgd' has none"),
            ((*NETWORK, "--rule", "adagrad", "--beta2", 0.5), "--beta2 has no effect here: the update rule 'adagrad' has none"),
            ((*NETWORK, "--rule", "nesterov", "--epsilon", 0.5), "--epsilon has no effect here: the update rule 'nesterov' has none"),
            ((*NETWORK, "--rule-state", "worker"), "--rule-state has no effect here: the update rule 'sgd' has no state"),
            ((*NETWORK, "--compensation-lambda", 1), "--compensation-lambda has no effect here: nothing is compensated"),
            ((*NETWORK, "--compensation", "constant", "--compensation-lambda", -1), "the lambda of a compensation must be a positive number"),
            ((*NETWORK, "--compensation", "some"), "unknown compensation 'some'; choose one of none, constant, adaptive"),
            ((*NETWORK, "--compensation", "constant", "--scheme", "synchronous"), "the scheme 'synchronous' has no delay that could be"),
            (("--compensation", "adaptive"), "--compensation adaptive is for networks"),
            ((*NETWORK, "--rule", "adam", "--momentum", 1), "the momentum of an update rule must be a number from 0 to below 1"),
            ((*NETWORK, "--rule", "adam", "--epsilon", -1), "the epsilon of an update rule must be a number from 0 to below infinity"),
            ((*NETWORK, "--clip-norm", 0), "the norm to clip gradients at must be a positive number"),
            ((*NETWORK, "--rule", "adam", "--rule-state", "shared", "--scheme", "replicas"),
             "the scheme 'replicas' adds up what workers change in copies of their own"),
        ):
            done = self.run_program("train", DIGITS, *options, code=2)
            self.assertIn(message, done.stderr)
            self.assertEqual(self.files(), [])
        done = self.run_program("compare", DIGITS, *NETWORK, "--rule", "adam", "--rule-state", "shared", code=2)
        self.assertIn("the scheme 'replicas' adds up", done.stderr)

    def test_sparse_rows_under_many_virtual_workers(self):
        done = self.run_program("train", ZIPF, *NETWORK, "--rule", "adam", "--epochs", 4, "--executor", "virtual", "--threads", 16,
                                "--scheme", "hogwild", "--rule-state", "worker", "--quiet", "--step", 0.003)
        self.assertGreater(float(re.search(r"(?m)^training +loss [0-9.]+, accuracy ([0-9.]+)", done.stdout)[1]), 0.7)


if __name__ == "__main__":
    unittest.main()
