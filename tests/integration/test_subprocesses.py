"""record -s: the children of what is recorded, those that come later, too."""
import os
import re
import shlex
import signal
import subprocess

import pytest

from support import Recording, folded, wait_for

KINDS = ["fork", "popen", "multiprocessing"]
SHELLS = ["shell", "becomes"]
CONTEXTS = ["multiprocessing-fork", "multiprocessing-spawn", "multiprocessing-forkserver"]


def pids_in(stacks, name):
    """PIDs of the processes that were seen in that function."""
    return {int(re.match(r'process (\d+):"', frames[0]).group(1)) for frames in stacks
            if any(frame.startswith(name + " (") for frame in frames)}


def two_children(stacks, _):
    return len(pids_in(stacks, "in_child")) >= 2


def check_children(sonde, target):
    stacks, run = sonde.record_until(two_children, target.pid, "-s")
    pids = pids_in(stacks, "in_child")
    assert len(pids) == 2 and target.pid not in pids, (stacks, run)
    assert "could not be read" not in run.err, run
    return stacks


@pytest.mark.parametrize("kind", KINDS)
def test_children_that_there_are(start, sonde, python, kind):
    target = start(python, "children.py", kind)
    assert target.facts()
    check_children(sonde, target)


@pytest.mark.no_root
@pytest.mark.parametrize("kind", SHELLS)
def test_children_with_a_shell_in_between(start, sonde, python, kind):
    target = start(python, "children.py", kind)
    assert target.facts()
    check_children(sonde, target)


@pytest.mark.since(3, 4)
@pytest.mark.parametrize("kind", CONTEXTS)
def test_children_of_multiprocessing(start, sonde, python, kind):
    target = start(python, "children.py", kind)
    assert target.facts()
    check_children(sonde, target)


@pytest.mark.parametrize("kind", ["fork", "popen"] + SHELLS)
def test_children_that_come_later(start, sonde, any_python, tmp_path, kind):
    target = start(any_python, "children.py", kind, "later")
    target.stop()
    recording = Recording(sonde, tmp_path / "out.folded", target.pid, "-s", "-i")
    recording.wait_for("<module> (children.py:")
    target.go()
    assert target.facts()
    seen = []

    def both_are_there():
        recording.wait_for("in_child (")
        seen[:] = pids_in(folded(recording.out.read_text()), "in_child")
        return len(seen) == 2
    wait_for(both_are_there, "two children")
    recording.process.send_signal(signal.SIGINT)
    assert pids_in(recording.end(), "in_child") == set(seen)


def test_what_is_below_one_whose_parent_has_ended(start, sonde, any_python, tmp_path):
    target = start(any_python, "children.py", "orphan", "later")
    target.stop()
    recording = Recording(sonde, tmp_path / "out.folded", target.pid, "-s", "-i")
    recording.wait_for("<module> (children.py:")
    target.go()
    recording.wait_for("between (")
    recording.wait_for("orphaned (")
    target.go()
    recording.wait_for("in_child (")
    recording.process.send_signal(signal.SIGINT)
    (last,) = pids_in(recording.end(), "in_child")
    assert last != target.pid


def test_it_goes_on_without_its_parent(start, sonde, any_python, tmp_path):
    """The children end when they see that it is gone, and the recording with them."""
    target = start(any_python, "children.py", "fork")
    assert target.facts()
    recording = Recording(sonde, tmp_path / "out.folded", target.pid, "-s")
    recording.wait_for("in_child (")
    target.kill()
    assert pids_in(recording.end(), "in_child")


def test_of_a_command(sonde, python, tmp_path):
    """A shell with two Pythons at a time; neither is its first child alone."""
    spin = " ".join(shlex.quote(part) for part in python.command + [python.target("spin.py")])
    out = tmp_path / "out.folded"
    run = sonde.run("record", "-s", "-o", out, "--", "sh", "-c",
                    "%s 1000 & %s 1000; wait; exit 3" % (spin, spin))
    assert run.status == 3, run
    assert len(pids_in(folded(out.read_text()), "hot")) == 2, run


def test_of_a_process_that_is_no_python(sonde, any_python, tmp_path):
    command = [any_python.path, any_python.target("spin.py")]
    shell = subprocess.Popen(["sh", "-c", '"$0" "$1"; exit $?'] + command, stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE)
    try:
        assert shell.stdout.readline()
        stacks, _ = sonde.record_until(lambda seen, _: pids_in(seen, "hot"), shell.pid, "-s")
        (pid,) = pids_in(stacks, "hot")
        assert pid != shell.pid
    finally:
        os.kill(pid, signal.SIGKILL)
        shell.communicate()


def test_without_it_children_are_not_recorded(start, sonde, any_python):
    target = start(any_python, "children.py", "fork")
    assert target.facts()
    stacks, _ = sonde.record_until(lambda seen, _: seen, target.pid, "-i")
    assert not any(frame.startswith(("in_child (", "process ")) for frames in stacks
                   for frame in frames)


def test_a_child_that_is_no_python_is_nobodys_business(start, sonde, any_python):
    target = start(any_python, "spawns.py")
    assert target.facts()
    stacks, run = sonde.record_until(lambda seen, _: seen, target.pid, "-s", "-i")
    assert {frames[0].split(":")[0] for frames in stacks} == {"process %d" % target.pid}
    assert "could not be read" not in run.err, run
