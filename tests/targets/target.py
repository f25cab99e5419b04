"""What the programs that sonde is tried on share. Runs on 2.7 and from 3.6 on.

A target says a line of JSON for every moment at which the test may look, and then waits, in the
same source line, until the test lets it go on:

    ready(); wait()

so the stack that was printed is the one that stands there.
"""
import functools
import json
import os
import sys
import threading

if hasattr(threading, "get_native_id"):
    gettid = threading.get_native_id
else:
    import ctypes
    import platform

    _gettid_number = {"x86_64": 186, "aarch64": 178}[platform.machine()]
    gettid = functools.partial(ctypes.CDLL(None).syscall, _gettid_number)

_out = os.fdopen(os.dup(1), "wb", 0)
_lock = threading.Lock()

# C functions with their arguments bound: waiting adds no Python frame.
wait = functools.partial(os.read, 0, 1)


def say(**facts):
    """One line of facts for the test."""
    line = json.dumps(facts).encode("ascii") + b"\n"
    with _lock:
        _out.write(line)


def name_of(code):
    """Qualified since 3.11."""
    return getattr(code, "co_qualname", code.co_name)


def stack(frame):
    """Leaf first: name, file and line of every frame."""
    found = []
    while frame is not None:
        found.append([name_of(frame.f_code), frame.f_code.co_filename, frame.f_lineno])
        frame = frame.f_back
    return found


def ready(**facts):
    say(stack=stack(sys._getframe(1)), pid=os.getpid(), tid=gettid(), **facts)
