"""Computes until killed, or as often as the argument says, and ends with a status."""
import sys

from target import ready

rounds = int(sys.argv[1]) if len(sys.argv) > 1 else -1
status = int(sys.argv[2]) if len(sys.argv) > 2 else 0


def hot():
    n = 0
    for i in range(10000):
        n = (n * 31 + i) % 65537
    return n


class Work(object):
    def step(self):
        hot()


def main():
    global rounds
    work = Work()
    while rounds:
        work.step()
        rounds -= 1


ready()
main()
sys.exit(status)
