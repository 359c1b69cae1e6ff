#!/usr/bin/env python3
"""`peccary report` over what Google Benchmark writes: figures and places of dots, failed checks, escaping, refusals, and a browser's view."""

import json
import math
import random
import statistics
import unittest

from browser import CHROMIUM, Browser
from harness import UPLOT
from test_report import ReportTest, epoch_record, lines, run_record

RATES = {("plain", "alone"): (4e9, 5e9, 3e9), ("plain", "zipf"): (2e8, 1e8, 4e8), ("locked", "alone"): (1e6, 3e6, 2e6),
         ("locked", "zipf"): (5e5, 4e5, 3e5)}


def entry(name, repetition=0, family=0, instance=0, **more):
    """A repetition as version 1.7 writes it."""
    return {"name": name, "family_index": family, "per_family_instance_index": instance, "run_name": name, "run_type": "iteration",
            "repetitions": 3, "repetition_index": repetition, "threads": 1, "iterations": 10, "real_time": 2.0, "cpu_time": 1.0,
            "time_unit": "us", **more}


def results(*entries, **context):
    return json.dumps({"context": {"date": "2026-01-02", "host_name": "secret", "executable": "bench.x", "num_cpus": 2,
                                   "caches": [{"type": "Data", "level": 1, "size": 32768, "num_sharing": 1}], "load_avg": [0.5, 0.25, 0.125],
                                   **context}, "benchmarks": list(entries)}, indent=2)


def measured():
    """`RATES`, with what comes between: aggregates, another rate that only some have, repetitions in random order."""
    entries = []
    for family, contender in enumerate(("plain", "locked")):
        for instance, case in enumerate(("alone", "zipf")):
            name = f"{contender}/{case}/row:10/process_time/real_time/threads:2"
            for repetition, rate in enumerate(RATES[contender, case]):
                more = {"bytes/s": 1.0} if contender == "plain" else {}
                entries.append(entry(name, repetition, family, instance, **{"nonzeros/s": rate}, **more))
    random.Random(1).shuffle(entries)
    return [*entries, {**entry("plain/alone_mean"), "run_type": "aggregate", "aggregate_name": "mean", "nonzeros/s": 1.0}]


class Benchmarks(ReportTest):
    def test_figures_are_the_medians_and_their_spread(self):
        self.write("b.json", results(*measured(), question="What does it cost?", processor="Z80"))
        page = self.page("b.json")
        self.assertEqual(page.one("h1").text, "Microbenchmarks")
        self.assertEqual([each.text for each in page.root.all("h2")], ["What does it cost?", "Settings, data and machine"])
        table = page.tables()["b.json: medians (least to greatest) of 3 repetitions"]
        self.assertEqual(table[0], ["nonzeros/s", "plain", "locked"])
        self.assertEqual(table[1:], [["alone, row 10, threads 2", "4.00 G (3.00 G to 5.00 G)", "2.00 M (1.00 M to 3.00 M)"],
                                     ["zipf, row 10, threads 2", "200 M (100 M to 400 M)", "400 k (300 k to 500 k)"]])
        common = dict(page.tables()["What the runs have in common"])
        self.assertEqual((common["processor"], common["num_cpus"], common["L1 Data cache, bytes"]), ("Z80", "2", "32768"))
        self.assertNotIn("secret", page.root.whole_text())

    def test_dots_are_where_the_axis_says(self):
        self.write("b.json", results(*measured()))
        chart = self.page("b.json").one("svg", id="question-0-chart")
        kind, low, high = chart.attributes["data-axis"].split()
        low, high = float(low), float(high)
        left, right = map(float, chart.attributes["data-area"].split())
        self.assertEqual(kind, "log")
        place = lambda value: left + (right - left) * math.log(value / low) / math.log(high / low)
        drawn = {}
        for group in chart.all("g"):
            drawn[float(next(group.all("circle")).attributes["cx"])] = next(group.all("path")).attributes["d"]
            contender = next(group.all("title")).text.split(":")[0]
            self.assertEqual(group.attributes["class"], {"plain": "s0", "locked": "s1"}[contender])
        self.assertEqual(len(drawn), 4)
        for rates in RATES.values():
            x, line = min(drawn.items(), key=lambda dot: abs(dot[0] - place(statistics.median(rates))))
            self.assertAlmostEqual(x, place(statistics.median(rates)), delta=0.01)
            first, last = float(line[1:].split()[0]), float(line.split("H")[1])
            self.assertAlmostEqual(first, place(min(rates)), delta=0.01)
            self.assertAlmostEqual(last, place(max(rates)), delta=0.01)

    def test_time_where_there_is_no_common_rate(self):
        self.write("b.json", results(entry("a/x", **{"adds/s": 5.0}), entry("b/x", time_unit="ms", **{"bytes_per_second": 5.0})))
        table = self.page("b.json").tables()["b.json: medians (least to greatest) of 1 repetition"]
        self.assertEqual(table, [["seconds", "a", "b"], ["x", "2e-06 s", "0.002 s"]])

    def test_labels_cases_that_one_lacks_and_failed_checks(self):
        self.write("b.json", results(
            entry("alone/x/threads:1", family=0, **{"adds/s": 5.0}), entry("many/x/threads:1", family=1, **{"adds/s": 5.0}),
            entry("many/x/threads:4", 0, 1, 1, label="oversubscribed", **{"adds/s": 6.0}),
            {**entry("many/y", 0, 1, 2), "error_occurred": True, "error_message": "the sums are wrong"}))
        page = self.page("b.json")
        table = page.tables()["b.json: medians (least to greatest) of 1 repetition"]
        self.assertEqual(table[1:], [["x, threads 1", "5", "5"], ["x, threads 4 (oversubscribed)", "-", "6"], ["y", "-", "failed"]])
        self.assertIn("Failed: many, y: the sums are wrong.", [each.text for each in page.root.all("p")])
        self.assertEqual(len(list(page.one("svg", id="question-0-chart").all("g"))), 3)

    def test_only_failures(self):
        self.write("b.json", results({**entry("many/y"), "error_occurred": True, "error_message": "no"}))
        page = self.page("b.json")
        self.assertEqual(list(page.root.all("svg")), [])
        self.assertIn("Failed: many, y: no.", page.root.whole_text())

    def test_several_files_are_several_questions(self):
        self.write("a.json", results(*measured(), question="One?", load="low"))
        self.write("b.json", results(*measured(), question="Two?", load="high"))
        page = self.page("a.json", "b.json")
        self.assertEqual([each.text for each in page.root.all("h2")][:2], ["One?", "Two?"])
        self.assertEqual(page.tables()["What differs"], [["setting", "a.json", "b.json"], ["load", "low", "high"]])
        page.one("svg", id="question-1-chart")

    def test_names_are_escaped(self):
        hostile = "</title></text><script>alert(1)</script>\"'&"
        self.write("b.json", results(entry(f"{hostile.replace('/', '|')}/{hostile}", label=hostile, **{hostile + "/s": 5.0}),
                                     {**entry("b/y", **{hostile + "/s": 5.0}), "error_occurred": True, "error_message": hostile},
                                     question=hostile, **{hostile: hostile}))
        page = self.page("b.json")
        self.assertEqual(len(list(page.root.all("script"))), 2 if UPLOT else 1)
        self.assertIn(hostile, [each.text for each in page.root.all("h2")])
        self.assertIn(hostile, page.tables()["What the runs have in common"][-1])

    def test_an_existing_page_is_left_alone(self):
        whole = results(*measured())
        self.write("good", whole)
        self.write("cut", whole[:-20])
        self.write("aggregates", results({**entry("a/x"), "run_type": "aggregate"}))
        self.write("empty", results())
        self.write("typed", results({**entry("a/x"), "real_time": "long"}))
        self.write("headless", '{"context": {"date": ""}}')
        self.write("eons", results(entry("a/x", time_unit="eons")))
        self.write("log", lines(run_record(), epoch_record(1, 0.5)))
        self.write("comparison", '{\n"record": "comparison"\n}\n')
        self.write("out.html", "old")
        for files, message in (
            (("cut",), "cut: is cut off, or no JSON"),
            (("aggregates",), "aggregates: has no measurements, or only their aggregates"),
            (("empty",), "empty: has no measurements"),
            (("typed",), "typed: is not what Google Benchmark writes"),
            (("headless",), "headless: is not what Google Benchmark writes"),
            (("eons",), "eons: has times in 'eons'"),
            (("good", "cut"), "cut: is cut off"),
            (("good", "log"), "log: has no benchmarks, but good has"),
            (("log", "good"), "log: has no benchmarks, but good has"),
            (("good", "comparison"), "comparison: has no benchmarks, but good has"),
        ):
            with self.subTest(files=files):
                self.assertIn(message, self.run_program("report", *files, "--output", "out.html", code=3).stderr)
                self.assertEqual(self.path("out.html").read_text(), "old")

    @unittest.skipUnless(CHROMIUM, "no Chromium is installed")
    def test_a_browser_has_no_complaint_and_a_phone_need_not_scroll_sideways(self):
        self.write("b.json", results(*measured(), question="What does it cost?"))
        self.page("b.json")
        browser = Browser()
        self.addCleanup(browser.close)
        browser.call("Emulation.setDeviceMetricsOverride", width=360, height=740, deviceScaleFactor=2, mobile=True)
        browser.open(self.path("out.html"))
        self.assertLessEqual(browser.evaluate("document.documentElement.scrollWidth"), 360)
        self.assertEqual(browser.evaluate("document.querySelectorAll('#question-0-chart circle').length"), 4)
        self.assertEqual(browser.complaints, [])


if __name__ == "__main__":
    unittest.main()
