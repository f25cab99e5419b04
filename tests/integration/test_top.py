"""sonde top without a terminal: tables and JSON for scripts."""
import json

import pytest

from support import one_line, wait_for

FACTS = {"schema", "elapsed_seconds", "command", "pid", "python", "ended", "processes",
         "age_seconds", "rss_bytes", "cpu", "threads", "gil", "collecting", "looks", "samples",
         "torn", "unreadable", "sonde_cpu", "window_seconds", "by", "mode", "rows"}
NUMBERS = {"own", "total", "own_seconds", "total_seconds", "states", "holds_gil", "collecting"}
FUNCTION = {"name", "filename", "short_filename", "line"}
KEYS = {
    "function": FUNCTION, "line": FUNCTION, "tree": FUNCTION | {"depth"},
    "file": {"filename", "short_filename"},
    "thread": {"pid", "os_thread_id", "thread_name", "alive"},
    "process": {"pid", "command", "python"},
}


def objects(run):
    assert run.status == 0, run
    lines = run.out.split("\n")
    assert lines.pop() == ""
    return [json.loads(line) for line in lines]


def top(sonde, pid, *options):
    return objects(sonde.run("top", "--json", "--batch", 1, "--delay", "300ms", *options + (pid,)))


def test_json_of_every_kind_of_row(sonde, any_python, start):
    target = start(any_python, "busy.py")
    facts = target.facts()
    for by, keys in KEYS.items():
        refresh, = top(sonde, target.pid, "--by", by, "-i")
        assert set(refresh) == FACTS
        assert refresh["schema"] == "sonde.top/1" and refresh["by"] == by
        assert refresh["pid"] == target.pid and refresh["python"].startswith(any_python.number)
        assert refresh["threads"]["all"] == 1 + len(facts["waiting"]) + 1
        assert refresh["rows"]
        for row in refresh["rows"]:
            assert set(row) == keys | NUMBERS, row
            assert 0 <= row["own"] <= row["total"] + 0.001, row
        if by in ("function", "line", "tree"):
            assert {"spin"} <= {row["name"].split(".")[-1] for row in refresh["rows"]}
        if by == "thread":
            assert {row["os_thread_id"] for row in refresh["rows"]} >= set(
                sum(facts["tids"].values(), []))


def test_what_waits_is_told_from_what_runs(sonde, python, start):
    target = start(python, "busy.py")
    target.facts()
    refresh, = top(sonde, target.pid)
    names = {row["name"].split(".")[-1] for row in refresh["rows"]}
    assert "spin" in names
    assert not names & {"sleeping", "reading", "polling", "selecting"}, names
    refresh, = top(sonde, target.pid, "-i", "--filter", "^(sleeping|reading)$|\\.(sleeping|reading)$")
    rows = {row["name"].split(".")[-1]: row for row in refresh["rows"]}
    assert set(rows) == {"sleeping", "reading"}
    for row in rows.values():
        waiting = row["states"]["sleep"] + row["states"]["io"]
        assert waiting > 0.9 * row["total"] > 0, row


def test_tables(sonde, any_python, start):
    target = start(any_python, "busy.py")
    target.facts()
    run = sonde.run("top", "--batch", 2, "--delay", "200ms", "--rows", 1, target.pid)
    assert run.status == 0, run
    tables = run.out.split("sonde top ")[1:]
    assert len(tables) == 2
    for table in tables:
        lines = table.rstrip("\n").split("\n")
        assert "Python " + any_python.number in lines[0] and str(target.pid) in lines[0]
        assert lines[4].split()[:2] == ["own%\u25BC", "total%"]
        assert "spin (busy.py" in lines[5]
        assert len(lines) == 6


def test_the_first_refresh_knows_the_cpu(sonde, any_python, start):
    target = start(any_python, "spin.py")
    target.facts()
    refresh, = top(sonde, target.pid)
    assert refresh["cpu"] > 0, refresh


def test_orders_and_filters(sonde, any_python, start):
    target = start(any_python, "busy.py")
    target.facts()
    refresh, = top(sonde, target.pid, "--sort", "name", "-i")
    names = [row["name"] for row in refresh["rows"]]
    assert names == sorted(names)
    refresh, = top(sonde, target.pid, "--mine", "-i")
    assert {row["short_filename"] for row in refresh["rows"]} == {"busy.py"}
    refresh, = top(sonde, target.pid, "--filter", "no such function")
    assert refresh["rows"] == []


def test_children(sonde, python, start):
    """Each below its parent, or only the parent."""
    target = start(python, "children.py", "fork")
    assert target.facts()

    def processes(*options):
        return [row["pid"] for row in top(sonde, target.pid, "-i", "--by", "process",
                                          *options)[0]["rows"]]

    wait_for(lambda: len(processes("-s")) == 3, "two children")
    assert processes("-s")[0] == target.pid
    assert processes() == [target.pid]


@pytest.mark.parametrize("status", [0, 3])
def test_a_launched_command(sonde, python, status):
    """Its output does not get between the tables, its end is ours."""
    run = sonde.run("top", "--delay", "100ms", "--json", "--",
                    *(python.command + [python.target("spin.py"), 300, status]))
    assert run.status == status, run
    assert '"stack"' in run.err
    refreshes = [json.loads(line) for line in run.out.splitlines()]
    assert refreshes[-1]["ended"] and not any(r["ended"] for r in refreshes[:-1])
    names = {row["name"].split(".")[-1] for row in refreshes[-1]["rows"]}
    assert "hot" in names, names
    assert refreshes[-1]["samples"] > 0


def test_a_command_that_is_no_python(sonde):
    run = sonde.run("top", "--", "sh", "-c", "exit 7")
    assert run.status == 7, run
    assert "ended before any Python was seen" in run.err


def test_a_reader_that_goes_away(sonde, any_python, start):
    target = start(any_python, "busy.py")
    target.facts()
    process = sonde.start("top", "--delay", "50ms", "--batch", 0, target.pid)
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(60) == 1
    assert "cannot write to standard output" in process.stderr.read().decode()


@pytest.mark.parametrize("option", [
    ("--by", "nonsense"), ("--sort", "x"), ("--mode", "x"), ("--delay", "0"), ("--delay", "1ms"),
    ("--window", "2m"), ("--window", "0"), ("--batch", "x"), ("--batch", "-1"), ("--rows", ""),
    ("--filter", "x" * 128), ("-r", "0"), ("--max-cpu", "0")])
def test_wrong_use(sonde, option):
    run = sonde.run("top", *option + ("1",))
    assert run.status == 2, run
    assert run.err.startswith("sonde top: ") and run.err.count("\n") == 1, run


def test_no_such_process(sonde):
    run = sonde.run("top", "--batch", "1", "999999999")
    assert run.status == 3, run
    assert one_line(run)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_offer_what_there_is(sonde, shell):
    script = sonde.run("completions", shell).out
    for words in ("function line file thread process tree",
                  "own total own-time total-time state name", "1 10 20 50 100"):
        assert words in script
