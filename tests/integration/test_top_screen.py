"""sonde top on a terminal, in tmux. Every wait is for what stands on the screen."""
import os
import re
import shlex
import signal

import pytest

from support import state_of, wait_for
from terminal import Terminal

# Runs sonde, then says what became of the terminal.
RUN = """
stty -g >before
echo before the screen
%(sonde)s top %(arguments)s
echo $? >status.part; mv status.part status
stty -g >after.part; mv after.part after
echo behind the screen
exec sleep 1000
"""

JOBS = """
export PS1='prompt> '
exec bash --norc --noprofile -i
"""


@pytest.fixture
def terminal(sonde, tmp_path):
    """terminal(arguments of top..., columns=, rows=, variables of the environment)"""
    opened = []

    def open_terminal(*arguments, **options):
        script = options.pop("script", RUN) % {
            "sonde": shlex.quote(sonde.path),
            "arguments": " ".join(shlex.quote(str(a)) for a in arguments)}
        opened.append(Terminal(tmp_path, script, **options))
        return opened[-1]

    yield open_terminal
    for one in opened:
        one.end()


def assert_restored(terminal, status=0):
    """sonde has ended, and the terminal is as it was."""
    assert terminal.file("status") == "%d\n" % status
    screen = terminal.see("behind the screen")
    assert "before the screen" in screen, screen
    assert "own%" not in screen, screen
    assert terminal.file("after") == terminal.file("before")


def pid_of_sonde(target):
    """The sonde that looks at the target."""
    def find():
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/cmdline" % pid) as f:
                    arguments = f.read().split("\0")
            except OSError:
                continue
            if arguments[1:3] == ["top", str(target.pid)]:
                return int(pid)
    return wait_for(find, "sonde")


def rows(screen):
    """The lines of the list."""
    lines = screen.split("\n")
    head = next(i for i, line in enumerate(lines) if "own%" in line)
    return [line for line in lines[head + 1:head + 10] if line.strip()]


def has_ended(pid):
    try:
        return state_of(pid) == "Z"
    except FileNotFoundError:
        return True


def test_what_runs_is_seen(terminal, any_python, start):
    target = start(any_python, "busy.py")
    target.facts()
    t = terminal(target.pid)
    screen = t.see("spin (busy.py:", "Python " + any_python.number, "threads 7")
    assert "sleeping" not in screen
    t.press("i")
    t.see("waiting too", "sleeping", "reading")
    t.press("6")
    t.see("by tree", "spinning (busy.py:")
    t.press("1", "/")
    t.type("^spin$|[.]spin$")
    t.press("Enter")
    t.see("1 of ")
    t.press("Enter")
    screen = t.see("called by (1)", "spinning (busy.py)", "(n * 31 + i) % 65537")
    hot = next(line for line in screen.split("\n") if "(n * 31 + i)" in line)
    assert float(hot.split()[0]) > 0, hot
    t.press("q")
    assert_restored(t)


def test_threads_of_a_process(terminal, any_python, start):
    target = start(any_python, "busy.py")
    tids = target.facts()["tids"]
    t = terminal("--by", "process", target.pid)
    t.see("by process", "%d " % target.pid)
    t.press("Enter")
    t.see("by thread", *[str(tid) for tid in sum(tids.values(), [])])
    t.press("/")
    t.type(str(tids["spinning"][0]))
    t.press("Enter")
    t.see("1 of 7")
    t.press("Enter")
    t.see("by function", "thread ")
    t.press("Escape")
    t.press("Escape")
    t.see("by thread")
    t.press("q")
    assert_restored(t)


def test_children_that_come_later(terminal, python, start):
    target = start(python, "children.py", "fork", "later")
    target.stop()
    t = terminal("-s", "-i", "--by", "process", target.pid)
    t.see("by process", "%d " % target.pid)
    target.go()
    assert target.facts()
    t.see("processes 3")
    t.press("1")
    t.see("by function", "in_child (children.py:")
    t.press("5")
    listed = [re.search(r"(\d+) %s" % re.escape(os.path.basename(python.path)), line)
              for line in rows(t.see("by process", " Python " + python.number))]
    assert int(listed[0].group(1)) == target.pid
    assert len(listed) == 3 and all(child.start() > listed[0].start() for child in listed[1:])
    t.press("q")
    assert_restored(t)


def test_modes_switch_live(terminal, any_python, start):
    target = start(any_python, "busy.py")
    target.facts()
    t = terminal(target.pid)
    t.see("mode wall", "spin (busy.py:")
    t.press("m")
    t.see("mode cpu", "spin (busy.py:")
    t.press("m")
    t.see("mode gil", "spin (busy.py:")
    t.press("m", "+")
    t.see("mode wall", "shares of the last 10 s")
    t.press("-", "-")
    t.see("window 2 s")
    t.press("o")
    t.see("own code", "spin (busy.py:")
    t.press("o", "p")
    t.see("frozen")
    frozen = t.screen()
    t.press("s")
    assert t.see("total%\u25BC").split("\n")[1] == frozen.split("\n")[1]
    t.press("p")
    t.see_gone("frozen")
    t.press("r")
    t.see("counting from now on")
    t.press("?")
    t.see("this page, and back")
    t.press("?")
    t.see("spin (busy.py:")
    t.press("C-c")
    assert_restored(t)


def test_sizes(terminal, any_python, start):
    target = start(any_python, "busy.py")
    target.facts()
    t = terminal(target.pid)
    t.see("spin (busy.py:")

    def fills(columns, lines):
        screen = t.screen("-N").rstrip("\n").split("\n")
        return len(screen) == lines and len(screen[4].rstrip("\n")) == columns and \
            "own%" in screen[4] and "quit" in screen[lines - 1]

    for columns, lines in ((200, 60), (80, 24), (30, 8), (100, 30)):
        t.resize(columns, lines)
        if lines > 10:
            wait_for(lambda: fills(columns, lines), "%dx%d:\n%s" % (columns, lines, t.screen()))
        else:
            t.see("own%")
    t.press("q")
    assert_restored(t)


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT])
def test_a_signal_ends_it_well(terminal, any_python, start, signum):
    target = start(any_python, "busy.py")
    target.facts()
    t = terminal(target.pid)
    t.see("spin (busy.py:")
    os.kill(pid_of_sonde(target), signum)
    assert_restored(t)


def test_the_terminal_goes_away(terminal, any_python, start):
    target = start(any_python, "busy.py")
    target.facts()
    t = terminal(target.pid)
    t.see("spin (busy.py:")
    pid = pid_of_sonde(target)
    t.end()
    wait_for(lambda: has_ended(pid), "the end of sonde")


def test_the_targets_crash_leaves_the_last_view(terminal, sonde, any_python, start, tmp_path):
    target = start(any_python, "busy.py")
    target.facts()
    t = terminal(target.pid)
    t.see("spin (busy.py:")
    target.kill()
    t.see("ended", "spin (busy.py:")
    t.press("6")
    t.see("by tree", "spin")
    t.press("1")
    t.press("w")
    t.see("saved busy-%d-" % target.pid)
    t.press("q")
    assert_restored(t)
    saved, = tmp_path.glob("busy-*.sonde")
    check_saved(sonde, saved, tmp_path)


def check_saved(sonde, saved, tmp_path):
    """It opens in every form."""
    listed = sonde.run("report", "-f", "?", saved).err
    forms = set(re.findall(r"[a-z]+", listed.split("there are")[-1])) - {"sonde", "and"}
    assert len(forms) >= 10, listed
    for form in forms:
        run = sonde.run("report", "-i", "-f", form, "-o", tmp_path / ("out." + form), saved)
        assert run.status == 0 and "early" not in run.err, run
        assert (tmp_path / ("out." + form)).stat().st_size > 0
    assert "spin (busy.py" in (tmp_path / "out.folded").read_text()


def test_saved_while_it_goes_on(terminal, sonde, any_python, start, tmp_path):
    target = start(any_python, "busy.py")
    target.facts()
    t = terminal(target.pid)
    t.see("spin (busy.py:")
    t.press("w")
    t.see("saved busy-%d-" % target.pid)
    saved, = tmp_path.glob("busy-*.sonde")
    check_saved(sonde, saved, tmp_path)
    assert "n = (n * 31 + i)" in (tmp_path / "out.jsonl").read_text(), "source as well"
    t.press("q")
    assert_restored(t)


def test_nothing_can_be_saved_there(terminal, any_python, start, tmp_path):
    target = start(any_python, "busy.py")
    target.facts()
    gone = tmp_path / "gone"
    t = terminal(target.pid, script="mkdir gone; cd gone; rmdir ../gone\n" + RUN.replace(
        ">before", ">../before").replace(">status.part; mv status.part status",
                                         ">../status").replace(
        ">after.part; mv after.part after", ">../after"))
    t.see("spin (busy.py:")
    assert not gone.exists()
    t.press("w")
    t.see("cannot save 'busy-")
    t.press("q")
    assert_restored(t)


def test_a_recording_that_cannot_be_written(terminal, any_python, start):
    """Nothing can be saved then; all else goes on."""
    target = start(any_python, "busy.py")
    target.facts()
    t = terminal(target.pid, script=RUN.replace("echo before", "ulimit -f 1; echo before"))
    t.see("spin (busy.py:")

    def is_told():
        t.press("w")
        return "nothing can be saved: cannot write the recording: File too large" in t.screen()
    wait_for(is_told, "that it cannot be written")
    t.press("m")
    t.see("mode cpu", "spin (busy.py:")
    t.press("q")
    assert_restored(t)


@pytest.mark.parametrize("by_key", [True, False])
def test_stopped_and_continued(terminal, sonde, any_python, start, by_key):
    target = start(any_python, "busy.py")
    target.facts()
    t = terminal(script=JOBS)
    t.see("prompt>")
    t.type("stty -g >before; %s top %d; stty -g >after\n" % (shlex.quote(sonde.path), target.pid))
    t.see("spin (busy.py:")
    if by_key:
        t.press("C-z")
    else:
        os.kill(pid_of_sonde(target), signal.SIGTSTP)
    t.see("Stopped", "prompt>")
    t.type("stty -g >stopped; echo it is $((6 * 7))\n")
    t.see("it is 42")
    assert t.file("stopped") == t.file("before")
    t.resize(100, 30)
    t.type("fg\n")
    t.see("spin (busy.py:", "own%", "q quit")
    t.see_gone("Stopped")
    t.press("q")
    t.see_gone("own%")
    t.type("echo it is $((7 * 7))\n")
    t.see("it is 49")
    assert t.file("after") == t.file("before")


def test_a_launched_command(terminal, any_python):
    """What it writes waits until the screen is gone; its end stays to be seen."""
    t = terminal("--", any_python.path, any_python.target("spin.py"), 3000, 3)
    screen = t.see("hot (spin.py:")
    assert '"stack"' not in screen
    t.see("it has ended", "hot (spin.py:")
    assert '"stack"' not in t.screen()
    t.press("q")
    t.see('"stack"', "behind the screen")
    assert_restored(t, 3)


def test_a_launched_command_goes_on(terminal, any_python):
    code = ("import sys\nfor i in range(3): print('out', i)\nsys.stdout.flush()\n"
            "print('err', file=sys.stderr)\ndef turn():\n    n = 0\n"
            "    while not __import__('os').path.exists('go'):\n        n += 1\n"
            "turn()\nprint('last', 'words')\n")
    t = terminal("--", any_python.path, "-c", code)
    t.see("turn (<string>:")
    t.press("q")
    t.see("out 0\nout 1\nout 2", "err")
    t.see("goes on; waiting for its end")
    assert not os.path.exists(str(t.folder / "status")), "it is waited for"
    (t.folder / "go").write_text("")
    t.see("last words")
    assert_restored(t)


def test_colours(terminal, any_python, start):
    target = start(any_python, "busy.py")
    target.facts()
    t = terminal(target.pid, NO_COLOR=None)
    t.see("spin (busy.py:")
    assert re.search("\033\\[(3[1-7]|.*;3[1-7])m", t.screen("-e"))
    t.press("q")
    assert_restored(t)


def test_no_colours(terminal, any_python, start):
    target = start(any_python, "busy.py")
    target.facts()
    t = terminal(target.pid, NO_COLOR="1")
    t.see("spin (busy.py:")
    for codes in re.findall("\033\\[([0-9;]*)m", t.screen("-e")):
        assert not set(codes.split(";")) & {str(c) for r in ((30, 50), (90, 108))
                                            for c in range(*r) if c not in (39, 49)}, codes
    t.press("q")
    assert_restored(t)


def test_ascii(terminal, any_python, start):
    target = start(any_python, "busy.py")
    target.facts()
    t = terminal(target.pid, LC_ALL="C")
    assert t.see("spin (busy.py:", "own%v", "#").isascii()
    t.press("?")
    assert t.see("this page, and back").isascii()
    t.press("q", "q")
    assert_restored(t)


def test_the_mouse(terminal, any_python, start):
    target = start(any_python, "busy.py")
    target.facts()
    t = terminal("-i", target.pid)
    screen = t.see("spin (busy.py:", "sleeping")
    lines = screen.split("\n")
    head = next(i for i, line in enumerate(lines) if "own%" in line)
    t.click(lines[head].index("function"), head)
    t.see("function\u25BC")
    lines = t.screen().split("\n")
    row = next(i for i, line in enumerate(lines) if "sleeping (" in line)
    t.click(50, row)
    t.press("d")
    t.see("called by", "sleeping (busy.py")
    t.press("Escape")
    t.see("function\u25BC")
    keys = next(i for i, line in enumerate(lines) if line.startswith("q quit"))
    t.click(0, keys)
    assert_restored(t)


def test_a_terminal_that_can_show_no_screen(terminal, any_python, start):
    target = start(any_python, "busy.py")
    target.facts()
    t = terminal("--batch", 1, "--delay", "100ms", target.pid, script="export TERM=dumb\n" + RUN)
    t.see("spin (busy.py:", "behind the screen")
    t = terminal(target.pid, script="rm -f status; export TERM=nonsense\n" + RUN)
    t.see("'nonsense' cannot show a screen", "behind the screen")
    assert t.file("status") == "1\n"
