"""What a recording says of time is what the target's own clock says. A machine that is busy may hold
sonde up, so there are several tries."""
import json
import math
import pstats

TRIES = 8


def times(sonde, python, tmp_path, rate, *arguments):
    """Seconds in each function of clocked.py by a recording of it, and by its own clock."""
    out = tmp_path / "out.pstats"
    run = sonde.run("record", "-q", "-r", rate, "-o", out, "--", *(
        python.command + [python.target("clocked.py")] + [str(a) for a in arguments]))
    assert run.status == 0, run
    stats = pstats.Stats(str(out)).stats
    seen = {name: row[3] for (file, _, name), row in stats.items() if "clocked.py" in file}
    return seen, json.loads(run.out)


def test_total_is_the_time_that_passed(sonde, python, tmp_path):
    off = []
    for _ in range(TRIES):
        seen, told = times(sonde, python, tmp_path, "1k", "work", 1)
        off.append(seen.get("work", 0) / told["work"] - 1)
        if abs(off[-1]) < 0.01:
            return
    raise AssertionError("never within 1 %%: %s" % off)


def test_a_target_in_step_with_the_looks(sonde, any_python, tmp_path):
    """Its period is that of the looks: at regular times they would fall into the same quarter of it
    always, or into two that follow on each other. Quarters as directions: how far off is their sum?"""
    off = []
    for _ in range(6):  # a busy machine that makes looks late hides a step, but not in all of them
        seen, told = times(sonde, any_python, tmp_path, "50", "phases", 1, 20)
        shares = [seen.get(part, 0) / sum(seen.get(each, 0) for each in told)
                  - told[part] / sum(told.values())
                  for part in ("first", "second", "third", "fourth")]
        off.append(math.hypot(shares[0] - shares[2], shares[1] - shares[3]))
    assert max(off) < 0.55, off
