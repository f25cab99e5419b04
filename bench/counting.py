"""Computes, and counts its rounds in a file: what bench/harm measures. Runs on 2.7 and from 3.6 on.

    counting.py FILE [SLEEPERS]

The file has a word to be counted in. So many sleepers wake every 20 ms.
"""
import mmap
import struct
import sys
import threading
import time


def helper(n):
    total = 0
    for i in range(n):
        total += i
    return total


def step(n):
    return helper(n)


def sleep():
    while True:
        time.sleep(0.02)


for _ in range(int((sys.argv[2:] or ["0"])[0])):
    sleeper = threading.Thread(target=sleep)
    sleeper.daemon = True
    sleeper.start()
with open(sys.argv[1], "r+b") as f:
    words = mmap.mmap(f.fileno(), 0)
    rounds = 0
    while True:
        for _ in range(50):
            step(20)
        rounds += 1
        struct.pack_into("Q", words, 0, rounds)
