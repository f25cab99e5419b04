"""Computes, and when told to becomes another program: what the arguments say."""
import os
import sys
import threading

from target import ready, wait


def before_exec():
    n = 0
    while True:
        for i in range(1000):
            n = (n * 31 + i) % 65537


thread = threading.Thread(target=before_exec)
thread.daemon = True
thread.start()
ready(); wait()
os.execv(sys.argv[1], sys.argv[1:])
