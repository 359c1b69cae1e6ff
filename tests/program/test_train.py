"""peccary train: models, objectives, options, the log, repeats."""

import json
import os
import re
import subprocess
import unittest

from harness import DIGITS, DIGITS_TEST, PROGRAM, ZIPF, ZIPF_TEST, ProgramTest

SCHEMES = [scheme["name"] for scheme in json.loads(subprocess.check_output([PROGRAM, "schemes", "--json"]))]
STALENESS = {"mean", "p50", "p90", "p99", "max", "samples", "bins"}
TIMES = {"computing_seconds", "lock_seconds", "barrier_seconds", "retry_seconds", "merge_seconds", "idle_seconds"}
WORKER = {"updates", "examples", "staleness", "as_sampled", "overlap", "retries", "contended", "dropped"} | TIMES


class Models(ProgramTest):
    def test_the_log_has_every_option_that_decides_anything(self):
        self.run_program("train", ZIPF, "--epochs", 1, "--log", "log")
        settings = self.log("log")[0]["settings"]
        options = set(re.findall(r"^  (?:-h,)?--([a-z0-9-]+)", self.run_program("train", "--help").stdout, re.MULTILINE))
        self.assertEqual(options - settings.keys(), {"help", "version", "log", "progress", "quiet"})
        self.assertEqual(settings.keys() - options, {"data", "simulated"})

    def test_every_scheme_reaches_the_same_objective_value(self):
        values = {}
        for scheme in SCHEMES:
            # The mean of two workers' copies moves half as far a pass.
            more = ("--threads", 1) if scheme == "model_averaging" else ()
            done = self.run_program("train", ZIPF, "--scheme", scheme, "--quiet", *more)
            values[scheme] = self.figure(done, "objective")
        for scheme, value in values.items():
            self.assertLess(abs(value / values["sequential"] - 1), 0.01, values)

    def test_executors_pins_and_staleness_modes(self):
        for executor in ("threads", "inline"):
            for staleness in ("sampled", "exact", "off"):
                self.run_program("train", ZIPF, "--executor", executor, "--staleness", staleness, "--pin", "--epochs", 1, "--log", "log")
                record = self.log("log")[-1]
                if staleness == "off":
                    self.assertEqual(record["staleness"]["samples"], 0)
                elif staleness == "exact":
                    self.assertEqual(record["staleness"]["samples"], record["updates"])
                self.assertEqual(record["threads"] > 1, executor == "threads" and record["threads"] != 1)

    def test_objective_is_chosen_by_the_labels(self):
        for labels, objective in ((["0", "1"], "logistic"), (["2", "3", "4"], "softmax"), (["0.5", "1", "2"], "squared")):
            rows = "".join(f"{labels[i % len(labels)]} 1:{i % 7}\n" for i in range(30))
            done = self.run_program("train", "-", "--epochs", 1, stdin=rows.encode())
            self.assertIn(f"objective {objective}, chosen for", done.stderr)
            self.assertTrue(done.stdout.startswith(objective))

        few = self.run_program("train", "-", "--epochs", 1, stdin=b"1 1:1\n2 2:1\n3 3:1\n1 1:2\n2 2:2\n")
        self.assertIn("objective softmax, chosen for 3 distinct integer labels", few.stderr)
        alike = self.run_program("train", "-", "--model", "m", code=3, stdin=b"1 1:1\n1 2:1\n1 3:1\n")
        self.assertRegex(alike.stderr, "all labels are 1, so there is nothing to tell apart; .* --objective squared")
        self.run_program("train", "-", "--objective", "squared", "--epochs", 1, stdin=b"1 1:1\n1 2:1\n1 3:1\n")

    def test_every_objective_trains(self):
        for objective in ("logistic", "hinge", "squared_hinge", "squared", "huber"):
            done = self.run_program("train", ZIPF, "--objective", objective, "--quiet", "--scheme", "sequential", "--l2", 1e-3)
            self.assertGreater(self.figure(done, "objective"), 0)
        done = self.run_program("train", DIGITS, "--test", DIGITS_TEST, "--bias", "--quiet", "--label-column", "digit")
        self.assertRegex(done.stdout, r"(?m)^test +loss [0-9.]+, accuracy 0\.9[3-9]")

    def test_l1_makes_weights_zero(self):
        def zeros(*options):
            self.run_program("train", ZIPF, "--scheme", "sequential", "--model", "m", "--model-format", "liblinear", "--quiet", *options)
            return self.path("m").read_text().split("\nw\n")[1].split().count("0")

        self.assertLess(zeros(), 100)
        self.assertGreater(zeros("--l1", "0.001"), 1850)  # of 2,000; the optimum without l2 has 1,954

    def test_class_weights_move_the_balance(self):
        # Three negatives for each positive, and nothing to tell them by: weights decide.
        rows = "".join(f"{'+1' if i % 4 == 0 else '-1'} 1:1\n" for i in range(400))
        self.write("data", rows)
        for weights, expected in (("none", "-1"), ("1:10", "1")):
            self.run_program("train", "data", "--class-weight", weights, "--model", "m", "--quiet", "--scheme", "sequential")
            self.assertEqual(self.run_program("predict", "data", "--model", "m").stdout.split()[0], expected)
        self.run_program("train", "data", "--class-weight", "balanced", "--quiet")

    def test_schedules_steps_and_batches(self):
        for schedule, decay in (("constant", ()), ("inverse_time", ("--decay", 2)), ("inverse_sqrt", ()), ("epoch_decay", ("--decay", 0.8))):
            self.run_program("train", ZIPF, "--schedule", schedule, *decay, "--step", 0.5, "--batch", 4, "--epochs", 2, "--log", "log")
            settings = self.log("log")[0]["settings"]
            self.assertEqual((settings["schedule"], settings["step"], settings["batch"]), (schedule, 0.5, 4))
            if decay:
                self.assertEqual(settings["decay"], decay[1])

    def test_open_schedule_suits_the_run(self):
        def plan(*options):
            scheme = () if "--scheme" in options else ("--scheme", "sequential")
            self.run_program("train", ZIPF, *scheme, *options, "--log", "log", "--quiet")
            settings = self.log("log")[0]["settings"]
            return settings["schedule"], settings["epochs"], settings["step"]

        *larger, step = plan()
        self.assertEqual(larger, ["inverse_linear", 25])
        *usual, half = plan("--schedule", "linear")
        self.assertEqual(usual, ["linear", 30])
        self.assertEqual(step, 2 * half)
        self.assertEqual(plan("--epochs", 3)[:2], ("inverse_linear", 3))
        self.assertEqual(plan("--epochs", 2)[:2], ("linear", 2))
        self.assertEqual(plan("--step", 0.5), ("linear", 30, 0.5))
        self.assertEqual(plan("--objective", "hinge")[:2], ("linear", 30))
        self.assertEqual(plan("--scheme", "round_robin", "--threads", 2)[:2], ("linear", 30))
        self.assertEqual(plan("--schedule", "inverse_linear")[:2], ("inverse_linear", 30))
        for options in (("--batch", 4), ("--l1", 1e-4), ("--scheme", "synchronous"), ("--scheme", "hogwild", "--executor", "virtual"),
                        ("--scheme", "hogwild", "--threads", 2, "--damping", "inverse")):
            self.assertEqual(plan(*options)[:2], ("linear", 30))

        self.run_program("train", ZIPF, "--scheme", "sequential", "--checkpoint", "c", "--quiet")
        self.run_program("train", ZIPF, "--resume", "c", "--schedule", "auto", "--log", "resumed", "--quiet")
        self.assertEqual(self.log("resumed")[0]["settings"]["schedule"], "inverse_linear")

    def test_stops_early_without_improvement(self):
        self.run_program("train", ZIPF, "--schedule", "constant", "--epochs", 500, "--tolerance", 0.001, "--patience", 2, "--validation", 0.2,
                         "--log", "log", "--scheme", "sequential")
        records = self.log("log")
        losses = [record["validation_loss"] for record in records if record["record"] == "epoch"]
        self.assertTrue(records[-1]["stopped_early"])
        self.assertLess(len(losses), 500)
        self.assertLessEqual(min(losses[:-2]) * 0.999, min(losses[-2:]))

    def test_test_data_may_have_other_features(self):
        self.write("train", "1 1:1\n-1 2:1\n")
        self.write("test", "1 1:1 9:1\n")
        self.run_program("train", "train", "--test", "test", "--log", "log")
        self.assertEqual(self.log("log")[0]["data"]["features"], 9)

    def test_same_seed_same_bytes(self):
        for scheme in ("sequential", "synchronous"):
            contents = set()
            for name in ("a", "b"):
                self.run_program("train", ZIPF, "--scheme", scheme, "--threads", 2 if scheme == "synchronous" else 1, "--model", name, "--seed", 7)
                contents.add(self.path(name).read_bytes())
            self.assertEqual(len(contents), 1)


class Log(ProgramTest):
    def test_contract(self):
        self.run_program("train", ZIPF, "--test", ZIPF_TEST, "--scheme", "hogwild", "--threads", 2, "--epochs", 3, "--log", "log", "--validation",
                         0.1)
        run, *epochs, summary = self.log("log")
        self.assertEqual(run["record"], "run")
        self.assertLessEqual({"version", "settings", "calibration", "data", "resumed_at", "machine"}, run.keys())
        self.assertEqual(run["machine"].keys(), {"cores", "processors", "quota", "cpu"})
        self.assertEqual(run["calibration"].keys(), {"step", "sample", "candidates", "sample_objective", "seconds"})
        settings = run["settings"]
        self.assertEqual((settings["objective"], settings["scheme"], settings["threads"], settings["epochs"]), ("logistic", "hogwild", 2, 3))
        self.assertEqual(settings["step"], run["calibration"]["step"])
        self.assertAlmostEqual(settings["l2"], 1 / run["data"]["training_rows"])
        self.assertEqual(run["data"]["training_rows"] + run["data"]["validation_rows"], run["data"]["rows"])

        self.assertEqual([(record["record"], record["epoch"]) for record in epochs], [("epoch", 1), ("epoch", 2), ("epoch", 3)])
        for record in epochs:
            self.assertLessEqual({"train_seconds", "objective_value", "train_loss", "test_loss", "test_accuracy", "updates"}, record.keys())
            self.assertEqual(record["updates"], record["epoch"] * run["data"]["training_rows"])
            self.assertGreater(record["objective_value"], record["train_loss"])
        times = [record["train_seconds"] for record in epochs]
        self.assertEqual(times, sorted(times))

        self.assertEqual(summary["record"], "summary")
        self.assertLessEqual({"load_seconds", "train_seconds", "threads", "scheme", "objective_value", "test_accuracy"}, summary.keys())
        self.assertEqual(summary["staleness"].keys(), STALENESS)
        self.assertEqual((summary["threads"], len(summary["workers"])), (2, 2))
        for worker in summary["workers"]:
            self.assertEqual(worker.keys(), WORKER)
            self.assertEqual(worker["staleness"].keys(), STALENESS)
            self.assertIsNone(worker["as_sampled"])
            self.assertIsNone(worker["overlap"])
            bins = worker["staleness"]["bins"]
            self.assertEqual(sum(count for _, _, count in bins), worker["staleness"]["samples"])
            self.assertTrue(all(first <= last for first, last, _ in bins))
            self.assertTrue(all(before[1] < after[0] for before, after in zip(bins, bins[1:])))
            self.assertTrue(all(worker[part] >= 0 for part in TIMES))
            self.assertAlmostEqual(sum(worker[part] for part in TIMES), summary["train_seconds"], places=9)
        self.assertEqual(sum(worker["updates"] for worker in summary["workers"]), summary["updates"])
        self.assertEqual(summary["objective_value"], epochs[-1]["objective_value"])

    def test_scheme_is_chosen_by_a_trial(self):
        short = self.run_program("train", ZIPF, "--threads", 2, "--log", "log")
        self.assertIn("scheme sequential, since the run is too short to share out", short.stderr)
        self.assertEqual(self.log("log")[0]["scheme_choice"]["trials"], [])

        self.run_program("generate", "zipf", "--rows", 20000, "--features", 5000, "--output", "long.svm")
        long = self.run_program("train", "long.svm", "--threads", 2, "--epochs", 10, "--log", "log", "--checkpoint", "c")
        run, *_, summary = self.log("log")
        trials = run["scheme_choice"]["trials"]
        tried = [trial["scheme"] for trial in trials]
        self.assertIn(tried, [["sequential", "replicas"], ["sequential", "replicas", "hogwild"]])
        rates = {trial["scheme"]: trial["nonzeros_per_second"] for trial in trials}
        nearly_ideal = rates["sequential"] > 0 and rates["replicas"] > 0.75 * trials[1]["threads"] * rates["sequential"]
        self.assertEqual("hogwild" not in tried, nearly_ideal)
        # 0 if no worker came to run within the trial, as happens on a busy machine.
        self.assertTrue(all(trial["nonzeros_per_second"] >= 0 for trial in trials))
        self.assertEqual(run["settings"]["scheme"], summary["scheme"])
        self.assertIn(summary["scheme"], tried)
        self.assertIn("scheme " + summary["scheme"] + ", by a trial", long.stderr)
        self.assertEqual(run["calibration"]["step"], run["settings"]["step"])
        self.run_program("train", "long.svm", "--resume", "c")

        one = self.run_program("train", "long.svm", "--threads", 1, "--epochs", 1)
        self.assertIn("scheme sequential, since there is one worker", one.stderr)

    def test_diagnosis_counts_every_add(self):
        rows = [line for line in ZIPF.read_text().splitlines() if not line.startswith("#")]
        nonzeros = sum(line.count(":") for line in rows)
        for scheme, threads in (("sequential", 1), ("atomic", 2), ("hogwild", 2), ("synchronous", 2)):
            done = self.run_program("train", ZIPF, "--scheme", scheme, "--threads", threads, "--epochs", "2", "--diagnose", "--log", "log",
                                    "--model", "m", "--quiet")
            found = self.log("log")[-1]["diagnosis"]
            self.assertEqual(found["adds"], 2 * nonzeros)
            self.assertEqual(found["lost_fraction"], found["lost"] / found["adds"])
            if scheme != "hogwild":
                self.assertEqual(found["lost"], 0)
            self.assertIn("lost updates: ", done.stdout)
            self.run_program("predict", ZIPF_TEST, "--model", "m", "--output", "out")
        self.run_program("train", ZIPF, "--diagnose", "--checkpoint", "c", code=2)

    def test_diagnosis_leaves_every_objective_as_it_is(self):
        for objective in ("logistic", "hinge", "squared_hinge", "squared", "huber"):
            values = [self.figure(self.run_program("train", ZIPF, "--objective", objective, "--scheme", "sequential", "--epochs", 2, "--quiet",
                                                   *diagnose), "objective") for diagnose in ((), ("--diagnose",))]
            self.assertEqual(*values)

    def test_what_does_not_apply_is_null(self):
        self.write("data", "".join(f"{i / 7} 1:{i}\n" for i in range(20)))
        self.run_program("train", "data", "--log", "log", "--step", 1e-4)
        run, epoch = self.log("log")[:2]
        self.assertIsNone(run["calibration"])
        self.assertIsNone(epoch["test_loss"])
        self.assertIsNone(epoch["train_accuracy"])
        self.assertGreater(epoch["train_mean_squared_error"], 0)

    def test_repeats(self):
        done = self.run_program("train", ZIPF, "--repeat", 3, "--seed", 5, "--epochs", 2, "--log", "log", "--model", "m", "--scheme", "sequential")
        self.assertRegex(done.stdout, r"3 runs +median +least +greatest\nobjective value")
        self.assertIn("the model is that of the first run, with seed 5", done.stderr)
        summaries = [record for record in self.log("log") if record["record"] == "summary"]
        self.assertEqual([(record["seed"], record["repeat"]) for record in summaries], [(5, 1), (6, 2), (7, 3)])
        self.assertEqual(len({record["objective_value"] for record in summaries}), 3)
        self.run_program("train", ZIPF, "--seed", 5, "--epochs", 2, "--model", "alone", "--scheme", "sequential")
        self.assertEqual(self.path("m").read_bytes(), self.path("alone").read_bytes())


class Staleness(ProgramTest):
    def test_exact_staleness_has_overlap_and_what_sampling_would_see(self):
        done = self.run_program("train", ZIPF, "--scheme", "round_robin", "--threads", 3, "--epochs", 3, "--staleness", "exact", "--log", "log")
        summary = self.log("log")[-1]
        for each in (summary, *summary["workers"]):
            self.assertEqual(each["overlap"].keys(), STALENESS)
            self.assertEqual(each["overlap"]["samples"], each["updates"])
            self.assertGreaterEqual(each["overlap"]["mean"], each["staleness"]["mean"])
            self.assertLessEqual(each["overlap"]["max"], 4)
            self.assertGreater(each["as_sampled"]["samples"], 0)

        # Distances, from the bins.
        def shares(of):
            return {first: count / of["samples"] for first, _, count in of["bins"]}

        def total_variation(one, other):
            return sum(abs(one.get(value, 0) - other.get(value, 0)) for value in one.keys() | other.keys()) / 2

        measured = shares(summary["staleness"])
        self.assertAlmostEqual(summary["as_sampled"]["total_variation"], total_variation(measured, shares(summary["as_sampled"])))
        mean = summary["staleness"]["mean"]
        geometric = {value: (mean / (1 + mean)) ** value / (1 + mean) for value in range(1000)}
        first, second = summary["staleness_fits"]
        self.assertEqual((first["model"], second["model"]), ("geometric", "Poisson"))
        self.assertEqual(first["mean"], mean)
        self.assertAlmostEqual(first["total_variation"], total_variation(measured, geometric))
        self.assertEqual(first.keys(), {"model", "mean", "total_variation", "kolmogorov", "log_likelihood"})
        self.assertRegex(done.stdout, r"(?m)^every update +samples +mean +p50 +p90 +p99 +max +distance$")
        for line in ("staleness", "as sampled", "overlap", "geometric fit", "Poisson fit"):
            self.assertRegex(done.stdout, rf"(?m)^{line} +[-0-9]")

        # One worker is never stale, and there is nothing to tell.
        done = self.run_program("train", ZIPF, "--scheme", "sequential", "--epochs", 1, "--staleness", "exact", "--log", "log")
        self.assertNotIn("every update", done.stdout)
        self.assertEqual(self.log("log")[-1]["staleness_fits"], [])
        # A merge is no update of its own: nothing is under way.
        self.run_program("train", ZIPF, "--scheme", "replicas", "--threads", 2, "--epochs", 1, "--staleness", "exact", "--log", "log")
        self.assertIsNone(self.log("log")[-1]["overlap"])



class Output(ProgramTest):
    def test_closing_table_is_all_of_standard_output(self):
        done = self.run_program("train", ZIPF, "--epochs", 1, "--threads", 2, env={**os.environ, "LC_ALL": "de_DE.UTF-8"})
        for line in ("load", "step", "train", "objective", "training"):
            self.assertRegex(done.stdout, rf"(?m)^{line} ")
        self.assertRegex(done.stdout, r"(?m)^worker +updates +staleness mean +p50 +p99 +max +retries +contended$")
        self.assertRegex(done.stdout, r"(?m)^worker +computing +locks +barriers +retrying \(estimate\) +merging +idle$")
        self.assertRegex(done.stdout, r"(?m)^objective +0\.\d+$")


if __name__ == "__main__":
    unittest.main()
