#!/usr/bin/env python3
"""Trains with `peccary train --cache` and checks models, messages, exit codes and what lies on the disk."""

import gzip
import os
import random
import resource
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

PROGRAM = os.environ["PECCARY"]


def libsvm_text(rows, seed=1):
    pick = random.Random(seed)
    lines = []
    for row in range(rows):
        label = "+1" if row % 2 else "-1"
        features = sorted(pick.sample(range(1, 200), 8))
        lines.append(label + "".join(f" {j}:{pick.uniform(-1, 1) + (0.3 if row % 2 else -0.3):.4f}" for j in features))
    return "\n".join(lines) + "\n"


def csv_text(rows):
    pick = random.Random(3)
    return "x,y,label\n" + "".join(f"{pick.random():.5f},{pick.random() + row % 2:.5f},{row % 2}\n" for row in range(rows))


class Cache(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.here = Path(self.directory.name)
        self.data = self.here / "data.svm"
        self.data.write_text(libsvm_text(400))
        self.cache = self.here / "data.cache"

    def tearDown(self):
        self.directory.cleanup()

    def train(self, *options, data=None, cache=True, expect=0, **kwargs):
        """Standard error of a deterministic run, and the bytes of its model."""
        model = self.here / "model"
        command = [PROGRAM, "train", str(data or self.data), "--scheme", "sequential", "--epochs", "2", "--model", str(model), *options]
        if cache:
            command += ["--cache", str(self.cache)]
        model.unlink(missing_ok=True)
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, **kwargs)
        self.assertEqual(done.returncode, expect, done.stderr)
        return done.stderr, model.read_bytes() if model.exists() else None

    def plain_model(self, *options, **kwargs):
        return self.train(*options, cache=False, **kwargs)[1]

    def assert_cache(self, message, *options, **kwargs):
        """Trains with the cache, which must say `message` of it and yield the model that is trained without one."""
        text, model = self.train(*options, **kwargs)
        self.assertIn(message, text)
        self.assertEqual(model, self.plain_model(*options, **kwargs))

    written = "data.cache' is written\n"
    used = "the data comes from the cache '"

    def test_written_then_used(self):
        self.assert_cache(self.written)
        before = self.cache.read_bytes()
        self.assert_cache(self.used)
        self.assertEqual(self.cache.read_bytes(), before)
        self.assertEqual(sorted(path.name for path in self.here.iterdir()), ["data.cache", "data.svm", "model"])

    def test_never_unasked(self):
        self.train(cache=False)
        self.assertEqual(sorted(path.name for path in self.here.iterdir()), ["data.svm", "model"])

    def test_all_kinds_of_data(self):
        for name, content in {
            "table.csv": csv_text(300).encode(),
            "packed.svm.gz": gzip.compress(libsvm_text(300).encode()),
            "packed.csv.gz": gzip.compress(csv_text(300).encode()),
        }.items():
            path = self.here / name
            path.write_bytes(content)
            self.cache.unlink(missing_ok=True)
            self.assert_cache(self.written, data=path)
            self.assert_cache(self.used, data=path)

    def test_threads_validation_and_test_data_share_a_cache(self):
        test = self.here / "test.svm"
        test.write_text(libsvm_text(100, seed=2))
        self.assert_cache(self.written)
        self.assert_cache(self.used, "--validation", "0.2")
        self.assert_cache(self.used, "--test", str(test))
        self.assertIn(self.used, self.train("--l2", "0.1", "--seed", "7")[0])

    def test_changed_data_of_the_same_size_and_time(self):
        self.assert_cache(self.written)
        times = self.data.stat()
        text = self.data.read_text()
        place = text.index(":") + 4
        digit = "1" if text[place] != "1" else "2"
        self.data.write_text(text[:place] + digit + text[place + 1 :])
        os.utime(self.data, ns=(times.st_atime_ns, times.st_mtime_ns))
        self.assert_cache("is written anew: the data has changed since, though not in size")
        self.assert_cache(self.used)

    def test_other_settings(self):
        self.assert_cache(self.written)
        self.assert_cache("is written anew: the data was read in another way then (libsvm, index base auto", "--index-base", "0")
        self.assert_cache(self.used, "--index-base", "0")
        self.assert_cache("is written anew: the data was read in another way then (libsvm, index base 0")

    def test_damage(self):
        self.assert_cache(self.written)
        good = self.cache.read_bytes()
        damaged = bytearray(good)
        damaged[len(good) // 2] ^= 16
        other_version = bytearray(good)
        other_version[8] = 77
        for content, message in [
            (good[: len(good) // 2], "it was cut short"),
            (good[:3], "it was cut short"),
            (b"", "it was cut short"),
            (good + b"x", "it is damaged: its size is wrong"),
            (damaged, "it is damaged: its checksum is wrong"),
            (other_version, "it has format version 77, this Peccary version 2"),
        ]:
            self.cache.write_bytes(content)
            self.assert_cache("is written anew: " + message)
            self.assertEqual(self.cache.read_bytes(), good)

    def test_foreign_file(self):
        for content in [b"my thesis\n", self.data.read_bytes(), self.plain_model()]:
            self.cache.write_bytes(content)
            text, model = self.train(expect=3)
            self.assertIn("data.cache: is no cache of Peccary's, and is left as it is", text)
            self.assertIsNone(model)
            self.assertEqual(self.cache.read_bytes(), content)

    def test_the_data_itself_is_not_overwritten(self):
        before = self.data.read_bytes()
        self.train("--cache", str(self.data), cache=False, expect=3)
        self.train("--cache", str(self.here / "model"), cache=False, expect=2)
        self.assertEqual(self.data.read_bytes(), before)

    def test_no_regular_file(self):
        text, _ = self.train(data="-", input=self.data.read_text(), expect=2)
        self.assertIn("--cache has no effect here: standard input", text)
        pipe = self.here / "pipe"
        os.mkfifo(pipe)
        text, _ = self.train(data=pipe, expect=2)
        self.assertIn("only a regular file can have a cache", text)
        self.assertFalse(self.cache.exists())

    def test_data_gone(self):
        self.train()
        self.data.rename(self.here / "elsewhere")
        text, _ = self.train(expect=3)
        self.assertIn("data.svm: is gone, so that the cache", text)
        self.assert_cache(self.used, data=self.here / "elsewhere")
        self.cache.unlink()
        self.train(expect=1)

    def test_bad_data_leaves_no_cache_and_no_temporary(self):
        self.data.write_text("1 1:1\n-1 2:x\n")
        text, _ = self.train(expect=3)
        self.assertIn("data.svm:2:", text)
        self.assertEqual([path.name for path in self.here.iterdir()], ["data.svm"])

    def test_errors_in_labels_name_the_same_line(self):
        self.data.write_text("# comment\n1 1:1\n\n-1 2:1\n\n2 1:1\n")
        messages = [self.train("--objective", "logistic", expect=3)[0] for _ in range(2)]
        for message in messages:
            self.assertIn("data.svm:6: label 2 is a third class", message)

    def test_quiet(self):
        self.assertEqual(self.train("--quiet")[0], "")
        self.assertEqual(self.train("--quiet")[0], "")

    def test_limit_on_file_sizes(self):
        self.data.write_text(libsvm_text(4000))

        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

        text, model = self.train(expect=1, preexec_fn=limit)
        self.assertIn("data.cache: cannot write: File too large", text)
        self.assertIsNone(model)
        self.assertEqual(sorted(path.name for path in self.here.iterdir()), ["data.svm"])

    def test_concurrent_writers(self):
        command = [PROGRAM, "train", str(self.data), "--epochs", "1", "--cache", str(self.cache)]
        running = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(6)]
        self.assertEqual([process.wait(120) for process in running], [0] * 6)
        self.assert_cache(self.used)

    def test_killed_writers(self):
        self.data.write_text(libsvm_text(20_000))
        command = [PROGRAM, "train", str(self.data), "--epochs", "1", "--cache", str(self.cache)]
        for delay in [0.002, 0.005, 0.01, 0.02, 0.03, 0.04, 0.06, 0.1]:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
            process.wait(120)
            if self.cache.exists():
                self.assert_cache(self.used)
                self.cache.unlink()
        self.assert_cache(self.written)


if __name__ == "__main__":
    unittest.main()
