"""The readers that are compared: how each is started, and what it says of its run."""
import collections
import os
import re
import signal
import subprocess
import tempfile
import time

import mojo

PEERS = os.environ.get("SONDE_PEERS") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "sonde", "peers")
PATIENCE = 60  # seconds past the duration before a reader is given up

# seconds: of sampling, on the clock; cpu, memory: seconds, bytes; lost: thread samples
Run = collections.namedtuple("Run", "samples lost seconds cpu memory stacks")


class Failed(Exception):
    """A reader that can't do this: on this Python, or at all."""


def memory_of(pid):
    """The most that a process has held, bytes; 0 when it has ended."""
    try:
        with open("/proc/%d/status" % pid) as f:
            found = re.search(r"VmHWM:\s*(\d+) kB", f.read())
    except (IOError, OSError):
        return 0
    return int(found.group(1)) * 1024 if found else 0


def complaint(text):
    """The line of what a program said that tells best why it failed."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"annot|rror|ailed|not ", line)]
    return (telling or lines or [""])[0]


def run(command, seconds=None, whole=None):
    """Runs it to its end, which Ctrl-C brings after so many seconds. What it said, CPU, memory.
    whole: what it says when it did what it was to do, whatever its exit status."""
    with tempfile.TemporaryFile("w+", errors="replace") as said:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said,
                                   stderr=subprocess.STDOUT)
        start, memory, interrupted = time.monotonic(), 0, False
        while True:
            memory = max(memory, memory_of(process.pid))
            ended, status, used = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            past = time.monotonic() - start
            if seconds and past > seconds and not interrupted:
                process.send_signal(signal.SIGINT)
                interrupted = True
            if past > (seconds or 0) + PATIENCE:
                process.kill()
                os.wait4(process.pid, 0)
                process.returncode = -9
                raise Failed("did not end")
            time.sleep(0.02)
        process.returncode = status
        said.seek(0)
        text = said.read()
    if status and not (whole and re.search(whole, text)):
        raise Failed(complaint(text) or "status %d" % status)
    return text, used.ru_utime + used.ru_stime, memory


def folded(path, frame):
    """Stacks of a folded file as names of functions, by a regular expression for a frame. Where a
    name was garbage, and broke the line, what is left of it is a stack that cannot be."""
    stacks = collections.Counter()
    with open(path, errors="replace", newline="\n") as f:
        for line in f:
            text, _, count = line.rstrip("\n").rpartition(" ")
            names = [re.match(frame, part) for part in text.split(";")]
            if count.isascii() and count.isdigit():
                stacks[tuple(name.group(1) for name in names if name)] += int(count)
    return stacks


class Reader(object):
    """One program; `stops` when it stops the target for each look."""

    program = None
    stops = False

    def is_there(self):
        return os.access(self.program, os.X_OK)

    def record(self, pid, rate, seconds, truth=False):
        """A Run of all threads, those that wait too; its stacks only when the truth is wanted."""
        raise NotImplementedError

    def look(self, pid):
        """The command of one look at everything."""
        raise NotImplementedError

    def startup(self, pid):
        """Seconds from its start to its end, for a single look."""
        start = time.monotonic()
        run(self.look(pid))
        return time.monotonic() - start

    def overhead(self, pid):
        """CPU seconds of a run in which it hardly looks: what it takes beside its looks."""
        return self.record(pid, 1, 1).cpu


class Limit(Reader):
    name = "bare limit"

    def __init__(self, build):
        self.program = os.path.join(build, "bench", "limit")

    def record(self, pid, rate, seconds, truth=False):
        said, _, memory = run([self.program, str(pid), str(seconds), str(rate)])
        facts = dict(re.findall(r"(\w+) (\d+)\b", said))
        return Run(int(facts["samples"]), int(facts["misses"]), int(facts["elapsed_ns"]) / 1e9,
                   int(facts["cpu_ns"]) / 1e9, memory, None)

    def startup(self, pid):
        raise Failed("has no command of its own")

    def overhead(self, pid):
        return 0  # it tells its looks apart itself


class Sonde(Reader):
    name = "sonde"

    def __init__(self, build, stops=False):
        self.program = os.path.join(build, "sonde")
        self.stops = stops
        if stops:
            self.name = "sonde --blocking"

    def record(self, pid, rate, seconds, truth=False):
        with tempfile.NamedTemporaryFile(suffix=".folded") as out:
            said, cpu, memory = run(
                [self.program, "record", "-i", "-r", str(rate or "max"), "-d", "%gs" % seconds,
                 "-o", out.name, "-p", str(pid)] + ["--blocking"] * self.stops +
                ["--max-cpu", "100"] * (rate > 1000))
            stacks = folded(out.name, r"(<torn>|[^ ]+) ?\(?")
        (samples,) = re.findall(r"([\d,]+) samples? in", said)
        lost = sum(n for names, n in stacks.items() if {"<torn>", "<unreadable>"} & set(names))
        samples = int(samples.replace(",", ""))
        whole = collections.Counter({names: n for names, n in stacks.items()
                                     if not {"<torn>", "<unreadable>"} & set(names)})
        return Run(samples, lost, seconds, cpu, memory, whole if truth else None)

    def look(self, pid):
        return [self.program, "dump", str(pid)]


class PySpy(Reader):
    program = os.path.join(PEERS, "py-spy")

    def __init__(self, stops=False):
        self.stops = stops
        self.name = "py-spy, stopping" if stops else "py-spy --nonblocking"

    def record(self, pid, rate, seconds, truth=False):
        with tempfile.NamedTemporaryFile(suffix=".raw") as out:
            # it counts looks and not time: one that falls behind is ended from outside
            said, cpu, memory = run([self.program, "record", "-i", "-r", str(rate or 1000000),
                                     "-f", "raw", "-o", out.name, "-p", str(pid)] +
                                    ["--nonblocking"] * (not self.stops), seconds)
            stacks = folded(out.name, r"([^ ]+) \(")
        ((samples, lost),) = re.findall(r"Samples: (\d+) Errors: (\d+)", said)
        return Run(int(samples), int(lost), seconds, cpu, memory, stacks if truth else None)

    def look(self, pid):
        return [self.program, "dump", "-p", str(pid)] + ["--nonblocking"] * (not self.stops)


class Austin(Reader):
    name = "austin"
    program = os.path.join(PEERS, "austin")

    def record(self, pid, rate, seconds, truth=False):
        with tempfile.NamedTemporaryFile(suffix=".mojo") as out:
            # 4.0 ends with status 254 after the time that it was given
            said, cpu, memory = run([self.program, "-i", "%d" % (1e6 / rate if rate else 1),
                                     "-x", "%d" % max(seconds, 1), "-o", out.name,
                                     "-p", str(pid)], whole="Error rate")
            said = re.sub(r"\x1b\[[\d;]*m", "", said)
            found = re.search(r"Error rate[ .]*(\d+)/(\d+)", said)
            if not found:
                raise Failed("says nothing of its run")
            lost, samples = int(found.group(1)), int(found.group(2))
            stacks = collections.Counter()
            for names, whole in mojo.stacks(out.file.read()) if truth else ():
                if whole:
                    stacks[tuple(names)] += 1
        return Run(samples, lost, seconds, cpu, memory, stacks if truth else None)

    def look(self, pid):
        return [self.program, "-w", str(pid)]


class Tachyon(Reader):
    program = os.path.join(PEERS, "tachyon")

    def __init__(self, stops=False):
        self.stops = stops
        self.name = "profiling.sampling" + " --blocking" * stops

    def record(self, pid, rate, seconds, truth=False):
        with tempfile.NamedTemporaryFile(suffix=".txt") as out:
            said, cpu, memory = run([self.program, "attach", "-a", "--no-gc", "-r",
                                     str(rate or 1000000), "-d", "%d" % seconds, "--collapsed",
                                     "-o", out.name] + ["--blocking"] * self.stops + [str(pid)])
            stacks = folded(out.name, r"(?!tid:).*?:(.*):\d+$")
        error_rate = re.search(r"Error rate: ([\d.]+)", said)
        taken = re.search(r"Captured (\d+) samples", said)
        if not error_rate or not taken:
            raise Failed(complaint(said))
        samples = sum(stacks.values())
        # a failure costs all threads: what it says of looks holds for their stacks
        share = float(error_rate.group(1)) / 100
        lost = samples * share / (1 - share) if share < 1 else samples
        return Run(samples, int(lost), seconds, cpu, memory, stacks if truth else None)

    def look(self, pid):
        return [self.program, "dump", str(pid)]


def all_readers(build):
    """Every reader that is on this machine; the two first are the limit and sonde."""
    every = [Limit(build), Sonde(build), Sonde(build, True), PySpy(), PySpy(True), Austin(),
             Tachyon(), Tachyon(True)]
    return [reader for reader in every if reader.is_there()]
