"""Computes by the clock, and says at the end how long each part took. `work SECONDS` is in work() for
that time; `phases SECONDS MILLISECONDS` is in early() for the first half of each such period of the
clock and in late() for the other."""
import sys
import time

from target import say

clock = getattr(time, "perf_counter", time.time)


def compute(until):
    n = 0
    while clock() < until:
        n = (n * 31 + 7) % 65537


def work(until):
    compute(until)


def early(until):
    compute(until)


def late(until):
    compute(until)


def phases(end, period):
    took = {"early": 0.0, "late": 0.0}
    now = clock()
    while now < end:
        start = now - now % period
        name = "early" if now < start + period / 2 else "late"
        globals()[name](start + period * (0.5 if name == "early" else 1))
        before, now = now, clock()
        took[name] += now - before
    return took


def main():
    seconds = float(sys.argv[2])
    start = clock()
    if sys.argv[1] == "work":
        work(start + seconds)
        say(work=clock() - start)
    else:
        say(**phases(start + seconds, float(sys.argv[3]) / 1000))


main()
