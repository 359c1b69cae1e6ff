"""A headless Chromium that a test drives over a pipe, if one is installed: opens a page, evaluates in it, and keeps what it complains of."""

import contextlib
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Browser:
    """Speaks the DevTools protocol: JSON messages that end with a zero byte, in by descriptor 3, out by descriptor 4."""

    def __init__(self, seconds=60):
        self.deadline = time.monotonic() + seconds
        self.complaints = []  # console errors, violations of the policy, uncaught exceptions, requests
        self.loaded = False
        self.number = 0
        self.buffer = b""
        self.profile = tempfile.mkdtemp()
        to_browser, self.to = os.pipe()
        self.fro, from_browser = os.pipe()
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []

        def place():
            # Out of the way first: a pipe's end may itself be 3 or 4.
            high = [os.dup2(descriptor, 60 + place) for place, descriptor in enumerate((to_browser, from_browser))]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self.process = subprocess.Popen(
            [CHROMIUM, "--headless=new", "--remote-debugging-pipe", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
             f"--user-data-dir={self.profile}", *sandbox, "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=place, close_fds=False)
        os.close(to_browser)
        os.close(from_browser)
        page = next(each for each in self.call("Target.getTargets")["targetInfos"] if each["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    session = None

    def close(self):
        self.process.kill()
        self.process.wait()
        for descriptor in (self.to, self.fro):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        shutil.rmtree(self.profile, ignore_errors=True)

    def message(self):
        while b"\0" not in self.buffer:
            if not select.select([self.fro], [], [], max(0, self.deadline - time.monotonic()))[0]:
                raise TimeoutError("the browser does not answer")
            received = os.read(self.fro, 1 << 16)
            if not received:
                raise EOFError("the browser has gone")
            self.buffer += received
        text, self.buffer = self.buffer.split(b"\0", 1)
        found = json.loads(text)
        method, values = found.get("method"), found.get("params", {})
        if method == "Page.loadEventFired":
            self.loaded = True
        elif method == "Runtime.exceptionThrown" or (method == "Runtime.consoleAPICalled" and values["type"] in ("error", "warning")):
            self.complaints.append(values)
        elif method == "Log.entryAdded" and values["entry"]["level"] in ("error", "warning"):
            self.complaints.append(values["entry"])
        elif method == "Network.requestWillBeSent" and not values["request"]["url"].startswith(("file:", "data:")):
            self.complaints.append(values["request"]["url"])
        return found

    def call(self, method, **values):
        self.number += 1
        request = {"id": self.number, "method": method, "params": values}
        if self.session:
            request["sessionId"] = self.session
        os.write(self.to, json.dumps(request).encode() + b"\0")
        while True:
            found = self.message()
            if found.get("id") == self.number:
                if "error" in found:
                    raise RuntimeError(f"{method}: {found['error']}")
                return found["result"]

    def open(self, path):
        self.loaded = False
        self.call("Page.navigate", url=path.resolve().as_uri())
        while not self.loaded:
            self.message()

    def evaluate(self, expression):
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in found:
            raise RuntimeError(found["exceptionDetails"])
        return found["result"].get("value")
