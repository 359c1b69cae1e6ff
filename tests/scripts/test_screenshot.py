#!/usr/bin/env python3
"""scripts/screenshot: a picture of the asked size with something on it, the table of README.md, and refusals.

The program's path is in the environment variable PECCARY.
"""

import importlib.machinery
import importlib.util
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
SCRIPT = TOP / "scripts" / "screenshot"
CHROMIUM = any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))


def load():
    loader = importlib.machinery.SourceFileLoader("screenshot", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("screenshot", loader))
    loader.exec_module(module)
    return module


def paeth(left, above, corner):
    return min((left, above, corner), key=lambda each: abs(left + above - corner - each))


def pixels_of(png):
    """(width, height, set of the colours in it) of a PNG of 8-bit RGB, not interlaced; checks its checksums."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed = 8, b""
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at:at + 8])
        data, (checksum,) = png[at + 8:at + 8 + length], struct.unpack(">I", png[at + 8 + length:at + 12 + length])
        assert zlib.crc32(kind + data) == checksum
        if kind == b"IHDR":
            width, height, depth, colour, *_, interlaced = struct.unpack(">IIBBBBB", data)
            assert (depth, colour, interlaced) == (8, 2, 0)
        packed += data if kind == b"IDAT" else b""
        at += 12 + length
    raw, size = zlib.decompress(packed), 3 * width
    assert len(raw) == height * (1 + size)
    above, colours = bytearray(size), set()
    for row in range(height):
        kind, line = raw[row * (1 + size)], bytearray(raw[row * (1 + size) + 1:(row + 1) * (1 + size)])
        for x in range(size):
            left, corner = (line[x - 3], above[x - 3]) if x >= 3 else (0, 0)
            line[x] = (line[x] + (0, left, above[x], (left + above[x]) // 2, paeth(left, above[x], corner))[kind]) % 256
        colours.update(bytes(line[x:x + 3]) for x in range(0, size, 3))
        above = line
    return width, height, colours


class Screenshot(unittest.TestCase):
    def run_script(self, *arguments, code=0, **options):
        done = subprocess.run([sys.executable, SCRIPT, *map(str, arguments)], capture_output=True, text=True, check=False, **options)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    @unittest.skipUnless(CHROMIUM, "no Chromium is installed")
    def test_a_picture_and_a_table(self):
        readme = (TOP / "README.md").read_bytes()
        with tempfile.TemporaryDirectory() as directory:
            self.run_script("--output", directory, "--program", os.environ["PECCARY"], "--size", "500x700", "--rows", 500)
            self.assertEqual(sorted(os.listdir(directory)), ["comparison.png", "comparison.txt"])
            png = Path(directory, "comparison.png").read_bytes()
            table = Path(directory, "comparison.txt").read_text().splitlines()
        width, height, colours = pixels_of(png)
        self.assertEqual((width, height), (500, 700))
        self.assertIn(b"\xff\xff\xff", colours)  # the light page's ground
        self.assertGreater(len(colours), 20)
        self.assertLess(len(png), 200_000)
        self.assertEqual(table[0].split()[:2], ["scheme", "workers"])
        self.assertEqual([line.split()[:2] for line in table[1:6]],
                         [["sequential", "1"], ["hogwild", "1"], ["hogwild", "2"], ["replicas", "1"], ["replicas", "2"]])
        self.assertIn("usable core", table[-2])
        self.assertIn("winner", table[-1])
        self.assertEqual((TOP / "README.md").read_bytes(), readme)

    def test_the_commands_are_those_of_the_readme(self):
        script, readme = load(), (TOP / "README.md").read_text()
        for command in (script.GENERATE.format(rows=script.ROWS), script.COMPARE):
            self.assertIn(f"\nbuild/src/peccary {command}\n", readme)

    def test_the_table_goes_where_the_old_one_was(self):
        script, readme = load(), (TOP / "README.md").read_text()
        replaced = script.with_table(readme, "new \\1\n")
        self.assertIn("<!-- scripts/screenshot writes this table -->\n```text\nnew \\1\n```\n", replaced)
        self.assertEqual(script.with_table(replaced, "other\n"), script.with_table(readme, "other\n"))
        with self.assertRaises(SystemExit):
            script.with_table("no place", "new\n")

    def test_blank_pictures_are_refused(self):
        line = bytes(1 + 3 * 40)
        chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        blank = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 40, 300, 8, 2, 0, 0, 0)) + chunk(
            b"IDAT", zlib.compress(300 * line)) + chunk(b"IEND", b"")
        with self.assertRaises(SystemExit) as met:
            load().smaller(blank)
        self.assertIn("empty page", str(met.exception))

    def test_what_is_missing_or_wrong(self):
        done = self.run_script("--output", "/nowhere", code=1, env={"PATH": ""})
        self.assertIn("no Chromium is installed; install it", done.stderr)
        self.assertIn("--size is WIDTHxHEIGHT", self.run_script("--size", "large", code=2).stderr)

    @unittest.skipUnless(CHROMIUM, "no Chromium is installed")
    def test_without_a_program(self):
        self.assertIn("build it", self.run_script("--program", "/nowhere/peccary", "--output", "/nowhere", code=1).stderr)


if __name__ == "__main__":
    sys.dont_write_bytecode = True  # nothing is left behind in scripts/
    unittest.main()
