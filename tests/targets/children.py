"""Starts children of a kind, before or (with a second argument) after it was told to go on. They
compute until it ends."""
import os
import subprocess
import sys

from target import ready, wait

SHELL = '"$0" "$1" child "$2"'


def in_child(parent):
    n = 0
    while True:
        for i in range(10000):
            n = (n * 31 + i) % 65537
        try:
            os.kill(parent, 0)
        except OSError:
            return


def fork():
    parent = os.getpid()
    if not os.fork():
        in_child(parent)
        os._exit(0)


def command():
    return [sys.executable, os.path.abspath(__file__), str(os.getpid())]


def popen():
    python, script, parent = command()
    subprocess.Popen([python, script, "child", parent])


def shell():
    subprocess.Popen(["sh", "-c", SHELL + "; exit $?"] + command())


def becomes():
    subprocess.Popen(["sh", "-c", "sleep 0.2; exec " + SHELL] + command())


def between(parent):
    """A child that has a child, and ends when it was told to."""
    me = os.getpid()
    if not os.fork():
        orphaned(me, parent)
    wait()
    os._exit(0)


def orphaned(mother, parent):
    """Has a child once its own parent has ended."""
    while os.getppid() == mother:
        pass
    if not os.fork():
        in_child(parent)
    os.wait()
    os._exit(0)


def orphan():
    parent = os.getpid()
    if not os.fork():
        between(parent)
    os.wait()


def process(method):
    import multiprocessing
    if method:
        multiprocessing = multiprocessing.get_context(method)
    child = multiprocessing.Process(target=in_child, args=(os.getpid(),))
    child.daemon = True
    child.start()


KINDS = {"fork": fork, "popen": popen, "shell": shell, "becomes": becomes, "orphan": orphan,
         "multiprocessing": lambda: process(None), "multiprocessing-fork": lambda: process("fork"),
         "multiprocessing-spawn": lambda: process("spawn"),
         "multiprocessing-forkserver": lambda: process("forkserver")}


def main():
    while True:
        wait()


if __name__ == "__main__":
    if sys.argv[1] == "child":
        in_child(int(sys.argv[2]))
        sys.exit()
    if len(sys.argv) > 2:
        ready(); wait()
    for _ in range(2):
        KINDS[sys.argv[1]]()
    ready()
    main()
