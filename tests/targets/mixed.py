"""Computes in a function of the standard library; one thread sleeps, one waits for an event in
threading, and one has no function of this program on its stack."""
import textwrap
import threading
import time

from target import gettid, ready

TEXT = "what people write into long lines, word by word, and more of it " * 20
event = threading.Event()
tids = {}
started = threading.Semaphore(0)


class Sleeper(object):
    def rest(self):
        tids["sleeper"] = gettid()
        started.release()
        time.sleep(3600)


def wait_for_event():
    tids["waiter"] = gettid()
    started.release()
    event.wait()


def compute():
    while True:
        textwrap.wrap(TEXT, 20)


def main():
    threads = [threading.Thread(target=Sleeper().rest, name="sleeper"),
               threading.Thread(target=wait_for_event, name="waiter"),
               threading.Thread(target=time.sleep, args=(3600,), name="foreign")]
    for thread in threads:
        thread.daemon = True
        thread.start()
    for _ in range(2):
        started.acquire()
    ready(main=gettid(), **tids)
    compute()


main()
