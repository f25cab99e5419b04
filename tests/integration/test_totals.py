"""All forms of one recording of a program that runs say the same."""
import re

import pytest

import totals
from consumers import FirefoxProfiler, brought, run

FORMS = ("folded", "jsonl", "speedscope.json", "gecko.json", "trace.json", "cpuprofile", "pstats",
         "callgrind", "pprof")
kept = {}  # one recording for all tests


@pytest.fixture
def written(start, sonde, any_python, tmp_path_factory):
    """{ending: file}: threads that compute, sleep and wait."""
    if any_python.version < (3, 11):
        pytest.skip("before 3.11 names are not qualified: those of two functions are one")
    if not kept:
        folder = tmp_path_factory.mktemp("totals")
        target = start(any_python, "mixed.py")
        target.facts()
        ended = sonde.run("record", "-q", "-d", "1s", "-o", folder / "a.sonde", "-p", target.pid)
        assert ended.status == 0, ended
        kept.update({form: folder / ("a." + form) for form in FORMS})
        outputs = [argument for form in FORMS for argument in ("-o", kept[form])]
        ended = sonde.run("report", "-q", "-i", *(outputs + [folder / "a.sonde"]))
        assert ended.status == 0, ended
    return kept


@pytest.fixture
def truth(written):
    """Samples and nanoseconds of every function."""
    samples, times = totals.of_jsonl(written["jsonl"])
    assert samples.sum > 0 and {name for name, _ in samples.total} >= {"Sleeper.rest"}
    return samples, times


def by_name(samples):
    found = {}
    for (name, _), count in samples.total.items():
        found[name] = found.get(name, 0) + count
    return found


def test_samples(written, truth):
    samples, _ = truth
    assert totals.of_folded(written["folded"]) == samples
    assert totals.of_gecko(written["gecko.json"]) == samples
    assert totals.of_cpuprofile(written["cpuprofile"]) == samples
    assert totals.of_pstats(written["pstats"])[0].total == samples.total


def test_times(written, truth):
    _, times = truth
    assert totals.of_speedscope(written["speedscope.json"]) == times
    assert totals.of_chrometrace(written["trace.json"]) == times
    found = totals.of_pstats(written["pstats"])[1]
    assert found.total.keys() == times.total.keys()
    for function, total in times.total.items():
        assert found.total[function] == pytest.approx(total)
        assert found.own[function] == pytest.approx(times.own[function])


def test_callgrind(written, truth):
    own = totals.of_callgrind(written["callgrind"])
    assert {name: n for (name, _), n in own.items() if n} == {
        name: n for (name, _), n in truth[0].own.items()}


def test_pprof(written, truth):
    samples, times = truth
    top = run(brought("pprof", "bin", "pprof"), "-symbolize=none", "-top", "-nodefraction=0",
              "-sample_index=samples", written["pprof"])
    rows = re.findall(r"^ +(\d+) +\S+ +\S+ +(\d+) +\S+  (.*)$", top, re.M)
    assert {name: int(total) for _, total, name in rows} == by_name(samples)
    raw = run(brought("pprof", "bin", "pprof"), "-symbolize=none", "-raw", written["pprof"])
    values = re.findall(r"^ +(\d+) +(\d+): ", raw, re.M)
    assert sum(int(count) for count, _ in values) == samples.sum
    assert sum(int(time) for _, time in values) == times.sum


def test_gecko_in_firefox(written, truth):
    found = {}
    with FirefoxProfiler(written["gecko.json"]) as ask:
        for thread in ask("thread", "list")["threads"]:
            answer = ask("thread", "functions", "--thread", thread["threadHandle"])
            for function in answer["functions"]:
                name = function["name"]
                found[name] = found.get(name, 0) + function["totalSamples"]
    assert found == by_name(truth[0])
