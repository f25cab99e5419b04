"""What a file of each form says of functions: {(name, file): Total}, read by the form's own rules.

Files are told apart by the last part of their path: some forms have the whole of it, some what is
shown. Own is what ended in the function; total counts a stack once, however often it is in it.
"""
import collections
import json
import marshal
import os
import re

ROOTS = re.compile(r"(thread|process|interpreter) ")


class Totals(object):
    """Samples, times in nanoseconds, or whatever else a form counts in."""

    def __init__(self):
        self.own, self.total = collections.Counter(), collections.Counter()

    def add(self, stack, weight):
        """stack: (name, path) root first."""
        stack = [(name, os.path.basename(path or "")) for name, path in stack]
        if weight and stack:
            self.own[stack[-1]] += weight
            for function in set(stack):
                self.total[function] += weight

    def __eq__(self, other):
        return self.own == other.own and self.total == other.total

    def __repr__(self):
        return "own %r, total %r" % (self.own, self.total)

    @property
    def sum(self):
        return sum(self.own.values())


def of_folded(path):
    samples = Totals()
    for line in path.read_text(encoding="utf-8").splitlines():
        stack, _, count = line.rpartition(" ")
        frames = [re.match(r"(.*?)(?: \((.*?)(?::\d+)?\))?$", frame).groups()
                  for frame in stack.split(";")]
        samples.add(frames, int(count))
    return samples


def of_jsonl(path):
    """Samples, nanoseconds."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    functions = [line for line in lines if line["kind"] == "function"]
    stacks, samples, times = {}, Totals(), Totals()
    for line in lines:
        if line["kind"] == "stack":
            function = functions[line["function"]] if line["id"] else None
            stacks[line["id"]] = stacks[line["parent"]] + [
                (function["name"], function["filename"])] if line["id"] else []
        elif line["kind"] == "runs":
            for stack, count, time in zip(line["stack"], line["samples"], line["time_ns"]):
                samples.add(stacks[stack], count)
                times.add(stacks[stack], time)
    return samples, times


def of_speedscope(path):
    """Nanoseconds."""
    read, times = json.loads(path.read_text(encoding="utf-8")), Totals()
    frames = [(frame["name"], frame.get("file")) for frame in read["shared"]["frames"]]
    for profile in read["profiles"]:
        assert sum(profile["weights"]) <= profile["endValue"] - profile["startValue"]
        for stack, weight in zip(profile["samples"], profile["weights"]):
            times.add([frames[number] for number in stack], weight)
    return times


def of_gecko(path):
    """Samples."""
    read, samples = json.loads(path.read_text(encoding="utf-8")), Totals()
    strings = read["shared"]["stringArray"]
    for thread in read["threads"]:
        frames, funcs, table = thread["frameTable"], thread["funcTable"], thread["stackTable"]
        stacks = []
        for frame, prefix in zip(table["frame"], table["prefix"]):
            func = frames["func"][frame]
            file = funcs["fileName"][func]
            stacks.append((stacks[prefix] if prefix is not None else []) + [
                (strings[funcs["name"][func]], "" if file is None else strings[file])])
        assert thread["samples"]["time"] == sorted(thread["samples"]["time"])
        for stack, weight in zip(thread["samples"]["stack"], thread["samples"]["weight"]):
            samples.add(stacks[stack], weight)
    return samples


def of_chrometrace(path):
    """Nanoseconds."""
    times, threads = Totals(), {}
    for event in json.loads(path.read_text(encoding="utf-8"))["traceEvents"]:
        if event["ph"] == "X":
            threads.setdefault((event["pid"], event["tid"]), []).append(event)
    for events in threads.values():
        open_ = []  # [function, end, what is not its callees']
        for event in events + [None]:
            start = round(event["ts"] * 1000) if event else float("inf")
            while open_ and open_[-1][1] <= start:
                times.add([call[0] for call in open_], open_.pop()[2])
            if event:
                length = round(event["dur"] * 1000)
                if open_:
                    assert start + length <= open_[-1][1]
                    open_[-1][2] -= length
                open_.append([(event["name"], event.get("args", {}).get("file")),
                              start + length, length])
    return times


def of_cpuprofile(path):
    """Samples."""
    read, samples, stacks = json.loads(path.read_text(encoding="utf-8")), Totals(), {1: []}
    by_id = {node["id"]: node for node in read["nodes"]}
    for node in read["nodes"]:  # callers stand before what they call
        frame = node["callFrame"]
        for child in node.get("children", []):
            called = by_id[child]["callFrame"]
            stacks[child] = stacks[node["id"]] + [(called["functionName"], called["url"])]
        assert frame["functionName"] == "(root)" or node["id"] in stacks
        samples.add(stacks[node["id"]], node["hitCount"])
    hits = collections.Counter(read["samples"])
    for node in read["nodes"]:
        if node["callFrame"]["functionName"] != "(idle)":
            assert hits[node["id"]] == node["hitCount"]
    return samples


def of_pstats(path):
    """Samples, nanoseconds as far as a float has them; the former of what is on the stack only."""
    with open(str(path), "rb") as f:
        read = marshal.load(f)
    samples, times = Totals(), Totals()
    for (file, _, name), (_, calls, own, total, _) in read.items():
        function = name, os.path.basename(file) if file != "~" else ""
        samples.total[function] += calls
        times.own[function] += own * 1e9
        times.total[function] += total * 1e9
    return samples, times


def of_callgrind(path):
    """Own samples, by function."""
    own, names, function, called = collections.Counter(), {}, None, False

    def name(kind, text):
        number, _, rest = text.partition(" ")
        return names.setdefault((kind, number), rest)
    for line in path.read_text(encoding="utf-8").splitlines():
        key, _, rest = line.partition("=")
        if key in ("fl", "cfi"):
            file = name("file", rest)
            current = file if key == "fl" else current
        elif key in ("fn", "cfn"):
            called_name = name("function", rest)
            function = (called_name, os.path.basename(current)) if key == "fn" else function
        elif key == "calls":
            called = True
        elif re.match(r"\d+ \d+ \d+$", line):
            if not called:
                own[function] += int(line.split()[2])
            called = False
    return own
