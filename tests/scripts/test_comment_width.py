#!/usr/bin/env python3
"""scripts/comment-width wraps what may be wrapped, and leaves all else as it is."""

import contextlib
import importlib.machinery
import importlib.util
import io
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "comment-width"
SENTENCE = "Adds a row to the shared parameters, one coordinate at a time, while others may be reading any of them, and so on."
HINT = "some hint, that stands behind a line of code and makes that line longer than a comment may"


def load():
    loader = importlib.machinery.SourceFileLoader("comment_width", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("comment_width", loader))
    sys.modules["comment_width"] = module  # where dataclasses look for it
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


comment_width = load()


def fill(text, first, rest=None):
    """Lines of prose as Python's own library wraps them."""
    options = {"break_long_words": False, "break_on_hyphens": False}
    return textwrap.wrap(text, 100, initial_indent=first, subsequent_indent=first if rest is None else rest, **options)


class CommentWidth(unittest.TestCase):
    maxDiff = None

    def run_on(self, text, *options):
        """Exit code, what was printed, and the text afterwards."""
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory, "code.hpp")
            file.write_text(text)
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                code = comment_width.main([*options, str(file)])
            return code, printed.getvalue().replace(directory + os.sep, ""), file.read_text()

    def check(self, before, after, code=0):
        """The lines `before` become `after`, which stay; with a code of 1, some of them need a person."""
        before, after = "\n".join(before) + "\n", "\n".join(after) + "\n"
        returned, printed, text = self.run_on(before)
        self.assertEqual(text, after)
        self.assertEqual((returned, bool(printed)), (code, code == 1), printed)
        self.assertEqual(self.run_on(after), (code, printed, after))
        self.assertEqual(self.run_on(after, "--check"), (code, printed, after))

    def stays(self, *lines, code=0):
        self.check(lines, lines, code)

    def test_check_names_line_and_columns_and_changes_nothing(self):
        text = f"int a;\n// {SENTENCE}\nint b; // {HINT}\nint c; // {HINT}, too long\n"
        code, printed, after = self.run_on(text, "--check")
        self.assertEqual((code, after), (1, text))
        self.assertEqual(
            printed,
            f"code.hpp:2: comment of {len(SENTENCE) + 3} columns; at most 100\n"
            f"code.hpp:4: comment of {len(HINT) + 20} columns; at most 100\n",
        )

    def test_command_line(self):
        for arguments in ([], ["--check"], ["--cheque", "code.hpp"]):
            done = subprocess.run([SCRIPT, *arguments], capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stderr), (2, "usage: comment-width [--check] FILE...\n"))
        done = subprocess.run([SCRIPT, "nowhere.hpp"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("comment-width: nowhere.hpp: [Errno 2] No such file or directory: 'nowhere.hpp'", done.stderr)

    def test_columns_are_characters(self):
        self.stays("// " + "τ" * 40 + " " + "x" * 56)

    def test_paragraphs_that_have_a_line_too_long(self):
        short = ["/// A paragraph whose lines", "/// were broken by hand."]
        self.check(
            [*short, "///", f"/// {SENTENCE[:-1]}", "/// and on.", "///", *short, "int a;"],
            [*short, "///", *fill(SENTENCE[:-1] + " and on.", "/// "), "///", *short, "int a;"],
        )

    def test_markers_and_indentations_are_blocks_of_their_own(self):
        self.check(
            ["// Who", f"/// {SENTENCE}", "    // what", f"    // {SENTENCE}", "int a;"],
            ["// Who", *fill(SENTENCE, "/// "), *fill("what " + SENTENCE, "    // "), "int a;"],
        )

    def test_ends_of_sentences_that_were_meant(self):
        more = "and more of it, so that this line is as long as the one before or longer: the longest of all the lines there are"
        for begin, meant in (("Throws", True), ("Thread-safety:", True), ("Considerations.", True), ("Some", False), ("goes", False)):
            second = f"{begin} {more}"
            lines = fill(SENTENCE, "/// ") + fill(second, "/// ") if meant else fill(f"{SENTENCE} {second}", "/// ")
            self.check([f"/// {SENTENCE}", f"/// {second}"], lines)
        self.check(  # "Some" would have gone into the first line, as long as the second is
            [f"/// {SENTENCE}", f"/// Some {more} than that"],
            fill(SENTENCE, "/// ") + fill(f"Some {more} than that", "/// "),
        )

    def test_lists(self):
        self.check(
            ["// What it does:", f"// - {SENTENCE}", "//   Two lines.", "// - Short.", f"// 1. {SENTENCE}"],
            [
                "// What it does:",
                *fill(SENTENCE + " Two lines.", "// - ", "//   "),
                "// - Short.",
                *fill(SENTENCE, "// 1. ", "//    "),
            ],
        )

    def test_definition_lists(self):
        gap = " " * 16
        self.check(
            [
                "/// A policy.",
                "///",
                "///   load(cell)   the value of one coordinate",
                f"///   block(to)    {SENTENCE}",
                f"///{gap}Two lines.",
                f"///   share(row, view, step)   {SENTENCE}",
                f"///{gap}It is a part.",
                "///   tally()      retries so far",
                f"/// It is small. {SENTENCE}",
            ],
            [
                "/// A policy.",
                "///",
                "///   load(cell)   the value of one coordinate",
                *fill(SENTENCE + " Two lines.", "///   block(to)    ", "///" + gap),
                *fill(SENTENCE + " It is a part.", "///   share(row, view, step)   ", "///" + gap),
                "///   tally()      retries so far",
                *fill(f"It is small. {SENTENCE}", "/// "),
            ],
        )
        self.check(
            ["//   pin    newest -> s;  references(s) + 1;  if newest is still s: it is pinned, else references(s) - 1, again"],
            [
                "//   pin    newest -> s;  references(s) + 1;  if newest is still s: it is pinned, else",
                "//          references(s) - 1, again",
            ],
        )

    def test_term_that_leaves_no_room(self):
        term = "a_function(with, arguments, that, are, so, many, that, they, nearly, fill, all, of, a_line)"
        self.check(
            ["///   one   is short", "///   two   is short", f"///   {term}   something else"],
            ["///   one   is short", "///   two   is short", f"///   {term}", "///         something else"],
        )

    def test_what_keeps_its_lines(self):
        self.stays(
            "///   loops over single digits                                                           23.6  13.3  26.0  1.25",
            "///   words for every run of digits                                                      30.0  24.0  33.0  1.50",
            code=1,
        )
        self.stays("///   x(t+1) - x(t) = (1 - 1/n) (x(t) - x(t-1)) - (step/n) gradient(x(t)) + (l2/n) x(t) + (l1/n) sign(x(t))", code=1)
        self.stays(f"/// | name | {SENTENCE} |", code=1)
        self.stays("/// ```", f"/// {SENTENCE}", "/// ```", code=1)
        self.stays("/*", f" * {SENTENCE}", " */", code=1)

    def test_no_line_begins_with_an_operator_or_what_reads_as_an_item(self):
        for word in ("-", "*", "=", "2."):
            code, _, text = self.run_on("// " + "word " * 18 + f"so abcd {word} cd and more\n")
            self.assertEqual(code, 0)
            self.assertFalse(text.split("\n")[1].startswith(f"// {word}"), text)

    def test_spans_of_code_and_intervals_are_not_broken(self):
        for span in ("`apply(row, view, step)`", "[first, last)"):
            code, _, text = self.run_on("// " + "word " * 17 + f"and {span} of it\n")
            self.assertEqual(code, 0)
            self.assertIn(span, text)

    def test_comment_behind_code_goes_above_it(self):
        self.check(
            [
                "struct facts {",
                f"    bool b; ///< {SENTENCE}",
                "    int i;  ///< short",
                "    int j;  // x",
                "};",
            ],
            [
                "struct facts {",
                *fill(SENTENCE, "    /// "),
                "    bool b;",
                "    int i; ///< short",
                "    int j; // x",
                "};",
            ],
        )

    def test_comment_too_long_for_its_gap_only_stays_once_the_gap_is_closed(self):
        long_one = '{"' + "x" * 70 + '", 2, 3},'
        gap = " " * (len(long_one) - len('{"a", 1},'))
        self.check(
            ['{"a", 1},' + gap + " // a comment of some columns", long_one + " // a longer one, of too many columns"],
            ['{"a", 1}, // a comment of some columns', "// a longer one, of too many columns", long_one],
        )

    def test_comment_goes_above_the_whole_statement(self):
        self.check(
            [
                "void f() {",
                "    const auto found =",
                f"        call(a, b); // {HINT}",
                "    if (a &&",
                f"        b) {{ // {HINT}",
                "        for_each([&] {",
                f"            call(a); // {HINT}",
                "        });",
                f"    }} else {{ // {HINT}",
                "        call(b,",
                f"             c); // {HINT}",
                "    }",
                "}",
                "template <class T>",
                f"explicit name(T) = delete; // {HINT}",
            ],
            [
                "void f() {",
                f"    // {HINT}",
                "    const auto found =",
                "        call(a, b);",
                f"    // {HINT}",
                "    if (a &&",
                "        b) {",
                "        for_each([&] {",
                *fill(HINT, "            // "),
                "            call(a);",
                "        });",
                "    } else {",
                *fill(HINT, "        // "),
                *fill(HINT, "        // "),
                "        call(b,",
                "             c);",
                "    }",
                "}",
                f"// {HINT}",
                "template <class T>",
                "explicit name(T) = delete;",
            ],
        )

    def test_comment_of_an_argument_or_element_goes_above_that(self):
        self.check(
            ["call(a,", f"     bcdefg, // {HINT}", "     c);", f"const x y = {{{{1, 2345}}, // {HINT}", "             {3}};"],
            ["call(a,", f"     // {HINT}", "     bcdefg,", "     c);", f"// {HINT}", "const x y = {{1, 2345},", "             {3}};"],
        )

    def test_nothing_comes_between_nolintnextline_and_its_line(self):
        self.check(
            ["// NOLINTNEXTLINE(x)", f"int abc; // {HINT}, too"],
            [f"// {HINT}, too", "// NOLINTNEXTLINE(x)", "int abc;"],
        )

    def test_lines_that_go_on_below_a_comment_behind_code_move_with_it(self):
        self.check(
            [f"int a; // {HINT}", "       // and goes on here, in a line that is so long that all of it is to be moved, above", "int b;"],
            [
                f"int a; // {HINT}",
                "       // and goes on here, in a line that is so long that all of it is to be moved, above",
                "int b;",
            ],
        )
        self.check(
            [f"int a; // {HINT}", f"       // and on: {SENTENCE}", "int b;"],
            [*fill(f"{HINT} and on: {SENTENCE}", "// "), "int a;", "int b;"],
        )

    def test_comment_behind_a_closing_brace_needs_a_person(self):
        self.stays("namespace a {", f"}} // {SENTENCE}", code=1)

    def test_what_is_never_touched(self):
        far = "x" * 60
        for lines in (
            [f"int a; // NOLINT({far}): {SENTENCE}"],
            [f"// NOLINTNEXTLINE({far}): {SENTENCE}", "int a;"],
            [f"// expect: {far} {far}", "int a;"],
            ["// clang-format off", f"// {SENTENCE}", f"int a; // {SENTENCE}", "// clang-format on"],
            [f'const char* a = "// {SENTENCE}";'],
            [f'const char* a = "\\"// {SENTENCE}";'],
            ['const char* a = R"x(', f"// {SENTENCE}", f')" // {SENTENCE}', ')x";'],
            ["int a = 1'000; char b = '\"';", f'const char* c = "// {SENTENCE}";'],
            [f"#include <a> // {SENTENCE}", "#define A \\", f"    f(); // {SENTENCE}"],
            [f"// https://example.org/{far}{far}", f"// - https://example.org/{far}{far}"],
            [f"// Golden values; written by values.py beside it. {SENTENCE}", f"int a; // {SENTENCE}"],
        ):
            with self.subTest(lines=lines):
                self.stays(*lines)

    def test_word_that_is_too_long_gets_a_line_of_its_own(self):
        address = "https://example.org/" + "x" * 100
        self.check([f"// See {address} and more."], ["// See", f"// {address}", "// and more."])

    @unittest.skipUnless(shutil.which("clang-format-14"), "no clang-format-14")
    def test_clang_format_leaves_the_result_as_it_is(self):
        code = "\n".join(
            [
                "struct facts {",
                f"    bool b = false; ///< {SENTENCE}",
                "    int i = 0; ///< short",
                f"    std::string s; ///< {HINT[:70]}",
                "    std::optional<std::vector<std::string>> names = std::nullopt; ///< as many as there are",
                "    std::optional<std::vector<std::string>> further = std::nullopt; ///< as many as there are not",
                "};",
                "void f() {",
                f"    if (a) {{ // {HINT}, too",
                "        g(); // short",
                "        return;",
                f"    }} else {{ // {HINT}, too",
                f"        h(a, b); // {HINT}",
                "    }",
                "}",
                "",
            ]
        )

        def formatted(text):
            command = ["clang-format-14", f"--style=file:{ROOT / '.clang-format'}"]
            return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout

        returned, printed, text = self.run_on(formatted(code))
        self.assertEqual((returned, printed), (0, ""))
        self.assertEqual(formatted(text), text)


if __name__ == "__main__":
    unittest.main()
