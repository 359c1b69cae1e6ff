"""What was measured, as one object for programs and as a table for people."""

import statistics

MEGABYTE = 1e6

# Heading, and how a contestant's figure is printed; what it lacks is a dash.
COLUMNS = [
    ("wall s", lambda row: f"{row['wall_seconds']['median']:.3f}"),
    ("min", lambda row: f"{row['wall_seconds']['min']:.3f}"),
    ("max", lambda row: f"{row['wall_seconds']['max']:.3f}"),
    ("x Peccary", lambda row: f"{row['ratio_to_peccary']['median']:.2f}"),
    ("read s", lambda row: f"{row['read_seconds']['median']:.3f}"),
    ("fit s", lambda row: f"{row['fit_seconds']['median']:.3f}"),
    ("CPU s", lambda row: f"{row['cpu_seconds']['median']:.3f}"),
    ("peak MB", lambda row: f"{row['peak_bytes']['median'] / MEGABYTE:.0f}"),
    ("gap %", lambda row: f"{100 * row['gap']['median']:.3g}"),
    ("accuracy", lambda row: f"{row['test_accuracy']['median']:.4f}"),
]


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values), "all": values}


def contestant(name, peer, command, runs, baseline_runs, optimum):
    """One row: the spread of each figure over the rounds, and of the ratio of wall times to the baseline's in the same round."""
    row = {"name": name, "peer": peer, "command": command}
    for figure in runs[0]:
        values = [run[figure] for run in runs]
        row[figure] = None if None in values else spread(values)
    row["gap"] = spread([run["objective_value"] / optimum - 1 for run in runs])
    row["ratio_to_peccary"] = spread([run["wall_seconds"] / base["wall_seconds"] for run, base in zip(runs, baseline_runs)])
    return row


def soonest(rows, reaches):
    """The fastest contestant of each peer among those that `reaches` accepts; None for a peer without one."""
    found = {}
    for row in rows:
        best = found.setdefault(row["peer"], None)
        if reaches(row) and (best is None or row["wall_seconds"]["median"] < best["wall_seconds"]["median"]):
            found[row["peer"]] = row
    return {peer: best and best["name"] for peer, best in found.items()}


def goals(rows, gap, accuracy):
    """Per goal, in words, each peer's soonest contestant; a peer's typical (median) run has to reach it."""
    found = {f"gap of at most {100 * gap:g} %": soonest(rows, lambda row: row["gap"]["median"] <= gap)}
    if accuracy is not None:
        found[f"test accuracy of at least {accuracy:g}"] = soonest(rows, lambda row: row["test_accuracy"]["median"] >= accuracy)
    return found


def cell(form, row):
    try:
        return form(row)
    except (KeyError, TypeError):
        return "-"


def aligned(lines):
    widths = [max(map(len, column)) for column in zip(*lines)]
    return [
        "  ".join(cell.ljust(width) if place == 0 else cell.rjust(width) for place, (cell, width) in enumerate(zip(line, widths))).rstrip()
        for line in lines
    ]


def goal_lines(goal, winners, rows):
    """A goal's peers, soonest first, each with its distance to Peccary as it comes."""
    by_name = {row["name"]: row for row in rows}
    reached = sorted((by_name[name] for name in winners.values() if name), key=lambda row: row["wall_seconds"]["median"])
    yield f"Soonest to a {goal}:"
    for row in reached:
        yield f"  {row['name']}: {row['wall_seconds']['median']:.3f} s, {row['ratio_to_peccary']['median']:.2f} x peccary"
    for peer in (peer for peer, name in winners.items() if name is None):
        yield f"  {peer}: not reached by any run"


def text(result):
    machine, data, optimum = result["machine"], result["data"], result["optimum"]
    memory = f", {machine['memory_bytes'] / 2**30:.1f} GiB" if machine["memory_bytes"] else ""
    lines = [
        f"{data['train']}: {data['rows']:,} rows, {data['features']:,} features, {data['nonzeros']:,} nonzeros, "
        f"{data['bytes'] / MEGABYTE:.1f} MB",
        f"Logistic regression, l2 = 1 / rows, no bias; optimum {optimum['objective_value']:.9g}, "
        f"certified to {optimum['certified_within']:.0e}",
        f"{result['date']}; {machine['cpu']}, {machine['usable_processors']} of {machine['processors']} processors{memory}, "
        f"{machine['kernel']}; load {machine['load_before']:.1f} before, {machine['load_after']:.1f} after",
        f"{result['rounds']} rounds after one to warm up, each in an order of its own: medians; "
        "x Peccary is the median of the rounds' ratios of wall times to `peccary`",
        "",
    ]
    headings = ["", *(heading for heading, _ in COLUMNS)]
    lines += aligned([headings] + [[row["name"], *(cell(form, row) for _, form in COLUMNS)] for row in result["contestants"]])
    lines += [f"(a peak of {result['harness_peak_bytes'] / MEGABYTE:.0f} MB or less is the measuring program's own)", ""]
    for goal, winners in result["soonest"].items():
        lines += [*goal_lines(goal, winners, result["contestants"]), ""]
    lines += [f"{peer}: {version}" for peer, version in result["versions"].items()]
    lines += [f"{peer}: not installed" for peer in result["not_installed"]]
    lines += [f"{name}: left out, {reason}" for name, reason in result["left_out"].items()]
    return "\n".join(lines)
