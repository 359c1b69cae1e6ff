"""peccary train and predict with --objective mlp: options, model file, log, checkpoint and resume."""

import re
import signal
import time
import unittest

from harness import DIGITS, DIGITS_TEST, ZIPF, ZIPF_TEST, ProgramTest

NETWORK = ("--objective", "mlp", "--layers", "32,32")


class Networks(ProgramTest):
    def accuracy(self, done):
        return float(re.search(r"(?m)^test +loss [0-9.]+, accuracy ([0-9.]+)", done.stdout)[1])

    def test_schemes_read_digits_and_the_model_predicts_the_same(self):
        for scheme in ("sequential", "hogwild", "atomic", "locked", "synchronous", "hogbatch", "replicas"):
            done = self.run_program("train", DIGITS, "--test", DIGITS_TEST, "--objective", "mlp", "--layers", "64,32", "--scheme", scheme,
                                    "--epochs", 60, "--step", 0.03, "--model", "m", "--quiet")
            accuracy = self.accuracy(done)
            self.assertGreaterEqual(accuracy, 0.93, scheme)  # four seeds of `sequential` reach 0.958 to 0.976
            predicted = self.run_program("predict", DIGITS_TEST, "--model", "m", "--output", "labels")
            self.assertIn(f"accuracy {accuracy:.4f}", predicted.stderr)
        rows = self.run_program("predict", DIGITS_TEST, "--model", "m", "--type", "probabilities").stdout.splitlines()
        self.assertEqual(len(rows), 449)
        for row in rows:
            chances = list(map(float, row.split()))
            self.assertEqual(len(chances), 10)
            self.assertAlmostEqual(sum(chances), 1, places=5)

    def test_defaults_learn_digits(self):
        done = self.run_program("train", DIGITS, "--test", DIGITS_TEST, "--objective", "mlp", "--quiet")
        self.assertGreaterEqual(self.accuracy(done), 0.92)

    def test_activations_and_layers(self):
        for activation in ("relu", "tanh", "sigmoid", "gelu"):
            for layers in ("none", "16", "16,8,8"):
                done = self.run_program("train", DIGITS, "--objective", "mlp", "--activation", activation, "--layers", layers, "--epochs", 3,
                                        "--scheme", "sequential", "--log", "log")
                settings = self.log("log")[0]["settings"]
                self.assertEqual((settings["activation"], settings["layers"], settings["batch"]), (activation, layers, 32))
                self.assertNotIn("above that of the untrained model", done.stderr)

    def test_sparse_rows(self):
        done = self.run_program("train", ZIPF, "--test", ZIPF_TEST, *NETWORK, "--model", "m", "--quiet", "--scheme", "sequential")
        accuracy = self.accuracy(done)
        self.assertGreater(accuracy, 0.75)
        self.assertIn(f"accuracy {accuracy:.4f}", self.run_program("predict", ZIPF_TEST, "--model", "m", "--output", "labels").stderr)

    def test_the_same_seed_gives_the_same_model(self):
        def trained(*options):
            self.run_program("train", DIGITS, *NETWORK, "--scheme", "synchronous", "--epochs", 2, "--model", "m", "--quiet", *options)
            return self.path("m").read_bytes()

        self.assertEqual(trained("--seed", 3, "--step", 0.02), trained("--seed", 3, "--step", 0.02))
        self.assertNotEqual(trained("--seed", 3, "--step", 0.02), trained("--seed", 4, "--step", 0.02))

    def test_a_resumed_run_writes_the_model_of_one_that_was_not_interrupted(self):
        options = (*NETWORK, "--scheme", "sequential", "--epochs", 400, "--quiet")
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
        done = self.run_program("train", DIGITS, "--resume", "c", "--layers", "32", code=2)
        self.assertIn("--layers 32 contradicts the checkpoint 'c', which was made with 32,32", done.stderr)

    def test_what_has_no_effect_or_meaning_is_refused(self):
        for options, message in (
            (("--layers", "8"), "--layers has no effect here: the objective 'auto' has no layers"),
            (("--objective", "softmax", "--activation", "tanh"), "--activation has no effect here: the objective 'softmax' has no layers"),
            ((*NETWORK, "--bias"), "--bias has no effect here: every layer of the objective 'mlp' has biases"),
            ((*NETWORK, "--model", "m", "--model-format", "liblinear"), "--model-format liblinear is for linear models"),
            ((*NETWORK, "--activation", "step"), "unknown activation 'step'; choose one of relu, tanh, sigmoid, gelu"),
            (("--objective", "mlp", "--layers", "0"), "--layers must be none or the units of each hidden layer"),
            (("--objective", "mlp", "--layers", "8,"), "--layers must be none or the units of each hidden layer"),
            (("--objective", "mlp", "--layers", "-1"), "--layers must be none or the units of each hidden layer"),
            (("--objective", "mlp", "--layers", "8,x"), "--layers must be none or the units of each hidden layer"),
            (("--objective", "mlp", "--layers", "1000001"), "--layers must be none or the units of each hidden layer"),
        ):
            done = self.run_program("train", DIGITS, *options, code=2)
            self.assertIn(message, done.stderr)
            self.assertEqual(self.files(), [])

    def test_divergence_is_caught(self):
        done = self.run_program("train", DIGITS, *NETWORK, "--step", 1e20, "--scheme", "hogwild", "--model", "m", code=4)
        self.assertIn("diverged", done.stderr)
        self.assertFalse(self.path("m").exists())


if __name__ == "__main__":
    unittest.main()
