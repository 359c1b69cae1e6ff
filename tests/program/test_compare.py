#!/usr/bin/env python3
"""Compares schemes with `peccary compare`, and checks the table, the figures in JSON and CSV against each other and against `peccary train`,
the verdict, what is refused, and what an interruption leaves and a resumption adds."""

import csv
import gzip
import json
import os
import re
import signal
import statistics
import time
import unittest

from harness import DIGITS, ZIPF, ZIPF_TEST, ProgramTest

TIMES = {"computing_seconds", "lock_seconds", "barrier_seconds", "retry_seconds", "merge_seconds", "idle_seconds"}


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

    def test_a_run_is_the_run_that_train_makes(self):
        self.run_program("compare", ZIPF, "--test", ZIPF_TEST, "--validation", "0.1", "--schemes", "sequential", "--repeat", 2, "--epochs", 4,
                         "--json", "out.json")
        contender, = json.loads(self.path("out.json").read_text())["contenders"]
        for run in contender["runs"]:
            # Repeats share the split of the first, and so do rounds.
            self.run_program("train", ZIPF, "--test", ZIPF_TEST, "--validation", "0.1", "--scheme", "sequential", "--epochs", 4, "--seed", 1,
                             "--step", repr(contender["step"]), "--log", "log", "--repeat", 2)
            epochs = [record for record in self.log("log") if record["record"] == "epoch" and record["repeat"] == run["seed"]]
            self.assertEqual(run["objective_value"], [record["objective_value"] for record in epochs])
            for name in ("train_accuracy", "validation_accuracy", "test_accuracy"):
                self.assertEqual(run[name], epochs[-1][name])

    def test_every_objective(self):
        listed = re.search(r"auto \(by the labels\), ([a-z_, \n]+)", self.run_program("compare", "--help").stdout)[1]
        objectives = re.sub(r"\s+", " ", listed).strip().split(", ")
        self.assertLessEqual({"logistic", "hinge", "squared", "softmax", "mlp"}, set(objectives))
        for objective in objectives:
            with self.subTest(objective=objective):
                classes = objective in ("softmax", "mlp")
                data = (DIGITS, "--label-column", "digit") if classes else (ZIPF,)
                self.run_program("compare", *data, "--objective", objective, "--schemes", "sequential,hogwild,synchronous", "--threads", "1,2",
                                 "--repeat", 1, "--epochs", 2, "--diagnose", "--json", "out.json", "--quiet")
                found = json.loads(self.path("out.json").read_text())
                self.assertEqual(found["objective"], objective)
                for each in found["contenders"]:
                    self.assertGreater(each["lost_updates"]["adds"], 0)
                    self.assertEqual(each["train_accuracy"]["median"] is None, objective in ("squared", "huber"))
                    if each["scheme"] != "hogwild":
                        self.assertEqual(each["lost_updates"]["lost"], 0)

    def test_networks_are_those_of_train(self):
        network = (DIGITS, "--label-column", "digit", "--objective", "mlp", "--layers", "12,6", "--activation", "tanh", "--epochs", 3)
        self.run_program("compare", *network, "--schemes", "sequential", "--repeat", 1, "--json", "out.json")
        found = json.loads(self.path("out.json").read_text())
        self.assertEqual((found["settings"]["layers"], found["settings"]["activation"]), ("12,6", "tanh"))
        contender, = found["contenders"]
        self.run_program("train", *network, "--scheme", "sequential", "--step", repr(contender["step"]), "--log", "log")
        self.assertEqual(contender["runs"][0]["objective_value"],
                         [record["objective_value"] for record in self.log("log") if record["record"] == "epoch"])
        # Resuming takes the layers from the file, and refuses others.
        self.run_program("compare", DIGITS, "--resume", "out.json", "--repeat", 2)
        self.assertIn("--layers 7 contradicts", self.run_program("compare", DIGITS, "--resume", "out.json", "--layers", 7, code=2).stderr)
        self.assertIn("no effect", self.run_program("compare", ZIPF, "--objective", "hinge", "--layers", 7, code=2).stderr)
        self.assertIn("--layers must be", self.run_program("compare", ZIPF, "--objective", "mlp", "--layers", "x", code=2).stderr)

    def test_tuning_takes_the_best_step_of_whole_runs(self):
        self.run_program("compare", ZIPF, "--schemes", "sequential,synchronous", "--threads", "1,2", "--repeat", 1, "--epochs", 3, "--json", "a")
        tuned = json.loads(self.path("a").read_text())["contenders"]
        for each in tuned:
            self.assertGreaterEqual(len(each["tuning"]), 3)
            least = min(tried["objective_value"] for tried in each["tuning"])
            taken = next(tried["objective_value"] for tried in each["tuning"] if tried["step"] == each["step"])
            self.assertLessEqual(taken * (1 - 1e-4), least)
            self.assertEqual(each["runs"][0]["objective_value"][-1], taken)
        self.run_program("compare", ZIPF, "--schemes", "sequential,synchronous", "--repeat", 1, "--epochs", 3, "--json", "b", "--no-tune")
        calibrated = json.loads(self.path("b").read_text())["contenders"]
        self.assertEqual([each["tuning"] for each in calibrated], [[]] * len(calibrated))
        self.assertEqual(calibrated[0]["step"], tuned[0]["tuning"][0]["step"])
        self.run_program("compare", ZIPF, "--schemes", "sequential,synchronous", "--repeat", 1, "--epochs", 3, "--json", "c", "--step", "0.25")
        self.assertEqual({each["step"] for each in json.loads(self.path("c").read_text())["contenders"]}, {0.25})

    def test_gaps_to_a_known_optimum(self):
        done = self.run_program("compare", ZIPF, "--schemes", "sequential", "--repeat", 1, "--epochs", 3, "--optimum", "0.4", "--target", "0.5",
                                "--json", "out.json")
        found = json.loads(self.path("out.json").read_text())
        contender, = found["contenders"]
        values = contender["runs"][0]["objective_value"]
        self.assertAlmostEqual(contender["gap"], values[-1] / 0.4 - 1)
        self.assertEqual(contender["passes_to_target"], next(place + 1 for place, value in enumerate(values) if value <= 0.6))
        self.assertIn("the optimum given, 0.4", done.stdout)
        done = self.run_program("compare", ZIPF, "--schemes", "sequential", "--repeat", 1, "--epochs", 3, "--optimum", "0.9")
        self.assertIn("The optimum given is not one", done.stdout)

    def test_a_winner_must_exceed_the_spread(self):
        few = self.run_program("compare", ZIPF, "--schemes", "sequential,locked", "--threads", 1, "--repeat", 3, "--json", "few")
        self.assertRegex(few.stdout, "no clear winner: .* cannot bound the spread; give --repeat 5")
        found = json.loads(self.path("few").read_text())
        self.assertEqual([each["speed_up_interval"] for each in found["contenders"]], [None, None])

        done = self.run_program("compare", ZIPF, "--schemes", "sequential,hogwild,locked", "--threads", 1, "--json", "out.json")
        found = json.loads(self.path("out.json").read_text())
        contenders, verdict = found["contenders"], found["verdict"]
        self.assertIn("\n" + verdict["sentence"] + "\n", done.stdout)
        target = found["best"] * (1 + found["target"])
        times = [[next(seconds for seconds, value in zip(run["train_seconds"], run["objective_value"]) if value <= target)
                  for run in each["runs"]] for each in contenders]
        medians = [statistics.median(each) for each in times]
        self.assertEqual(verdict["first"], medians.index(min(medians)))
        leads = [other / first for other, first in zip(times[verdict["next"]], times[verdict["first"]])]
        self.assertAlmostEqual(verdict["ratio"], statistics.median(leads))
        low, high = verdict["ratio_interval"]
        self.assertTrue(min(leads) <= low <= verdict["ratio"] <= high <= max(leads))
        self.assertEqual(verdict["clear"], low > 1)
        self.assertTrue(verdict["sentence"].startswith("winner: " if verdict["clear"] else "no clear winner: "))
        for each, seconds in zip(contenders, times):
            low, high = each["seconds_to_target_interval"]
            self.assertTrue(min(seconds) <= low <= each["seconds_to_target"] <= high <= max(seconds))

    def test_nobody_reaches_the_target(self):
        done = self.run_program("compare", ZIPF, "--schemes", "sequential", "--repeat", 1, "--epochs", 1, "--optimum", "0.1")
        self.assertIn("no contender reached", done.stdout)

    def test_lost_updates(self):
        done = self.run_program("compare", ZIPF, "--schemes", "sequential,atomic", "--threads", "1,2", "--repeat", 1, "--epochs", 2,
                                "--diagnose", "--json", "out.json")
        self.assertIn("lost updates", done.stdout)
        nonzeros = sum(len(line.split()) - 1 for line in ZIPF.read_text().splitlines())
        for each in json.loads(self.path("out.json").read_text())["contenders"]:
            found = each["lost_updates"]
            self.assertEqual((found["adds"], found["lost"], found["fraction"]), (2 * nonzeros, 0, 0.0))
            self.assertEqual(found["hot"]["samples"] + found["cold"]["samples"], 2 * nonzeros)
            self.assertEqual(found["torn_reads"]["reads"], 2 * 4000)
            if each["threads"] == 1:
                self.assertEqual((found["torn_reads"]["torn"], found["torn_reads"]["torn_fraction"]), (0, 0.0))
        self.assertIn("torn reads", done.stdout)
        self.run_program("report", "out.json", "--output", "page.html")  # reads them back

    def test_each_workers_figures(self):
        self.run_program("compare", ZIPF, "--schemes", "hogbatch,round_robin", "--threads", "1,3", "--repeat", 2, "--epochs", 4, "--json", "out.json")
        for each in json.loads(self.path("out.json").read_text())["contenders"]:
            for run in each["runs"]:
                self.assertEqual(len(run["workers"]), each["threads"])
                for worker in run["workers"]:
                    self.assertTrue(all(worker[part] >= 0 for part in TIMES))
                    self.assertAlmostEqual(sum(worker[part] for part in TIMES), run["train_seconds"][-1], places=9)
                for name in TIMES | {"updates", "examples", "retries"}:
                    self.assertAlmostEqual(sum(worker[name] for worker in run["workers"]), run[name], places=9)
                self.assertEqual(sum(worker["staleness"]["samples"] for worker in run["workers"]), run["staleness"]["samples"])
                self.assertEqual(run["merge_seconds"] > 0, each["scheme"] == "hogbatch")
                if each["threads"] == 1:
                    self.assertEqual((run["lock_seconds"], run["barrier_seconds"]), (0, 0))

    def test_csv_has_a_line_for_each_run(self):
        self.run_program("compare", ZIPF, "--schemes", "sequential,hogwild", "--threads", "1,2", "--repeat", 2, "--epochs", 3, "--json", "j",
                         "--csv", "c")
        with open(self.path("c"), newline="") as file:
            lines = list(csv.DictReader(file))
        found = json.loads(self.path("j").read_text())
        runs = [(each, run) for each in found["contenders"] for run in each["runs"]]
        self.assertEqual(len(lines), len(runs))
        for line, (each, run) in zip(lines, runs):
            self.assertEqual((line["scheme"], int(line["threads"]), int(line["seed"])), (each["scheme"], each["threads"], run["seed"]))
            self.assertEqual(float(line["train_seconds"]), run["train_seconds"][-1])
            self.assertEqual(float(line["objective_value"]), run["objective_value"][-1])
            self.assertEqual(float(line["train_accuracy"]), run["train_accuracy"])
            self.assertEqual(line["test_accuracy"], "")
            self.assertEqual(int(line["staleness_samples"]), sum(count for _, _, count in run["staleness"]["bins"]))

    def test_resuming_adds_the_missing_rounds(self):
        options = ("--schemes", "sequential,hogwild", "--threads", "1,2", "--epochs", 4)
        self.run_program("compare", ZIPF, *options, "--repeat", 2, "--json", "a.json")
        before = json.loads(self.path("a.json").read_text())
        self.run_program("compare", ZIPF, "--resume", "a.json", "--repeat", 5, "--json", "b.json", "--quiet")
        after = json.loads(self.path("b.json").read_text())
        self.assertEqual((before["rounds"], after["rounds"]), (2, 5))
        self.assertEqual(before["settings"], after["settings"])
        for old, new in zip(before["contenders"], after["contenders"]):
            self.assertEqual(old["runs"], new["runs"][:2])
            self.assertEqual((old["step"], old["tuning"]), (new["step"], new["tuning"]))
        # What is deterministic is as if it had never stopped.
        self.run_program("compare", ZIPF, *options, "--repeat", 5, "--json", "c.json", "--quiet")
        whole = json.loads(self.path("c.json").read_text())
        self.assertEqual([run["objective_value"] for run in after["contenders"][0]["runs"]],
                         [run["objective_value"] for run in whole["contenders"][0]["runs"]])
        # A name that asks for compression gives a file that can be gone on with and reported on, too.
        self.run_program("compare", ZIPF, *options, "--repeat", 1, "--json", "d.json.gz", "--quiet")
        self.assertEqual(self.path("d.json.gz").read_bytes()[:2], b"\x1f\x8b")
        self.run_program("compare", ZIPF, "--resume", "d.json.gz", "--repeat", 2, "--quiet")
        self.assertEqual(json.loads(gzip.decompress(self.path("d.json.gz").read_bytes()))["rounds"], 2)
        self.run_program("report", "d.json.gz", "--output", "d.html")
        # Nothing is missing: nothing runs, and the figures are the same. The file itself is written again.
        text = self.path("b.json").read_text()
        self.run_program("compare", ZIPF, "--resume", "b.json", "--repeat", 5)
        self.assertEqual(self.path("b.json").read_text(), text)

    def test_what_does_not_fit_is_not_resumed(self):
        self.run_program("compare", ZIPF, "--schemes", "sequential", "--epochs", 2, "--repeat", 1, "--json", "a.json")
        text = self.path("a.json").read_text()
        other = json.loads(text)
        other["version"] = "0.0.9"
        self.write("version.json", json.dumps(other))
        other = json.loads(text)
        other["contenders"][0]["runs"][0]["objective_value"] = [0.5]
        self.write("changed.json", json.dumps(other))
        other = json.loads(text)
        other["machine"]["cores"] = 4096
        self.write("machine.json", json.dumps(other))
        other = json.loads(text)
        other["data"]["hash"] = 1  # earlier versions wrote another hash, as a number
        self.write("earlier.json", json.dumps(other))
        self.write("cut.json", text[: len(text) // 2])
        self.write("data.svm", ZIPF.read_text().replace("+1 ", "-1 ", 1))
        for data, options, code, message in (
            ("data.svm", ("--resume", "a.json"), 3, "was made with other data (hash differs)"),
            (ZIPF, ("--resume", "a.json", "--test", ZIPF_TEST), 3, "was made with other test data"),
            (ZIPF, ("--resume", "a.json", "--epochs", 3), 2, "--epochs 3 contradicts 'a.json', which was made with 2"),
            (ZIPF, ("--resume", "a.json", "--schemes", "hogwild"), 2, "--schemes"),
            (ZIPF, ("--resume", "a.json", "--no-tune"), 2, "--no-tune contradicts"),
            (ZIPF, ("--resume", "version.json"), 3, "was written by peccary 0.0.9"),
            (ZIPF, ("--resume", "machine.json"), 3, "another machine"),
            (ZIPF, ("--resume", "earlier.json"), 3, "earlier.json: is of an earlier version of peccary"),
            (ZIPF, ("--resume", "changed.json"), 3, "changed.json: a run of sequential, 1 worker"),
            (ZIPF, ("--resume", "cut.json"), 3, "cut.json: is no comparison"),
            (DIGITS, ("--resume", DIGITS), 3, "is no comparison"),
            (ZIPF, ("--resume", "missing.json"), 1, "missing.json"),
        ):
            with self.subTest(options=options):
                self.assertIn(message, self.run_program("compare", data, *options, code=code).stderr)
        self.assertEqual(self.path("a.json").read_text(), text)

    def test_refusals(self):
        for options, message in ((("--schemes", "hogwyld"), "unknown scheme 'hogwyld'"), (("--threads", "2", "--schemes", "hogwild"), "serial"),
                                 (("--target", "0"), "--target"), (("--optimum", "-1"), "--optimum"), (("--step", "1", "--no-tune"), "no effect"),
                                 (("--json", "same", "--csv", "same"), "same file"), (("--threads", "0"), "threads"), (("--json", "/no/such/place"), "/no/such")):
            with self.subTest(options=options):
                code = 1 if options[1].startswith("/no") else 2
                self.assertIn(message, self.run_program("compare", ZIPF, *options, code=code).stderr)

    def test_an_interruption_keeps_whole_rounds(self):
        self.run_program("generate", "zipf", "--rows", 20000, "--features", 5000, "--output", "long.svm")
        running = self.start("compare", "long.svm", "--schemes", "sequential", "--repeat", 100000, "--json", "out of it.json")
        for _ in range(2000):
            if "round 1 of" in self.path("stderr").read_text():
                break
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        self.assertEqual(running.wait(60), 5)
        self.assertRegex(self.path("stderr").read_text(),
                         r"rounds? that (was|were) whole; go on with --resume 'out of it.json' --repeat 100000\n$")
        done = len(json.loads(self.path("out of it.json").read_text())["contenders"][0]["runs"])
        self.assertGreaterEqual(done, 1)
        self.run_program("compare", "long.svm", "--resume", "out of it.json", "--repeat", done + 1)
        self.assertEqual(len(json.loads(self.path("out of it.json").read_text())["contenders"][0]["runs"]), done + 1)

    def test_an_interruption_before_and_after_the_rounds(self):
        self.run_program("generate", "zipf", "--rows", 20000, "--features", 5000, "--output", "long.svm")
        early = self.start("compare", "long.svm", "--epochs", 100000, "--json", "early.json")
        time.sleep(0.5)  # reading or choosing steps: either way there is nothing to keep
        early.send_signal(signal.SIGINT)
        self.assertIn(early.wait(60), (5, -signal.SIGINT))
        self.assertFalse(self.path("early.json").exists())

        options = ("--schemes", "sequential", "--repeat", 2, "--json", "late.json", "--diagnose")
        late = self.start("compare", "long.svm", *options, "--epochs", 200, "--no-tune")
        for _ in range(6000):
            if "round 2 of 2" in self.path("stderr").read_text():
                break
            time.sleep(0.01)
        late.send_signal(signal.SIGINT)
        self.assertEqual(late.wait(60), 5)
        self.assertIn("while lost updates were counted; all other figures are whole; go on with --resume late.json --repeat 2 --diagnose",
                      self.path("stderr").read_text())
        contender, = json.loads(self.path("late.json").read_text())["contenders"]
        self.assertEqual((len(contender["runs"]), contender["lost_updates"]), (2, None))


if __name__ == "__main__":
    unittest.main()
