"""What others make of the files: folded stacks in speedscope, inferno and Firefox's profiler."""

import pytest
from consumers import Speedscope, brought, file_url

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


def test_what_speedscope_cannot_read_is_noticed(browser, tmp_path):
    path = tmp_path / "bad.json"
    path.write_text("{}")
    with pytest.raises(AssertionError, match="(?i)unrecognized"):
        Speedscope(browser, path)
