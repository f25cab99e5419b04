"""One thread computes for ever, threads of every kind of waiting beside it. With an argument, so
many compute. Its main thread waits until told to end."""
import os
import select
import sys
import threading
import time

from target import gettid, ready, wait

started = threading.Semaphore(0)
tids = {}
reader, writer = os.pipe()
lock = threading.Lock()
lock.acquire()


def spinning():
    n = 0
    while True:
        n = spin(n)


def spin(n):
    for i in range(1000):
        n = (n * 31 + i) % 65537
    return n


def sleeping():
    while True:
        time.sleep(10000)


def locked():
    lock.acquire()


def reading():
    os.read(reader, 1)


def selecting():
    select.select([reader], [], [])


def polling():
    poll = select.poll()
    poll.register(reader, select.POLLIN)
    poll.poll()


def begin(work):
    def run():
        tids.setdefault(work.__name__, []).append(gettid())
        started.release()
        work()

    thread = threading.Thread(target=run)
    thread.daemon = True
    thread.start()


WAITING = [sleeping, locked, reading, selecting, polling]
spinners = int(sys.argv[1]) if len(sys.argv) > 1 else 1
for work in WAITING + [spinning] * spinners:
    begin(work)
    started.acquire()
ready(tids=tids, waiting=[work.__name__ for work in WAITING]); wait()
os._exit(0)
