"""How much sonde may use, and what it says of it."""
import os
import re
import subprocess
import sys

import pytest

IN_USE = "slowed down as the target's memory map was in use"


def test_it_keeps_a_limit_and_says_so(start, sonde, any_python):
    target = start(any_python, "spin.py")
    target.facts()
    said = "slowed down to use no more than 1 % of a CPU (--max-cpu allows more)"
    _, run = sonde.record_until(lambda _, run: said in run.err, target.pid, "-r", "max",
                                "--max-cpu", "1")
    assert said in run.err


def test_as_often_as_can_be_has_no_limit(start, sonde, any_python):
    target = start(any_python, "spin.py")
    target.facts()
    _, run = sonde.record(target.pid, "-r", "max", "-d", "300ms")
    assert "slowed down to use" not in run.err


def test_it_backs_off_where_the_memory_map_is_fought_over(start, sonde, python):
    target = start(python, "maps.py")
    if target.facts()["missing"]:
        pytest.skip("cannot be had: this build has no ctypes")
    _, run = sonde.record_until(lambda _, run: IN_USE in run.err, target.pid, "--max-cpu", "100")
    assert IN_USE in run.err


def test_a_busy_machine_is_no_memory_map_in_use(start, sonde, python):
    """More programs compute than there are CPUs: sonde waits for its turn, not for the target."""
    target = start(python, "spin.py")
    target.facts()
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"])
              for _ in range(2 * os.cpu_count())]
    try:
        _, run = sonde.record(target.pid, "-d", "1s", "--max-cpu", "100")
    finally:
        for other in others:
            other.kill()
            other.wait()
    assert IN_USE not in run.err


def test_stats(start, sonde, any_python):
    target = start(any_python, "spin.py")
    target.facts()
    _, run = sonde.record(target.pid, "--stats", "-d", "300ms")
    (calls,) = re.findall(r"^sonde: read ([\d,]+) times \([\d.]+ a look\), [\d,]+ bytes", run.err, re.M)
    assert int(calls.replace(",", "")) > 0


def test_no_share_of_a_cpu(sonde):
    run = sonde.run("record", "--max-cpu", "much", "-p", "1")
    assert run.status == 2 and "'much' is no share of a CPU" in run.err
