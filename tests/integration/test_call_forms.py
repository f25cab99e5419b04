"""pstats and callgrind, read by the programs that people read them with."""
import re
import subprocess

import pytest

import consumers
from support import folded

SHOW = """
import pstats, sys
stats = pstats.Stats(sys.argv[1], stream=open("/dev/null", "w"))
stats.strip_dirs().sort_stats("cumulative").print_stats()
stats.print_callers()
stats.print_callees()
print("%.6f" % stats.total_tt)
"""


@pytest.fixture
def recorded(start, sonde, tmp_path):
    """recorded(python, FORM): a recording of spin.py in that form, and its samples."""
    def record(python, form):
        target = start(python, "spin.py")
        target.facts()
        out, text = tmp_path / ("out." + form), tmp_path / "out.folded"
        run = sonde.run("record", "-q", "-d", "200ms", "-o", out, "-o", text, target.pid)
        assert run.status == 0, run
        return out, sum(folded(text.read_text()).values())
    return record


@pytest.mark.no_root
def test_pstats_in_the_python_that_it_is_of(recorded, python):
    out, _ = recorded(python, "pstats")
    shown = subprocess.run(python.command + ["-c", SHOW, str(out)], stdout=subprocess.PIPE,
                           universal_newlines=True, check=True)
    assert float(shown.stdout) > 0


def test_snakeviz_draws_it(recorded, any_python):
    out, _ = recorded(any_python, "pstats")
    page = consumers.run("/usr/bin/python3", "-c", """
import sys
from pstats import Stats
from snakeviz.stats import table_rows, json_stats
stats = Stats(sys.argv[1])
assert json_stats(stats)
print(table_rows(stats))
""", out, env=consumers.python_module("snakeviz"))
    assert "hot" in page


def test_callgrind_annotate_adds_up(recorded, any_python):
    annotate = consumers.installed("callgrind_annotate")
    out, samples = recorded(any_python, "callgrind")
    shown = consumers.run(annotate, "--show=Samples", "--auto=no", out)
    total = re.search(r"([\d,]+) \(100.0%\)\s+PROGRAM TOTALS", shown).group(1)
    assert int(total.replace(",", "")) == samples
    assert "hot" in shown
