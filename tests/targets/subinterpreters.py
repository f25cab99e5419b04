"""Two sub-interpreters that wait, each in a thread of its own."""
import os
import sys
import threading

from target import gettid, ready, wait

try:
    import _interpreters as interpreters
except ImportError:
    try:
        import _xxsubinterpreters as interpreters
    except ImportError:
        interpreters = None

SOURCE = """
import os
def inside_{number}():
    os.write({told}, b".")
    os.read({pipe}, 1)
inside_{number}()
"""
told_read, told = os.pipe()
pipe, pipe_write = os.pipe()
facts = []


def run(number):
    made = interpreters.create()
    facts.append({"tid": gettid(), "interpreter": int(made), "function": "inside_%d" % number})
    source = SOURCE.format(number=number, told=told, pipe=pipe)
    getattr(interpreters, "run_string", interpreters.__dict__.get("exec"))(made, source)


if interpreters is None:
    ready(missing=True); wait()
    sys.exit()
for number in (1, 2):
    thread = threading.Thread(target=run, args=(number,))
    thread.start()
    os.read(told_read, 1)
ready(interpreters=facts); wait()
os.write(pipe_write, b"..")
