"""Threads with names, one renamed when told to, and one that threading does not know."""
import os
import sys
import threading

try:
    import _thread
except ImportError:
    import thread as _thread

from target import gettid, ready, wait

NAMES = ["plain", u"caf\u00e9 \u0444\u0443", "semi;colon \"quoted\"", ""]
if sys.version_info < (3,):
    NAMES = [name.encode("utf-8") for name in NAMES]
reader, writer = os.pipe()
known = []
unknown = []
started = threading.Semaphore(0)


def work(facts):
    facts.append({"tid": gettid(), "ident": _thread.get_ident()})
    started.release()
    os.read(reader, 1)


def named():
    facts = []
    work_of_one = threading.Thread(target=work, args=(facts,))
    work_of_one.daemon = True
    known.append((work_of_one, facts))
    return work_of_one


for name in NAMES:
    thread = named()
    thread.name = name
    thread.start()
named().start()  # keeps the name that threading gives
_thread.start_new_thread(work, (unknown,))
for _ in range(len(known) + 1):
    started.acquire()


def tell():
    names = [dict(facts[0], name=thread.name) for thread, facts in known]
    main = {"tid": gettid(), "ident": _thread.get_ident(), "name": "MainThread"}
    ready(named=names + [main], unnamed=unknown); wait()


tell()
known[0][0].name = "renamed"
tell()
os.write(writer, b"." * 10)
