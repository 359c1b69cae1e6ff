#!/usr/bin/env python3
"""The layering check accepts a tree that obeys, and names file, line and reason for each way not to."""

import tempfile
import unittest
from pathlib import Path

from check import check


def offences(files):
    """Checks a tree of {path under include/peccary: text}; returns the offences with the tree's own path cut off."""
    with tempfile.TemporaryDirectory() as directory:
        for name, text in files.items():
            path = Path(directory, "peccary", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return [offence.removeprefix(f"{directory}/peccary/") for offence in check(directory)]


class LayeringTest(unittest.TestCase):
    def assert_refused(self, place, reason, files):
        found = offences(files)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(place + ": "), found[0])
        self.assertIn(reason, found[0])

    def test_obedient_tree(self):
        self.assertEqual(
            offences(
                {
                    "core/types.hpp": "#include <cstdint>\n#include <sys/mman.h>\n",
                    "core/other.hpp": '#include "peccary/core/types.hpp"\n',
                    "data/row.hpp": '#include "peccary/core/types.hpp"\n#include <Eigen/Core>\n',
                    "execution/openmp.hpp": "#include <omp.h>\n",
                    "execution/tbb.hpp": "#include <tbb/task_arena.h>\n#include <oneapi/tbb/version.h>\n",
                    "train.hpp": '#include "peccary/data/row.hpp"\n',
                    "peccary.hpp": '// #include "nowhere.hpp"\n#include "peccary/train.hpp"\n',
                }
            ),
            [],
        )

    def test_later_folder(self):
        files = {"core/a.hpp": '\n#include "peccary/data/b.hpp"\n', "data/b.hpp": ""}
        self.assert_refused("core/a.hpp:2", "includes data/b.hpp of a later folder", files)

    def test_nested_folder_belongs_to_its_top_folder(self):
        files = {"data/b.hpp": '#include "peccary/parameters/access/a.hpp"\n', "parameters/access/a.hpp": ""}
        self.assert_refused("data/b.hpp:1", "of a later folder", files)

    def test_umbrella_from_within(self):
        files = {"scheme/a.hpp": '#include "peccary/train.hpp"\n', "train.hpp": ""}
        self.assert_refused("scheme/a.hpp:1", "of a later folder", files)

    def test_indented_directive(self):
        files = {"core/a.hpp": '  #  include "peccary/data/b.hpp"\n', "data/b.hpp": ""}
        self.assert_refused("core/a.hpp:1", "of a later folder", files)

    def test_third_party(self):
        self.assert_refused("core/a.hpp:1", "neither standard", {"core/a.hpp": "#include <fmt/format.h>\n"})

    def test_execution(self):
        self.assert_refused("core/a.hpp:1", "-ltbb", {"core/a.hpp": "#include <execution>\n"})

    def test_component_headers_stay_in_their_executors(self):
        self.assert_refused("execution/threads.hpp:1", "only execution/openmp", {"execution/threads.hpp": "#include <omp.h>\n"})
        self.assert_refused("scheme/tbb.hpp:1", "only execution/tbb", {"scheme/tbb.hpp": "#include <tbb/tbb.h>\n"})

    def test_forms_that_cannot_be_followed(self):
        self.assert_refused("core/a.hpp:1", "from the include directory", {"core/a.hpp": '#include "b.hpp"\n', "core/b.hpp": ""})
        self.assert_refused("core/a.hpp:1", "header of our own", {"core/a.hpp": "#include <peccary/core/b.hpp>\n", "core/b.hpp": ""})
        self.assert_refused("core/a.hpp:1", "does not exist", {"core/a.hpp": '#include "peccary/core/b.hpp"\n'})
        self.assert_refused("core/a.hpp:1", "by a macro", {"core/a.hpp": "#include HEADER\n"})

    def test_calls_that_macros_would_take(self):
        for call in ("std::min(1, 2)", "std::numeric_limits<int>::max()"):
            self.assert_refused("core/a.hpp:1", "is a macro in some programs", {"core/a.hpp": f"int a = {call};\n"})
        self.assertEqual(offences({"core/a.hpp": 'int a = (std::min)(1, 2); // min(1, 2)\nauto b = "max(0, z)";\n'}), [])

    def test_unknown_folder(self):
        self.assert_refused("misc/a.hpp:1", "has no place", {"misc/a.hpp": ""})

    def test_empty_tree(self):
        self.assertEqual(len(offences({})), 1)


if __name__ == "__main__":
    unittest.main()
