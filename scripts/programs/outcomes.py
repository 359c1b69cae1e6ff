"""What a run leaves behind, as parts that can be compared.

Parts are parameters of models and figures of logs, without times and metadata.
"""

import hashlib
import json
import struct
from array import array

SIGNATURE = b"\x89PECCARY"


def read_model(data):
    """(fields, {name: (shape, bytes of 32-bit numbers)}) of a file as docs/model-format.md says.

    Throws ValueError if it is none.
    """
    if data[:8] != SIGNATURE or len(data) < 32 or struct.unpack_from("<I", data, 8)[0] != 1:
        raise ValueError("is no model file of version 1")
    at = 32

    def words(count):
        nonlocal at
        at += 8 * count
        return struct.unpack_from(f"<{count}Q", data, at - 8 * count)

    def padded(size):
        nonlocal at
        begin = at
        at += -(-size // 8) * 8
        if at > len(data):
            raise ValueError("is shorter than it says")
        return data[begin:begin + size]

    try:
        number_of_fields, number_of_arrays = struct.unpack_from("<2I", data, 24)
        fields = {}
        for _ in range(number_of_fields):
            key = padded(*words(1)).decode()
            fields[key] = padded(*words(1)).decode()
        arrays = {}
        for _ in range(number_of_arrays):
            name = padded(*words(1)).decode()
            shape = words(*words(1))
            count = 1
            for extent in shape:
                count *= extent
            arrays[name] = shape, padded(4 * count)
    except struct.error as error:
        raise ValueError("is shorter than it says") from error
    return fields, arrays


def model(data):
    """Without metadata, which name the version, the options and the date."""
    fields, arrays = read_model(data)
    return {"fields": {key: value for key, value in fields.items() if not key.startswith("metadata.")}, "arrays": arrays}


def pick(record, *names):
    return None if record is None else {name: record.get(name) for name in names}


def bins(distribution):
    return pick(distribution, "samples", "max", "bins")


def step(records):
    run = records[0]
    return {"step": run["settings"]["step"], "calibration": pick(run["calibration"], "step", "sample", "candidates", "sample_objective")}


def values(records):
    names = [f"{data}_{figure}" for data in ("train", "validation", "test") for figure in ("loss", "accuracy", "mean_squared_error")]
    return [pick(record, "epoch", "objective_value", "updates", *names) for record in records if record["record"] == "epoch"]


def staleness(records):
    end = records[-1]
    workers = [{"updates": worker["updates"], "staleness": bins(worker["staleness"])} for worker in end["workers"]]
    return {"all": bins(end["staleness"]), "overlap": bins(end["overlap"]), "workers": workers,
            **pick(end, "mean_damping", "momentum", "updates", "examples")}


def diagnosis(records):
    found = records[-1]["diagnosis"]
    return {**pick(found, "adds", "lost", "hot_features"), "hot": bins(found["hot"]), "cold": bins(found["cold"])}


def comparison(found):
    """Of the JSON of `peccary compare`: what was computed, without times."""
    contenders = [{**pick(each, "scheme", "threads", "step"), "diagnosis": pick(each.get("diagnosis"), "adds", "lost", "hot_features"),
                   "runs": [pick(run, "seed", "objective_value") for run in each["runs"]]} for each in found["contenders"]]
    return {"contenders": contenders}


OF_LOGS = {"step": step, "values": values, "staleness": staleness, "diagnosis": diagnosis}


def checksum(parts):
    """16 hexadecimal digits of all parts of an outcome."""
    digest = hashlib.sha256()

    def add(value):
        if isinstance(value, bytes):
            digest.update(b"bytes %d\n" % len(value) + value)
        elif isinstance(value, dict):
            digest.update(b"{%d\n" % len(value))
            for key in sorted(value):
                digest.update(key.encode() + b"\n")
                add(value[key])
        elif isinstance(value, (list, tuple)):
            digest.update(b"[%d\n" % len(value))
            for each in value:
                add(each)
        else:
            digest.update(json.dumps(value).encode() + b"\n")

    add(parts)
    return digest.hexdigest()[:16]


def differing_numbers(old, new):
    """In words, of two arrays of 32-bit numbers that have one size."""
    old_numbers, new_numbers = array("f", old), array("f", new)
    apart = [(a, b) for a, b in zip(old_numbers, new_numbers) if struct.pack("f", a) != struct.pack("f", b)]
    largest = max((abs(a) for a in old_numbers), default=0)
    furthest = max(abs(a - b) for a, b in apart)
    return f"{len(apart)} of {len(old_numbers)} numbers differ, by up to {furthest:.3g}, where the largest is {largest:.3g}"


def difference(old, new, path=""):
    """The first place where two outcomes differ, in words; None if there is none."""
    if isinstance(old, dict) and isinstance(new, dict) and sorted(old) == sorted(new):
        found = (difference(old[key], new[key], f"{path}.{key}" if path else key) for key in old)
        return next((each for each in found if each), None)
    if isinstance(old, (list, tuple)) and isinstance(new, (list, tuple)) and len(old) == len(new):
        found = (difference(a, b, f"{path}[{number}]") for number, (a, b) in enumerate(zip(old, new)))
        return next((each for each in found if each), None)
    if isinstance(old, bytes) and isinstance(new, bytes):
        if old == new:
            return None
        if path.startswith("model") and len(old) == len(new):
            return f"{path}: {differing_numbers(old, new)}"
        return f"{path}: {len(old)} bytes and {len(new)} others"
    if json.dumps(old, default=repr) == json.dumps(new, default=repr):
        return None
    return f"{path}: {shortened(old)} and {shortened(new)}"


def shortened(value):
    text = json.dumps(value, default=repr)
    return text if len(text) <= 60 else text[:57] + "..."
