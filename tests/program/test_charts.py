#!/usr/bin/env python3
"""The charts by uPlot in the page, in a browser: the logs' points, boxes, hovering, enlarging, dark and light, phones, print, many records."""

import time
import unittest

from browser import CHROMIUM, Browser
from harness import UPLOT
from test_report import ReportTest, epoch_record, lines, run_record

# What uPlot was given: for every chart its lines by label, without the places where only others have a point.
GIVEN = """Object.fromEntries([...document.querySelectorAll('.uplot')].map(({plot, previousElementSibling: svg}) =>
    [svg.id, Object.fromEntries(plot.series.slice(1).map(({label}, i) =>
        [label, plot.data[0].map((x, at) => [x, plot.data[i + 1][at] ?? null]).filter(([, y]) => y !== null)]))]))"""
SHOWN = "[...document.querySelectorAll('.uplot')].map(({plot}) => plot.series.slice(1).map(({show}) => show))"


class Embedding(ReportTest):
    def test_the_page_says_what_it_contains(self):
        self.write("log", lines(run_record(), epoch_record(1, 0.5)))
        self.page("log")
        text = self.path("out.html").read_text()
        for part in ("with charts by uPlot 1.", "Permission is hereby granted", "Leon Sorokin", "var uPlot="):
            self.assertEqual(part in text, UPLOT, part)


@unittest.skipUnless(UPLOT, "built without uPlot")
@unittest.skipUnless(CHROMIUM, "no Chromium is installed")
class UPlotInABrowser(ReportTest):
    def setUp(self):
        super().setUp()
        self.browser = Browser()
        self.addCleanup(self.browser.close)

    def open(self, *logs):
        self.page(*logs)
        self.browser.open(self.path("out.html"))

    def until(self, expression):
        """The browser draws when it is idle; a page that never comes to `expression` fails by the browser's deadline."""
        while not self.browser.evaluate(expression):
            self.assertLess(time.monotonic(), self.browser.deadline, expression)
            time.sleep(0.02)

    def two_runs(self):
        first = [(0.1, 0.9), (0.2, 0.7), (0.4, 0.5), (0.8, 0.3)]
        second = [(0.05, 0.8), (0.2, 0.6), (0.35, 0.55)]
        for name, threads, points in (("a", 1, first), ("b", 2, second)):
            self.write(name, lines(run_record(threads=threads), *(
                {**epoch_record(i + 1, value), "train_seconds": seconds} for i, (seconds, value) in enumerate(points))))
        self.open("a", "b")
        return {"hogwild, 1 worker (a)": first, "hogwild, 2 workers (b)": second}

    def mouse(self, kind, x, y, **more):
        """At these shares of the first chart's area, from its lower left corner."""
        left, top, width, height = self.browser.evaluate("""(() => {
            const over = document.querySelector('.u-over');
            over.scrollIntoView({block: 'center'});
            const {left, top, width, height} = over.getBoundingClientRect();
            return [left, top, width, height]; })()""")
        self.browser.call("Input.dispatchMouseEvent", type=kind, x=left + x * width, y=top + (1 - y) * height, **more)

    def assert_close(self, given, expected):
        self.assertEqual(len(given), len(expected))
        for one, other in zip(given, expected):
            for found, wanted in zip(one, other):
                self.assertAlmostEqual(found, wanted, delta=1e-7 * abs(wanted))

    def test_points_are_the_logs(self):
        logs = {name: [record for record in self.train(name, "--epochs", 8, "--scheme", scheme, "--threads", threads) if record["record"] == "epoch"]
                for name, scheme, threads in (("a", "sequential", 1), ("b", "hogwild", 2))}
        self.open(*logs)
        given = self.browser.evaluate(GIVEN)
        labels = ["sequential, 1 worker (a)", "hogwild, 2 workers (b)"]
        for chart, field in (("time", "train_seconds"), ("passes", "epoch")):
            self.assertEqual(list(given[chart]), labels)
            for label, epochs in zip(labels, logs.values()):
                self.assert_close(given[chart][label], [(record[field], record["objective_value"]) for record in epochs])
        ratio = logs["a"][-1]["train_seconds"] / logs["b"][-1]["train_seconds"]
        self.assert_close(given["scaling"].pop("sequential"), [(1, 1)])
        (workers, speed_up), = given["scaling"].pop("hogwild")
        self.assertEqual(workers, 2)
        self.assertAlmostEqual(speed_up, ratio, delta=0.02 * ratio)
        self.assertEqual(given["scaling"], {"ideal": [[0, 0], [1, 1], [2, 2]]})
        kinds = "[...document.querySelectorAll('.uplot')].map(({plot}) => [plot.scales.x.distr, plot.scales.y.distr])"
        self.assertEqual(self.browser.evaluate(kinds), [[3, 3], [3, 3], [1, 1]])  # 3: logarithmic
        self.assertEqual(self.browser.complaints, [])

    def test_a_box_hides_its_run_in_all_charts(self):
        self.two_runs()
        self.assertEqual(self.browser.evaluate(SHOWN)[:2], [[True, True]] * 2)
        self.browser.evaluate("document.querySelectorAll('.legend input')[0].focus()")
        for kind in ("keyDown", "keyUp"):
            self.browser.call("Input.dispatchKeyEvent", type=kind, key=" ", code="Space", text=" ", windowsVirtualKeyCode=32)
        self.assertEqual(self.browser.evaluate(SHOWN)[:2], [[False, True]] * 2)
        self.until("document.querySelector('.uplot').plot.scales.y.max < 0.85")  # fitted to what is left
        self.browser.evaluate("document.querySelectorAll('.legend input')[1].click()")
        self.assertEqual(self.browser.evaluate(SHOWN)[:2], [[False, False]] * 2)
        self.browser.evaluate("document.querySelectorAll('.legend input').forEach(box => box.click())")
        self.assertEqual(self.browser.evaluate(SHOWN)[:2], [[True, True]] * 2)
        self.until("document.querySelector('.uplot').plot.scales.y.max > 0.9")
        self.assertEqual(self.browser.complaints, [])

    def test_the_pointer_tells_values_of_every_run(self):
        runs = self.two_runs()
        self.mouse("mouseMoved", 0.99, 0.5)
        told = "[...document.querySelectorAll('#time + .uplot .u-series')].slice(1).map(row => [...row.cells].map(cell => cell.textContent))"
        self.until(f"{told}[0][1] !== '-'")
        self.assertEqual(self.browser.evaluate(told), [[label, f"{points[-1][1]} at {points[-1][0]}"] for label, points in runs.items()])
        self.assertEqual(self.browser.complaints, [])

    def test_a_drag_enlarges_and_a_double_click_goes_back(self):
        self.two_runs()
        span = "(({min, max}) => [min, max])(document.querySelector('.uplot').plot.scales.x)"
        low, high = self.browser.evaluate(span)
        self.mouse("mouseMoved", 0.5, 0.5)
        self.mouse("mousePressed", 0.5, 0.5, button="left", buttons=1, clickCount=1)
        self.mouse("mouseMoved", 0.9, 0.5, button="left", buttons=1)
        self.mouse("mouseReleased", 0.9, 0.5, button="left", clickCount=1)
        self.until(f"{span}[0] > {low}")
        near, far = self.browser.evaluate(span)
        self.assertAlmostEqual(near, low * (high / low) ** 0.5, delta=0.02 * near)
        self.assertAlmostEqual(far, low * (high / low) ** 0.9, delta=0.02 * far)
        for count in (1, 2):
            self.mouse("mousePressed", 0.5, 0.5, button="left", buttons=1, clickCount=count)
            self.mouse("mouseReleased", 0.5, 0.5, button="left", clickCount=count)
        self.until(f"{span}[0] === {low} && {span}[1] === {high}")
        self.assertEqual(self.browser.complaints, [])

    def test_colours_follow_the_system_and_boxes_stay(self):
        self.two_runs()
        self.browser.evaluate("document.querySelectorAll('.legend input')[0].click()")
        drawn = "[0, 1].map(() => document.querySelector('.uplot').plot).map(plot => [plot.series[1].stroke(plot, 1), plot.axes[0].stroke(plot, 0)])[0]"
        light = self.browser.evaluate(drawn)
        self.browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
        self.until(f"{drawn}[0] !== '{light[0]}' && {drawn}[1] !== '{light[1]}'")
        self.assertEqual(self.browser.evaluate(drawn)[0], self.browser.evaluate("getComputedStyle(document.querySelector('#time polyline')).stroke"))
        self.assertEqual(self.browser.evaluate(SHOWN)[:2], [[False, True]] * 2)
        self.assertEqual(self.browser.complaints, [])

    def test_charts_fit_a_phone_and_its_turning(self):
        self.write("x" * 100, lines(run_record(), epoch_record(1, 0.5), epoch_record(2, 0.4)))
        self.page("x" * 100)
        for width in (360, 740, 360):
            self.browser.call("Emulation.setDeviceMetricsOverride", width=width, height=1100 - width, deviceScaleFactor=2, mobile=True)
            if width == 360 and not self.browser.loaded:
                self.browser.open(self.path("out.html"))
            self.until("""(({plot, parentElement}) => plot.width === parentElement.clientWidth)(document.querySelector('.uplot'))""")
            self.assertLessEqual(self.browser.evaluate("document.documentElement.scrollWidth"), width)
        self.assertEqual(self.browser.complaints, [])

    def test_print_has_the_drawing_of_the_program(self):
        self.two_runs()
        heights = "['#time', '#time + .uplot'].map(each => document.querySelector(each).getBoundingClientRect().height > 0)"
        self.assertEqual(self.browser.evaluate(heights), [False, True])
        self.browser.call("Emulation.setEmulatedMedia", media="print")
        self.assertEqual(self.browser.evaluate(heights), [True, False])

    def test_screen_readers_are_told_what_the_charts_are(self):
        self.two_runs()
        found = {node["name"]["value"] for node in self.browser.call("Accessibility.getFullAXTree")["nodes"]
                 if node.get("role", {}).get("value") in ("img", "image") and not node["ignored"]}
        for chart in ("training time", "passes over the data"):
            self.assertIn(f"Objective value against {chart}, a line for each run; the figures are in the tables below", found)

    def test_hostile_names_are_text(self):
        name = "</script><script>document.title = 'no'</script>\u2028<img src=x onerror=alert(1)>&\"'"
        self.write("x", lines(run_record(scheme=name), epoch_record(1, 0.5), epoch_record(2, 0.4)))
        self.open("x")
        label = self.browser.evaluate("document.querySelector('#time + .uplot .u-series + .u-series .u-label').textContent")
        self.assertEqual(list(self.browser.evaluate(GIVEN)["time"]), [label])
        self.assertEqual(label, f"{name}, 2 workers (x)")
        self.assertEqual(self.browser.evaluate("[document.title, document.querySelectorAll('img').length, document.scripts.length]"),
                         ["Training runs", 0, 2])
        self.assertEqual(self.browser.complaints, [])

    def test_runs_of_few_points_and_of_none(self):
        self.write("one", lines(run_record(), epoch_record(1, 0.5)))
        self.write("zero", lines(run_record(), epoch_record(1, 0.0), epoch_record(2, 0.0)))
        self.write("none", lines(run_record(), epoch_record(1, None)))
        self.write("unborn", lines(run_record()))
        for logs in (("one",), ("zero",), ("none",), ("unborn",), ("unborn", "one", "none", "zero")):
            self.open(*logs)
            given = self.browser.evaluate(GIVEN)
            self.assertEqual(sorted(len(points) for points in given.get("time", {}).values()),
                             sorted({"one": 1, "zero": 2}[log] for log in logs if log in ("one", "zero")))
            ranges = "[...document.querySelectorAll('.uplot')].flatMap(({plot: {scales: {x, y}}}) => [x.max - x.min, y.max - y.min])"
            self.assertTrue(all(extent > 0 for extent in self.browser.evaluate(ranges)))
        self.assertEqual(self.browser.complaints, [])

    def test_many_records(self):
        for count in (1000, 100_000):
            values = [0.3 + (7919 * i % 1009) / 1009 / i + 1 / i for i in range(1, count + 1)]
            values[count // 3] = 0.25  # one record alone is the lowest
            self.write("long", lines(run_record(), *(epoch_record(i + 1, value) for i, value in enumerate(values))))
            self.open("long")
            for chart, of_epoch in (("time", 1e-3), ("passes", 1)):
                points, = self.browser.evaluate(GIVEN)[chart].values()
                self.assertEqual(len(points), self.browser.evaluate(f"document.querySelector('#{chart} polyline').points.length"))
                self.assertLess(len(points), 1200)
                self.assert_close(points, [(epoch * of_epoch, values[epoch - 1]) for epoch in (round(x / of_epoch) for x, _ in points)])
                self.assert_close([points[0], points[-1]], [(of_epoch, values[0]), (count * of_epoch, values[-1])])
                self.assertIn(0.25, [y for _, y in points])
        self.assertEqual(self.browser.complaints, [])


if __name__ == "__main__":
    unittest.main()
