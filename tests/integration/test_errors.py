"""Whatever is wrong: its exit status, and one line that says what."""
import os
import re
import signal
import subprocess

import pytest

from support import LIMIT, environment, state_of, wait_for

COMMANDS = ["dump", "record"]
PERMITTED, FAILED, USAGE, NO_PYTHON, NOT_PERMITTED = 0, 1, 2, 3, 4


def fails(sonde, status, text, *arguments, **options):
    run = sonde.run(*arguments, **options)
    assert run.status == status, run
    assert run.out == ""
    assert re.match(r"sonde: [^\n]+\n$", run.err), run
    assert re.search(text, run.err), run
    return run.err


def command_on(command, pid, tmp_path):
    if command == "dump":
        return ["dump", pid]
    return ["record", "-o", tmp_path / "out.folded", "-p", pid]


@pytest.fixture
def child():
    started = []

    def start_child(*command, **options):
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE,
                                        **options))
        return started[-1]

    yield start_child
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("command", COMMANDS)
def test_no_such_process(sonde, tmp_path, command):
    ended = subprocess.Popen(["true"])
    ended.wait()
    fails(sonde, NO_PYTHON, r"process %d does not exist" % ended.pid,
          *command_on(command, ended.pid, tmp_path))


@pytest.mark.parametrize("command", COMMANDS)
def test_not_python(sonde, tmp_path, command, child):
    cat = child("cat")
    wait_for(lambda: os.path.basename(os.readlink("/proc/%d/exe" % cat.pid)) == "cat", "exec")
    fails(sonde, NO_PYTHON, r"process %d .*no Python" % cat.pid,
          *command_on(command, cat.pid, tmp_path))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_zombie(sonde, tmp_path, command):
    zombie = subprocess.Popen(["true"])
    wait_for(lambda: state_of(zombie.pid) == "Z", "a zombie")
    fails(sonde, NO_PYTHON, r"process %d has ended \(a zombie" % zombie.pid,
          *command_on(command, zombie.pid, tmp_path))
    zombie.wait()


def test_a_kernel_thread(sonde):
    try:
        assert os.path.exists("/proc/2/comm") and not os.readlink("/proc/2/exe")
    except (AssertionError, OSError):
        with open("/proc/1/stat") as f:
            if not f.read().startswith("1 (systemd") or not os.path.exists("/proc/2"):
                pytest.skip("this kernel shows no threads of its own here")
    fails(sonde, NO_PYTHON, "process 2", "dump", 2)


def test_a_thread_is_no_process(start, sonde, any_python):
    target = start(any_python, "threads.py")
    tid = target.stop()["unnamed"][0]["tid"]
    fails(sonde, NO_PYTHON, "%d is no process but a thread of process %d" % (tid, target.pid),
          "dump", tid)


@pytest.mark.parametrize("arguments", [
    ["dump"], ["record"], ["record", "--"], ["nonsense"], ["dump", "--nonsense", "1"],
    ["dump", "0x"], ["dump", "0"], ["dump", "1,,2"], ["dump", "99999999999"],
    ["record", "-r", "fast", "-p", "1"], ["record", "-d", "-3", "-p", "1"],
    ["record", "-f", "nonsense", "-p", "1"], ["record", "-p", "1", "--", "true"],
    ["record", "-o", "", "-p", "1"], ["record", "-o", "a.unknown", "-p", "1"], ["dump", "1", "2"],
], ids=" ".join)
def test_usage(sonde, arguments):
    run = sonde.run(*arguments)
    assert (run.status, run.out) == (USAGE, ""), run
    assert 1 <= run.err.count("\n") <= 3, run
    assert run.err.startswith("sonde")


def test_no_process_of_that_name(sonde):
    fails(sonde, NO_PYTHON, "no process is called 'no-such-name'", "dump", "no-such-name")


def test_a_process_by_its_name(start, sonde, any_python, tmp_path):
    script = tmp_path / ("named-%d.py" % os.getpid())
    with open(any_python.target("stack_calls.py")) as f:
        script.write_text("import sys; sys.path.append(%r)\n"
                          % os.path.dirname(any_python.target("x")) + f.read())
    first = start(any_python, str(script))
    first.stop()
    run = sonde.run("dump", script.name)
    assert run.status == 0 and run.out.startswith("Process %d: " % first.pid)
    assert "'%s' is process %d" % (script.name, first.pid) in run.err
    second = start(any_python, str(script))
    second.stop()
    run = sonde.run("dump", script.name)
    assert run.status == NO_PYTHON
    assert re.search(r"2 processes .*\n +%d .*\n +%d " % (first.pid, second.pid), run.err) or \
        re.search(r"2 processes .*\n +%d .*\n +%d " % (second.pid, first.pid), run.err), run


def test_a_stopped_target(start, sonde, python):
    target = start(python, "stack_calls.py")
    stack = target.stop()["stack"]
    os.kill(target.pid, signal.SIGSTOP)
    wait_for(lambda: state_of(target.pid) == "T", "stopped")
    assert sonde.stack(target.pid) == stack
    assert state_of(target.pid) == "T"


def test_a_target_that_another_traces(start, sonde, any_python, child, tmp_path):
    target = start(any_python, "stack_calls.py")
    stack = target.stop()["stack"]
    tracer = child("strace", "-o", str(tmp_path / "strace"), "-p", str(target.pid),
                   stderr=subprocess.DEVNULL)

    def is_traced():
        with open("/proc/%d/status" % target.pid) as f:
            return "TracerPid:\t%d\n" % tracer.pid in f.read()

    wait_for(is_traced, "strace attached")
    assert sonde.stack(target.pid) == stack
    for command in COMMANDS:
        fails(sonde, NOT_PERMITTED, r"%d" % tracer.pid,
              *(command_on(command, target.pid, tmp_path) + ["--blocking"]))


@pytest.mark.parametrize("name,reason", [
    ("missing/out.folded", "No such file or directory"), (".", "Is a directory|ending"),
    ("/proc/1/out.folded", "No such file|Permission|Operation"),
])
def test_an_output_that_cannot_be_written(start, sonde, any_python, tmp_path, name, reason):
    target = start(any_python, "spin.py")
    target.facts()
    path = str(tmp_path / name)
    fails(sonde, FAILED, reason, "record", "-f", "folded", "-o", path, "-p", target.pid)


def test_a_full_device(start, sonde, any_python):
    target = start(any_python, "spin.py")
    target.facts()
    run = sonde.run("record", "-q", "-d", "100ms", "-f", "folded", "-o", "/dev/full",
                    "-p", target.pid)
    assert run.status == FAILED
    assert run.err == "sonde: cannot write /dev/full: No space left on device\n"
    with open("/dev/full", "w") as full:
        dump = subprocess.run([sonde.path, "dump", str(target.pid)], stdout=full,
                              stderr=subprocess.PIPE, universal_newlines=True)
    assert dump.returncode == FAILED
    assert dump.stderr == "sonde: cannot write to standard output: No space left on device\n"


IN_SMALL_DISK = """
set -e
mount -t tmpfs -o size=64k none "$1"
echo precious >"$1/out.folded"
dd if=/dev/zero of="$1/filler" bs=1k count=56 2>/dev/null
status=0
"$2" record -q -d 500ms -t -i -o "$1/out.folded" -p "$3" || status=$?
cat "$1/out.folded"
exit $status
"""


def test_a_full_disk_keeps_the_old_file(start, sonde, any_python, tmp_path):
    if subprocess.call(["unshare", "-m", "true"], stderr=subprocess.DEVNULL):
        pytest.skip("this kernel lets us make no mount namespace")
    target = start(any_python, "stack_names.py")
    target.stop()
    run = subprocess.run(["unshare", "-m", "sh", "-c", IN_SMALL_DISK, "sh", str(tmp_path), sonde.path,
                          str(target.pid)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         universal_newlines=True, env=environment(), timeout=LIMIT)
    assert run.returncode == FAILED, run
    assert run.stdout == "precious\n"
    assert re.match(r"sonde: [^\n]*No space left on device[^\n]*\n$", run.stderr), run


def test_another_users_process(start, sonde, any_python, tmp_path):
    if os.getuid() != 0:
        pytest.skip("this kernel lets only root become two users")
    target = start(any_python, "stack_calls.py")
    target.stop()
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    public = tmp_path / "sonde"
    os.system("cp %s %s && chmod 755 %s" % (sonde.path, public, public))
    for folder in [public.parent] + list(public.parent.parents)[:-2]:
        os.chmod(str(folder), 0o755)
    run = subprocess.run(nobody + [str(public), "dump", str(target.pid)], stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, universal_newlines=True)
    assert run.returncode == NOT_PERMITTED, run
    assert re.match(r"sonde: [^\n]*process %d[^\n]*belongs to user 0[^\n]*sudo[^\n]*\n$"
                    % target.pid, run.stderr), run


def test_a_python_that_still_starts(sonde, any_python):
    """From the first moment on: a stack, or one line that says why there is none."""
    kinds = set()
    for _ in range(60):
        process = subprocess.Popen([any_python.path, "-c", "import json, threading"],
                                   stdin=subprocess.DEVNULL, env=environment())
        while process.poll() is None:
            run = sonde.run("dump", process.pid)
            assert run.status in (0, NO_PYTHON), run
            if run.status:
                assert re.match(r"sonde: [^\n]+\n$", run.err), run
            kinds.add(run.status)
    assert kinds == {0, NO_PYTHON}


def test_a_python_that_ends(start, sonde, any_python):
    """The same at the other end: while the interpreter is taken down."""
    for _ in range(20):
        target = start(any_python, "spin.py", 0)
        target.facts()
        run = sonde.run("dump", target.pid)
        while run.status == 0:
            run = sonde.run("dump", target.pid)
        assert run.status == NO_PYTHON, run
        assert re.match(r"sonde: [^\n]+\n$", run.err), run
