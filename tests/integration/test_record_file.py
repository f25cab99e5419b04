"""The recording that `sonde record` leaves: kept, replaced, cut short, and shown by `report`."""
import collections
import json
import os
import re
import resource
import signal
import subprocess

import pytest

import recording_format
from support import LIMIT, environment, functions, folded, wait_for


def recorded(sonde, path, *options):
    """The stacks of a recording, and what was said of it."""
    run = sonde.run("report", "-f", "folded", "-o", "-", path, *options)
    assert run.status == 0, run
    return folded(run.out), run


def spinning(start, python):
    target = start(python, "spin.py")
    target.facts()
    return target


def test_every_form_is_a_report_of_it(start, sonde, any_python, tmp_path):
    target = spinning(start, any_python)
    kept, by_record = tmp_path / "a.sonde", tmp_path / "a.folded"
    run = sonde.run("record", "-d", "300ms", "-i", "-t", "-o", kept, "-o", by_record, target.pid)
    assert run.status == 0 and run.out == "", run
    by_report, _ = recorded(sonde, kept, "-i", "-t")
    assert by_report == folded(by_record.read_text())
    assert "hot" in functions(by_report)


def test_without_a_name_it_is_kept_beside_the_table(start, sonde, any_python, tmp_path):
    target = spinning(start, any_python)
    run = sonde.run("record", "-d", "200ms", target.pid, cwd=str(tmp_path))
    assert run.status == 0 and "  function (file)\n" in run.out, run
    (name,) = os.listdir(str(tmp_path))
    assert name.startswith("spin-%d-" % target.pid) and name.endswith(".sonde"), name
    assert "sonde: wrote %s\n" % name in run.err
    assert "hot" in functions(recorded(sonde, tmp_path / name)[0])


def test_on_standard_output(start, sonde, any_python, tmp_path):
    target = spinning(start, any_python)
    kept = tmp_path / "piped.sonde"
    with open(str(kept), "wb") as out:
        process = sonde.start("record", "-q", "-d", "200ms", "-f", "sonde", "-o", "-", target.pid,
                              stdout=out)
        assert process.wait(LIMIT) == 0
    assert "hot" in functions(recorded(sonde, kept)[0])


def test_killed_it_leaves_what_it_had(start, sonde, any_python, tmp_path):
    target = spinning(start, any_python)
    kept = tmp_path / "killed.sonde"
    process = sonde.start("record", "-q", "-o", kept, target.pid)

    def has_samples():
        run = sonde.run("report", "-f", "folded", "-o", "-", kept)
        return "hot" in run.out
    wait_for(lambda: kept.exists() and has_samples(), "samples in the recording")
    process.kill()
    process.wait(LIMIT)
    stacks, run = recorded(sonde, kept)
    assert "hot" in functions(stacks)
    assert run.err.count("\n") >= 1 and "killed.sonde" in run.err, run
    assert target.process.poll() is None


def test_a_good_one_is_replaced_only_by_a_whole_one(start, sonde, any_python, tmp_path):
    target = spinning(start, any_python)
    kept = tmp_path / "a.sonde"
    kept.write_bytes(b"the old one")
    process = sonde.start("record", "-q", "-o", kept, target.pid)
    beside = tmp_path / "a.sonde.part"
    wait_for(lambda: beside.exists() and beside.stat().st_size > 0, "the new one beside it")
    process.kill()
    process.wait(LIMIT)
    assert kept.read_bytes() == b"the old one"
    run = sonde.run("record", "-q", "-d", "200ms", "-o", kept, target.pid)
    assert run.status == 0, run
    assert "hot" in functions(recorded(sonde, kept)[0])
    assert os.listdir(str(tmp_path)) == ["a.sonde"]


def test_nothing_of_others_is_touched_when_it_cannot_be_opened(sonde, start, any_python, tmp_path):
    target = spinning(start, any_python)
    folder = tmp_path / "folder.sonde"
    folder.mkdir()
    run = sonde.run("record", "-d", "100ms", "-o", folder, target.pid)
    assert run.status == 1 and run.err.count("\n") == 1 and "folder.sonde" in run.err, run
    assert folder.is_dir()
    gone = tmp_path / "no" / "such.sonde"
    run = sonde.run("record", "-d", "100ms", "-o", gone, target.pid)
    assert run.status == 1 and run.err.count("\n") == 1 and "such.sonde" in run.err, run


def test_a_full_disk_keeps_what_was_written(start, sonde, any_python, tmp_path):
    target = spinning(start, any_python)
    kept = tmp_path / "full.sonde"

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    process = sonde.start("record", "-q", "-r", "max", "-d", "20s", "-o", kept, target.pid,
                          preexec_fn=limit)
    assert process.wait(LIMIT) == 1
    said = process.stderr.read().decode()
    assert "File too large" in said and said.count("\n") == 1, said
    assert "'%s' ends early: " % kept in said, said
    assert kept.stat().st_size <= 4096
    run = sonde.run("report", "-f", "folded", "-o", "-", kept)
    assert run.status == 0, run


IN_SMALL_DISK = """
mount -t tmpfs -o size=64k none "$1" || exit 99
dd if=/dev/zero of="$1/filler" bs=1k count=56 2>/dev/null
"$2" record -q -d 40s -o "$1/full.sonde" -p "$3"
status=$?
"$2" report -q -f folded -o - "$1/full.sonde"
exit $status
"""


def test_a_disk_that_fills_up_keeps_what_was_written(start, sonde, any_python, tmp_path):
    if subprocess.call(["unshare", "-m", "true"], stderr=subprocess.DEVNULL):
        pytest.skip("this kernel lets us make no mount namespace")
    target = spinning(start, any_python)
    run = subprocess.run(["unshare", "-m", "sh", "-c", IN_SMALL_DISK, "sh", str(tmp_path), sonde.path,
                          str(target.pid)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         universal_newlines=True, env=environment(), timeout=LIMIT)
    assert run.returncode == 1, run
    assert "hot" in functions(folded(run.stdout))
    assert re.match(r"sonde: '[^\n]*full.sonde' ends early: [^\n]*No space left on device\n$",
                    run.stderr), run


def test_a_signal_for_a_snapshot(start, sonde, any_python, tmp_path):
    """All that was seen until then can be read, and it goes on."""
    target = spinning(start, any_python)
    kept, form = tmp_path / "a.sonde", tmp_path / "a.folded"
    process = sonde.start("record", "-q", "-o", kept, "-o", form, target.pid)
    wait_for(lambda: kept.exists() and kept.stat().st_size > 24, "a recording that has begun")
    process.send_signal(signal.SIGUSR1)
    wait_for(form.exists, "a snapshot")
    early = folded(form.read_text())
    stacks, run = recorded(sonde, kept)
    assert "ends early" in run.err, run
    assert all(stacks[frames] >= count for frames, count in early.items())
    process.send_signal(signal.SIGINT)
    assert process.wait(LIMIT) == 0
    late, run = recorded(sonde, kept)
    assert "ends early" not in run.err and sum(late.values()) > sum(early.values())


def test_a_second_signal_ends_at_once(start, sonde, any_python, tmp_path):
    """Also while nobody reads what it writes; the recording is whole by then."""
    target = spinning(start, any_python)
    kept, pipe = tmp_path / "a.sonde", str(tmp_path / "full.folded")
    os.mkfifo(pipe)
    read = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    try:
        while True:
            os.write(write, b"." * 4096)
    except BlockingIOError:
        pass
    process = sonde.start("record", "-q", "-o", kept, "-o", pipe, target.pid)
    wait_for(lambda: kept.exists() and kept.stat().st_size > 24, "a recording that has begun")
    process.send_signal(signal.SIGINT)

    def writes():
        with open("/proc/%d/syscall" % process.pid) as f:
            return f.read().split()[0] in ("1", "64")  # x86-64, aarch64
    wait_for(writes, "an output that nobody reads")
    process.send_signal(signal.SIGINT)
    assert process.wait(LIMIT) == -signal.SIGINT
    os.close(read)
    os.close(write)
    assert recording_format.Recording(kept.read_bytes()).whole


def test_the_targets_end_is_the_recordings(start, sonde, any_python, tmp_path):
    target = spinning(start, any_python)
    kept = tmp_path / "a.sonde"
    process = sonde.start("record", "-q", "-o", kept, target.pid)
    wait_for(lambda: kept.exists() and kept.stat().st_size > 24, "a recording that has begun")
    target.kill()
    assert process.wait(LIMIT) == 0
    assert recording_format.Recording(kept.read_bytes()).whole
    assert "hot" in functions(recorded(sonde, kept)[0])


def test_one_recording_a_run(start, sonde, any_python, tmp_path):
    run = sonde.run("record", "-o", tmp_path / "a.sonde", "-o", tmp_path / "b.sonde", "1")
    assert run.status == 2 and run.err.count("\n") == 1 and "b.sonde" in run.err, run
    assert os.listdir(str(tmp_path)) == []


def test_it_is_as_its_specification_says(start, sonde, any_python, tmp_path):
    target = start(any_python, "threads.py")
    target.facts()
    kept = tmp_path / "a.sonde"
    run = sonde.run("record", "-q", "-d", "500ms", "-o", kept, target.pid)
    assert run.status == 0, run
    recording = recording_format.Recording(kept.read_bytes())
    assert recording.whole
    counts = collections.Counter()
    for one in recording.runs:
        frames = ["%s (%s:%d)" % (f.name, f.file, line) if f.kind == 0 else f.name
                  for f, line in recording.stack(one.stack)]
        counts[tuple(frames)] += one.samples
    stacks, _ = recorded(sonde, kept, "-i")
    assert counts == stacks
    assert sum(counts.values()) == recording.facts[16]
    assert recording.processes[0][0] == target.pid
    told = [json.loads(line) for line in
            sonde.run("report", "-i", "-f", "jsonl", "-o", "-", kept).out.splitlines()]
    assert sorted((r.thread, r.start_ns, r.time_ns, r.samples) for r in recording.runs) == sorted(
        (runs["thread"],) + run for runs in told if runs["kind"] == "runs"
        for run in zip(runs["start_ns"], runs["time_ns"], runs["samples"]))


def test_it_has_the_source_of_what_ran(start, sonde, python, tmp_path):
    target = spinning(start, python)
    kept = tmp_path / "a.sonde"
    run = sonde.run("record", "-q", "-d", "300ms", "-o", kept, target.pid)
    assert run.status == 0, run
    recording = recording_format.Recording(kept.read_bytes())
    path = python.target("spin.py")
    with open(python.outside(path)) as f:
        lines = f.read().splitlines()
    hot = next(f for f in recording.functions if f.name.split(".")[-1] == "hot")
    for line in range(hot.first, hot.last + 1):
        assert recording.sources[path, line] == lines[line - 1]
    told = [json.loads(line) for line in
            sonde.run("report", "-f", "jsonl", "-o", "-", kept).out.splitlines()]
    assert recording.sources == {(s["filename"], s["line"]): s["text"] for s in told
                                 if s["kind"] == "source"}


def test_confidential_it_has_no_source_no_arguments_no_host(start, sonde, any_python, tmp_path):
    target = start(any_python, "spin.py", "-1", "0", "--password=hunter2")
    target.facts()
    kept = tmp_path / "a.sonde"
    run = sonde.run("record", "--confidential", "-q", "-d", "300ms", "-o", kept, target.pid)
    assert run.status == 0, run
    recording = recording_format.Recording(kept.read_bytes())
    assert "hot" in functions(recorded(sonde, kept)[0])
    assert recording.sources == {}
    assert 3 not in recording.facts and recording.facts[1] == recording.processes[0][2]
    assert "python" in recording.facts[1] and " " not in recording.facts[1]
    assert not any("hunter2" in s or "spin.py" in s for s in recording.facts.values()
                   if isinstance(s, str))
    run = sonde.run("record", "--confidential", "-q", "-d", "300ms", "-f", "speedscope", "-o", "-",
                    target.pid)
    assert run.status == 0 and "hot" in run.out and "hunter2" not in run.out, run
