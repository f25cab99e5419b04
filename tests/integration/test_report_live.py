"""Filters of report on a recording of two programs that run. What passes is known: the whole of it,
run by run as JSON Lines have it, is filtered here once more; and what each thread does is known of
the program."""
import collections
import json
import os
import re

import pytest

from support import folded, functions, wait_for

Run = collections.namedtuple("Run", "thread stack start time samples state gil")
Frame = collections.namedtuple("Frame", "name path file first line")
kept = {}  # one recording for all tests


class Whole(object):
    """All runs of a recording."""

    def __init__(self, lines):
        by_kind = collections.defaultdict(list)
        for line in lines:
            by_kind[line["kind"]].append(line)
        self.meta, = by_kind["meta"]
        self.processes, self.threads = by_kind["process"], by_kind["thread"]
        stacks, self.runs = [], []
        for stack in by_kind["stack"]:
            if not stack["id"]:
                stacks.append(())
                continue
            function = by_kind["function"][stack["function"]]
            frame = Frame(function["name"], function["filename"], function["short_filename"],
                          function["first_line"], stack["line"])
            root = function["type"] in ("process", "thread", "interpreter")
            stacks.append(stacks[stack["parent"]] + (() if root else (frame,)))
        for line in by_kind["runs"]:
            for at, start, time, samples, state, gil in zip(*(line[key] for key in (
                    "stack", "start_ns", "time_ns", "samples", "state", "gil"))):
                self.runs.append(Run(self.threads[line["thread"]], stacks[at], start, time, samples,
                                     self.meta["states"][state], gil))

    def pid(self, run):
        return self.processes[run.thread["process"]]["pid"]

    def folded(self, passes, frames=lambda stack: stack, line=lambda frame: frame.line,
               name=lambda frame: frame.name):
        """The stacks, as folded says them, of runs that pass."""
        found = collections.Counter()
        for run in self.runs:
            if passes(run) and run.samples:
                process = self.processes[run.thread["process"]]
                texts = ["process %d:\"%s\"" % (process["pid"], process["command"])]
                for frame in frames(run.stack):
                    where = "%s:%d" % (frame.file, line(frame)) if line(frame) else frame.file
                    texts.append("%s (%s)" % (name(frame), where) if frame.file else name(frame))
                found[tuple(text.replace(";", ":") for text in texts)] += run.samples
        return found


@pytest.fixture
def recorded(start, sonde, any_python, tmp_path_factory):
    """The file, its Whole, and the targets' PIDs and numbers of threads."""
    if not kept:
        mixed, spin = start(any_python, "mixed.py"), start(any_python, "spin.py")
        tids = mixed.facts()
        spin.facts()

        def waiting():
            return [t["state"] for t in sonde.dump(mixed.pid)["threads"]].count("waiting")
        wait_for(lambda: waiting() == 3, "all threads but the main one in what they wait for")
        path = tmp_path_factory.mktemp("live") / "a.sonde"
        whole = wait_for(lambda: record(sonde, path, mixed.pid, spin.pid),
                         "a recording in which all of them are seen")
        kept.update(path=path, tids=tids, mixed=mixed.pid, spin=spin.pid, whole=whole,
                    samples=sum(run.samples for run in whole.runs))
    return kept


def record(sonde, path, *pids):
    """The Whole of a recording; None where a busy machine let it see too little."""
    ended = sonde.run("record", "-q", "-d", "1s", "-o", path, "-p", ",".join(map(str, pids)))
    assert ended.status == 0, ended
    ended = sonde.run("report", "-i", "-f", "jsonl", "-o", "-", path)
    whole = Whole([json.loads(line) for line in ended.out.splitlines()])
    seen = {frame.name.split(".")[-1] for run in whole.runs if run.gil for frame in run.stack}
    threads = {run.thread["tid"] for run in whole.runs}
    parts = {run.start * 4 // whole.meta["elapsed_ns"] for run in whole.runs}
    return whole if {"compute", "wrap", "hot"} <= seen and len(threads) == 5 and len(
        parts) == 4 else None


@pytest.fixture
def report(sonde, recorded):
    def report(*options):
        ended = sonde.run("report", "-q", "-f", "folded", "-o", "-", recorded["path"], *options)
        assert ended.status == 0, ended
        return folded(ended.out)
    return report


@pytest.fixture
def whole(recorded):
    return recorded["whole"]


def running(run):
    return run.state == "running"


def test_what_is_known(recorded, report, whole):
    """Who does what, by the programs themselves."""
    everything = report("-i")
    assert everything == whole.folded(lambda run: True)
    assert sum(everything.values()) == recorded["samples"] == whole.meta["samples"]
    assert {whole.pid(run) for run in whole.runs} == {recorded["mixed"], recorded["spin"]}
    assert {run.thread["name"] for run in whole.runs if run.thread["tid"] != recorded["spin"]} == {
        "MainThread", "sleeper", "waiter", "foreign"}
    for name in "sleeper", "waiter":
        assert {run.thread["name"] for run in whole.runs
                if run.thread["tid"] == recorded["tids"][name]} == {name}


def test_idle(report, whole):
    assert report() == whole.folded(running)
    waiting = {run.thread["name"] for run in whole.runs if not running(run)}
    assert waiting >= {"sleeper", "waiter", "foreign"}


def test_mode(report, whole):
    assert report("--mode", "wall") == report()
    for options in ("--mode", "cpu"), ("--mode", "cpu", "-i"):
        assert report(*options) == whole.folded(running)
    holding = whole.folded(lambda run: run.gil)
    assert holding and report("--mode", "gil") == report("-g") == holding
    assert {run.thread["name"] for run in whole.runs if run.gil} <= {"MainThread"}


def test_thread(report, whole, recorded):
    for name in "MainThread", "sleeper", "waiter", "foreign":
        wanted = whole.folded(lambda run: name in run.thread["name"])
        assert wanted and report("-i", "--thread", name) == wanted
    tid = recorded["tids"]["waiter"]
    assert report("-i", "--thread", tid) == report("-i", "--thread", "waiter")
    ident = next(t["ident"] for t in whole.threads if t["tid"] == tid)
    assert report("-i", "--thread", ident, "--thread", "sleep") == whole.folded(
        lambda run: run.thread["name"] in ("sleeper", "waiter"))


def test_pid(report, whole, recorded):
    for pid in recorded["mixed"], recorded["spin"]:
        wanted = whole.folded(lambda run: whole.pid(run) == pid)
        assert wanted and report("-i", "--pid", pid) == wanted
    assert "hot" in {name.split(".")[-1] for name in functions(report("--pid", recorded["spin"]))}
    assert report("-i", "--pid", recorded["spin"], "--pid", recorded["mixed"]) == report("-i")


def cut(run, first, last):
    """The part of a run between two times: a sample is where its look is."""
    if not run.time:
        return run._replace(samples=run.samples if first <= run.start <= last else 0)

    def until(time):
        return run.samples * max(0, min(time - run.start, run.time)) // run.time
    return run._replace(samples=until(last) - until(first))


def test_times(report, whole, recorded):
    length = whole.meta["elapsed_ns"]
    for part in range(4):
        first, last = part * length // 4000000 * 10**6, (part + 1) * length // 4000000 * 10**6
        piece = Whole.__new__(Whole)
        piece.processes = whole.processes
        piece.runs = [cut(run, first, last) for run in whole.runs]
        assert report("-i", "--from", "%dms" % (first // 10**6), "--to",
                      "%dms" % (last // 10**6)) == piece.folded(lambda run: True)
    half = "%dms" % (length // 2000000)
    counted = [sum(report("-i", option, half).values()) for option in ("--from", "--to")]
    assert min(counted) > 0 and sum(counted) == recorded["samples"]


def any_frame(pattern, parts=lambda frame: (frame.name, frame.path)):
    return lambda run: any(re.search(pattern, part) for frame in run.stack
                           for part in parts(frame))


def test_patterns(report, whole):
    for pattern in "rest$", "^compute", "textwrap\\.py$", "mixed", "nothing":
        included = whole.folded(any_frame(pattern))
        assert report("-i", "--include", pattern) == included
        excluded = report("-i", "--exclude", pattern)
        assert excluded == whole.folded(lambda run: not any_frame(pattern)(run))
        assert sum(included.values()) + sum(excluded.values()) == whole.meta["samples"]
        assert bool(included) == (pattern != "nothing")
    both = any_frame("rest$"), any_frame("compute")
    assert report("-i", "--include", "rest$", "--include", "compute", "--exclude", "textwrap") == \
        whole.folded(lambda run: (both[0](run) or both[1](run)) and not any_frame("textwrap")(run))


def is_mine(frame):
    return os.path.basename(frame.path) in ("mixed.py", "spin.py", "target.py")


def test_mine(report, whole):
    wanted = whole.folded(lambda run: any(map(is_mine, run.stack)),
                          frames=lambda stack: [f for f in stack if is_mine(f) or not f.path])
    assert wanted and report("-i", "--mine") == wanted
    assert sum(wanted.values()) < whole.meta["samples"]  # the foreign thread


def test_hide(report, whole):
    def shown(stack):
        return [frame for frame in stack if not re.search("wrap", frame.name + " " + frame.path)]
    assert report("-i", "--hide", "wrap") == whole.folded(lambda run: True, frames=shown)


def test_lines_and_names(report, whole):
    everything = report("-i", "-F")
    assert everything == whole.folded(lambda run: True, line=lambda frame: frame.first)
    assert report("-i", "--nolineno") == whole.folded(lambda run: True, line=lambda frame: 0)
    assert report("-i", "--qualname") == report("-i")
    assert report("-i", "--no-qualname") == whole.folded(
        lambda run: True, name=lambda frame: frame.name.rpartition(".")[2] or frame.name)
