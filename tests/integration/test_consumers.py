"""What others make of the files: folded stacks in speedscope, inferno and Firefox's profiler."""
import os
import re
import subprocess
from xml.etree import ElementTree

import pytest

from consumers import Speedscope, brought, file_url
from support import LIMIT, environment, folded

GOLDEN = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "golden")

FOLDED = "main (a.py:1);work (a.py:2) 30\nmain (a.py:1);rest \u86c7 (b.py:3) 12\nmain (a.py:1) 8\n"


def test_the_browser_acts_and_tells(browser, tmp_path):
    """The driver itself: clicks, keys, dialogs, errors, downloads, pictures."""
    page = tmp_path / "page.html"
    page.write_text("""<title>first</title><body style="margin:0">
        <button id=b onclick="document.title = 'clicked'; alert('said')">b</button>
        <a id=d download=name.txt href="data:text/plain,saved">d</a>
        <script>addEventListener('keydown', e => { document.title += e.key; throw Error('bad'); });
        </script>""")
    browser.open(page, width=400, height=300, scheme="dark")
    assert browser("title") == "first"
    browser("click", selector="#b")
    browser.wait("document.title == 'clicked'")
    browser.press("x", "Escape")
    assert browser("title") == "clickedxEscape"
    assert browser.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert browser.evaluate("[innerWidth, innerHeight]") == [400, 300]
    assert browser("download", selector="#d", file=str(tmp_path / "saved")) == "name.txt"
    assert (tmp_path / "saved").read_text() == "saved"
    browser.screenshot(tmp_path / "page.png")
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")
    seen = browser.seen
    assert seen["dialogs"] == ["said"]
    assert seen["errors"] == ["Error: bad"] * 2
    assert file_url(page) in seen["requests"]
    with pytest.raises(AssertionError, match="no_such_thing"):
        browser.evaluate("no_such_thing")


def test_folded_in_speedscope(browser, tmp_path):
    path = tmp_path / "app.collapsedstack.txt"
    path.write_text(FOLDED)
    view = Speedscope(browser, path)
    assert view.title == "app.collapsedstack.txt"
    assert view.sandwich() == {
        "main (a.py:1)": ("50 (100%)", "8 (16%)"),
        "work (a.py:2)": ("30 (60%)", "30 (60%)"),
        "rest \u86c7 (b.py:3)": ("12 (24%)", "12 (24%)"),
    }


def inferno(stacks):
    """{box: samples} of the flame graph that inferno draws of the folded stacks in an open file."""
    drawn = subprocess.run([brought("inferno", "bin", "inferno-flamegraph")], stdin=stacks,
                           stdout=subprocess.PIPE, check=True, timeout=LIMIT, env=environment())
    found = {}
    for title in ElementTree.fromstring(drawn.stdout).iter("{http://www.w3.org/2000/svg}title"):
        name, samples = re.match(r"(.*) \(([\d,]+) samples?, [\d.]+%\)$", title.text).groups()
        found[name] = found.get(name, 0) + int(samples.replace(",", ""))
    return found


def test_folded_in_inferno(tmp_path):
    path = tmp_path / "a.folded"
    path.write_text(FOLDED, encoding="utf-8")
    with open(str(path)) as stacks:
        assert inferno(stacks) == {
            "all": 50, "main (a.py:1)": 50, "work (a.py:2)": 30, "rest \u86c7 (b.py:3)": 12}


def test_hostile_names_in_inferno():
    with open(os.path.join(GOLDEN, "hostile.folded"), encoding="utf-8") as stacks:
        samples = sum(int(line.rpartition(" ")[2]) for line in stacks)
        stacks.seek(0)
        found = inferno(stacks)
    assert found["all"] == samples
    assert found["<torn>"] == 13 and found["<img src=x onerror=alert(1)> (</script>:1)"] == 12


def test_a_program_through_a_pipe_in_inferno(start, sonde, any_python, tmp_path):
    target, kept = start(any_python, "spin.py"), tmp_path / "a.sonde"
    target.facts()
    ended = sonde.run("record", "-q", "-d", "500ms", "-o", kept, "-p", target.pid)
    assert ended.status == 0, ended
    stacks = folded(sonde.run("report", "-f", "folded", "-o", "-", kept).out)
    process = sonde.start("report", "-f", "folded", "-o", "-", kept)
    try:
        found = inferno(process.stdout)
        assert process.wait(LIMIT) == 0
    finally:
        process.communicate()
    assert found["all"] == sum(stacks.values()) > 0
    for frame in {frame for stack in stacks for frame in stack}:
        assert found[frame] >= sum(n for stack, n in stacks.items() if frame in stack)


def test_what_speedscope_cannot_read_is_noticed(browser, tmp_path):
    path = tmp_path / "bad.json"
    path.write_text("{}")
    with pytest.raises(AssertionError, match="(?i)unrecognized"):
        Speedscope(browser, path)
