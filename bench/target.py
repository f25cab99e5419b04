"""Computes at a depth of calls: what bench/run measures readers on. Runs on 2.7 and from 3.6 on.

    target.py [depth=10] [modules=1] [threads=1] [sleepers=0] [rounds=0] [counts=0]

So many threads compute, in so many modules in turn; sleepers wake every 20 ms. With rounds, the
main thread ends the program after that many and says how many seconds it took: of CPU, and in all.
With counts, a file descriptor, it counts its rounds, by fifties, in the file's first eight bytes.
"""
import mmap
import os
import resource
import struct
import sys
import threading
import time
import types

facts = dict(depth=10, modules=1, threads=1, sleepers=0, rounds=0, counts=0)
facts.update((key, int(value)) for key, value in (a.split("=") for a in sys.argv[1:]))
there = threading.Semaphore(0)

SOURCE = """
def helper(n):
    total = 0
    for i in range(n):
        total += i
    return total

def step(n):
    return helper(n)
"""
steps = []
for number in range(facts["modules"]):
    module = types.ModuleType("module%d" % number)
    exec(compile(SOURCE, "/application/module%d.py" % number, "exec"), module.__dict__)
    sys.modules[module.__name__] = module
    steps.append(module.step)


def down(n, work):
    if n > 1:
        return down(n - 1, work)
    return work()


def compute():
    there.release()
    while True:
        for step in steps:
            step(20)


def count(words):
    number = 0
    while True:
        for _ in range(50):
            for step in steps:
                step(20)
        number += 1
        struct.pack_into("Q", words, 0, number)


def sleep():
    there.release()
    while True:
        time.sleep(0.02)


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main():
    """The main thread computes as well, when all others have begun."""
    for _ in range(facts["threads"] + facts["sleepers"] - 1):
        there.acquire()
    say("ready")
    if facts["counts"]:
        count(mmap.mmap(facts["counts"], 0))
    if not facts["rounds"]:
        compute()
    start = time.time()
    for _ in range(facts["rounds"]):
        for step in steps:
            step(20)
    used = resource.getrusage(resource.RUSAGE_SELF)
    say("%.6f %.6f" % (used.ru_utime + used.ru_stime, time.time() - start))
    os._exit(0)


def begin(work):
    thread = threading.Thread(target=down, args=(facts["depth"], work))
    thread.daemon = True
    thread.start()


sys.setrecursionlimit(facts["depth"] + 100)
for _ in range(facts["threads"] - 1):
    begin(compute)
for _ in range(facts["sleepers"]):
    begin(sleep)
down(facts["depth"], main)
