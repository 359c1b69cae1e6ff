"""A terminal of some width, and the program with its standard error on it."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios

from harness import PROGRAM

ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Terminal:
    def __init__(self, test, columns=80):
        self.test = test
        self.primary, self.secondary = pty.openpty()
        self.resize(columns)
        self.text = ""  # all that was written
        test.addCleanup(os.close, self.primary)

    def resize(self, columns):
        fcntl.ioctl(self.primary, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def start(self, *arguments, **environment):
        self.child = subprocess.Popen([PROGRAM, *map(str, arguments)], cwd=self.test.directory, stdout=subprocess.DEVNULL, stderr=self.secondary,
                                      env={**os.environ, "TERM": "xterm", **environment})
        os.close(self.secondary)

        def stop():
            self.child.kill()
            self.child.wait()

        self.test.addCleanup(stop)
        return self

    def read(self):
        """More text; empty when the program has closed its end."""
        try:
            part = os.read(self.primary, 65536).decode()
        except OSError:  # Linux says EIO when the other end is closed
            part = ""
        self.text += part
        return part

    def read_until(self, seen):
        """Reads until `seen(lines)` or the end; says whether it was seen."""
        while not seen(self.lines()):
            if not self.read():
                return seen(self.lines())
        return True

    def end(self, code=0):
        """All that the program wrote."""
        while self.read():
            pass
        self.test.assertEqual(self.child.wait(), code, self.text)
        return self.text

    def lines(self):
        """Each line that was drawn whole, without escape sequences."""
        drawn = self.text.split("\r")[1:-1]
        return [line for line in (ESCAPES.sub("", each).rstrip("\n") for each in drawn) if line]
