"""The SVG flame graph in a browser: clicks, keys, totals."""
import pytest

import consumers

STACKS = """main (app.py:9);parse (json/decoder.py:3) 60
main (app.py:9);parse (json/decoder.py:3);scan (json/scanner.py:7) 20
main (app.py:9);<lambda> & "x" (app.py:2) 15
other (app.py:30) 5
"""


@pytest.fixture(scope="module")
def browser():
    browser = consumers.Browser()
    yield browser
    browser.close()


@pytest.fixture
def page(browser, sonde, tmp_path):
    text, picture = tmp_path / "a.folded", tmp_path / "a.svg"
    text.write_text(STACKS)
    run = sonde.run("report", "-q", "-o", picture, text)
    assert run.status == 0, run
    consumers.run(consumers.installed("xmllint"), "--noout", picture)
    browser.open(picture)
    yield browser
    seen = browser.seen
    assert not seen["dialogs"] and not seen["errors"], seen
    assert all(url.startswith(("file:", "data:")) for url in seen["requests"]), seen


def shown(browser):
    """{name: width as drawn} of the frames that are to be seen."""
    return browser.evaluate("""Object.fromEntries(Array.from(document.querySelectorAll(".f"))
        .filter(f => getComputedStyle(f).display !== "none")
        .map(f => [f.querySelector("title").textContent.split("\\n")[0],
                   Math.round(f.querySelector("rect").getBoundingClientRect().width)]))""")


def click(browser, name):
    browser.evaluate("""Array.from(document.querySelectorAll(".f"))
        .find(f => f.querySelector("title").textContent.startsWith(%r))
        .dispatchEvent(new MouseEvent("click", {bubbles: true}))""" % name)


def test_widths_are_shares(page):
    widths = shown(page)
    assert widths["all"] == 1260  # of a window of 1280
    assert widths["main (app.py:9)"] == 1197
    assert widths["parse (json/decoder.py:3)"] == 1008
    assert widths["scan (json/scanner.py:7)"] == 252
    title = page.evaluate("document.querySelectorAll('.f title')[0].textContent")
    assert title.startswith("all\n100 samples, 100.00 %"), title


def test_a_click_zooms_and_escape_resets(page):
    before = shown(page)
    click(page, "parse")
    zoomed = shown(page)
    assert zoomed["parse (json/decoder.py:3)"] == zoomed["all"] == 1260
    assert zoomed["scan (json/scanner.py:7)"] == 315
    assert "other (app.py:30)" not in zoomed
    page.press("Escape")
    assert shown(page) == before


def test_a_search_says_which_share_it_is(page):
    page.press("/", *"JSON")
    found = page.evaluate("document.querySelectorAll('.found').length")
    assert found == 2
    assert "matched 80.0 %" in page.evaluate("document.getElementById('matched').textContent")
    page.press("Escape")
    assert page.evaluate("document.querySelectorAll('.found').length") == 0


def test_the_mouse_says_what_it_is_on(page):
    page.mouse(("move", 600, 105))
    status = page.wait("document.getElementById('status').textContent")
    assert status.startswith("parse (json/decoder.py:3)   80 samples, 80.00 %"), status


def test_keys_move_from_box_to_box(page):
    def status():
        return page.evaluate("document.getElementById('status').textContent").split("   ")[0]

    page.press("ArrowDown")
    assert status() == "all"
    page.press("ArrowDown", "ArrowDown")
    assert status() == "parse (json/decoder.py:3)"
    page.press("ArrowLeft")
    assert status() == '<lambda> & "x" (app.py:2)'
    page.press("ArrowRight", "Enter")
    assert "other (app.py:30)" not in shown(page)
    page.press("ArrowUp")
    assert status() == "main (app.py:9)"
    page.press("Escape")
    assert status() == "" and "other (app.py:30)" in shown(page)


def test_it_is_as_wide_as_the_window(page):
    page("size", width=800, height=600)
    page.wait("document.querySelector('.f rect').getBoundingClientRect().width < 800")
    assert shown(page)["all"] == 780
    right = page.evaluate("document.getElementById('search').getBoundingClientRect().right")
    assert 780 < right <= 800


def test_it_is_dark_where_all_is(page):
    page("scheme", scheme="dark")
    style = "getComputedStyle(document.querySelector('.f %s')).%s"
    assert page.evaluate(style % ("rect", "fillOpacity")) == "0.5"
    assert page.evaluate(style % ("text", "fill")) == "rgb(242, 244, 246)"
