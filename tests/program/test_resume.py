"""Interrupted, killed and resumed runs."""

import re
import signal
import time
import unittest

from harness import SANITIZED, ZIPF, ProgramTest

# Long enough to be interrupted within.
SERIAL_EPOCHS = 60 if SANITIZED else 150
PARALLEL_EPOCHS = 40 if SANITIZED else 100
COLLECTIVE_EPOCHS = 6 if SANITIZED else 12


class Resume(ProgramTest):
    def setUp(self):
        super().setUp()
        self.data = self.write("data", ZIPF.read_bytes() * 8)  # epochs long enough to be interrupted within

    def wait_for(self, happened):
        end = time.monotonic() + 60
        while not happened():
            self.assertLess(time.monotonic(), end, self.path("stderr").read_text())
            time.sleep(0.001)

    def started(self):
        return self.path("log").exists() and self.path("log").read_text().count("\n") > 1

    def interrupted(self, options, how, delay):
        """Starts a run and interrupts it: what it printed. A busy machine may have finished the run before its signal came; then once more."""
        for _ in range(20):
            for name in ("log", "checkpoint", "model"):
                self.path(name).unlink(missing_ok=True)
            child = self.start("train", self.data, *options, "--model", "model", "--log", "log", "--checkpoint", "checkpoint",
                               "--checkpoint-every", 1000000)
            self.wait_for(self.started)
            time.sleep(delay)
            child.send_signal(how)
            if child.wait(60) != 0:
                self.assertEqual(child.returncode, 5)
                return self.path("stderr").read_text()
        self.fail(f"20 runs with {options} finished before they could be interrupted")

    def interrupt_and_resume(self, options, how, delay):
        """The updates of its epoch after which the run was interrupted."""
        message = self.interrupted(options, how, delay)
        self.assertRegex(message, r"go on with:\n  .*peccary train .* --resume checkpoint\n$")
        self.assertFalse(self.path("model").exists())
        self.run_program("train", self.data, "--resume", "checkpoint", "--model", "model", "--log", "log")
        return int(re.search(r"interrupted in epoch \d+ of \d+, after ([0-9,]+) of", message)[1].replace(",", ""))

    def test_deterministic_schemes_end_with_the_same_bits(self):
        for options in (("--scheme", "sequential", "--epochs", SERIAL_EPOCHS),
                        ("--scheme", "sequential", "--epochs", SERIAL_EPOCHS, "--l1", "1e-4", "--bias", "--batch", "3"),
                        ("--scheme", "synchronous", "--threads", "2", "--epochs", COLLECTIVE_EPOCHS),
                        ("--scheme", "synchronous", "--threads", "2", "--epochs", COLLECTIVE_EPOCHS, "--batch", "5", "--validation", "0.1")):
            self.run_program("train", self.data, *options, "--model", "whole", "--quiet")
            within = []
            for moment, how in enumerate((signal.SIGINT, signal.SIGTERM, signal.SIGINT)):
                within.append(self.interrupt_and_resume(options, how, 0.0037 * moment))
                self.assertEqual(self.path("model").read_bytes(), self.path("whole").read_bytes(), (options, within))
            self.assertTrue(any(within), "no run was interrupted in the middle of an epoch")

    def test_log_goes_on(self):
        self.interrupt_and_resume(("--scheme", "sequential", "--epochs", SERIAL_EPOCHS), signal.SIGINT, 0)
        records = self.log("log")
        self.assertEqual([record["epoch"] for record in records if record["record"] == "epoch"], list(range(1, SERIAL_EPOCHS + 1)))
        runs = [record for record in records if record["record"] == "run"]
        self.assertEqual(len(runs), 2)
        self.assertGreater(runs[1]["resumed_at"]["epoch"] + runs[1]["resumed_at"]["update"], 0)
        times = [record["train_seconds"] for record in records if record["record"] == "epoch"]
        self.assertEqual(times, sorted(times))

    def test_asynchronous_runs_resume_too(self):
        self.interrupt_and_resume(("--epochs", PARALLEL_EPOCHS, "--threads", "2"), signal.SIGTERM, 0)
        self.assertEqual(self.log("log")[-1]["updates"], PARALLEL_EPOCHS * 32000)

    def test_without_a_checkpoint_it_says_so(self):
        child = self.start("train", self.data, "--epochs", "100000", "--log", "log")
        self.wait_for(self.started)
        child.send_signal(signal.SIGINT)
        self.assertEqual(child.wait(60), 5)
        self.assertIn("start with --checkpoint FILE next time", self.path("stderr").read_text())

    def test_early_stopping_remembers(self):
        options = ("--scheme", "sequential", "--epochs", "5000", "--schedule", "inverse_sqrt", "--tolerance", "1e-5", "--patience", "100")
        self.run_program("train", self.data, *options, "--model", "whole", "--quiet")
        self.interrupt_and_resume(options, signal.SIGINT, 0)
        self.assertEqual(self.path("model").read_bytes(), self.path("whole").read_bytes())

    def test_killed_runs_leave_a_checkpoint_that_loads(self):
        for delay in (0, 0.01, 0.03):
            self.path("checkpoint").unlink(missing_ok=True)
            child = self.start("train", self.data, "--epochs", "100000", "--scheme", "sequential", "--checkpoint", "checkpoint", "--log", "log")
            self.wait_for(self.path("checkpoint").exists)
            time.sleep(delay)
            child.kill()
            child.wait()
            for line in self.log("log"):  # whole lines only
                self.assertIn("record", line)
            resumed = self.start("train", self.data, "--resume", "checkpoint", "--checkpoint", "next", "--log", "resumed")
            self.wait_for(lambda: self.path("resumed").exists() and self.path("resumed").read_text().count("\n") > 1)
            resumed.send_signal(signal.SIGINT)
            self.assertEqual(resumed.wait(60), 5)
            self.assertGreater(self.log("resumed")[0]["resumed_at"]["epoch"], 0)
            self.path("resumed").unlink()

    def test_contradictions_are_named(self):
        self.run_program("train", ZIPF, "--epochs", 2, "--checkpoint", "c", "--scheme", "sequential", "--l2", 0.5)
        for option, given, before in (("epochs", 3, 2), ("scheme", "hogwild", "sequential"), ("l2", 0.25, 0.5), ("seed", 2, 1)):
            done = self.run_program("train", ZIPF, "--resume", "c", f"--{option}", given, code=2)
            self.assertIn(f"--{option} {given} contradicts the checkpoint 'c', which was made with {before}", done.stderr)
        self.run_program("train", ZIPF, "--resume", "c", "--epochs", 2, "--l2", 0.5)
        done = self.run_program("train", self.data, "--resume", "c", code=3)
        self.assertIn("has 32,000 rows, but the checkpoint 'c' was made with 4000", done.stderr)
        self.write("other", ZIPF.read_bytes().replace(b"0.1054", b"0.1055", 1))
        self.assertIn("has other labels or values", self.run_program("train", "other", "--resume", "c", code=3).stderr)


if __name__ == "__main__":
    unittest.main()
