"""Targets, and sonde as a person would run it. Nothing here sleeps: every wait ends with what it
waits for, or fails after LIMIT seconds."""
import collections
import json
import os
import re
import select
import shlex
import shutil
import signal
import subprocess
import time

LIMIT = 60
TARGETS = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", "targets"))

# Copies of the targets inside the root folders: root -> folder as seen from inside.
_installed = {}


def install_targets(root, name):
    """Copies the targets into a root folder; what it returns removes them."""
    inside = "/tmp/sonde-tests-%s-%d" % (name, os.getpid())
    shutil.copytree(TARGETS, root + inside)
    _installed[root] = inside
    return lambda: shutil.rmtree(root + inside, ignore_errors=True)


class Python(object):
    """A row of find-pythons."""

    def __init__(self, row):
        self.name, command, self.root = row
        self.command = shlex.split(command)
        self.path = self.command[-1]
        number, _, self.build = re.match(r"(\d+\.\d+\.\d+)((?:a|b|rc)\d+)?([dt]*)",
                                         self.name).groups()
        self.number = number
        self.version = tuple(int(part) for part in number.split("."))

    @property
    def free_threaded(self):
        return "t" in self.build

    def target(self, name):
        """Path of a target as this interpreter sees it."""
        return os.path.join(_installed[self.root] if self.root else TARGETS, name)

    def outside(self, path):
        return self.root + path if self.root else path

    def ask(self, expression):
        out = subprocess.run(self.command + ["-c", "import sys; print(%s)" % expression],
                             stdout=subprocess.PIPE, universal_newlines=True, check=True)
        return out.stdout.strip()

    def __repr__(self):
        return self.name


def environment(**more):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PYTEST", "SONDE"))}
    kept.update(PYTHONDONTWRITEBYTECODE="1", LC_ALL="C.UTF-8", NO_COLOR="1", **more)
    return kept


def read_line(fd, buffered, limit=LIMIT):
    """The next line from fd, or None at the end of file."""
    deadline = time.monotonic() + limit
    while b"\n" not in buffered:
        if not select.select([fd], [], [], max(0, deadline - time.monotonic()))[0]:
            raise AssertionError("nothing more came: %r" % bytes(buffered))
        chunk = os.read(fd, 1 << 16)
        if not chunk:
            return None
        buffered += chunk
    line, _, rest = bytes(buffered).partition(b"\n")
    buffered[:] = rest
    return line.decode()


class Target(object):
    """A running program that says facts as lines of JSON and waits to be let go on."""

    def __init__(self, python, arguments, command=None, wrapper=(), **options):
        name, rest = arguments[0], [str(a) for a in arguments[1:]]
        self.python = python
        self.command = list(command or python.command) + [python.target(name)] + rest
        self.process = subprocess.Popen(
            list(wrapper) + self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=environment(), cwd="/", **options)
        self.pid = self.process.pid
        self._buffered = bytearray()

    @property
    def seen_command(self):
        """The command line that the kernel knows: without what chroot took."""
        return self.command[self.command.index(self.python.path):]

    def facts(self):
        """The next line of facts; None when the target has closed its output."""
        line = read_line(self.process.stdout.fileno(), self._buffered)
        return None if line is None else json.loads(line)

    def stop(self):
        """Facts of a moment at which it waits for go(), in its system call; None at its end."""
        facts = self.facts()
        if facts:
            wait_for(lambda: reads_stdin(self.pid, facts["tid"]), "the target in its read")
        return facts

    def go(self):
        self.process.stdin.write(b".")
        self.process.stdin.flush()

    def kill(self):
        self.process.kill()
        self.process.wait(LIMIT)

    def end(self):
        for pipe in (self.process.stdin, self.process.stdout):
            pipe.close()
        self.kill()


Run = collections.namedtuple("Run", "status out err")


class Sonde(object):
    def __init__(self, path):
        self.path = os.path.realpath(path)

    def run(self, *arguments, **options):
        options.setdefault("env", environment())
        ended = subprocess.run([self.path] + [str(a) for a in arguments], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LIMIT,
                               **options)
        return Run(ended.returncode, ended.stdout.decode(), ended.stderr.decode())

    def start(self, *arguments, **options):
        options.setdefault("env", environment())
        options.setdefault("stdout", subprocess.PIPE)
        return subprocess.Popen([self.path] + [str(a) for a in arguments],
                                stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)

    def dump(self, pid, *options):
        """What dump --json says."""
        run = self.run("dump", "--json", *(options + (pid,)))
        assert run.status == 0, run
        return json.loads(run.out)

    def stack(self, pid, tid=None):
        """[name, file, line] leaf first, of one thread (the only one when no tid is given)."""
        threads = self.dump(pid)["threads"]
        if tid is not None:
            threads = [t for t in threads if t["os_thread_id"] == tid]
        assert len(threads) == 1, threads
        return [[f["name"], f["filename"], f["line"]] for f in threads[0]["frames"]]

    def record(self, target, *options):
        """Folded stacks of a recording: {(frame, ..., root first): count}."""
        run = self.run("record", "-p", target, "-f", "folded", "-o", "-", *options)
        assert run.status == 0, run
        return folded(run.out), run

    def record_until(self, enough, target, *options):
        """As record(), again and for longer each time, until enough(stacks, run) is content: on a
        busy machine little may be seen in a while. The last recording, whatever was in it."""
        milliseconds = 200
        while True:
            stacks, run = self.record(target, "-d", "%dms" % milliseconds, *options)
            if enough(stacks, run) or milliseconds > LIMIT * 1000 / 4:
                return stacks, run
            milliseconds *= 2

    def record_seeing(self, names, target, *options):
        """record_until() all functions of these names were seen: the stacks."""
        return self.record_until(lambda stacks, _: names <= functions(stacks), target, *options)


# name, file and line; the marks of what could not be seen; root frames
FRAME = re.compile(r"""[^;]+ \([^;]*?(:\d+)?\)$ | <[a-z]+>$ | interpreter\ \d+$
                       | thread\ \(\d+\):.* | process\ \d+:".*"$""", re.X)


def folded(text):
    """The stacks of a folded recording, after a look at its grammar."""
    stacks = {}
    lines = text.split("\n")
    assert lines.pop() == "", "the last line does not end"
    assert lines == sorted(lines, key=lambda line: line.encode()), "not sorted"
    for line in lines:
        assert not re.search(r"[\x00-\x1f\x7f]", line), line
        frames, count = re.match(r"(.*) ([1-9]\d*)$", line).groups()
        frames = tuple(frames.split(";"))
        assert all(FRAME.match(f) for f in frames), frames
        assert frames not in stacks, "twice: %s" % line
        stacks[frames] = int(count)
    return stacks


def wait_for(look, what):
    """Until look() is true; only to fail after LIMIT."""
    deadline = time.monotonic() + LIMIT
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, "never: " + what
        os.sched_yield()


def reads_stdin(pid, tid):
    with open("/proc/%d/task/%d/syscall" % (pid, tid)) as f:
        call = f.read().split()
    return call[0] in ("0", "63") and call[1] == "0x0"  # x86-64, aarch64


def state_of(pid):
    """Letter of /proc/PID/stat."""
    with open("/proc/%d/stat" % pid) as f:
        return f.read().rpartition(")")[2].split()[0]


def one_line(run):
    """The one line on stderr, for people."""
    assert re.match(r"sonde: [^\n]+\n$", run.err), run
    return run.err


class Recording(object):
    """sonde record at work, looked at through the snapshots that SIGUSR1 makes it write."""

    def __init__(self, sonde, out, target, *options):
        self.out = out
        self.process = sonde.start("record", "-q", "-f", "folded", "-o", out,
                                   *(options + ("-p", target)))
        self._written = None
        wait_for(self._catches_signals, "a handler for SIGUSR1")

    def _catches_signals(self):
        with open("/proc/%d/status" % self.process.pid) as f:
            caught = int(re.search(r"SigCgt:\s*(\w+)", f.read()).group(1), 16)
        return caught >> (signal.SIGUSR1 - 1) & 1

    def _has_written(self):
        assert self.process.poll() is None, self.process.stderr.read()
        if not self.out.exists():
            return False
        file = self.out.stat()
        before, self._written = self._written, (file.st_ino, file.st_mtime_ns)
        return before != self._written

    def wait_for(self, text):
        """Until a snapshot holds that text."""
        def snapshot():
            self.process.send_signal(signal.SIGUSR1)
            wait_for(self._has_written, "a snapshot")
            return text in self.out.read_text()
        wait_for(snapshot, "%r in a snapshot" % text)

    def end(self):
        """Waits for its end; the stacks that it wrote."""
        status = self.process.wait(LIMIT)
        assert status == 0, self.process.stderr.read()
        return folded(self.out.read_text())


def functions(stacks):
    """The bare names of all functions in folded stacks."""
    return {frame.split(" (")[0].split(".")[-1] for frames in stacks for frame in frames}
