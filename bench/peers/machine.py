"""The facts of the machine without which a figure says nothing."""

import datetime
import os
import platform
import resource


def first_field(path, key):
    """The value of the first line `key : value` of a file under /proc; None where there is none."""
    try:
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                name, colon, value = line.partition(":")
                if colon and name.strip() == key:
                    return value.strip()
    except OSError:
        pass
    return None


def facts():
    memory = first_field("/proc/meminfo", "MemTotal")
    return {
        "cpu": first_field("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "processors": os.cpu_count(),
        "usable_processors": len(os.sched_getaffinity(0)),
        "memory_bytes": int(memory.split()[0]) * 1024 if memory else None,
        "kernel": f"{os.uname().sysname} {os.uname().release}",
        "load_before": os.getloadavg()[0],
    }


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")


def own_peak_bytes():
    """The peak of this process's memory, below which measure.run sees nothing."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
