#!/usr/bin/env python3
"""Checks what the headers under include/peccary include.

A header may include headers of its own folder and of the folders before it in ORDER, the standard library, POSIX and Eigen;
<omp.h> and <tbb/...> only in the executors of these names. None calls min or max as if it were a macro. Prints each offence as file:line: reason and exits with 1 if there is any.
usage: check.py INCLUDE_DIRECTORY
"""

import re
import sys
from pathlib import Path

# In the order in which data flows. The last ones are single headers at the top, which see everything before them.
ORDER = "core statistics data parameters objective step execution update diagnosis scheme model train train.hpp network.hpp peccary.hpp".split()

STANDARD = set(
    """
    algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono cinttypes climits clocale cmath
    codecvt compare complex concepts condition_variable coroutine csetjmp csignal cstdarg cstddef cstdint cstdio cstdlib cstring ctime
    cuchar cwchar cwctype deque exception filesystem format forward_list fstream functional future initializer_list iomanip ios iosfwd
    iostream istream iterator latch limits list locale map memory memory_resource mutex new numbers numeric optional ostream queue
    random ranges ratio regex scoped_allocator semaphore set shared_mutex source_location span sstream stack stdexcept stop_token
    streambuf string string_view strstream syncstream system_error thread tuple type_traits typeindex typeinfo unordered_map
    unordered_set utility valarray variant vector version
    """.split()
)
POSIX = {"dirent.h", "fcntl.h", "poll.h", "pthread.h", "sched.h", "signal.h", "unistd.h"} | {
    f"sys/{name}.h" for name in ("file", "mman", "resource", "stat", "time", "types", "utsname", "wait")
}
COMPILER = {"cpuid.h", "emmintrin.h", "immintrin.h"}  # the processor's own instructions, behind an #if for it
# Third-party headers that one family of files may include: (header pattern, file pattern).
COMPONENTS = [
    (re.compile(r"omp\.h"), re.compile(r"execution/openmp[^/]*\.hpp")),
    (re.compile(r"(oneapi/)?tbb/.*"), re.compile(r"execution/tbb[^/]*\.hpp")),
    (re.compile(r"peccary-needs-exceptions"), re.compile(r"core/compiler\.hpp")),  # of which there is none
]
# Some headers of C define macros of these names, which take what follows for their arguments; not so in (std::min)(a, b).
LIKE_A_MACRO = re.compile(r"\b(?P<name>min|max)\(")
STRING_OR_COMMENT = re.compile(r'"[^"]*"|//.*')
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"(?P<own>[^"]+)"|<(?P<system>[^>]+)>|(?P<computed>\S.*))')


def rank(path):
    """The place in ORDER of a header, given relative to include/peccary; None if it has none."""
    top = path.split("/")[0]
    return ORDER.index(top) if top in ORDER else None


def offence(root, header, match):
    """Why `header`, a path relative to `root`, may not have this include; None if it may."""
    if match["computed"]:
        return "includes by a macro, which cannot be checked; write the header's name"
    if system := match["system"]:
        if system.startswith("peccary/"):
            return f'includes <{system}>; write "{system}" for a header of our own'
        if system == "execution":
            return "includes <execution>, which fails to link without -ltbb wherever oneTBB is installed"
        for pattern, place in COMPONENTS:
            if pattern.fullmatch(system):
                return None if place.fullmatch(header) else f"includes <{system}>; only {place.pattern} may"
        if system in STANDARD | POSIX | COMPILER or system.startswith("Eigen/"):
            return None
        return f"includes <{system}>, which is neither standard C++ nor POSIX nor Eigen"
    included = match["own"]
    if not included.startswith("peccary/"):
        return f'includes "{included}"; write the path from the include directory, as "peccary/..."'
    included = included.removeprefix("peccary/")
    if not (root / included).is_file():
        return f'includes "peccary/{included}", which does not exist'
    if (theirs := rank(included)) is not None and theirs > rank(header):
        return f"includes {included} of a later folder; the order is {', '.join(ORDER)}"
    return None


def check(include_directory):
    root = Path(include_directory) / "peccary"
    headers = sorted(path for path in root.rglob("*") if path.is_file())
    if not headers:
        return [f"{root}: no headers here; give the directory that holds peccary/"]
    offences = []
    for path in headers:
        header = path.relative_to(root).as_posix()
        if rank(header) is None:
            offences.append(f"{path}:1: has no place in the order {', '.join(ORDER)}")
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if (match := INCLUDE.match(line)) and (reason := offence(root, header, match)):
                offences.append(f"{path}:{number}: {reason}")
            if match := LIKE_A_MACRO.search(STRING_OR_COMMENT.sub("", line)):
                offences.append(f"{path}:{number}: {match['name']} is a macro in some programs; write (std::{match['name']})(...)")
    return offences


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    found = check(sys.argv[1])
    print("\n".join(found) or "every include obeys the order of the folders")
    sys.exit(1 if found else 0)
