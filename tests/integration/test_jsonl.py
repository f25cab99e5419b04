"""JSON Lines as docs/JSON.md and docs/jsonl.schema.json have them."""
import json
import os
import subprocess

import pytest

from consumers import python_module, run
from support import LIMIT

SCHEMA = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "docs",
                      "jsonl.schema.json")
SAMPLES, THREADS = 20000, 10
COLUMNS = "stack", "start_ns", "time_ns", "samples", "state", "gil", "gc"


@pytest.fixture(scope="module")
def written(sonde, tmp_path_factory):
    """A recording of bench, as a file of lines."""
    folder = tmp_path_factory.mktemp("jsonl")
    maker = os.path.join(os.path.dirname(sonde.path), "bench", "recording")
    subprocess.run([maker, str(folder / "small.sonde"), str(SAMPLES), "60", "200"], check=True,
                   stdout=subprocess.DEVNULL, timeout=LIMIT)
    ended = sonde.run("report", "-q", folder / "small.sonde", "-o", folder / "small.jsonl")
    assert ended.status == 0, ended
    return folder / "small.jsonl"


def check_schema(path):
    """Each line by the schema."""
    run("/usr/bin/python3", "-c", "import json, jsonschema, sys\n"
        "check = jsonschema.Draft202012Validator(json.load(open(sys.argv[1])))\n"
        "for line in open(sys.argv[2], encoding='utf-8'): check.validate(json.loads(line))",
        SCHEMA, path, env=python_module("jsonschema"))


def check_references(lines):
    """What is referred to stands before, numbered from 0."""
    known = {"process": 0, "thread": 0, "function": 0, "stack": 0}

    def check(line, key, kind):
        assert 0 <= line[key] < known[kind], line
    for line in lines:
        if line["kind"] == "thread":
            check(line, "process", "process")
        elif line["kind"] == "stack" and line["id"]:
            check(line, "parent", "stack")
            check(line, "function", "function")
        elif line["kind"] == "runs":
            check(line, "thread", "thread")
            assert all(stack < known["stack"] for stack in line["stack"])
        if "id" in line:
            assert line["id"] == known[line["kind"]]
            known[line["kind"]] += 1


def check_runs(lines):
    """Of each thread in the order of time, and all that the stacks counted."""
    counted = {line["id"]: line["samples"] for line in lines if line["kind"] == "stack"}
    last = (-1, 0)
    for line in lines:
        if line["kind"] != "runs":
            continue
        assert len({len(line[column]) for column in COLUMNS}) == 1
        for stack, start, time, samples, state, gil, gc in zip(*(line[c] for c in COLUMNS)):
            assert (line["thread"], start) >= last
            last = line["thread"], start + time
            counted[stack] -= samples
    assert set(counted.values()) == {0}


def test_what_refers_to_what(written):
    lines = [json.loads(line) for line in written.read_text(encoding="utf-8").splitlines()]
    check_references(lines)
    check_runs(lines)
    meta, = [line for line in lines if line["kind"] == "meta"]
    assert meta is lines[0] and meta["schema"] == "sonde.jsonl/2" and meta["samples"] == SAMPLES
    assert [line["kind"] for line in lines].count("thread") == THREADS
    runs = [line for line in lines if line["kind"] == "runs"]
    assert len(runs) >= SAMPLES / 500 and max(len(line["stack"]) for line in runs) == 500
    assert {line["thread"] for line in runs} == set(range(THREADS))
    assert sum(sum(line["gil"]) for line in runs) == SAMPLES / THREADS


def test_schema(written, sonde, tmp_path):
    check_schema(written)
    nothing, out = tmp_path / "none.folded", tmp_path / "none.jsonl"
    nothing.write_text("")
    assert sonde.run("report", "-q", "-o", out, nothing).status == 0
    check_schema(out)


@pytest.mark.parametrize("line", [
    '{"kind": "run", "thread": 0}', '{"kind": "stack", "id": 1, "samples": 1}',
    '{"kind": "stack", "id": 1, "parent": 0, "samples": 1, "time_ns": 1}', '[]'])
def test_the_schema_refuses(tmp_path, line):
    path = tmp_path / "bad.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(AssertionError, match="On instance:"):
        check_schema(path)
