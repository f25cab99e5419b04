"""A recursion as deep as asked for."""
import sys
import threading

from target import gettid, say, wait

depth = int(sys.argv[1])


def down(n):
    if n:
        down(n - 1)
    else:
        say(depth=depth, tid=gettid()); wait()


def main():
    down(depth)


sys.setrecursionlimit(depth + 1000)
if sys.version_info < (3, 11):
    threading.stack_size(1 << 30)  # these versions spend C stack on every call
thread = threading.Thread(target=main)
thread.start()
thread.join()
