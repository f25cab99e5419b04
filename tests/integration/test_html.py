"""The HTML viewer in a real browser: what it shows, clicks, keys, filters, and what it never does."""
import json
import os
import struct
import subprocess
import zlib

import pytest

from support import LIMIT, folded

STACKS = """main (app.py:9);parse (json/decoder.py:3) 60
main (app.py:9);parse (json/decoder.py:3);scan (json/scanner.py:7) 20
main (app.py:9);<lambda> & "x" (app.py:2) 15
other (app.py:30) 5
"""
LONG = "x" * 5000
HOSTILE = """</script><script>alert(1)</script> (</title>.py:1) 7
<img src=x onerror=alert(1)>;"quoted" 'twice' \\ (C:\\a.py:3) 5
\U0001f40d.\u86c7 (\u00fcber.py:4);%s (long.py:5) 3
<!-- <script> (a.py:1) 2
ends in 7;__proto__ (constructor:1) 1
ends in 7.5 2
thread (9): worker 7 4
""" % LONG


@pytest.fixture(scope="module")
def recording(sonde, tmp_path_factory):
    """20,000 samples of ten threads over two seconds."""
    path = tmp_path_factory.mktemp("recording") / "small.sonde"
    maker = os.path.join(os.path.dirname(sonde.path), "bench", "recording")
    subprocess.run([maker, str(path), "20000", "60", "200"], stdout=subprocess.DEVNULL, check=True,
                   timeout=LIMIT)
    return path


@pytest.fixture
def view(sonde, browser, tmp_path):
    """view(file, option...): the page of it, opened; it must not have said, asked or failed."""
    def opened(source, *options, **window):
        page = tmp_path / "page.html"
        run = sonde.run("report", "-q", "-o", page, source, *options)
        assert run.status == 0, run
        browser.open(page, **window)
        browser.wait("viewer.ready")
        return browser

    yield opened
    seen = browser.seen
    assert not seen["dialogs"] and not seen["errors"], seen
    assert all(url.startswith(("file:", "data:", "blob:")) for url in seen["requests"]), seen


@pytest.fixture
def page(view, tmp_path):
    text = tmp_path / "a.folded"
    text.write_text(STACKS)
    return view(text)


def shown(browser, flame="flame"):
    """{label: width as drawn} of the boxes of a flame graph, once nothing moves."""
    browser.wait("(f => !f.isPartial && Math.abs(f.span - f.zoomed.value) < 1e-6 * f.span)"
                 "(viewer.flames.%s)" % flame)
    boxes = browser.evaluate("viewer.flames.%s.shown" % flame)
    return {box["label"]: round(box["width"]) for box in reversed(boxes)}  # the outermost


def click(browser, label, flame="flame"):
    x, y = browser.evaluate("""(() => {
        const flame = viewer.flames.%s, at = flame.canvas.getBoundingClientRect();
        const box = flame.shown.find(box => box.label.startsWith(%r));
        return [at.x + box.left + box.width / 2, at.y + box.top + 9]; })()""" % (flame, label))
    browser.mouse(("click", x, y))


def saved(browser, tmp_path):
    path = tmp_path / "saved.folded"
    browser("download", selector="#save", file=str(path))
    return path.read_text()


def colours(path):
    """How many distinct colours a picture has: PNG, 8 bits, as Chromium writes it."""
    data = path.read_bytes()
    at, packed, width, kind = 8, b"", 0, 0
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at:at + 8])
        if name == b"IHDR":
            width, kind = struct.unpack(">I4xxB", data[at + 8:at + 18])
        if name == b"IDAT":
            packed += data[at + 8:at + 8 + length]
        at += length + 12
    size = {2: 3, 6: 4}[kind]
    rows = zlib.decompress(packed)
    return len({rows[i:i + size] for i in range(0, len(rows), size * 7)}), width


def test_widths_are_shares(page):
    widths = shown(page)
    whole = widths["all"]
    assert whole > 1000
    assert abs(widths["main (app.py)"] - 0.95 * whole) <= 1
    assert abs(widths["parse (json/decoder.py)"] - 0.8 * whole) <= 1
    assert abs(widths["scan (json/scanner.py)"] - 0.2 * whole) <= 1
    assert "100 samples" in page.evaluate("document.getElementById('facts').textContent")


def test_a_click_zooms_and_escape_resets(page):
    before = shown(page)
    click(page, "parse")
    zoomed = shown(page)
    assert zoomed["parse (json/decoder.py)"] == zoomed["all"] == before["all"]
    assert abs(zoomed["scan (json/scanner.py)"] - 0.25 * before["all"]) <= 1
    assert "other (app.py)" not in zoomed
    page.press("Escape")
    page.wait("!viewer.flames.flame.isZoomed")
    assert shown(page) == before


def test_keys_move_and_zoom(page):
    status = "document.getElementById('status').textContent"
    page.press("ArrowDown")
    assert page.evaluate(status).startswith("all   100 samples")
    page.press("ArrowDown")
    assert page.evaluate(status).startswith("main (app.py)   95 samples, 95.0 %")
    page.press("ArrowRight")
    assert page.evaluate(status).startswith("other (app.py)   5 samples")
    page.press("ArrowLeft", "ArrowDown")
    assert page.evaluate(status).startswith("parse (json/decoder.py)   80 samples")
    page.press("Enter")
    assert "other (app.py)" not in shown(page)
    page.press("Escape", "ArrowUp", "ArrowUp")
    assert "other (app.py)" in shown(page)


def test_a_search_says_which_share_it_is(page):
    page.press("/")
    page("type", text="JSON/")
    assert page.evaluate("document.getElementById('matched').textContent") == "80.0 % matched"
    page("fill", selector="#search", text="<lambda>|other")
    assert page.evaluate("document.getElementById('matched').textContent") == "20.0 % matched"
    page("fill", selector="#search", text="(json")  # no pattern: as it stands
    assert page.evaluate("document.getElementById('matched').textContent") == "80.0 % matched"
    page.press("Escape")
    assert page.evaluate("document.getElementById('matched').textContent") == ""


def test_the_mouse_says_what_it_is_on(page):
    x, y = page.evaluate("(b => [b.x + 300, b.y + 2 * 19 + 9])"
                         "(viewer.flames.flame.canvas.getBoundingClientRect())")
    page.mouse(("move", x, y))
    tip = page.wait("document.getElementById('tip').innerText")
    assert "parse" in tip and "80 samples" in tip and "60 samples" in tip and "80.0 %" in tip, tip


def test_lines_and_both_directions(page):
    page.press("l")
    assert "main (app.py:9)" in shown(page)
    tops = "viewer.flames.flame.shown.filter(b => /^(all|main)/.test(b.label)).map(b => b.top)"
    root, child = page.evaluate(tops)
    assert root < child
    page.press("i")
    root, child = page.evaluate(tops)
    assert root > child
    page.press("ArrowUp", "ArrowUp")
    status = page.evaluate("document.getElementById('status').textContent")
    assert status.startswith("main (app.py:9)   95 samples"), status


def test_bottom_up(page):
    page.press("2")
    widths = shown(page, "inverted")
    assert abs(widths["parse (json/decoder.py)"] - 0.6 * widths["all"]) <= 1
    assert abs(widths["scan (json/scanner.py)"] - 0.2 * widths["all"]) <= 1


def test_the_sandwich(page):
    page.press("3")
    rows = page.evaluate("[...document.querySelectorAll('#functions tr')].map("
                         "row => [...row.cells].map(cell => cell.innerText.trim()))")
    assert [row[:2] for row in rows] == [["60.0 %", "80.0 %"], ["20.0 %", "20.0 %"],
                                         ["15.0 %", "15.0 %"], ["5.00 %", "5.00 %"], ["0.0 %", "95.0 %"]]
    page.press("ArrowDown")
    assert page.evaluate("document.getElementById('chosen').innerText").startswith("scan")
    around = page.evaluate("viewer.sandwich.flames.map(f => f.shown.map(b => [b.label, b.value]))")
    assert around == [[["scan (json/scanner.py)", 20], ["parse (json/decoder.py)", 20],
                       ["main (app.py)", 20]], [["scan (json/scanner.py)", 20]]]
    page("fill", selector="#search", text="lambda")
    assert page.evaluate("document.querySelectorAll('#functions tr').length") == 1


def test_lines_of_a_file_count_once_for_each_stack(view, tmp_path):
    text = tmp_path / "a.folded"
    text.write_text("main (app.py:9);f (app.py:3);g (app.py:4);f (app.py:3) 10\n"
                    "main (app.py:9);f (app.py:4) 6\n"
                    "main (app.py:9);f (other.py:3) 4\n")
    page = view(text)
    page.press("4")
    files = page.evaluate("Array.from(document.querySelectorAll('#file option'), o => o.textContent.trim())")
    assert [file.split() for file in files] == [["80.0", "%", "app.py"], ["20.0", "%", "other.py"]]
    rows = page.evaluate("""Object.fromEntries(Array.from(document.querySelectorAll("[data-line]"),
        row => [row.dataset.line, Array.from(row.cells).slice(0, 2).map(cell => cell.textContent)]))""")
    assert rows == {"3": ["50.0 %", "50.0 %"], "4": ["30.0 %", "80.0 %"], "9": ["", "100.0 %"]}


def test_it_saves_what_sonde_writes(page, tmp_path):
    assert saved(page, tmp_path) == "".join(sorted(STACKS.splitlines(True)))


def test_hostile_names(view, sonde, tmp_path):
    text = tmp_path / "<img src=x onerror=alert(2)>.folded"
    text.write_text(HOSTILE)
    page = view(text)
    labels = set(shown(page))
    assert "</script><script>alert(1)</script> (</title>.py)" in labels
    assert "\U0001f40d.\u86c7 (\u00fcber.py)" in labels
    assert page.evaluate("document.title") == text.name
    assert page.evaluate("document.querySelectorAll('img').length") == 0
    for key in "1234":
        page.press(key)
    expected = sonde.run("report", "-q", "-o", "-", text).out
    assert saved(page, tmp_path) == expected
    page.press("1")
    for label in labels:  # each can be pointed at
        page.evaluate("viewer.tip.show(viewer.flames.flame.placed.find(i => i.box && i.box.label === %s)"
                      ".box, 50, 50)" % json.dumps(label))


def test_nothing(view, tmp_path):
    text = tmp_path / "empty.folded"
    text.write_text("")
    page = view(text)
    assert page.evaluate("document.getElementById('nothing').innerText") == "No samples."
    for key in "1234sli/":
        page.press(key)
    assert page.evaluate("document.getElementById('nothing').offsetHeight") > 0


def test_threads_add_up(view, sonde, recording, tmp_path):
    page = view(recording)
    everything = folded(saved(page, tmp_path))
    assert everything == folded(sonde.run("report", "-q", "-o", "-", recording).out)
    page.evaluate("(s => { s.value = 't0'; s.dispatchEvent(new Event('change')); })"
                  "(document.getElementById('thread'))")
    name = page.evaluate("viewer.data.threads[0].name")
    alone = folded(saved(page, tmp_path))
    assert alone == folded(sonde.run("report", "-q", "-o", "-", "--thread", name, recording).out)
    assert 0 < sum(alone.values()) < sum(everything.values())
    page.press("Escape")
    assert folded(saved(page, tmp_path)) == everything


def test_a_range_of_the_time_line_filters_all_else(view, recording, tmp_path):
    page = view(recording)
    everything = sum(folded(saved(page, tmp_path)).values())
    box = page.evaluate("(b => [b.x, b.y, b.width])"
                        "(document.querySelector('#lanes canvas').getBoundingClientRect())")
    left = box[0] + page.evaluate("viewer.timeline.xOf(viewer.data.end / 4)")
    right = box[0] + page.evaluate("viewer.timeline.xOf(viewer.data.end * 3 / 4)")
    status = "document.getElementById('status').textContent"
    page.evaluate("(f => f.select(viewer.tree.children(f.tree.root)[0]))(viewer.flames.flame)")
    assert "samples" in page.evaluate(status)
    page.mouse(("move", left, box[1] + 30), ("down",))
    assert page.evaluate("document.getElementById('tip').hidden"), "not over what is dragged"
    page.mouse(("move", right, box[1] + 30), ("up",))
    page.wait("viewer.weights.isFiltered()")
    assert page.evaluate(status) == "", "what it said is of another part"
    half = sum(folded(saved(page, tmp_path)).values())
    assert 0.4 < half / everything < 0.6
    assert abs(page.evaluate("viewer.weights.all") / everything - 0.5) < 0.05
    assert page.evaluate("document.getElementById('range').offsetWidth") > 0
    for key in "234":
        page.press(key)
        assert page.evaluate("document.getElementById('nothing').hidden")
    page("click", selector="#range")
    assert sum(folded(saved(page, tmp_path)).values()) == everything
    page.evaluate("document.querySelector('#lanes canvas').focus()")
    page.press("ArrowRight")
    fifth = page.evaluate("viewer.weights.all")
    assert abs(fifth / everything - 0.2) < 0.05
    page.press("Shift+ArrowRight", "Shift+ArrowRight")
    assert page.evaluate("viewer.weights.all") > fifth
    before = page.evaluate("viewer.weights.filter.from")
    page.press("ArrowRight")
    assert page.evaluate("viewer.weights.filter.from") > before


def test_a_long_recording_is_cut_into_slices(view, sonde, tmp_path):
    path = tmp_path / "long.sonde"
    maker = os.path.join(os.path.dirname(sonde.path), "bench", "recording")
    subprocess.run([maker, str(path), "400000", "60", "20"], stdout=subprocess.DEVNULL, check=True,
                   timeout=LIMIT)
    page = view(path)
    slice_us = page.evaluate("viewer.data.slice")
    assert 0 < slice_us < page.evaluate("viewer.data.end") / 100
    assert page.evaluate("viewer.data.runs.count") <= 200000
    assert page.evaluate("viewer.weights.all") == 400000
    page.evaluate("viewer.weights.set({ from: 20 * %d, to: 300 * %d })" % (slice_us, slice_us))
    cut = folded(saved(page, tmp_path))
    run = sonde.run("report", "-q", "-o", "-", path, "--from", "%.6fs" % (20 * slice_us / 1e6),
                    "--to", "%.6fs" % (300 * slice_us / 1e6))
    real = folded(run.out)
    assert abs(sum(cut.values()) - sum(real.values())) <= 20  # at the edges, of ten threads
    assert all(abs(cut.get(stack, 0) - count) <= 20 for stack, count in real.items())


def test_states_can_be_left_out(view, start, sonde, any_python, tmp_path):
    target = start(any_python, "busy.py")
    path = tmp_path / "busy.sonde"
    run = sonde.run("record", "-q", "-i", "-d", "1s", "-o", path, str(target.pid))
    assert run.status == 0, run
    page = view(path, "-i")
    assert page.evaluate("document.querySelectorAll('.state').length") >= 1
    before = page.evaluate("viewer.weights.all")
    page("click", selector=".state[data-state=running]")
    assert page.evaluate("viewer.weights.all") < before
    page("click", selector=".state[data-state=running]")
    assert page.evaluate("viewer.weights.all") == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 800), (420, 800)])
def test_the_picture(view, recording, tmp_path, scheme, size):
    page = view(recording, width=size[0], height=size[1], scheme=scheme)
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(255, 255, 255)") == (scheme == "light")
    for key in "1234":
        page.press(key)
        page.screenshot(tmp_path / "page.png")
        distinct, width = colours(tmp_path / "page.png")
        assert width == size[0] and distinct > 20
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.press("1", "d")
    other = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert other != paper


def test_the_keys_are_told(page):
    page.press("?")
    assert page.evaluate("document.getElementById('help').open")
    page.press("Escape")
    page.wait("!document.getElementById('help').open")


def test_it_is_one_small_file(sonde, tmp_path):
    text, page = tmp_path / "a.folded", tmp_path / "page.html"
    text.write_text(STACKS)
    assert sonde.run("report", "-q", "-f", "html", "-o", page, text).status == 0
    assert page.stat().st_size < 100 * 1024
    assert "http:" not in page.read_text().replace("http://www.w3.org/2000/svg", "")
    assert "https:" not in page.read_text()
