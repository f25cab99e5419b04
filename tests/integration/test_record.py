"""sonde record: what it writes, when, and what its options change."""
import os
import re
import signal

import pytest

from support import Recording, folded, functions, wait_for


@pytest.mark.parametrize("name", ["folded", "raw", "collapsed", "RAW"])
def test_names_of_the_folded_format(start, sonde, any_python, name):
    target = start(any_python, "spin.py")
    target.facts()
    run = sonde.run("record", "-d", "100ms", "-f", name, "-o", "-", "-p", target.pid)
    assert run.status == 0, run
    assert "hot" in functions(folded(run.out))


def test_counts_add_up(start, sonde, python):
    """Every sample of the summary is in the file, root first."""
    target = start(python, "spin.py")
    target.facts()
    stacks, run = sonde.record_until(lambda seen, _: sum(seen.values()) > 20, target.pid)
    (samples,) = re.findall(r"^sonde: ([\d,]+) samples? in ", run.err, re.M)
    assert sum(stacks.values()) == int(samples.replace(",", "")) > 20
    for frames in stacks:
        assert frames == ("<torn>",) or frames[0].startswith("<module> (spin.py:")
    assert {"main", "hot"} <= functions(stacks)


def test_several_outputs_by_their_endings(start, sonde, any_python, tmp_path):
    target = start(any_python, "spin.py")
    target.facts()
    run = sonde.run("record", "-d", "200ms", "-p", target.pid, "-o", tmp_path / "a.folded",
                    "-o", tmp_path / "b-%p.txt")
    assert run.status == 0, run
    a, b = (tmp_path / name for name in ("a.folded", "b-%d.txt" % target.pid))
    assert folded(a.read_text())
    assert b.exists() and sorted(os.listdir(str(tmp_path))) == sorted([a.name, b.name])


def test_without_an_output_there_is_a_table_and_a_kept_file(start, sonde, any_python, tmp_path):
    target = start(any_python, "spin.py")
    target.facts()
    run = sonde.run("record", "-d", "200ms", "-p", target.pid, cwd=str(tmp_path))
    assert run.status == 0, run
    assert "hot" in run.out
    (kept,) = os.listdir(str(tmp_path))
    assert kept.startswith("spin-%d-" % target.pid)


def test_lines_of_functions_and_no_lines(start, sonde, python):
    target = start(python, "spin.py")
    target.facts()
    with open(python.outside(python.target("spin.py"))) as f:
        (defined,) = [n for n, line in enumerate(f, 1) if line.startswith("def hot")]
    stacks, _ = sonde.record_seeing({"hot"}, target.pid, "-F")
    assert {frame for frames in stacks for frame in frames if frame.startswith("hot ")} == \
        {"hot (spin.py:%d)" % defined}
    stacks, _ = sonde.record_seeing({"hot"}, target.pid, "--nolineno")
    assert {frames for frames in stacks if "hot (spin.py)" in frames}
    assert not any(re.search(r":\d+\)$", frame) for frames in stacks for frame in frames)


def test_class_names(start, sonde, python):
    """Before 3.11 on request; qualified names are there since."""
    target = start(python, "spin.py")
    target.facts()
    stacks, _ = sonde.record_seeing({"hot"}, target.pid, "--class-names")
    names = {frame.split(" (")[0] for frames in stacks for frame in frames}
    assert "Work.step" in names


def test_full_filenames(start, sonde, python):
    target = start(python, "spin.py")
    target.facts()
    stacks, _ = sonde.record_seeing({"hot"}, target.pid, "--full-filenames")
    places = {frame for frames in stacks for frame in frames} - {"<torn>"}
    assert places and all("(%s:" % python.target("spin.py") in place for place in places)


def test_several_processes(start, sonde, any_python):
    targets = [start(any_python, "spin.py") for _ in range(2)]
    for target in targets:
        target.facts()
    stacks, _ = sonde.record_until(lambda seen, _: len({frames[0] for frames in seen}) == 2,
                                   ",".join(str(t.pid) for t in targets))
    roots = {frames[0] for frames in stacks}
    assert roots == {'process %d:"%s"' % (t.pid, " ".join(t.seen_command)) for t in targets}


def test_a_process_that_is_given_twice(start, sonde, any_python):
    target = start(any_python, "spin.py")
    target.facts()
    stacks, run = sonde.record_until(lambda seen, _: seen, "%d,%d" % (target.pid, target.pid))
    assert not any(frames[0].startswith("process ") for frames in stacks), run


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_and_writes(start, sonde, any_python, tmp_path, number):
    target = start(any_python, "spin.py")
    target.facts()
    recording = Recording(sonde, tmp_path / "out.folded", target.pid)
    recording.wait_for("hot (")
    recording.process.send_signal(number)
    assert "hot" in functions(recording.end())
    assert target.process.poll() is None


def test_the_targets_death_ends_and_writes(start, sonde, python, tmp_path):
    target = start(python, "spin.py")
    target.facts()
    recording = Recording(sonde, tmp_path / "out.folded", target.pid)
    recording.wait_for("hot (")
    target.kill()
    assert "hot" in functions(recording.end())


def test_a_target_that_becomes_another_program(start, sonde, python, tmp_path):
    """Python to Python: the recording goes on and holds both."""
    target = start(python, "becomes.py", python.path, python.target("spin.py"))
    target.stop()
    recording = Recording(sonde, tmp_path / "out.folded", target.pid)
    recording.wait_for("before_exec (")
    target.go()
    assert target.facts()["pid"] == target.pid
    recording.wait_for("hot (")
    target.kill()
    assert {"before_exec", "hot"} <= functions(recording.end())


def test_a_target_that_becomes_no_python(start, sonde, any_python, tmp_path):
    target = start(any_python, "becomes.py", "/bin/cat")
    target.stop()
    recording = Recording(sonde, tmp_path / "out.folded", target.pid)
    recording.wait_for("before_exec (")
    target.go()
    assert "before_exec" in functions(recording.end())


def test_an_idle_target_is_no_error(start, sonde, python):
    target = start(python, "stack_calls.py")
    target.stop()
    wait_for(lambda: not sonde.dump(target.pid)["threads"][0]["active"], "idle")
    stacks, run = sonde.record(target.pid, "-d", "100ms")
    assert stacks == {}
    assert "sonde: no samples: all threads were waiting" in run.err


def test_quiet(start, sonde, any_python):
    target = start(any_python, "spin.py")
    target.facts()
    assert sonde.record(target.pid, "-d", "100ms", "-q")[1].err == ""
