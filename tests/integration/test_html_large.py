"""The HTML viewer with 100,000 distinct stacks: each move is as much work as can be seen of it.

Work is counted, in rectangles drawn and boxes opened, and not timed.
"""
import os
import subprocess

import pytest

from support import LIMIT

SAMPLES, FUNCTIONS, STACKS = 300000, 20000, 100000

# By kind of canvas: those of the page, and those that are only copied from ("hidden").
COUNT = """
window.work = {rectangles: 0, hidden: 0, opened: 0, frames: [], canvases: new Set()};
const fillRect = CanvasRenderingContext2D.prototype.fillRect;
CanvasRenderingContext2D.prototype.fillRect = function (...where) {
    work[this.canvas.isConnected ? "rectangles" : "hidden"]++;
    work.canvases.add(this.canvas.parentNode && this.canvas.parentNode.id);
    return fillRect.apply(this, where);
};
const children = viewer.tree.children;
viewer.tree.children = (box) => { work.opened++; return children(box); };
const draw = viewer.Flame.prototype.draw;
viewer.Flame.prototype.draw = function () {
    const before = work.rectangles;
    draw.apply(this);
    work.frames.push(work.rectangles - before);
};
"""
ANEW = "Object.assign(work, {rectangles: 0, hidden: 0, opened: 0, frames: [], canvases: new Set()})"
SETTLED = "(f => !f.isPartial && Math.abs(f.span - f.zoomed.value) < 1e-6 * f.span)(viewer.flames.flame)"


@pytest.fixture(scope="module")
def file(sonde, tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    maker = os.path.join(os.path.dirname(sonde.path), "bench", "recording")
    subprocess.run([maker, str(folder / "a.sonde"), str(SAMPLES), str(FUNCTIONS), str(STACKS)],
                   stdout=subprocess.DEVNULL, check=True, timeout=LIMIT)
    run = sonde.run("report", "-q", "-o", folder / "a.html", folder / "a.sonde")
    assert run.status == 0, run
    return folder / "a.html"


def open_counted(browser, file):
    browser.open(file)
    browser.wait("viewer.ready")
    browser.wait(SETTLED)
    browser.evaluate("(() => {%s})()" % COUNT)


def is_open(browser, file):
    try:
        return browser.evaluate("location.pathname") == str(file)
    except AssertionError:  # it has no page yet
        return False


@pytest.fixture
def page(browser, file):
    """The flame graph as it is first shown; opened once for all tests, as that takes its time."""
    if not is_open(browser, file):
        open_counted(browser, file)
    browser.evaluate("""(() => {
        const search = document.getElementById("search");
        search.value = "";
        search.dispatchEvent(new Event("input"));
        viewer.weights.reset();
        document.querySelector("[data-view=flame]").click();
        viewer.flames.flame.reset();
    })()""")
    browser.wait(SETTLED)
    browser.evaluate(ANEW + " && 0")
    return browser


def work(page):
    return page.evaluate("({...work, canvases: Array.from(work.canvases)})")


def test_zooming_opens_and_draws_what_is_wide_enough(page):
    nodes = page.evaluate("viewer.data.nodes.count")
    assert nodes > 400000
    for _ in range(8):
        page.evaluate(ANEW + " && 0")
        page.evaluate("""(() => {
            const flame = viewer.flames.flame, boxes = viewer.tree.children(flame.zoomed);
            flame.zoom(boxes.reduce((a, b) => a.value >= b.value ? a : b));
        })()""")
        page.wait("work.frames.length && " + SETTLED)
        done = work(page)
        assert max(done["frames"]) < nodes / 40, done
        assert done["opened"] < len(done["frames"]) * nodes / 40, done
        assert done["hidden"] == 0, done


def test_the_mouse_draws_no_box(page):
    x, y = page.evaluate("(r => [r.x, r.y])(viewer.flames.flame.canvas.getBoundingClientRect())")
    page.mouse(*(("move", x + 40 * i, y + 19 * (i % 4) + 9) for i in range(1, 25)))
    assert page.evaluate("!document.getElementById('tip').hidden")
    done = work(page)
    assert done["rectangles"] == 0 and done["opened"] == 0, done


def test_the_mark_is_where_the_box_is(page):
    place = page.evaluate("""(() => {
        const flame = viewer.flames.flame, box = flame.shown.filter(b => b.depth === 2).reduce((a, b) => a.width > b.width ? a : b);
        const at = flame.canvas.getBoundingClientRect();
        return [at.x + box.left + box.width / 2, at.y + box.top + 9,
                at.x + box.left, at.y + box.top, box.width]; })()""")
    page.mouse(("move", place[0], place[1]))
    mark = page.evaluate("(r => [r.x, r.y, r.width])"
                         "(document.querySelector('#flame .mark:not(.selected)').getBoundingClientRect())")
    assert all(abs(a - b) <= 1 for a, b in zip(mark, place[2:])), (mark, place)


def test_a_range_leaves_the_time_line_as_it_is_painted(page):
    whole = page.evaluate("viewer.weights.all")
    page.evaluate("(d => viewer.weights.set({from: d.start, to: (d.start + d.end) / 2}))(viewer.data)")
    assert 0 < page.evaluate("viewer.weights.all") < whole
    page.wait(SETTLED)
    assert work(page)["hidden"] == 0, work(page)
    page.evaluate("viewer.weights.set({threads: new Set([0])})")
    page.wait("work.hidden > 0")  # names of the others turn pale


def test_a_search_draws_the_view_that_is_seen(page):
    page("fill", selector="#search", text="method_12")
    assert work(page)["canvases"] == ["flame"] and len(work(page)["frames"]) <= 8, work(page)
    page("click", selector="[data-view=sandwich]")
    page.evaluate(ANEW + " && 0")
    page("fill", selector="#search", text="method_1")
    assert set(work(page)["canvases"]) == {"callers", "callees"}, work(page)


def test_the_list_of_functions_grows_as_it_is_scrolled(page):
    count = "document.querySelectorAll('#functions tr[data-func]').length"
    page("click", selector="[data-view=sandwich]")
    assert page.evaluate(count) <= 200
    for _ in range(3):
        before = page.evaluate(count)
        page.evaluate("document.querySelector('.list').scrollTop = 1e9")
        page.wait("%s > %d" % (count, before))
    assert page.evaluate("document.querySelector('#functions').lastChild.textContent").endswith(" more")
    page("fill", selector="#search", text="method_1999")  # and begins anew
    page.wait("%s === 11" % count)


def test_a_deep_picture_is_gone_on_with_where_it_was_left(sonde, browser, tmp_path):
    stacks = (";".join("f%d (a.py:1)" % (j * i % 97) for j in range(600)) for i in range(60))
    (tmp_path / "a.folded").write_text("".join("%s %d\n" % (stack, 3) for stack in stacks))
    assert sonde.run("report", "-q", "-o", tmp_path / "a.html", tmp_path / "a.folded").status == 0
    open_counted(browser, tmp_path / "a.html")
    browser.evaluate("viewer.weights.reset()")
    browser.wait(SETTLED)
    placed = browser.evaluate("viewer.flames.flame.placed.length")
    assert placed > 20000
    assert work(browser)["opened"] < 2 * placed, "rows that are whole are not placed again"
