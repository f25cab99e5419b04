"""Filters on a recording: what passes adds up. The recording is that of bench, a small one."""
import os
import re
import signal
import subprocess

import pytest

from support import LIMIT, environment, folded, wait_for

SAMPLES, THREADS = 20000, 10  # worker-0 to worker-9, a look about each millisecond


@pytest.fixture(scope="module")
def recording(sonde, tmp_path_factory):
    path = tmp_path_factory.mktemp("recording") / "small.sonde"
    maker = os.path.join(os.path.dirname(sonde.path), "bench", "recording")
    subprocess.run([maker, str(path), str(SAMPLES), "60", "200"], stdout=subprocess.DEVNULL,
                   check=True, timeout=LIMIT)
    return path


@pytest.fixture
def stacks(sonde, recording):
    def report(*options):
        run = sonde.run("report", recording, "-o", "-", *options)
        assert run.status == 0, run
        return folded(run.out)
    return report


@pytest.fixture
def count(stacks):
    return lambda *options: sum(stacks(*options).values())


def test_all_of_it(sonde, recording, count):
    assert count() == count("-i") == count("--mode", "cpu") == count("--pid", "1234") == SAMPLES
    run = sonde.run("report", recording)
    assert run.out.startswith("python3 app.py: %d samples\n" % SAMPLES), run


def test_times(count):
    for at in "700ms", "1s", "1.0005s":
        assert 0 < count("--to", at) < SAMPLES
        assert count("--to", at) + count("--from", at) == SAMPLES
    parts = [count("--from", "%dms" % at, "--to", "%dms" % (at + 600)) for at in range(0, 3000, 600)]
    assert sum(parts) == SAMPLES


def test_nothing_after_its_end(sonde, recording):
    run = sonde.run("report", recording, "--from", "1h")
    assert run.status == 0
    assert re.search(r"no samples: the recording ends after 2\.\d s, before --from", run.err), run


def test_threads(count, stacks):
    each = [count("--thread", "worker-%d" % i) for i in range(THREADS)]
    assert each == [SAMPLES / THREADS] * THREADS
    assert count("--thread", "1235") == SAMPLES / THREADS
    assert count("--thread", "worker-1", "--thread", "0x7f0000000002") == 2 * SAMPLES / THREADS
    roots = {stack[0] for stack in stacks("-t")}
    assert roots == {"thread (%d): worker-%d" % (1234 + i, i) for i in range(THREADS)}
    assert {stack[0] for stack in stacks("-s")} == {'process 1234:"python3 app.py"'}


def test_modes(count):
    assert count("--mode", "gil") == count("-g") == SAMPLES / THREADS
    assert count("-g", "--thread", "worker-3") == SAMPLES / THREADS / THREADS


def test_patterns(count, stacks):
    for pattern in r"^Class1\.", "package7$", "module1[0-9]":
        assert 0 < count("--include", pattern) < SAMPLES, pattern
        assert count("--include", pattern) + count("--exclude", pattern) == SAMPLES
        assert count("--hide", pattern) == SAMPLES
    assert all(any("Class1." in frame for frame in stack)
               for stack in stacks("--include", r"^Class1\."))
    assert not any("Class1." in frame for stack in stacks("--hide", r"^Class1\.")
                   for frame in stack)
    assert count("--include", "method_1$", "--include", "method_2$") >= count("--include",
                                                                             "method_1$")


def test_mine(stacks):
    whole = {frame for stack in stacks("--full-filenames") for frame in stack}
    mine = {frame for stack in stacks("--full-filenames", "--mine") for frame in stack}
    assert mine == {frame for frame in whole if "site-packages" not in frame}
    assert 0 < len(mine) < len(whole)


def test_mine_counts_what_it_leaves_out(sonde, recording):
    run = sonde.run("report", recording, "--mine", "--hide", "src", "-o", "-")
    left = re.findall(r"(\d+) samples without a function of the program itself", run.err)
    assert sum(folded(run.out).values()) + sum(map(int, left)) == SAMPLES


def test_names(stacks):
    def frames(*options):
        return {frame for stack in stacks(*options) for frame in stack}

    assert all(re.match(r"Class\d+\.method_\d+ \(package\d+/module\d+\.py:\d+\)$", frame)
               for frame in frames())
    assert all(re.match(r"method_\d+ \(", frame) for frame in frames("--no-qualname"))
    assert frames("--qualname") == frames()
    assert not any(re.search(r":\d+\)", frame) for frame in frames("--nolineno"))
    assert all(" (/srv/app/" in frame for frame in frames("--full-filenames"))
    assert len(frames("-F")) == len(frames("--nolineno")) < len(frames())


def test_a_part_of_it(sonde, recording, tmp_path, count):
    part = tmp_path / "part.sonde"
    part.write_bytes(recording.read_bytes()[:-5000])
    run = sonde.run("report", part, "-o", "-")
    assert run.status == 0, run
    assert 0 < sum(folded(run.out).values()) < SAMPLES
    assert re.match(r"sonde: .*part\.sonde ends early .*its first \d\.\d s\n$", run.err), run
    assert sonde.run("report", "-q", part).err == ""


def test_what_is_no_recording_any_more(sonde, recording, tmp_path):
    foreign = tmp_path / "foreign.sonde"
    bytes_ = recording.read_bytes()
    for damaged in (b"\x00" * 100 + bytes_[100:], bytes_[:8] + bytes(range(256)) * 2):
        foreign.write_bytes(damaged)
        run = sonde.run("report", foreign)
        if run.status == 0:  # its first bytes are those of a recording, and nothing else is
            assert "ends early" in run.err and "no samples" in run.err, run
        else:
            assert run.status == 1 and run.err.count("\n") == 1, run


def test_a_reader_that_has_enough(sonde, recording, tmp_path):
    run = subprocess.run("%s report %s -f folded -o - -o %s/x | head -c 10; echo ${PIPESTATUS[0]}"
                         % (sonde.path, recording, tmp_path), shell=True, executable="/bin/bash",
                         stdout=subprocess.PIPE, universal_newlines=True, timeout=LIMIT,
                         env=environment())
    assert run.stdout[10:] == "0\n", run
    assert sum(folded((tmp_path / "x").read_text()).values()) == SAMPLES


def test_half_an_output_is_not_left(sonde, tmp_path):
    """What is ended while it writes: seen by the file that stands beside the one to be."""
    stacks = tmp_path / "many.folded"
    with open(str(stacks), "w") as f:
        for i in range(20000):
            f.write(";".join("f%d" % (i * k % 1009) for k in range(30)) + " 1\n")

    def ended_while_it_wrote():
        folder = tmp_path / "out"
        folder.mkdir(exist_ok=True)
        process = sonde.start("report", stacks, "-o", folder / "x.folded")
        while process.poll() is None and not os.listdir(str(folder)):
            os.sched_yield()
        process.terminate()
        process.communicate()
        left = os.listdir(str(folder))
        assert left in ([], ["x.folded"]), left
        for name in left:
            os.unlink(str(folder / name))
        return process.returncode == -signal.SIGTERM
    wait_for(ended_while_it_wrote, "the end of sonde while it writes")


def test_two_of_them(sonde, recording):
    run = sonde.run("diff", recording, recording, "--fail-on", "total:+0%")
    assert run.status == 0 and run.out.endswith("no difference\n"), run
    run = sonde.run("diff", recording, recording, "--thread", "worker-1", "--by", "stack")
    assert run.status == 0 and run.out.endswith("no difference\n"), run
