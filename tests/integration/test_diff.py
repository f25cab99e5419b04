"""Two profiles compared, as a person or a build server would."""
import re

import pytest

OLD = """\
<module> (app.py:40);main (app.py:31) 500
<module> (app.py:40);main (app.py:33);parse (parse/core.py:7) 300
<module> (app.py:40);save (app.py:50) 200
"""
NEW = """\
<module> (app.py:45);main (app.py:36) 1000
<module> (app.py:45);main (app.py:38);parse (parse/core.py:9) 900
<module> (app.py:45);load (app.py:60) 100
"""


@pytest.fixture
def two(tmp_path):
    (tmp_path / "old.folded").write_text(OLD)
    (tmp_path / "new.folded").write_text(NEW)
    return tmp_path / "old.folded", tmp_path / "new.folded"


def diff(sonde, *arguments, **expected):
    run = sonde.run("diff", *arguments)
    assert run.status == expected.get("status", 0), run
    return run


def test_what_got_slower_comes_first(sonde, two):
    lines = diff(sonde, *two).out.splitlines()
    assert lines[0] == "old: %s: 1000 samples" % two[0]
    assert lines[1] == "new: %s: 2000 samples" % two[1]
    rows = [line.split() for line in lines[3:]]
    assert [row[-2] for row in rows[:4]] == ["parse", "load", "main", "save"], lines
    assert rows[0][:6] == ["30.0%", "45.0%", "+15.0", "30.0%", "45.0%", "+15.0"]
    assert ["20.0%", "-", "-20.0", "20.0%", "-", "-20.0", "save", "(app.py)"] in rows


def test_a_profile_against_itself_is_zero(sonde, two):
    for by in "function", "stack":
        run = diff(sonde, two[0], two[0], "--by", by, "--fail-on", "self:+0%",
                   "--fail-on", "total:+0%")
        assert run.out.splitlines()[2:] == ["no difference"]
        assert run.err == ""
    assert "No difference." in diff(sonde, "--md", two[0], two[0]).out
    for line in diff(sonde, "-f", "folded", two[0], two[0]).out.splitlines():
        assert re.search(r" (\d+) \1$", line)


def test_stacks(sonde, two):
    run = diff(sonde, "--by", "stack", *two)
    assert re.search(r"30.0% +45.0% +\+15.0 +<module> \(app.py\);main \(app.py\);parse", run.out)
    assert diff(sonde, "-f", "folded", *two).out == (
        "<module> (app.py);load (app.py) 0 100\n"
        "<module> (app.py);main (app.py) 500 1000\n"
        "<module> (app.py);main (app.py);parse (parse/core.py) 300 900\n"
        "<module> (app.py);save (app.py) 200 0\n")


def test_rules(sonde, two):
    run = diff(sonde, "--fail-on", "self:+14%", "--fail-on", "total:+1%:^load$", *two, status=7)
    assert "--fail-on self:+14%: parse (parse/core.py) went from 30.0% to 45.0%: +15.0 points" \
        in run.err
    assert "load (app.py) went from 0.0% to 5.0%" in run.err
    assert run.err.count("\n") == 2 and "parse" in run.out
    diff(sonde, "--fail-on", "self:+15.1%", "--fail-on", "self:+1%:^main$", *two)
    run = sonde.run("diff", "--fail-on", "x", *two)
    assert run.status == 2 and "is no limit" in run.err


def test_outputs(sonde, two, tmp_path):
    run = diff(sonde, "-o", tmp_path / "x.md", "-o", tmp_path / "x.folded", "-o", "-", *two)
    assert "| **+15.0** | `parse (parse/core.py)` |" in (tmp_path / "x.md").read_text()
    assert (tmp_path / "x.folded").read_text().count("\n") == 4
    assert run.out.startswith("old: ")
    run = sonde.run("diff", "-o", tmp_path / "x.doc", *two)
    assert run.status == 2 and "-f takes table, markdown, folded" in run.err
    run = sonde.run("diff", "-o", tmp_path / "none" / "x.md", *two)
    assert run.status == 1 and "cannot write" in run.err


def test_filters_apply_to_both(sonde, two):
    run = diff(sonde, "--include", "^main$", *two)
    assert "old: %s: 800 samples" % two[0] in run.out
    assert "new: %s: 1900 samples" % two[1] in run.out


def test_what_cannot_be_compared(sonde, two, tmp_path):
    for arguments, status, text in (
            ((two[0],), 2, "which two?"), (two + two, 2, "is one too many"),
            ((two[0], tmp_path / "none"), 1, "No such file"),
            ((two[0], sonde.path), 1, "neither a recording of sonde nor folded stacks")):
        run = sonde.run("diff", *arguments)
        assert run.status == status and text in run.err and run.out == "", run
    (tmp_path / "empty.folded").write_text("")
    run = diff(sonde, two[0], tmp_path / "empty.folded")
    assert "empty.folded: no samples" in run.err


def test_the_viewer_shows_both(sonde, two, browser, tmp_path):
    diff(sonde, "-o", tmp_path / "x.html", *two)
    browser.open(tmp_path / "x.html")
    browser.wait("viewer.ready")
    boxes = browser.evaluate("viewer.flames.flame.shown.map(b => [b.label, b.value])")
    shares = {label: round(value, 6) for label, value in boxes}
    assert shares == {"all": 1, "<module> (app.py)": 1, "main (app.py)": 0.875,
                      "parse (parse/core.py)": 0.375, "save (app.py)": 0.1, "load (app.py)": 0.025}
    for name, words in (("parse", ("300 samples", "900 samples", "+15.00 points")),
                        ("save", ("200 samples", "0 samples", "\u221220.00 points"))):
        tip = browser.evaluate("""(viewer.tip.show(viewer.flames.flame.placed.find(
            i => i.box && i.box.label.startsWith('%s')).box, 9, 9), tip.innerText)""" % name)
        assert all(word in tip for word in words), tip
    for unit, main in ("new", 0.95), ("old", 0.8):
        browser.evaluate("(s => { s.value = '%s'; s.dispatchEvent(new Event('change')); })(unit)" % unit)
        boxes = browser.evaluate("viewer.flames.flame.shown.map(b => [b.label, b.value])")
        assert round(dict(boxes)["main (app.py)"], 6) == main
    browser("download", selector="#save", file=str(tmp_path / "saved"))
    assert (tmp_path / "saved").read_text() == diff(sonde, "-f", "folded", *two).out
    browser.press("3", "2", "4", "l", "1")
    assert not browser.seen["errors"] and not browser.seen["dialogs"], browser.seen


def test_the_viewer_tells_whose_code_it_is(sonde, browser, tmp_path):
    for name, count in ("old", 5), ("new", 9):
        (tmp_path / (name + ".folded")).write_text(
            "main (app.py:9) 5\n"
            "main (app.py:%d);loads (/usr/lib/python3.11/json/__init__.py:3) %d\n"
            "main (app.py:9);get (/x/site-packages/requests/api.py:7) 3\n" % (count, count))
    diff(sonde, "-o", tmp_path / "x.html", tmp_path / "old.folded", tmp_path / "new.folded")
    browser.open(tmp_path / "x.html")
    browser.wait("viewer.ready")
    assert "not by line" in browser.evaluate("facts.textContent")
    assert "slower" in browser.evaluate("legend.textContent")
    browser.evaluate("(s => { s.value = 'package'; s.dispatchEvent(new Event('change')); })(colour)")
    legend = browser.evaluate("legend.textContent")
    assert all(name in legend for name in ("this program", "installed packages", "standard library")), legend
    browser.press("3")
    marks = browser.evaluate("""Array.from(document.querySelectorAll("#functions .function b"),
        b => b.style.background)""")
    assert len(set(marks)) == 3, marks
    tip = browser.evaluate("""(viewer.tip.show(viewer.flames.flame.placed.find(
        i => i.box && i.box.label.startsWith('get')).box, 9, 9), tip.innerText)""")
    assert "requests, installed" in tip and "/x/site-packages/requests/api.py" in tip, tip
    assert not browser.seen["errors"], browser.seen


def test_a_profile_against_itself_is_neutral(sonde, two, browser, tmp_path):
    diff(sonde, "-o", tmp_path / "x.html", "-o", tmp_path / "x.svg", two[0], two[0])
    browser.open(tmp_path / "x.html")
    browser.wait("viewer.ready")
    colours = browser.evaluate("""viewer.flames.flame.placed.filter(i => i.box)
        .map(i => viewer.flames.flame.colour(i.box))""")
    assert len(colours) == 5 and set(colours) == {browser.evaluate("viewer.colours.byDelta(0)")}
    fills = re.findall(r'<rect x=.* fill="([^"]*)"', (tmp_path / "x.svg").read_text())
    assert len(fills) == 5 and set(fills) == {"hsl(220,8%,88%)"}


def test_the_picture_shows_both(sonde, two, browser, tmp_path):
    diff(sonde, "-o", tmp_path / "x.svg", *two)
    browser.open(tmp_path / "x.svg")
    boxes = browser.evaluate("""Object.fromEntries(Array.from(document.querySelectorAll(".f"), f => [
        f.querySelector("title").textContent, f.querySelector("rect").getAttribute("fill")]))""")
    parse = "parse (parse/core.py)\nold 300 samples, 30.00 %, new 900 samples, 45.00 %, +15.00 points"
    save = "save (app.py)\nold 200 samples, 20.00 %, new 0 samples, 0.00 %, -20.00 points"
    assert boxes[parse].startswith("hsl(8,") and boxes[save].startswith("hsl(214,")
    assert not browser.seen["errors"] and not browser.seen["dialogs"], browser.seen


def test_what_is_unlike_is_said(start, sonde, any_python, tmp_path):
    target, made = start(any_python, "spin.py"), {}
    target.facts()
    for option in "", "-g", "--blocking":
        made[option] = tmp_path / ("a%s.sonde" % option)
        run = sonde.run("record", "-q", "-d", "1s", "-o", made[option], "-p", target.pid,
                        *option.split())
        assert run.status == 0, run
    plain, gil, blocking = made[""], made["-g"], made["--blocking"]
    said = "sonde: %s is recorded with %s, %s is not: only one "
    for sides in (plain, gil), (gil, plain):
        assert diff(sonde, *sides).err.startswith(said % (gil, "-g", plain))
        assert diff(sonde, "-g", *sides).err == diff(sonde, "-q", *sides).err == ""
    assert diff(sonde, blocking, plain).err.startswith(said % (blocking, "--blocking", plain))
    for one in plain, gil, blocking:
        assert diff(sonde, one, one).err == ""
    stacks = tmp_path / "a.folded"
    assert sonde.run("report", "-q", "-o", stacks, plain).status == 0
    assert diff(sonde, stacks, plain).err == (
        "sonde: %s is of folded stacks, %s is not: they do not tell how they were filtered\n"
        % (stacks, plain))
