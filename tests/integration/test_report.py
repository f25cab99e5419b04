"""Folded stacks in other forms: what is read, what is said, what is refused."""
import gzip
import os
import subprocess

import pytest

from support import LIMIT, environment, folded

LINES = """\
process 7:"python3 app.py";thread (7): MainThread;<module> (app.py:40);main (app.py:31) 30
process 7:"python3 app.py";thread (7): MainThread;<module> (app.py:40);parse (parse/core.py:7) 12
process 7:"python3 app.py";thread (9): worker;run (threading.py:1) 3
"""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "app.folded"
    path.write_text(LINES)
    return path


def report(sonde, *arguments):
    run = sonde.run("report", *arguments)
    assert run.status == 0, run
    return run


def refused(sonde, status, text, *arguments):
    run = sonde.run("report", *arguments)
    assert run.status == status, run
    assert run.out == ""
    assert run.err.startswith("sonde") and run.err.count("\n") == 1, run
    assert text in run.err, run


def test_a_table_is_what_the_terminal_gets(sonde, path):
    run = report(sonde, path)
    assert run.out.startswith("app.folded: 45 samples\n"), run
    assert " 66.7%   66.7%       30  main (app.py)\n" in run.out, run
    assert run.err == ""


def test_the_same_lines_come_out(sonde, path, tmp_path):
    assert report(sonde, path, "-o", "-").out == LINES
    assert report(sonde, path, "-f", "raw").out == LINES
    with gzip.open(str(tmp_path / "x.gz"), "w") as f:
        f.write(LINES.encode())
    assert report(sonde, tmp_path / "x.gz", "-o", "-").out == LINES


def test_a_pipe_is_read(sonde, path):
    with open(str(path)) as f:
        run = subprocess.run("cat | %s report - -f folded | cat" % sonde.path, shell=True,
                             stdin=f, stdout=subprocess.PIPE, universal_newlines=True,
                             timeout=LIMIT, env=environment())
    assert run.stdout == LINES


def test_several_outputs(sonde, path, tmp_path):
    out = tmp_path / "%n-%p.folded"
    run = report(sonde, path, "-o", out, "-o", tmp_path / "x.table", "-o", "-", "-t")
    assert run.out == (tmp_path / "app-7.folded").read_text()
    assert folded(run.out)[("thread (9): worker", "run (threading.py:1)")] == 3
    assert "45 samples" in (tmp_path / "x.table").read_text()
    assert run.err.count("sonde: wrote ") == 2


def test_filters(sonde, path):
    def counts(*options):
        return sum(folded(report(sonde, path, "-o", "-", *options).out).values())

    assert counts("--thread", "9") == counts("--thread", "work") == 3
    assert counts("--thread", "Main", "--thread", "9") == 45
    assert counts("--pid", "7") == 45
    assert counts("--include", "^parse$") == 12
    assert counts("--exclude", "parse/") == 33
    assert counts("--hide", "<module>") == 45
    assert "<module>" not in report(sonde, path, "-f", "folded", "--hide", "<module>").out


def test_nothing_is_left(sonde, path, tmp_path):
    run = report(sonde, path, "--thread", "nobody", "-o", tmp_path / "x.folded")
    assert "no samples: no thread is the one of --thread: there are MainThread (7), worker (9)" \
        in run.err, run
    assert (tmp_path / "x.folded").read_text() == ""
    run = report(sonde, path, "--pid", "8")
    assert "no samples: no process is the one of --pid: there are 7" in run.err, run
    empty = tmp_path / "empty.folded"
    empty.write_text("")
    run = report(sonde, empty)
    assert run.out == "empty.folded: 0 samples\n"
    assert run.err == "sonde: %s: no samples: it has none\n" % empty, run


def test_what_folded_stacks_do_not_tell(sonde, path):
    refused(sonde, 2, "do not tell times", path, "--from", "1s")
    refused(sonde, 2, "do not tell the states", path, "--mode", "gil")
    refused(sonde, 2, "do not tell whole paths", path, "--mine")


def test_what_cannot_be_read(sonde, tmp_path):
    refused(sonde, 1, "No such file", tmp_path / "none.sonde")
    refused(sonde, 1, "Is a directory", tmp_path)
    refused(sonde, 1, "neither a recording of sonde nor folded stacks", sonde.path)
    hostile = tmp_path / "hostile.sonde"
    hostile.write_bytes(b"\x1b[31m;\n" * 3 + os.urandom(1000))
    refused(sonde, 1, "neither a recording of sonde nor folded stacks: line 1", hostile)


def test_what_is_asked_wrongly(sonde, path, tmp_path):
    refused(sonde, 2, "-f takes folded", path, "-o", tmp_path / "x.doc")
    refused(sonde, 2, "no format is called 'flame': there are folded", path, "-f", "flame")
    refused(sonde, 2, "'(' is no regular expression", path, "--include", "(")
    refused(sonde, 2, "which recording?")
    refused(sonde, 2, "is one too many", path, path)
    refused(sonde, 2, "--from is not before --to", path, "--from", "2s", "--to", "1s")
    refused(sonde, 2, "is no mode", path, "--mode", "rss")
    refused(sonde, 2, "is no PID", path, "-p", "1,x")


def test_an_output_that_cannot_be_written(sonde, path, tmp_path):
    refused(sonde, 1, "cannot write", path, "-o", tmp_path / "none" / "x.folded")
    old = tmp_path / "old.folded"
    old.write_text("old 1\n")
    run = sonde.run("report", path, "-o", "/dev/full", "-f", "folded")
    assert run.status == 1 and "/dev/full" in run.err, run
    run = sonde.run("report", "/dev/null", "-o", old)
    assert run.status == 0 and old.read_text() == "", run


def test_source_with_what_each_line_took(start, sonde, python, tmp_path):
    target = start(python, "spin.py")
    target.facts()
    kept = tmp_path / "a.sonde"
    run = sonde.run("record", "-q", "-d", "1s", "-o", kept, target.pid)
    assert run.status == 0, run
    run = sonde.run("report", "--source", "hot", kept)
    assert run.status == 0, run
    title, header, *lines = run.out.splitlines()
    assert title.startswith("hot (spin.py:10): ") and " own, " in title, run
    assert lines[0].endswith("    10  def hot():")
    loop = [line for line in lines if line.endswith("n = (n * 31 + i) % 65537")]
    assert len(loop) == 1 and loop[0].split()[0].endswith("%"), run
    by_file = sonde.run("report", "--source", "spin.py", kept)
    assert by_file.status == 0 and loop[0] in by_file.out.splitlines(), by_file


def test_source_of_what_there_is_not(start, sonde, any_python, tmp_path):
    target = start(any_python, "spin.py")
    target.facts()
    kept = tmp_path / "a.sonde"
    run = sonde.run("record", "-q", "--confidential", "-d", "300ms", "-o", kept, target.pid)
    assert run.status == 0, run
    run = sonde.run("report", "--source", "cold", kept)
    assert run.status == 1 and run.err.count("\n") == 1 and "'cold'" in run.err, run
    assert "the hottest functions are " in run.err, run
    run = sonde.run("report", "--source", "hot", kept)
    assert run.status == 0 and "was not recorded" in run.out, run
    run = sonde.run("report", "--source", "hot", "-o", tmp_path / "a.svg", kept)
    assert run.status == 2 and not (tmp_path / "a.svg").exists(), run
