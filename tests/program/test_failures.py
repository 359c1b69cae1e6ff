"""Exit codes and messages of what cannot work: usage, bad data, divergence, outputs that cannot be written."""

import gzip
import os
import resource
import subprocess
import unittest

from harness import DIGITS, PROGRAM, ZIPF, ProgramTest


class Usage(ProgramTest):
    def refused(self, *arguments, message):
        done = self.run_program(*arguments, code=2)
        self.assertRegex(done.stderr, message)
        self.assertEqual(done.stdout, "")
        self.assertEqual(self.files(), [])

    def test_unknown_words_are_answered_with_what_was_meant(self):
        self.refused("train", ZIPF, "--epoch", 3, message="no option '--epoch'.*'--epochs'")
        self.refused("train", ZIPF, "--tol=1", message="no option '--tol'.*'--tolerance'")
        for theirs, ours in (("lr", "step"), ("workers", "threads"), ("batch-size", "batch"), ("weight-decay", "l2"), ("loss", "objective")):
            self.refused("train", ZIPF, f"--{theirs}", 1, message=f"no option '--{theirs}' .did you mean '--{ours}'")
        self.refused("trian", ZIPF, message="no subcommand 'trian'.*'train'")
        self.refused(message="subcommand is required.*peccary --help")
        self.refused("train", message="DATA is required.*peccary train --help")
        self.refused("train", ZIPF, "--scheme", "hogwyld", message="unknown scheme 'hogwyld'; choose one of sequential, hogwild")
        for option in ("executor", "schedule", "objective"):
            self.refused("train", ZIPF, f"--{option}", "none", message=f"unknown {option} 'none'; choose one of ")

    def test_values_without_meaning(self):
        for option, value in (("epochs", "0"), ("epochs", "ten"), ("epochs", "-1"), ("step", "0"), ("step", "fast"), ("step", "nan"),
                              ("step", "-1"), ("batch", "0"), ("batch", "5000"), ("threads", "0"), ("validation", "1"), ("validation", "-0.5"), ("l2", "-1"),
                              ("l2", "nan"), ("l1", "-1"), ("repeat", "0"), ("tolerance", "-1"), ("class-weight", "1:0"), ("staleness", "maybe"),
                              ("format", "xml"), ("index-base", "2"), ("model-format", "onnx"), ("seed", "1.5"), ("max-features", "0")):
            with self.subTest(option=option, value=value):
                self.refused("train", ZIPF, f"--{option}", value, message=option.replace("-", "[- ]").replace("max[- ]features", "features"))

    def test_messages_name_the_value_and_no_range_of_300_digits(self):
        self.refused("train", ZIPF, "--epochs", 0, message="--epochs: '0' is not a number above 0; see")
        for option in ("model", "log", "scheme", "test"):
            self.refused("train", ZIPF, f"--{option}", "", message=f"--{option}: its value is empty")

    def test_options_without_effect(self):
        for options in (("--threads", "2", "--scheme", "sequential"), ("--decay", "1"), ("--decay", "1", "--schedule", "constant"),
                        ("--patience", "2"), ("--checkpoint-every", "2"), ("--model-format", "liblinear"),
                        ("--class-weight", "balanced", "--objective", "squared"), ("--label-column", "1")):
            with self.subTest(options=options):
                self.refused("train", ZIPF, *options, message=f"{options[0]} has no effect here: ")
        self.refused("train", DIGITS, "--index-base", "1", message="--index-base has no effect")
        self.refused("train", DIGITS, "--max-features", "9", message="--max-features has no effect")
        self.refused("train", ZIPF, "--checkpoint", "c", "--repeat", "2", message="--checkpoint is for one run")
        self.refused("train", ZIPF, "--threads", "2", "--executor", "inline", message="the executor .inline. has one worker")
        self.refused("train", "-", "--test", "-", message="standard input")
        self.refused("generate", "zipf", "--rows", 1, "--features", 99, "--classes", 3, message="--classes has no effect")
        self.refused("generate", "blobs", "--rows", 1, "--features", 9, "--truth", "t", message="--truth has no effect")

    def test_outputs_may_not_be_inputs_or_each_other(self):
        data = self.write("data", ZIPF.read_bytes())
        before = data.read_bytes()
        for options in (("--model", "data"), ("--log", "./data"), ("--model", "x", "--log", "x"), ("--checkpoint", "y", "--model", "./y")):
            self.assertIn("same file", self.run_program("train", "data", *options, code=2).stderr)
        self.assertIn("same file", self.run_program("convert", "data", "data", code=2).stderr)
        self.assertEqual((self.files(), data.read_bytes()), (["data"], before))

    def test_help_and_version_everywhere(self):
        for command in ((), ("train",), ("compare",), ("predict",), ("schemes",), ("generate",), ("convert",)):
            self.assertIn("Usage: ", self.run_program(*command, "--help").stdout)
            self.assertRegex(self.run_program(*command, "--version").stdout, r"^peccary \d+\.\d+\.\d+\n$")


class BadData(ProgramTest):
    def refused(self, text, message, *options, name="data"):
        self.write(name, text)
        done = self.run_program("train", name, "--model", "m", "--log", "l", "--checkpoint", "c", *options, code=3)
        self.assertRegex(done.stderr, message)
        self.assertEqual(self.files(), [name], "something was written on bad input")
        self.path(name).unlink()

    def test_place_and_remedy(self):
        for text, place in (("1 1:1\n-1 2:x\n", "2:6"), ("1 1:1\n-1 2:nan\n", "2:6"), ("1 3:1 2:1\n", "1:7"), ("1 2:1 2:1\n", "1:7"),
                            ("1 4294967296:1\n", "1:3"), ("x 1:1\n", "1:1")):
            with self.subTest(text=text):
                self.refused(text, rf"^peccary: data:{place}: .+; .+")
        self.refused("1 0:1\n-1 1:1\n", "data:1:3: index 0", "--index-base", "1")
        self.refused("1 300000000:1\n-1 1:1\n", "data:1:3: .*268435456 features")
        self.refused("1 30:1\n-1 1:1\n", "data:1:3: .*20 features", "--max-features", "20")
        self.refused("", "data: has no rows")
        self.refused("1 1:1\n2 1:1\n3 1:2\n", "data:3: label 3 is a third class", "--objective", "logistic")
        self.refused("1 1:1\n1 1:2\n", "only the label 1", "--objective", "logistic")
        self.refused("1.5 1:1\n2 1:1\n", "data:1: label 1.5 is not an integer", "--objective", "softmax")
        self.refused("a,b\n1,2\n3\n", "data.csv:3", name="data.csv")

    def test_truncated_compressed_file(self):
        self.refused(gzip.compress(ZIPF.read_bytes())[:-1000], "data.gz", name="data.gz")

    def test_test_data(self):
        self.write("train", "1 1:1\n-1 2:1\n")
        self.write("test", "1 1:1\n3 1:1\n")
        self.assertIn("test:2: label 3", self.run_program("train", "train", "--test", "test", code=3).stderr)
        self.write("test.csv", "1,2,1\n")
        self.assertIn("dense (CSV, IDX, .npy)", self.run_program("train", "train", "--test", "test.csv", code=3).stderr)

    def test_missing_file_is_a_run_time_failure(self):
        self.assertIn("nowhere: ", self.run_program("train", "nowhere", code=1).stderr)

    def test_hostile_model_and_checkpoint(self):
        self.run_program("train", ZIPF, "--model", "m", "--checkpoint", "c")
        for name, arguments in (("m", ("predict", ZIPF, "--model")), ("c", ("train", ZIPF, "--resume"))):
            content = self.path(name).read_bytes()
            middle = len(content) // 2
            for damaged in (b"", content[:middle], content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1:], b"hello\n"):
                self.write("damaged", damaged)
                self.assertIn("damaged", self.run_program(*arguments, "damaged", code=3).stderr)


class Divergence(ProgramTest):
    def test_names_epoch_worker_and_step_and_keeps_what_was_there(self):
        for objective in ("logistic", "hinge", "squared"):
            for name in ("m", "c"):
                self.write(name, "before")
            done = self.run_program("train", ZIPF, "--step", "1e38", "--l2", 0, "--objective", objective, "--model", "m", "--checkpoint", "c",
                                    "--checkpoint-every", 100, code=4)
            self.assertRegex(done.stderr, r"diverged in epoch \d+: worker \d+ met a score that is not finite, at step size [0-9.]+e\+3\d; try")
            self.assertEqual([self.path(name).read_bytes() for name in ("m", "c")], [b"before", b"before"])

    def test_absurd_step(self):
        done = self.run_program("train", ZIPF, "--step", "1e30", "--schedule", "constant", "--objective", "squared", code=4)
        self.assertIn("step size 1e+30; try a smaller --step", done.stderr)

    def test_a_model_worse_than_none_is_no_silence(self):
        # Strong regularisation keeps the numbers finite, whatever the step.
        done = self.run_program("train", ZIPF, "--step", "1000", "--epochs", 2, "--schedule", "constant")
        self.assertRegex(done.stderr, r"the objective value \S+ is above that of the untrained model, 0\.693147; try a smaller --step")


class Outputs(ProgramTest):
    def test_unwritable_places_are_found_before_training(self):
        for option in ("--model", "--log", "--checkpoint"):
            done = self.run_program("train", ZIPF, option, "nowhere/file", code=1)
            self.assertIn("nowhere/file", done.stderr)
            self.assertNotIn("epoch", done.stderr)

    def test_full_device(self):
        for option in ("--model", "--log"):
            self.assertIn("No space left", self.run_program("train", ZIPF, option, "/dev/full", code=1).stderr)
        with open("/dev/full", "wb") as full:
            self.assertIn("<stdout>", self.run_program("schemes", stdout=full, code=1).stderr)

    def test_full_disk_leaves_the_old_model(self):
        disk = self.path("disk")
        disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True, check=False).returncode != 0:
            self.skipTest("mounting a small file system takes root")
        self.addCleanup(subprocess.run, ["umount", disk], check=True)
        (disk / "m").write_text("before")
        self.write("data", "1 100000:1\n-1 1:1\n")
        self.assertIn("No space left", self.run_program("train", "data", "--model", "disk/m", code=1).stderr)
        self.assertEqual([path.name for path in disk.iterdir()], ["m"])
        self.assertEqual((disk / "m").read_text(), "before")

    def test_limit_on_file_sizes(self):
        self.write("m", "before")
        done = self.run_program("train", ZIPF, "--model", "m", "--quiet", code=1,
                                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)))
        self.assertIn("m: cannot write", done.stderr)
        self.assertEqual((self.files(), self.path("m").read_text()), (["m"], "before"))

    def test_reader_of_standard_output_has_gone(self):
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run([PROGRAM, "schemes"], stdout=writing, stderr=subprocess.PIPE, check=False)
        os.close(writing)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"Broken pipe", done.stderr)


if __name__ == "__main__":
    unittest.main()
