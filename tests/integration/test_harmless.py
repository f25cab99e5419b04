"""sonde neither stops nor writes its target, and its death changes nothing."""
import os
import random
import re
import signal
import struct
import subprocess

import pytest

from support import LIMIT, environment, state_of, wait_for

CALLS = "trace=ptrace,process_vm_writev,kill,tkill,tgkill,rt_sigqueueinfo,rt_tgsigqueueinfo," \
        "pidfd_send_signal,open,openat,openat2,process_madvise,pidfd_getfd,prlimit64,setns"
# On ourselves, or on nobody.
HARMLESS = [r"prlimit64\(0,", r"^\d+ +\+\+\+", r"^\d+ +---"]
RECORD = ["record", "-d", "200ms", "-t", "-i", "-f", "folded", "-o", "/dev/null", "-p"]


@pytest.mark.parametrize("arguments", [["dump"], ["dump", "-l"], RECORD],
                         ids=["dump", "locals", "record"])
def test_never_stops_nor_writes(start, sonde, python, tmp_path, arguments):
    target = start(python, "spin.py")
    target.facts()
    log = tmp_path / "log"
    subprocess.run(["strace", "-f", "-o", str(log), "-e", CALLS, sonde.path] + arguments + [str(target.pid)],
                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                   env=environment(ASAN_OPTIONS="detect_leaks=0"),  # that looks by ptrace
                   timeout=LIMIT, check=True)
    lines = log.read_text().splitlines()
    opened = [line for line in lines if "/proc/%d" % target.pid in line]
    assert opened, "nothing of the target was opened: the trace is of no use"
    for line in lines:
        if any(re.search(pattern, line) for pattern in HARMLESS):
            continue
        call = re.match(r"\d+ +(\w+)\(", line).group(1)
        assert call in ("open", "openat", "openat2"), line
        if "/proc/%d" % target.pid in line:
            assert not re.search(r"O_WRONLY|O_RDWR|O_TRUNC|O_CREAT", line), line
    assert state_of(target.pid) in "RS"


class Counter(object):
    """The number that counter.py counts up in shared memory."""

    def __init__(self, path):
        self.path = path
        path.write_bytes(b"\0" * 8)

    def value(self):
        return struct.unpack("=Q", self.path.read_bytes())[0]

    def goes_on(self):
        before = self.value()
        wait_for(lambda: self.value() > before, "the target goes on")


def test_our_death_leaves_it_running(start, sonde, any_python, tmp_path):
    """--blocking stops the target for each look; we are killed at a hundred moments."""
    counter = Counter(tmp_path / "counter")
    target = start(any_python, "counter.py", counter.path)
    target.facts()
    moments = random.Random(1)
    for _ in range(100):
        recording = sonde.start("record", "--blocking", "-r", "max", "-o", "/dev/null", "-f", "folded",
                                "-p", target.pid)
        stops_at_least(target.pid, recording, moments.randrange(200))
        recording.kill()
        recording.communicate(timeout=LIMIT)
        assert recording.returncode == -signal.SIGKILL
        counter.goes_on()
        assert state_of(target.pid) in "RS"
        assert not tracer_of(target.pid)


def tracer_of(pid):
    with open("/proc/%d/status" % pid) as f:
        return int(re.search(r"TracerPid:\t(\d+)", f.read()).group(1))


def threads_of(pid):
    return [int(tid) for tid in os.listdir("/proc/%d/task" % pid)]


def stops_at_least(pid, recording, looks):
    """Comes back after it was seen traced, a number of looks later."""
    def is_traced():
        assert recording.poll() is None, recording.communicate()
        return tracer_of(pid) in threads_of(recording.pid)
    wait_for(is_traced, "the target traced")
    for _ in range(looks):
        state_of(pid)


def test_blocking_shows_the_same_and_breaks_no_call(start, sonde, python):
    """A thread that waits in the kernel is not interrupted: its system call goes on."""
    target = start(python, "stack_calls.py")
    stack = target.stop()["stack"]
    for _ in range(5):
        shown = sonde.dump(target.pid, "--blocking")["threads"][0]["frames"]
        assert [[f["name"], f["filename"], f["line"]] for f in shown] == stack
    target.go()
    target.stop()
    target.go()
    assert target.process.wait(LIMIT) == 0


def test_blocking_recording(start, sonde, python, tmp_path):
    counter = Counter(tmp_path / "counter") if not python.root else None
    target = start(python, *(["counter.py", counter.path] if counter else ["spin.py"]))
    target.facts()
    stacks, run = sonde.record_until(lambda seen, _: sum(seen.values()) > 10, target.pid,
                                     "--blocking")
    assert re.search(r"the target was (stopped for [\d.]+ m?s \([\d.]+ %\), "
                     r"[\d,]+ times? \d+ us, at most \d+ us"
                     r"|not stopped, [\d,]+ looks? while it had no CPU)", run.err), run
    assert sum(stacks.values()) > 10
    if counter:
        counter.goes_on()
    assert state_of(target.pid) in "RS"
