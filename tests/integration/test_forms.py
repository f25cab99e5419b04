"""Files of one recording in every form, as the programs that they are for read them."""
import json
import os
import re

import pytest

from consumers import FirefoxProfiler, Speedscope, brought, python_module, run
from support import folded

GOLDEN = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "golden")


@pytest.fixture(scope="module")
def recording(sonde, tmp_path_factory):
    """write(NAME...): files of one recording; the folded stacks of it are recording.stacks."""
    return Forms(sonde, tmp_path_factory.mktemp("forms"))


class Forms(object):
    """A program of three threads, as sonde and other profilers fold it."""
    STACKS = {
        ("thread (7): MainThread", "<module> (app.py:40)", "main (app.py:31)"): 30,
        ("thread (7): MainThread", "<module> (app.py:40)", "main (app.py:33)",
         "Parser.parse (parse/core.py:7)", "Parser.parse (parse/core.py:9)"): 12,
        ("thread (7): MainThread", "<module> (app.py:40)", "<torn>"): 2,
        ("thread (9): worker <&> \u86c7 7", "run (threading.py:5)", "\"wait\" (x y.py:1)"): 50,
        ("thread (10): idler", "run (threading.py:5)", "ends in 7 (z.py:2)"): 6,
    }

    def __init__(self, sonde, folder):
        self.sonde, self.folder = sonde, folder
        self.path = folder / "app.folded"
        lines = sorted("%s %d\n" % (";".join(s), n) for s, n in self.STACKS.items())
        self.path.write_text("".join(lines), encoding="utf-8")

    def write(self, name, *options):
        out = self.folder / name
        ended = self.sonde.run("report", "-q", "-o", out, *(options + (self.path,)))
        assert ended.status == 0, ended
        return out

    @property
    def totals(self):
        """{bare function: samples with it anywhere}"""
        totals = {}
        for stack, count in self.STACKS.items():
            for name in {frame.split(" (")[0] for frame in stack[1:]}:
                totals[name] = totals.get(name, 0) + count
        return totals


def empty(sonde, folder, name):
    """A report without a sample."""
    source, out = folder / "none.folded", folder / name
    source.write_text("")
    ended = sonde.run("report", "-q", "-o", out, source)
    assert ended.status == 0, ended
    return out


def check_schema(path):
    """By the JSON schema that speedscope comes with."""
    schema = brought("speedscope", "node_modules", "speedscope", "dist", "release",
                     "file-format-schema.json")
    run("/usr/bin/python3", "-c", "import json, jsonschema, sys; a, b = sys.argv[1:];"
        "jsonschema.validate(json.load(open(b)), json.load(open(a)))", schema, path,
        env=python_module("jsonschema"))


def test_speedscope_schema(recording, sonde, tmp_path):
    check_schema(recording.write("app.speedscope.json"))
    check_schema(empty(sonde, tmp_path, "none.json"))
    bad = tmp_path / "bad.json"
    bad.write_text('{"profiles": 3}')
    with pytest.raises(AssertionError, match="ValidationError"):
        check_schema(bad)


def test_speedscope(recording, browser):
    """The busiest thread is shown, with its times; others are in the same file."""
    path = recording.write("app.json")
    written = json.loads(path.read_text(encoding="utf-8"))
    assert {p["name"] for p in written["profiles"]} == {
        "MainThread (7)", "worker <&> \u86c7 7 (9)", "idler (10)"}
    assert sum(sum(p["weights"]) for p in written["profiles"]) == 100 * 10**6
    view = Speedscope(browser, path)
    assert view.title == "app.folded"
    assert view.sandwich() == {"run": ("50.00ms (100%)", "0.00ns (<0.01%)"),
                               '"wait"': ("50.00ms (100%)", "50.00ms (100%)")}
    assert browser.seen["errors"] == []


def test_speedscope_without_samples(sonde, browser, tmp_path):
    view = Speedscope(browser, empty(sonde, tmp_path, "none.speedscope"))
    assert view.title == "none.folded: no samples"
    assert view.sandwich() == {}
    assert browser.seen["errors"] == []


def pprof(*arguments):
    return run(brought("pprof", "bin", "pprof"), "-symbolize=none", *arguments)


def test_pprof_totals(recording):
    path = recording.write("app.pprof")
    top = pprof("-top", "-sample_index=samples", "-nodefraction=0", path)
    assert "Showing nodes accounting for 100, 100% of 100 total" in top
    rows = re.findall(r"^ +(\d+) +\S+ +\S+ +(\d+) +\S+  (.*)$", top, re.M)
    assert {name: int(total) for _, total, name in rows} == recording.totals
    assert "100ms, 100% of 100ms total" in pprof("-top", path)


def test_pprof_by_line_and_label(recording):
    path = recording.write("app.pb.gz")
    assert "Parser.parse parse/core.py:9" in pprof("-top", "-lines", path)
    tags = pprof("-tags", "-sample_index=samples", path)
    assert re.search(r"^ +50(\.0)? \(50.00%\): worker <&> \u86c7 7$", tags, re.M)
    assert re.search(r"^ +100(\.0)? \( *100%\): running$", tags, re.M)
    raw = pprof("-raw", path)
    assert raw.count("state:[running]") == len(recording.STACKS)


def test_pprof_without_samples(sonde, tmp_path):
    path = empty(sonde, tmp_path, "none.pprof.gz")
    assert "0 total" in pprof("-top", path)
    assert "samples/count wall/nanoseconds" in pprof("-raw", path)


def milliseconds(rows):
    """The totals of speedscope's table: {function: ms}."""
    unit = {"ns": 1e-6, "\u00b5s": 1e-3, "ms": 1, "s": 1000}
    found = {}
    for name, (total, _) in rows.items():
        number, what = re.match(r"([\d.]+)(\S+) ", total).groups()
        found[name] = float(number) * unit[what]
    return found


def test_cpuprofile_in_speedscope(recording, browser):
    """All threads, one after the other; recursion once."""
    view = Speedscope(browser, recording.write("app.cpuprofile"))
    found = milliseconds(view.sandwich())
    assert {n: ms for n, ms in found.items() if not n.startswith("thread (")} == recording.totals
    assert found["thread (10): idler"] == 6
    assert browser.seen["errors"] == []


def test_cpuprofile_in_firefox(recording):
    with FirefoxProfiler(recording.write("app.cpuprofile")) as ask:
        functions = ask("thread", "functions")["functions"]
    found = {f["name"]: f["totalSamples"] for f in functions}
    for name, total in recording.totals.items():  # it leaves out the first sample of a file
        assert found[name] in (total, total - 1)


def test_cpuprofile_without_samples(sonde, browser, tmp_path):
    path = empty(sonde, tmp_path, "none.cpuprofile")
    assert Speedscope(browser, path).sandwich() == {}
    assert "no samples" in path.read_text()


def test_what_firefox_cannot_read_is_noticed(tmp_path):
    path = tmp_path / "bad.json"
    path.write_text("{}")
    with pytest.raises(AssertionError, match="load failed|ended"):
        with FirefoxProfiler(path):
            pass


@pytest.mark.parametrize("name", ["app.gecko.json", "app.gecko.json.gz"])
def test_gecko(recording, name):
    """Each thread with its samples, all of them waiting for nothing."""
    found = {}
    with FirefoxProfiler(recording.write(name)) as ask:
        for thread in ask("thread", "list")["threads"]:
            found[thread["name"]] = ask("thread", "functions", "--thread", thread["threadHandle"])
            if thread["name"] == "MainThread":
                samples = ask("thread", "samples", "--thread", thread["threadHandle"])
    assert set(found) == {"MainThread", "worker <&> \u86c7 7", "idler"}
    totals = {}
    for thread in found.values():
        for function in thread["functions"]:
            totals[function["name"]] = totals.get(function["name"], 0) + function["totalSamples"]
    assert totals == recording.totals
    categories = samples["categoryBreakdown"]["categories"]
    assert {c["name"]: c["samples"] for c in categories} == {"Program": 42, "Other": 2}


def test_gecko_waits_and_collections():
    """Of the canonical profile: two processes, hostile names, waits of all kinds."""
    with FirefoxProfiler(os.path.join(GOLDEN, "reported.gecko.json")) as ask:
        processes = ask("profile", "info", "--all")["processes"]
        markers = ask("thread", "markers", "--thread", "t-0")["byType"]
        samples = [ask("thread", "samples", "--thread", "t-%d" % i) for i in range(4)]
    assert {p["pid"]: [t["name"] for t in p["threads"]] for p in processes} == {
        "7": ["MainThread", "worker \"<;>\" \U0001f40d 1", "thread, interpreter 2"],
        "12": ["MainThread"]}
    found = {m["markerName"]: [(one["start"], one["duration"]) for one in m["topMarkers"]]
             for m in markers}
    assert found == {"GIL wait": [(9, 1)], "GC": [(7, 2)]}
    assert [{c["name"]: c["samples"] for c in s["categoryBreakdown"]["categories"]}
            for s in samples] == [
                {"Program": 3, "Installed packages": 4, "Garbage collection": 2, "Sleeping": 5,
                 "Waiting for the GIL": 1, "Other": 1},
                {"Waiting for a lock": 5, "Program": 5, "Waiting for input or output": 1},
                {"Waiting": 8}, {"Installed packages": 9}]


def test_gecko_without_samples(sonde, tmp_path):
    with FirefoxProfiler(empty(sonde, tmp_path, "none.gecko.json")) as ask:
        assert [t["name"] for t in ask("thread", "list")["threads"]] == ["no samples"]
        assert ask("thread", "samples")["topFunctionsByTotal"] == []


def test_chrometrace_in_speedscope(recording, browser):
    path = recording.write("app.trace.json")
    view = Speedscope(browser, path)
    assert browser.seen["errors"] == []
    rows = milliseconds(view.sandwich())
    assert {name.split(" {")[0]: ms for name, ms in rows.items()} == {
        "<module>": 44, "main": 42, "Parser.parse": 12, "<torn>": 2}
    spans = [e for e in json.loads(path.read_text(encoding="utf-8"))["traceEvents"]
             if e["ph"] == "X"]
    found = {}
    for span in spans:
        found[span["name"]] = found.get(span["name"], 0) + span["dur"] / 1000
    found["Parser.parse"] /= 2  # it calls itself
    assert found == recording.totals


def test_chrometrace_in_firefox(recording):
    with FirefoxProfiler(recording.write("app.chrometrace")) as ask:
        threads = [t["name"] for p in ask("profile", "info", "--all")["processes"]
                   for t in p["threads"]]
    assert {"MainThread", "worker <&> \u86c7 7", "idler"} <= set(threads)


def test_chrometrace_without_samples(sonde, browser, tmp_path):
    with pytest.raises(AssertionError, match="it's empty"):
        Speedscope(browser, empty(sonde, tmp_path, "none.trace.json"))
