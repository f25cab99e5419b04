"""The programs that read what sonde writes: found, or the test is skipped and says why.

scripts/get-consumers brings them; with SONDE_CHECK_ALL=1 a skip is a failure (conftest.py).
"""
import glob
import json
import os
import shutil
import subprocess
import tempfile
import urllib.parse

import pytest

from support import LIMIT, environment, read_line, wait_for

HERE = os.path.dirname(os.path.realpath(__file__))
CACHE = os.environ.get("SONDE_CONSUMERS") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "sonde", "consumers")


def need(name, path):
    """The path, if it is there."""
    if not path or not os.path.exists(path):
        pytest.skip("no %s here (scripts/get-consumers brings it)" % name)
    return path


def brought(name, *inside):
    """A path inside what get-consumers brought by that name."""
    need(name, os.path.join(CACHE, name, ".brought"))
    return need(name, os.path.join(CACHE, name, *inside))


def installed(command):
    """One of Debian's packages: chromium, callgrind_annotate, xmllint."""
    return need(command, shutil.which(command))


def python_module(name):
    """Environment for /usr/bin/python3 to import snakeviz or jsonschema."""
    return dict(environment(), PYTHONPATH=brought(name))


def node():
    """Node.js; where the machine's own is too old, one was brought with playwright."""
    found = glob.glob(os.path.join(CACHE, "playwright", "node_modules", "node-linux-*", "bin", "node"))
    return need("node", found[0] if found else shutil.which("node"))


def run(*command, **options):
    """What it prints; it must succeed."""
    options.setdefault("env", environment())
    ended = subprocess.run([str(c) for c in command], stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=2 * LIMIT,
                           **options)
    assert ended.returncode == 0, (command, ended.stdout[-2000:], ended.stderr[-2000:])
    return ended.stdout.decode()


def file_url(path):
    return "file://" + urllib.parse.quote(str(path))


class Browser(object):
    """Headless Chromium with one page. A failing command is an AssertionError with its reason;
    waits fail after LIMIT seconds."""

    def __init__(self):
        chromium = installed("chromium")
        modules = brought("playwright", "node_modules")
        self._process = subprocess.Popen(
            [node(), os.path.join(HERE, "browser.js"), modules, chromium],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._buffered = bytearray()

    def __call__(self, command, **arguments):
        """browser("click", selector="#x"): browser.js has the list."""
        line = json.dumps(dict(arguments, do=command)) + "\n"
        self._process.stdin.write(line.encode())
        self._process.stdin.flush()
        answer = read_line(self._process.stdout.fileno(), self._buffered, 2 * LIMIT)
        assert answer is not None, "the browser's driver ended"
        answer = json.loads(answer)
        assert "error" not in answer, "%s: %s" % (command, answer["error"])
        return answer["value"]

    def open(self, url, **options):
        """A new page (width, height, scheme="dark"), which shows that URL or file."""
        self("open", **options)
        self("goto", url=url if "://" in str(url) else file_url(url))

    def evaluate(self, script):
        return self("evaluate", script=script)

    def wait(self, script):
        """Until the expression is true; its value."""
        return self("wait", script=script)

    def press(self, *keys):
        for key in keys:
            self("press", key=key)

    def mouse(self, *actions):
        """("move", x, y), ("down",), ("up",), ("click", x, y), ("wheel", x, y) in a row."""
        self("mouse", actions=actions)

    def screenshot(self, path):
        self("screenshot", file=str(path))

    @property
    def seen(self):
        """Since open(): {"dialogs": [...], "errors": [...], "requests": [...]}."""
        return self("seen")

    def close(self):
        self._process.stdin.close()
        try:
            self._process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(LIMIT)
        self._process.stdout.close()


class FirefoxProfiler(object):
    """A file in Firefox's profiler, asked through profiler-cli:
    with FirefoxProfiler(path) as ask: ask("thread", "samples")"""

    def __init__(self, path):
        self._command = [node(), brought("profiler-cli", "node_modules", "@firefox-devtools",
                                         "profiler-cli", "dist", "profiler-cli.js")]
        # its sockets need a short path
        self._folder = tempfile.mkdtemp(prefix="sonde-", dir="/tmp")
        self._options = {"env": environment(PROFILER_CLI_SESSION_DIR=self._folder)}
        # `load` starts this, too, but gives it half a second to begin
        self._daemon = subprocess.Popen(self._command + ["--daemon", str(path), "--session", "s"],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, **self._options)

    def _loaded(self):
        assert self._daemon.poll() is None, "the profiler ended"
        # asked earlier, it takes the session for a dead one and removes its files
        if not os.path.exists(os.path.join(self._folder, "s.sock")):
            return False
        asked = subprocess.run(self._command + ["status", "--session", "s"], timeout=LIMIT,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **self._options)
        assert b"Profile load failed" not in asked.stdout, asked.stdout
        return asked.returncode == 0

    def __call__(self, *arguments):
        return json.loads(run(*self._command, *arguments, "--json", "--session", "s",
                              **self._options))

    def __enter__(self):
        try:
            wait_for(self._loaded, "a profile in Firefox's profiler")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._daemon.kill()
        self._daemon.wait(LIMIT)
        shutil.rmtree(self._folder, ignore_errors=True)


class Speedscope(object):
    """A file in speedscope: AssertionError with speedscope's own words if it can't be read."""

    def __init__(self, browser, path):
        self.browser = browser
        browser.open(brought("speedscope", "node_modules", "speedscope", "dist", "release",
                             "index.html"))
        empty = browser("title")
        browser("upload", selector="input[type=file]", files=[str(path)])
        wait_for(lambda: browser.seen["dialogs"] or browser("title") != empty, "a profile")
        assert not browser.seen["dialogs"], browser.seen["dialogs"]
        # "NAME - speedscope"
        self.title = browser("title").rpartition(" - ")[0]

    def sandwich(self):
        """{function: (total, self)} of the profile that is shown, as speedscope writes them."""
        self.browser.press("3")
        self.browser.wait("/%\\)\\s*\\d|No symbols found/.test(document.body.innerText)")
        rows = self.browser.evaluate("[...document.querySelectorAll('tr')].map("
                                     "row => [...row.cells].map(cell => cell.innerText.trim()))")
        # there is also a table of profiles
        return {row[2]: (row[0], row[1]) for row in rows if row[0].endswith("%)")}
