"""What dump prints is what stands there: names, files and lines of whole stacks."""
import os
import re

import pytest

from support import LIMIT, TARGETS


@pytest.mark.parametrize("case", ["calls", "c", "destructor", "generators", "lines", "names",
                                  "imports"])
def test_stack(start, sonde, python, case):
    same_at_every_stop(start(python, "stack_%s.py" % case), sonde)


@pytest.mark.since(3, 6)
def test_stack_of_coroutines(start, sonde, python):
    same_at_every_stop(start(python, "stack_coroutines.py"), sonde)


def same_at_every_stop(target, sonde):
    stops = 0
    while True:
        facts = target.stop()
        if facts is None:
            break
        assert sonde.stack(target.pid) == [[cut(name), cut(file), line]
                                           for name, file, line in facts["stack"]]
        stops += 1
        target.go()
    assert target.process.wait(LIMIT) == 0
    assert stops > 0


def cut(text, longest=4096):
    """Longer names are cut, and say so."""
    return text if len(text) <= longest else text[:longest] + "..."


def test_deep_recursion(start, sonde, python):
    """Fifty thousand frames, all of them."""
    target = start(python, "deep.py", 50000)
    facts = target.stop()
    assert facts, "the interpreter could not recurse that deep"
    thread = max(sonde.dump(target.pid)["threads"], key=lambda t: len(t["frames"]))
    names = [frame["name"] for frame in thread["frames"]]
    lines = [frame["line"] for frame in thread["frames"]]
    assert names.count("down") == facts["depth"] + 1
    assert names[:facts["depth"] + 2] == ["down"] * (facts["depth"] + 1) + ["main"]
    assert set(lines[1:facts["depth"] + 1]) == {lines[1]} and lines[0] != lines[1]


def test_deeper_than_the_bound_is_said(start, sonde, python):
    """Past what is read the newest frames are shown and the rest is said to be missing."""
    target = start(python, "deep.py", 120000)
    if target.stop() is None:
        pytest.skip("cannot be had: the interpreter could not recurse that deep")
    run = sonde.run("dump", target.pid)
    assert run.status == 0, run
    assert "<elided>" in run.out
    assert run.out.count("    down (") >= 90000


def test_text_form(start, sonde, python):
    target = start(python, "stack_calls.py")
    stack = target.stop()["stack"]
    run = sonde.run("dump", target.pid)
    assert (run.status, run.err) == (0, "")
    lines = run.out.split("\n")
    assert lines[0] == "Process %d: %s" % (target.pid, " ".join(target.seen_command))
    assert re.match(r"Python v%s\S* \(%s\)$" % (re.escape(python.number), ".*python.*"), lines[1])
    assert lines[2] == ""
    assert re.match(r'Thread %d \((idle|active(\+gil)?)\): "MainThread"$' % target.pid, lines[3])
    expected = ["    %s (%s:%d)" % (name, os.path.basename(file), line) for name, file, line in stack]
    assert lines[4:] == expected + [""]


def test_json_form(start, sonde, python):
    target = start(python, "stack_calls.py")
    target.stop()
    dump = sonde.dump(target.pid)
    assert dump["pid"] == target.pid
    assert dump["command"] == " ".join(target.seen_command)
    assert dump["python"].startswith(python.number)
    assert os.path.basename(dump["executable"]).startswith("python")
    (thread,) = dump["threads"]
    assert (thread["os_thread_id"], thread["thread_name"]) == (target.pid, "MainThread")
    assert {frame["short_filename"] for frame in thread["frames"]} == {"stack_calls.py"}


@pytest.mark.parametrize("form", [[], ["--full-filenames"], ["--nolineno"]])
def test_file_and_line_as_wanted(start, sonde, any_python, form):
    target = start(any_python, "stack_calls.py")
    name, file, line = target.stop()["stack"][0]
    shown = {"": "stack_calls.py:%d" % line, "--full-filenames": "%s:%d" % (file, line),
             "--nolineno": "stack_calls.py"}["".join(form)]
    run = sonde.run("dump", *(form + [target.pid]))
    assert run.out.split("\n")[4] == "    %s (%s)" % (name, shown)


def test_file_below_its_package(start, sonde, any_python, tmp_path):
    """A file of a package is shown from the package on."""
    package = tmp_path / "outer" / "inner"
    package.mkdir(parents=True)
    (tmp_path / "outer" / "__init__.py").write_text("")
    (package / "__init__.py").write_text("")
    (package / "module.py").write_text("from target import ready, wait\nready(); wait()\n")
    program = tmp_path / "program.py"
    program.write_text("import sys\nsys.path += %r\nimport outer.inner.module\n"
                       % [TARGETS])
    target = start(any_python, str(program))
    target.stop()
    assert "    <module> (outer/inner/module.py:2)\n" in sonde.run("dump", target.pid).out
