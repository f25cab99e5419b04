"""sonde view: pages for the browser of this machine, and for nobody else."""
import http.client
import re
import signal
import socket
from urllib.parse import urlsplit

import pytest

from support import LIMIT, environment, read_line, wait_for

STACKS = "main (app.py:9);parse (json/decoder.py:3) 60\nother (app.py:30) 5\n"


class View(object):
    """A running `sonde view`, and requests to it."""

    def __init__(self, sonde, arguments, **options):
        self.process = sonde.start("view", *arguments, **options)
        self.url = read_line(self.process.stdout.fileno(), bytearray())
        assert self.url, self.process.stderr.read()
        self.port, self.path = urlsplit(self.url).port, urlsplit(self.url).path

    def get(self, path=None, method="GET", host=None, body=None):
        """(status, headers, body)"""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT)
        headers = {"Host": host} if host is not None else {}
        connection.request(method, self.path if path is None else path, body=body, headers=headers)
        answer = connection.getresponse()
        content = answer.read().decode()
        connection.close()
        return answer.status, answer.headers, content

    def end(self, how=signal.SIGINT):
        """(status, stderr)"""
        self.process.send_signal(how)
        _, err = self.process.communicate(timeout=LIMIT)
        return self.process.returncode, err.decode()


@pytest.fixture
def view(sonde):
    started = []

    def start(*arguments, **options):
        started.append(View(sonde, arguments, **options))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
        one.process.communicate(timeout=LIMIT)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a.folded"
    path.write_text(STACKS)
    return path


def test_one_file_is_its_page(view, sonde, file, tmp_path):
    one = view("--no-browser", file)
    assert re.match(r"http://127\.0\.0\.1:\d+/[0-9a-f]{32}/$", one.url)
    status, headers, page = one.get()
    assert status == 200
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert sonde.run("report", "-q", "-o", tmp_path / "a.html", file).status == 0
    assert page == (tmp_path / "a.html").read_text()
    assert one.get(method="HEAD")[::2] == (200, "")


def test_several_files_are_a_list(view, file, tmp_path):
    other = tmp_path / "<b> & \"c\".folded"
    other.write_text("f (b.py:1) 7\n")
    one = view("--no-browser", "-q", file, other)
    status, _, page = one.get()
    assert status == 200
    links = re.findall(r'<a href="([^"]*)">([^<]*)</a>', page)
    assert links == [("1", str(file)),
                     ("2", str(tmp_path) + "/&lt;b> &amp; &quot;c&quot;.folded")]
    for number, text in ("1", "parse"), ("2", "b.py"):
        status, _, page = one.get(one.path + number)
        assert status == 200 and text in page and "<!doctype html>" in page
    assert one.get(one.path + "3")[0] == 404


def test_who_does_not_know_the_address_gets_nothing(view, file):
    one = view("--no-browser", file)
    wrong = one.path[:-2] + ("0" if one.path[-2] != "0" else "1") + "/"
    for path in "/", "/index.html", wrong, one.path[:-1], one.path + "1", one.path + "../", \
            one.path + "-1", one.path + "99999999999999999999", one.path + "x":
        assert one.get(path)[0] == 404, path
    for host in "evil.example", "evil.example:%d" % one.port, "127.0.0.1", "", \
            "127.0.0.1:1", "127.0.0.1:%d.evil.example" % one.port:
        assert one.get(host=host)[0] == 403, host
    assert one.get(host="LocalHost:%d" % one.port)[0] == 200
    for method in "POST", "PUT", "DELETE", "OPTIONS":
        assert one.get(method=method, body="x" * 100000)[0] == 405, method


def test_it_listens_on_this_machine_alone(view, file):
    one = view("--no-browser", file)
    for line in open("/proc/%d/net/tcp" % one.process.pid).read().splitlines()[1:]:
        address, port = line.split()[1].split(":")
        if int(port, 16) == one.port and line.split()[3] == "0A":
            assert address == "0100007F"
            return
    raise AssertionError("it does not listen")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it(view, file, how):
    one = view("--no-browser", file)
    held = socket.create_connection(("127.0.0.1", one.port))  # who asks nothing does not hold it up
    status, err = one.end(how)
    held.close()
    assert status == 0
    assert err == "sonde: Ctrl-C ends it\n"


def test_a_port_that_is_taken(view, sonde, file):
    one = view("--no-browser", file)
    taken = sonde.run("view", "--no-browser", "--port", one.port, file)
    assert taken.status == 1
    assert "cannot listen on 127.0.0.1, port %d: " % one.port in taken.err


def test_the_browser_is_led_there_once(view, file, tmp_path):
    script, told = tmp_path / "browser", tmp_path / "told"
    script.write_text("#!/bin/sh\necho \"$*\" > %s.new; mv %s.new %s\n" % (told, told, told))
    script.chmod(0o755)
    one = view(file, env=environment(BROWSER="no-such-browser:%s --new %%s" % script))
    wait_for(told.exists, "a browser")
    words = told.read_text().split()
    assert words[0] == "--new" and len(words) == 2
    assert one.path.strip("/") not in words[1]
    launch = urlsplit(words[1]).path
    status, headers, _ = one.get(launch)
    assert (status, headers["Location"]) == (302, one.url)
    assert one.get(launch)[0] == 404


def test_without_a_browser_it_says_so(view, file):
    bare = {k: v for k, v in environment().items()
            if k not in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")}
    status, err = view(file, env=bare).end()
    assert status == 0
    assert err.startswith("sonde: no browser here: open that address\n")


def test_waiting_threads_are_there_but_not_shown(view, browser, sonde, tmp_path, start, any_python):
    target = start(any_python, "mixed.py")
    path = tmp_path / "a.sonde"
    run = sonde.run("record", "-q", "-d", "1s", "-o", path, str(target.pid))
    assert run.status == 0, run
    samples = {}
    for option in "-q", "-i":
        browser.open(view("--no-browser", option, path).url)
        browser.wait("typeof viewer !== 'undefined' && viewer.ready")
        samples[option] = browser.evaluate("viewer.weights.all")
        browser("click", selector=".state[data-state=wait]")
        samples[option + " wait"] = browser.evaluate("viewer.weights.all")
    assert samples["-q"] < samples["-q wait"] and samples["-i wait"] < samples["-i"], samples


def test_filters(view, file):
    page = view("--no-browser", "--exclude", "other", file).get()[2]
    assert "parse" in page and '"samples":[60]' in page


@pytest.mark.parametrize("arguments, status, words", [
    ([], 2, "which recording?"),
    (["--port", "65536", "x"], 2, "'65536' is no port"),
    (["--port", "-1", "x"], 2, "'-1' is no port"),
    (["/nonexistent.sonde"], 1, "/nonexistent.sonde"),
])
def test_wrong_use(sonde, arguments, status, words):
    run = sonde.run("view", *arguments)
    assert run.status == status, run
    assert words in run.err
    assert run.out == ""


def test_the_viewer_in_a_browser(view, browser, file):
    one = view("--no-browser", file, file)
    browser.open(one.url)
    browser("click", selector="a[href='1']")
    browser.wait("typeof viewer !== 'undefined' && viewer.ready")
    assert browser.evaluate("viewer.weights.all") == 65
    seen = browser.seen
    assert not seen["errors"] and not seen["dialogs"], seen
    assert all(url.startswith((one.url, "data:")) for url in seen["requests"]), seen
