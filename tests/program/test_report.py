#!/usr/bin/env python3
"""`peccary report` and `peccary compare --html`: the points of the charts against the logs' figures, escaping, sizes, errors, and a browser's view."""

import base64
import hashlib
import html.parser
import json
import math
import os
import re
import resource
import unittest
import xml.etree.ElementTree

from browser import CHROMIUM, Browser
from harness import UPLOT, ZIPF, ZIPF_TEST, ProgramTest

PARTS = ("computing_seconds", "lock_seconds", "barrier_seconds", "retry_seconds", "merge_seconds", "idle_seconds")
VOID = {"meta", "link", "input", "br"}


class Element:
    def __init__(self, tag, attributes, parent):
        self.tag, self.attributes, self.parent = tag, dict(attributes), parent
        self.children, self.text = [], ""

    def all(self, tag, **attributes):
        for child in self.children:
            if child.tag == tag and all(child.attributes.get(name) == value for name, value in attributes.items()):
                yield child
            yield from child.all(tag, **attributes)

    def whole_text(self):
        return self.text + "".join(child.whole_text() for child in self.children)


class Page(html.parser.HTMLParser):
    """The document as a tree; fails on a tag that closes what is not open."""

    def __init__(self, text):
        super().__init__()
        self.root = self.open = Element("", (), None)
        self.feed(text)
        self.close()
        assert self.open is self.root, self.open.tag

    def handle_starttag(self, tag, attrs):
        element = Element(tag, attrs, self.open)
        self.open.children.append(element)
        if tag not in VOID:
            self.open = element

    def handle_startendtag(self, tag, attrs):
        self.open.children.append(Element(tag, attrs, self.open))

    def handle_endtag(self, tag):
        assert self.open.tag == tag, (self.open.tag, tag)
        self.open = self.open.parent

    def handle_data(self, data):
        self.open.text += data

    def one(self, tag, **attributes):
        found, = self.root.all(tag, **attributes)
        return found

    def tables(self):
        """Rows of cells by caption."""
        return {next(table.all("caption")).text: [[cell.whole_text() for cell in row.children] for row in table.all("tr")]
                for table in self.root.all("table")}


def points(chart):
    """The values at the points of each line, by its title, as the axes that the chart tells give them."""
    left, top, right, bottom = map(float, chart.attributes["data-area"].split())

    def value(text, share):
        kind, low, high = text.split()
        low, high = float(low), float(high)
        return low * (high / low) ** share if kind == "log" else low + (high - low) * share

    found = {}
    for group in chart.all("g"):
        title, line = next(group.all("title")).text, next(group.all("polyline"))
        places = [tuple(map(float, point.split(","))) for point in line.attributes["points"].split()]
        found[title] = [(value(chart.attributes["data-x"], (x - left) / (right - left)),
                         value(chart.attributes["data-y"], (bottom - y) / (bottom - top))) for x, y in places]
    return found


def run_record(**settings):
    return {"record": "run", "version": "0.1.0", "settings": {"scheme": "hogwild", "threads": 2, "objective": "logistic", "l2": 0.1, **settings},
            "data": {"training_rows": 10, "nonzeros": 20}, "resumed_at": {"epoch": 0, "update": 0}, "machine": {"cores": 2}}


def epoch_record(epoch, value, **more):
    return {"record": "epoch", "epoch": epoch, "train_seconds": epoch / 1000, "objective_value": value, **more}


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


class ReportTest(ProgramTest):
    def page(self, *logs, output="out.html"):
        self.run_program("report", *logs, "--output", output)
        return Page(self.path(output).read_text())

    def train(self, log, *options):
        self.run_program("train", ZIPF, "--test", ZIPF_TEST, "--log", log, "--quiet", *options)
        return self.log(log)

    def assert_seconds(self, text, seconds):
        """Pages have six digits of them: of a run of a minute, as on a busy machine, four decimals."""
        self.assertAlmostEqual(float(text), seconds, delta=1e-5 * max(1, seconds))


class Charts(ReportTest):
    def test_points_and_tables_are_the_logs_figures(self):
        logs = {name: self.train(name, "--epochs", 8, "--scheme", scheme, "--threads", threads)
                for name, scheme, threads in (("a.jsonl", "sequential", 1), ("b.jsonl", "hogwild", 2))}
        page = self.page(*logs)
        labels = ["sequential, 1 worker (a.jsonl)", "hogwild, 2 workers (b.jsonl)"]
        for label, records in zip(labels, logs.values()):
            epochs = [record for record in records if record["record"] == "epoch"]
            for chart, field in (("time", "train_seconds"), ("passes", "epoch")):
                drawn = points(page.one("svg", id=chart))[label]
                self.assertEqual(len(drawn), 8)
                for (x, y), record in zip(drawn, epochs):
                    self.assertAlmostEqual(x / record[field], 1, delta=1e-3)
                    self.assertAlmostEqual(y / record["objective_value"], 1, delta=1e-4)
            table = page.tables()[f"Evaluations of {label}"]
            self.assertEqual(table[0], ["pass", "seconds", "objective value"])
            self.assertEqual(len(table), len(epochs) + 1)
            for row, record in zip(table[1:], epochs):
                self.assertEqual(int(row[0]), record["epoch"])
                self.assertAlmostEqual(float(row[1]), record["train_seconds"], delta=1e-5 * record["train_seconds"])
                self.assertAlmostEqual(float(row[2]), record["objective_value"], places=7)
        overview = page.tables()["One line for each run"]
        self.assertEqual([row[0] for row in overview[1:]], labels)
        summary = logs["b.jsonl"][-1]
        self.assertEqual(overview[2][overview[0].index("accuracy")], f"{summary['test_accuracy']:.4f}")

        # One worker is the yardstick.
        speed = {label: dict(values) for label, values in points(page.one("svg", id="scaling")).items()}
        seconds = {name: records[-1]["train_seconds"] for name, records in logs.items()}
        self.assertAlmostEqual(next(iter(speed["sequential"].values())), 1, places=2)
        ratio = seconds["a.jsonl"] / seconds["b.jsonl"]
        self.assertAlmostEqual(next(iter(speed["hogwild"].values())), ratio, delta=0.02 * max(1, ratio))

    def test_bars_are_the_workers_staleness(self):
        *_, summary = self.train("log", "--epochs", 10, "--scheme", "round_robin", "--threads", 2, "--staleness", "exact")
        page = self.page("log")
        chart = page.one("svg", id="staleness-0")
        for place, worker in enumerate(summary["workers"]):
            expected = {}
            for first, _, count in worker["staleness"]["bins"]:
                least = 1 << (first.bit_length() - 1) if first else 0
                expected[least] = expected.get(least, 0) + count / worker["staleness"]["samples"]
            drawn = {int(bar.attributes["data-first"]): float(bar.attributes["data-share"])
                     for bar in chart.all("rect", **{"class": f"bar s{place}"}) if "data-share" in bar.attributes}
            self.assertEqual(drawn.keys(), expected.keys())
            for least, share in drawn.items():
                self.assertAlmostEqual(share, expected[least], places=5)
            row = page.tables()["Distribution"][place + 1]
            self.assertEqual(row[:2], [f"worker {place}", f"{worker['staleness']['samples']:,}"])
        seconds = page.tables()["Seconds"]
        self.assertEqual(len(seconds), 3)
        for row, worker in zip(seconds[1:], summary["workers"]):
            self.assert_seconds(row[1], summary["train_seconds"])
            for column, part in enumerate(PARTS):
                self.assert_seconds(row[2 + column], worker[part])
        bars = [float(bar.attributes["data-share"]) for bar in page.one("svg", id="time-of-workers").all("rect") if "data-share" in bar.attributes]
        self.assertAlmostEqual(sum(bars), 2, places=4)

    def test_models_overlap_and_the_sampled_clock(self):
        *_, summary = self.train("log", "--epochs", 3, "--scheme", "round_robin", "--threads", 2, "--staleness", "exact")
        page = self.page("log")
        chart = page.one("svg", id="staleness-0")
        mean, fits = summary["staleness"]["mean"], summary["staleness_fits"]
        self.assertGreater(mean, 0)

        def geometric(first, last):
            return (mean / (1 + mean)) ** first - (mean / (1 + mean)) ** (last + 1)

        def poisson(first, last):
            return sum(math.exp(-mean) * mean ** value / math.factorial(value) for value in range(first, last + 1))

        texts = [text.text for text in chart.all("text")]
        for fit, model in zip(fits, (geometric, poisson)):
            name = f"{fit['model']} (fit {fit['total_variation']:.2f})"
            self.assertIn(name, texts)
            line = next(chart.all("g", **{"data-model": name}))
            self.assertTrue(next(line.all("path")).attributes["d"].startswith("M"))
            dots = {int(dot.attributes["data-first"]): float(dot.attributes["data-share"]) for dot in line.all("circle")}
            self.assertIn(0, dots)
            for first, share in dots.items():
                self.assertAlmostEqual(share, model(first, max(first, 2 * first - 1)), places=5)
        rows = page.tables()["Models with the mean of all workers"]
        self.assertEqual([row[0] for row in rows[1:]], ["geometric", "Poisson"])
        self.assertAlmostEqual(float(rows[1][2]), fits[0]["total_variation"], delta=1e-4)

        page.one("svg", id="overlap-0")
        rows = page.tables()["Staleness and overlap"]
        self.assertEqual([row[:2] for row in rows[1:]], [[name, f"{summary['updates']:,}"] for name in
                                                         ("between read and apply", "under way at the same time")])
        self.assertEqual(rows[2][2], f"{summary['overlap']['mean']:.2f}")
        page.one("svg", id="sampled-0")
        every, sampled, difference = page.tables()["Every update, and those that sampled mode sees"][1:]
        self.assertEqual(sampled[1], f"{summary['as_sampled']['samples']:,}")
        self.assertAlmostEqual(float(difference[2]), float(sampled[2]) - float(every[2]), delta=0.011)
        self.assertEqual(int(difference[6]), int(sampled[6]) - int(every[6]))
        self.assertIn(f"distance {summary['as_sampled']['total_variation']:.4f}", page.root.whole_text())

        # Logs of before have none of it, and nothing of a sampled run but the models.
        for name in ("as_sampled", "overlap", "staleness_fits"):
            for each in (summary, *summary["workers"]):
                each.pop(name, None)
        self.write("old", lines(*self.log("log")[:-1], summary))
        page = self.page("old")
        self.assertEqual([chart.attributes["id"] for chart in page.root.all("svg") if chart.attributes.get("id", "").endswith("-0")],
                         ["staleness-0"])
        self.assertIn("Models with the mean of all workers", page.tables())

    def test_charts_as_files(self):
        self.train("log", "--epochs", 3, "--scheme", "round_robin", "--threads", 2, "--staleness", "exact", "--diagnose")
        self.path("charts").mkdir()
        self.write("charts/kept.txt", "mine")
        for directory in ("charts", "new"):
            self.run_program("report", "log", "--output", "out.html", "--charts", directory)
        page = Page(self.path("out.html").read_text())
        names = sorted(chart.attributes["id"] for chart in page.root.all("svg", **{"class": "chart"}))
        self.assertLessEqual({"time", "passes", "staleness-0", "overlap-0", "sampled-0", "coordinates-0"}, set(names))
        self.assertEqual(sorted(path.name for path in self.path("new").iterdir()), sorted(f"{name}.svg" for name in names))
        self.assertEqual(self.path("charts/kept.txt").read_text(), "mine")
        for name in names:
            text = self.path(f"charts/{name}.svg").read_text()
            self.assertEqual(text, self.path(f"new/{name}.svg").read_text())
            self.assertIsNone(re.search(r"https?://(?!www\.w3\.org/2000/svg\")|@import|url\(|<script", text))
            root = xml.etree.ElementTree.fromstring(text)
            self.assertEqual(root.tag, "{http://www.w3.org/2000/svg}svg")
            self.assertEqual(root.get("viewBox"), f"0 0 {root.get('width')} {root.get('height')}")
            # Nothing is lost: the chart of the page, with a style and a ground before it.
            style, ground, *drawn = root
            self.assertIn("prefers-color-scheme:dark", style.text)
            self.assertEqual(ground.get("class"), "ground")
            self.assertEqual(len(drawn), len(page.one("svg", id=name).children))

    def test_charts_that_cannot_be_written(self):
        self.train("log", "--epochs", 1)
        self.write("file", "mine")
        self.assertIn("file", self.run_program("report", "log", "--output", "out.html", "--charts", "file", code=1).stderr)
        self.assertIn("no/such", self.run_program("report", "log", "--output", "out.html", "--charts", "no/such", code=1).stderr)
        self.path("log").rename(self.path("time.svg"))
        self.assertIn("same file", self.run_program("report", "time.svg", "--output", "out.html", "--charts", ".", code=2).stderr)
        self.assertIn("same file", self.run_program("report", "time.svg", "--output", "passes.svg", "--charts", ".", code=2).stderr)
        self.assertEqual(self.files(), ["file", "time.svg"])

    def test_diagnosed_runs_show_hot_and_cold_coordinates(self):
        *_, summary = self.train("log", "--epochs", 3, "--scheme", "hogbatch", "--threads", 2, "--diagnose")
        page = self.page("log")
        page.one("svg", id="coordinates-0")
        hot = next(row for rows in page.tables().values() for row in rows if row[0] == "hot" and len(row) == 7)
        self.assertEqual(hot[1], f"{summary['diagnosis']['hot']['samples']:,}")

    def test_few_points_are_all_drawn_however_close(self):
        self.write("log", lines(run_record(), *({**epoch_record(i + 1, 1 / (i + 1)), "train_seconds": seconds}
                                                for i, seconds in enumerate((0.1, 9, 9.001, 9.002, 9.003)))))
        drawn, = points(self.page("log").one("svg", id="time")).values()
        self.assertEqual(len(drawn), 5)

    def test_logs_that_tell_of_waiting_only(self):
        """As logs were before they told of all parts of a worker's time: the rest is computing."""
        *_, summary = records = self.train("log", "--epochs", 3, "--scheme", "round_robin", "--threads", 2)
        for worker in summary["workers"]:
            for part in set(PARTS) - {"lock_seconds", "barrier_seconds"}:
                del worker[part]
        self.write("old", lines(*records))
        for row, worker in zip(self.page("old").tables()["Seconds"][1:], summary["workers"]):
            self.assert_seconds(row[2], summary["train_seconds"] - worker["barrier_seconds"])

    def test_repeats_and_resumed_runs(self):
        self.write("r", lines(run_record(), epoch_record(1, 0.6), epoch_record(2, 0.5), epoch_record(3, 0.4),
                              {**run_record(), "resumed_at": {"epoch": 2, "update": 0}}, epoch_record(3, 0.45), epoch_record(4, 0.3)))
        drawn, = points(self.page("r").one("svg", id="passes")).values()
        self.assertEqual([round(y, 3) for _, y in drawn], [0.6, 0.5, 0.45, 0.3])
        self.train("log", "--epochs", 2, "--repeat", 3)
        self.assertEqual(len(points(self.page("log").one("svg", id="time"))), 3)

    def test_a_comparison(self):
        self.run_program("compare", ZIPF, "--schemes", "sequential,hogwild", "--threads", "1,2", "--repeat", 3, "--epochs", 5, "--json", "c.json",
                         "--html", "c.html", "--diagnose")
        text = self.path("c.html").read_text()
        page = Page(text)
        found = json.loads(self.path("c.json").read_text())
        self.assertIn(found["verdict"]["sentence"], page.root.whole_text())
        drawn = points(page.one("svg", id="time"))
        for each in found["contenders"]:
            label = f"{each['scheme']}, {each['threads']} worker{'s' if each['threads'] > 1 else ''}"
            middle = sorted(each["runs"], key=lambda run: run["train_seconds"][-1])[1]
            self.assertEqual(len(drawn[label]), 5)
            for (x, y), seconds, value in zip(drawn[label], middle["train_seconds"], middle["objective_value"]):
                self.assertAlmostEqual(x / seconds, 1, delta=1e-3)
                self.assertAlmostEqual(y / value, 1, delta=1e-4)
        hogwild = points(page.one("svg", id="scaling"))["hogwild"]
        self.assertEqual(len(hogwild), 2)
        for (_, y), each in zip(hogwild, found["contenders"][1:]):
            self.assertAlmostEqual(y, each["speed_up"], delta=0.01)
        # Each worker's time and staleness, and hot against cold coordinates.
        seconds = {row[0]: row for row in page.tables()["Seconds"][1:]}
        middle = sorted(found["contenders"][2]["runs"], key=lambda run: run["train_seconds"][-1])[1]
        for place, worker in enumerate(middle["workers"]):
            row = seconds[f"hogwild, 2 workers: worker {place}"]
            self.assert_seconds(row[2], worker["computing_seconds"])
        self.assertEqual(len(list(page.root.all("svg", id="coordinates-2"))), 1)
        hot = [row for rows in page.tables().values() for row in rows if row[0] == "hot" and len(row) == 7][-1]
        self.assertEqual(hot[1], f"{found['contenders'][2]['lost_updates']['hot']['samples']:,}")
        # The same page from the file.
        self.run_program("report", "c.json", "--output", "d.html")
        self.assertEqual(self.path("d.html").read_text(), text)

    def test_the_page_is_bounded(self):
        sizes = {}
        for count in (1000, 100_000):
            values = [1 + (7919 * i % 1009) / 1009 / (1 + i) for i in range(1, count + 1)]
            values[count // 3] = 0.5  # one record alone is the lowest
            self.write("long", lines(run_record(), *(epoch_record(i + 1, value) for i, value in enumerate(values))))
            page = self.page("long")
            for chart in ("time", "passes"):
                drawn, = points(page.one("svg", id=chart)).values()
                self.assertLess(len(drawn), 1200)
                self.assertAlmostEqual(min(y for _, y in drawn), 0.5, places=2)
                self.assertAlmostEqual(drawn[-1][1], values[-1], places=2)
            table = page.tables()[f"40 of {count:,} evaluations of hogwild, 2 workers (long)"]
            self.assertEqual((len(table), table[1][0], table[-1][0]), (41, "1", str(count)))
            sizes[count] = self.path("out.html").stat().st_size
        self.assertLess(max(sizes.values()), 160_000 if UPLOT else 100_000)


class Safety(ReportTest):
    def test_names_are_escaped(self):
        name = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>.jsonl".replace("/", "\u2215")
        self.write(name, lines(run_record(scheme="</title><script>alert(3)</script>", data="</td><script>"), epoch_record(1, 0.5)))
        page = self.page(name)
        self.assertEqual(len(list(page.root.all("script"))), 2 if UPLOT else 1)
        self.assertEqual(list(page.root.all("img")), [])
        self.assertIn(f"</title><script>alert(3)</script>, 2 workers ({name})", points(page.one("svg", id="time")))

    def test_bytes_that_are_no_text(self):
        name = os.fsencode(self.directory) + b"/\xff\xfe\x07.jsonl"
        with open(name, "w") as file:
            file.write(lines(run_record(), epoch_record(1, 0.5)))
        self.run_program("report", os.fsdecode(b"\xff\xfe\x07.jsonl"), "--output", "out.html")
        self.assertIn("\ufffd\ufffd\ufffd.jsonl", self.path("out.html").read_text(encoding="utf-8"))

    def test_nothing_comes_from_elsewhere(self):
        self.train("log", "--epochs", 2)
        page = self.page("log")
        policy = page.one("meta", **{"http-equiv": "Content-Security-Policy"}).attributes["content"]
        self.assertTrue(policy.startswith("default-src 'none';"))
        for tag in ("style", "script"):
            digests = [base64.b64encode(hashlib.sha256(each.text.encode()).digest()).decode() for each in page.root.all(tag)]
            self.assertIn(f"; {tag}-src" + "".join(f" 'sha256-{digest}'" for digest in digests) + ";", policy)
        self.assertNotIn("unsafe", policy)
        text = self.path("out.html").read_text().replace("/*! https://github.com/leeoniya/uPlot (v", "", 1)  # in whose name it is
        self.assertIsNone(re.search(r"https?://|@import|url\(", text))

        def attributes(element):
            yield from element.attributes
            for child in element.children:
                yield from attributes(child)

        self.assertFalse({name for name in attributes(page.root) if name == "style" or name.startswith("on") or name == "src"})


class Refusals(ReportTest):
    def test_an_existing_page_is_left_alone(self):
        good = lines(run_record(), epoch_record(1, 0.5))
        self.write("good", good)
        self.write("cut", good + '{"record":"epo')
        self.write("prose", "no JSON\n")
        self.write("list", "[1]\n")
        self.write("empty", "")
        self.write("headless", lines(epoch_record(1, 0.5)))
        self.write("typed", lines(run_record(), {"record": "epoch", "epoch": "one"}))
        self.write("mixed", lines(run_record(), epoch_record(2, 0.5), epoch_record(1, 0.5)))
        self.write("later", lines({**run_record(), "version": "9.1.0"}, epoch_record(1, 0.5)))
        self.write("other", lines(run_record(objective="squared"), epoch_record(1, 0.5)))
        self.write("version.json", '{\n"record": "comparison", "version": "0.0.1"\n}\n')
        self.write("out.html", "old")
        for logs, code, message in (
            (("cut",), 3, "cut:3: the last line is cut off"),
            (("prose",), 3, "prose:1: is not JSON of a log"),
            (("list",), 3, "list:1: is not JSON of a log"),
            (("empty",), 3, "empty: has no runs"),
            (("headless",), 3, "headless:1: an epoch or a summary before any run"),
            (("typed",), 3, "typed:2: is not a record of a log"),
            (("mixed",), 3, "mixed:3: epochs of several runs are mixed"),
            (("later",), 3, "later:1: the log is of peccary 9.1.0"),
            (("good", "other"), 3, "other: its runs have objective \"squared\""),
            (("version.json",), 3, "version.json: was written by peccary 0.0.1"),
            (("good", "missing"), 1, "missing: cannot open"),
            ((".",), 1, "is a directory"),
            ((), 2, "LOG"),
        ):
            with self.subTest(logs=logs):
                self.assertIn(message.lower(), self.run_program("report", *logs, "--output", "out.html", code=code).stderr.lower())
                self.assertEqual(self.path("out.html").read_text(), "old")
        self.assertIn("same file", self.run_program("report", "good", "--output", "good", code=2).stderr)
        self.assertEqual(self.path("good").read_text(), good)
        for output, message in (("/no/such/place.html", "/no/such"), (".", "directory"), ("/dev/full", "No space left")):
            self.assertIn(message, self.run_program("report", "good", "--output", output, code=1).stderr)
        # A disk that is full in the midst of the page.
        self.run_program("report", "good", "--output", "out.html", code=1,
                         preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)))
        self.assertEqual(self.path("out.html").read_text(), "old")
        self.run_program("report", "good", "--output", "out.html")
        self.assertTrue(self.path("out.html").read_text().startswith("<!DOCTYPE html>"))
        self.assertEqual([name for name in self.files() if "tmp" in name], [])


@unittest.skipUnless(CHROMIUM, "no Chromium is installed")
class InABrowser(ReportTest):
    def setUp(self):
        super().setUp()
        self.browser = Browser()
        self.addCleanup(self.browser.close)

    def test_it_loads_without_complaint_and_toggles_work(self):
        for scheme, threads in (("sequential", 1), ("hogwild", 2)):
            self.train(scheme, "--epochs", 6, "--scheme", scheme, "--threads", threads, "--diagnose")
        self.page("sequential", "hogwild")
        self.browser.open(self.path("out.html"))
        shown = "[...document.querySelectorAll('#time g, #passes g')].map(line => getComputedStyle(line).display !== 'none')"
        self.assertEqual(self.browser.evaluate(shown), [True] * 4)
        self.browser.evaluate("document.querySelectorAll('.legend input')[1].click()")
        self.assertEqual(self.browser.evaluate(shown), [True, False, True, False])
        self.browser.evaluate("document.querySelectorAll('.legend input')[1].click()")
        self.assertEqual(self.browser.evaluate(shown), [True] * 4)

        # The pointer on a point tells its run and values.
        self.browser.evaluate("document.querySelectorAll('.interactive').forEach(figure => figure.classList.remove('interactive'))")
        last = self.log("sequential")[-2]
        told = self.browser.evaluate("""(() => {
            const chart = document.querySelector('#passes'), point = [...chart.querySelector('polyline').points].at(-1);
            const at = new DOMPoint(point.x, point.y).matrixTransform(chart.getScreenCTM());
            chart.dispatchEvent(new PointerEvent('pointermove', {clientX: at.x, clientY: at.y}));
            return chart.parentElement.querySelector('.hover').textContent; })()""")
        label, passes, value = told.rsplit(",", 1)[0].rsplit(":", 1)[0], *map(float, told.rsplit(":", 1)[1].split(","))
        self.assertEqual(label, "sequential, 1 worker (sequential)")
        self.assertEqual(passes, 6)
        self.assertAlmostEqual(value, last["objective_value"], places=7)
        self.assertEqual(self.browser.complaints, [])

    def test_a_phone_need_not_scroll_sideways_and_dark_is_dark(self):
        self.train("log", "--epochs", 3)
        self.page("log")
        self.browser.call("Emulation.setDeviceMetricsOverride", width=360, height=740, deviceScaleFactor=2, mobile=True)
        self.browser.open(self.path("out.html"))
        self.assertLessEqual(self.browser.evaluate("document.documentElement.scrollWidth"), 360)
        ground = "getComputedStyle(document.body).backgroundColor"
        light = self.browser.evaluate(ground)
        self.browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
        self.assertNotEqual(self.browser.evaluate(ground), light)
        self.browser.call("Emulation.setEmulatedMedia", media="print")
        self.assertEqual(self.browser.evaluate(ground), light)
        self.assertEqual(self.browser.complaints, [])

    def test_hostile_names_do_nothing(self):
        self.write("x", lines(run_record(scheme="<img src=x onerror=\"document.title='no'\">"), epoch_record(1, 0.5)))
        self.page("x")
        self.browser.open(self.path("out.html"))
        self.assertEqual(self.browser.evaluate("document.title"), "Training runs")
        self.assertEqual(self.browser.complaints, [])

    def test_many_records(self):
        for count in (1000, 100_000):
            self.write("long", lines(run_record(), *(epoch_record(i, 1 + 1 / i) for i in range(1, count + 1))))
            self.page("long")
            self.browser.open(self.path("out.html"))
            self.assertLess(self.browser.evaluate("document.querySelector('#time polyline').points.length"), 1200)
        self.assertEqual(self.browser.complaints, [])


if __name__ == "__main__":
    unittest.main()
