"""peccary train and predict with --objective mlp: options, model file, log, checkpoint and resume."""

import json
import math
import random
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
        for scheme in ("sequential", "hogwild", "atomic", "locked", "leashed", "synchronous", "hogbatch", "replicas"):
            # simulated workers, but where all runs of a scheme make the same bits
            workers = () if scheme in ("sequential", "synchronous") else ("--threads", 2, "--executor", "virtual")
            done = self.run_program("train", DIGITS, "--test", DIGITS_TEST, "--objective", "mlp", "--layers", "64,32", "--scheme", scheme,
                                    *workers, "--epochs", 60, "--step", 0.03, "--model", "m", "--quiet")
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
        # one worker, so that the scheme is not one whose result depends on how threads meet
        done = self.run_program("train", DIGITS, "--test", DIGITS_TEST, "--objective", "mlp", "--threads", 1, "--quiet")
        self.assertGreaterEqual(self.accuracy(done), 0.92)

    def test_activations_and_layers(self):
        for activation in ("relu", "tanh", "sigmoid", "gelu"):
            for layers in ("none", "16", "16,8,8"):
                done = self.run_program("train", DIGITS, "--objective", "mlp", "--activation", activation, "--layers", layers, "--epochs", 3,
                                        "--scheme", "sequential", "--log", "log")
                settings = self.log("log")[0]["settings"]
                self.assertEqual((settings["activation"], settings["layers"], settings["batch"]), (activation, layers, 32))
                self.assertNotIn("above that of the untrained model", done.stderr)

    def test_two_classes_by_one_score(self):
        options = (ZIPF, "--test", ZIPF_TEST, *NETWORK, "--output", "logistic", "--scheme", "sequential")
        done = self.run_program("train", *options, "--model", "m", "--log", "log", "--quiet")
        self.assertEqual(self.log("log")[0]["settings"]["output"], "logistic")
        accuracy = self.accuracy(done)
        self.assertGreater(accuracy, 0.75)
        self.assertIn(f"accuracy {accuracy:.4f}", self.run_program("predict", ZIPF_TEST, "--model", "m", "--output", "labels").stderr)
        predicted = {}
        for kind in ("labels", "scores", "probabilities"):
            predicted[kind] = [list(map(float, line.split()))
                               for line in self.run_program("predict", ZIPF_TEST, "--model", "m", "--type", kind).stdout.splitlines()]
        for (label,), (score,), (low, high) in zip(*predicted.values(), strict=True):
            self.assertEqual(label, 1 if score > 0 else -1)
            self.assertAlmostEqual(high, 1 / (1 + math.exp(-score)), places=5)
            self.assertAlmostEqual(low + high, 1, places=5)

    def test_dropout(self):
        def trained(*options):
            self.run_program("train", DIGITS, *NETWORK, "--epochs", 2, "--step", 0.02, "--model", "m", "--quiet", *options)
            return self.run_program("predict", DIGITS_TEST, "--model", "m", "--type", "scores").stdout

        synchronous = ("--dropout", 0.3, "--scheme", "synchronous", "--threads")
        self.assertEqual(trained(*synchronous, 1), trained(*synchronous, 3))
        plain = trained("--scheme", "sequential")
        self.assertEqual(trained("--scheme", "sequential", "--dropout", 0), plain)
        self.assertNotEqual(trained("--scheme", "sequential", "--dropout", 0.3), plain)
        done = self.run_program("train", DIGITS, "--test", DIGITS_TEST, "--objective", "mlp", "--layers", "64", "--dropout", 0.2, "--quiet",
                                "--scheme", "sequential", "--log", "log")
        self.assertGreaterEqual(self.accuracy(done), 0.92)
        self.assertEqual(self.log("log")[0]["settings"]["dropout"], 0.2)

    def test_layer_by_layer(self):
        def trained(*options):
            self.run_program("train", DIGITS, *NETWORK, "--epochs", 2, "--step", 0.002, "--model", "m", "--log", "log", "--quiet", *options)
            return self.run_program("predict", DIGITS_TEST, "--model", "m", "--type", "scores").stdout

        self.assertEqual(trained("--scheme", "hogwild", "--threads", 1, "--layerwise"), trained("--scheme", "hogwild", "--threads", 1))
        trained("--threads", 2, "--layerwise")
        self.assertEqual(self.log("log")[-1]["scheme"], "hogwild")
        trained("--scheme", "hogwild", "--threads", 4, "--layerwise")
        self.assertIs(self.log("log")[0]["settings"]["layerwise"], True)
        # Simulated workers apply long after they have read: what their backward passes read anew makes another model.
        virtual = ("--scheme", "hogwild", "--executor", "virtual", "--threads", 8)
        self.assertNotEqual(trained(*virtual, "--layerwise"), trained(*virtual))
        self.assertEqual(trained(*virtual, "--layerwise"), trained(*virtual, "--layerwise"))

    def test_a_resumed_run_drops_what_it_would_have_dropped(self):
        options = (*NETWORK, "--scheme", "sequential", "--dropout", 0.3, "--schedule", "constant", "--step", 0.01, "--quiet")
        self.run_program("train", DIGITS, *options, "--epochs", 6, "--model", "whole")
        child = self.start("train", DIGITS, *options, "--epochs", 6, "--checkpoint", "c")
        time.sleep(0.1)
        child.send_signal(signal.SIGINT)
        if child.wait(timeout=60) != 5:
            self.skipTest("the run ended before its signal came")
        self.run_program("train", DIGITS, "--resume", "c", "--model", "resumed", "--quiet")
        self.assertEqual(self.path("resumed").read_bytes(), self.path("whole").read_bytes())
        self.assertIn("--dropout 0.5 contradicts the checkpoint", self.run_program("train", DIGITS, "--resume", "c", "--dropout", 0.5, code=2).stderr)

    def regression(self, name, rows, seed):
        """y = |x1| + x2 x3, which no linear model knows."""
        random_numbers = random.Random(seed)
        lines = ["a,b,c,y"]
        for _ in range(rows):
            a, b, c = (random_numbers.uniform(-1, 1) for _ in range(3))
            lines.append(f"{a:.4f},{b:.4f},{c:.4f},{abs(a) + b * c:.4f}")
        return self.write(name, "\n".join(lines) + "\n")

    def test_quantities(self):
        train, test = self.regression("train.csv", 2000, 1), self.regression("test.csv", 500, 2)
        done = self.run_program("train", train, "--test", test, *NETWORK, "--model", "m", "--log", "log", "--scheme", "sequential")
        self.assertIn("output squared, chosen for labels that are not all integers; --output overrides it", done.stderr)
        self.assertEqual(self.log("log")[0]["settings"]["output"], "squared")
        error = self.log("log")[-1]["test_mean_squared_error"]
        self.assertIsNone(self.log("log")[-1]["test_accuracy"])
        self.run_program("train", train, "--test", test, "--objective", "squared", "--bias", "--log", "linear", "--quiet")
        self.assertLess(error, 0.1 * self.log("linear")[-1]["test_mean_squared_error"])
        predicted = self.run_program("predict", test, "--model", "m")
        self.assertAlmostEqual(float(re.search(r"mean squared error ([0-9.e-]+)", predicted.stderr)[1]), error, places=5)
        self.assertEqual(len(predicted.stdout.splitlines()), 500)
        done = self.run_program("predict", test, "--model", "m", "--type", "probabilities", code=2)
        self.assertIn("the objective 'mlp' with the output 'squared' has none", done.stderr)
        self.run_program("compare", train, *NETWORK, "--schemes", "sequential", "--repeat", 1, "--epochs", 2, "--json", "json")
        settings = json.loads(self.path("json").read_text())["settings"]
        self.assertEqual(settings["output"], "squared")

    def test_without_hidden_layers_it_is_a_linear_model(self):
        train = self.regression("train.csv", 500, 1)
        for output, data in (("logistic", ZIPF), ("squared", train)):
            values = []
            for objective in (("mlp", "--output", output, "--layers", "none", "--batch", 1), (output, "--bias")):
                self.run_program("train", data, "--objective", *objective, "--l2", 0.001, "--scheme", "sequential", "--epochs", 60, "--log", "log")
                values.append(self.log("log")[-1]["objective_value"])
            self.assertLess(abs(values[0] / values[1] - 1), 2e-3, output)

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

    def test_diagnosis_tells_layers_apart(self):
        for scheme, threads in (("sequential", 1), ("locked", 2), ("hogwild", 2), ("synchronous", 2), ("hogbatch", 2)):
            done = self.run_program("train", DIGITS, *NETWORK, "--scheme", scheme, "--threads", threads, "--epochs", 2, "--diagnose", "--log", "log")
            summary = self.log("log")[-1]
            found = summary["diagnosis"]
            self.assertEqual([block["name"] for block in found["blocks"]], ["layer1", "layer2", "layer3"])
            self.assertEqual(found["torn_reads"]["reads"], summary["updates"])
            self.assertIn("torn reads: ", done.stdout)
            if scheme in ("sequential", "locked", "synchronous"):
                self.assertEqual(found["torn_reads"]["torn_fraction"], 0)
            if scheme in ("locked", "hogwild", "hogbatch"):
                self.assertIn("layer2", done.stdout)
                for block in found["blocks"]:
                    self.assertEqual(block["reads"], summary["updates"])
                    self.assertLessEqual(block["torn"], found["torn_reads"]["torn"])
                    self.assertEqual(block["staleness"]["samples"], summary["updates"])
        # Over sparse rows, hogbatch writes where nobody watches.
        self.run_program("train", ZIPF, "--objective", "mlp", "--layers", 8, "--scheme", "hogbatch", "--threads", 2, "--epochs", 1, "--diagnose",
                         "--log", "log")
        self.assertIsNone(self.log("log")[-1]["diagnosis"]["torn_reads"]["torn_fraction"])

    def test_what_has_no_effect_or_meaning_is_refused(self):
        for options, message in (
            (("--layers", "8"), "--layers has no effect here: the objective 'auto' has no layers"),
            (("--objective", "softmax", "--activation", "tanh"), "--activation has no effect here: the objective 'softmax' has no layers"),
            ((*NETWORK, "--bias"), "--bias has no effect here: every layer of the objective 'mlp' has biases"),
            ((*NETWORK, "--model", "m", "--model-format", "liblinear"), "--model-format liblinear is for linear models"),
            ((*NETWORK, "--activation", "step"), "unknown activation 'step'; choose one of relu, tanh, sigmoid, gelu"),
            (("--objective", "squared", "--output", "squared"), "--output has no effect here: the objective 'squared' has no layers"),
            ((*NETWORK, "--output", "hinge"), "unknown output 'hinge'; choose one of softmax, logistic, squared"),
            ((*NETWORK, "--output", "squared", "--class-weight", "balanced"), "--class-weight has no effect here"),
            (("--objective", "softmax", "--dropout", "0.5"), "--dropout has no effect here: the objective 'softmax' has no layers"),
            (("--objective", "mlp", "--layers", "none", "--dropout", "0.5"), "--dropout has no effect here: it drops units of hidden layers"),
            ((*NETWORK, "--dropout", "1"), "--dropout must be a probability from 0 to below 1"),
            ((*NETWORK, "--dropout", "-0.1"), "--dropout must be a probability from 0 to below 1"),
            (("--objective", "softmax", "--layerwise"), "--layerwise has no effect here: the objective 'softmax' has no layers"),
            (("--objective", "mlp", "--layers", "none", "--layerwise"), "--layerwise has no effect here: --layers none leaves one layer"),
            ((*NETWORK, "--layerwise", "--scheme", "synchronous"), "the scheme 'synchronous' gains nothing layer by layer"),
            ((*NETWORK, "--layerwise", "--scheme", "hogwild", "--clip-norm", "1"), "a bound on the gradient's norm needs the whole gradient"),
            ((*NETWORK, "--layerwise", "--scheme", "hogwild", "--rule", "adam"), "needs the whole gradient before the first layer is written"),
            (("--objective", "mlp", "--layers", "0"), "--layers must be none or the units of each hidden layer"),
            (("--objective", "mlp", "--layers", "8,"), "--layers must be none or the units of each hidden layer"),
            (("--objective", "mlp", "--layers", "-1"), "--layers must be none or the units of each hidden layer"),
            (("--objective", "mlp", "--layers", "8,x"), "--layers must be none or the units of each hidden layer"),
            (("--objective", "mlp", "--layers", "1000001"), "--layers must be none or the units of each hidden layer"),
        ):
            done = self.run_program("train", DIGITS, *options, code=2)
            self.assertIn(message, done.stderr)
            self.assertEqual(self.files(), [])

    def test_an_output_that_does_not_fit_the_labels_is_refused(self):
        done = self.run_program("train", DIGITS, *NETWORK, "--output", "logistic", code=3)
        self.assertIn("is a third class beside", done.stderr)
        done = self.run_program("train", self.regression("r.csv", 20, 1), *NETWORK, "--output", "softmax", code=3)
        self.assertIn("is not an integer, as labels of classes are", done.stderr)
        done = self.run_program("train", "r.csv", *NETWORK, "--class-weight", "balanced", code=2)
        self.assertIn("--class-weight has no effect here", done.stderr)

    def test_divergence_is_caught(self):
        done = self.run_program("train", DIGITS, *NETWORK, "--step", 1e20, "--scheme", "hogwild", "--model", "m", code=4)
        self.assertIn("diverged", done.stderr)
        self.assertFalse(self.path("m").exists())


if __name__ == "__main__":
    unittest.main()
