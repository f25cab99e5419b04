"""Computes by the clock, and says at the end how long each part took. `work SECONDS` is in work() for
that time; `phases SECONDS MILLISECONDS` is in first() for the first quarter of each such period of the
clock, then in second(), third() and fourth()."""
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


def first(until):
    compute(until)


def second(until):
    compute(until)


def third(until):
    compute(until)


def fourth(until):
    compute(until)


def phases(end, period):
    parts = first, second, third, fourth
    took = dict((part.__name__, 0.0) for part in parts)
    now = clock()
    while now < end:
        start = now - now % period
        at = min(3, int(4 * (now - start) / period))
        parts[at](start + period * (at + 1) / 4)
        before, now = now, clock()
        took[parts[at].__name__] += now - before
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
