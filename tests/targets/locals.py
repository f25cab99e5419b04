"""Values of every kind as locals and arguments."""
import sys

from target import ready, wait


class Thing(object):
    def __init__(self):
        self.a = 1
        self.b = "two"

    def method(self, argument, *rest, **named):
        text = "text"
        number = -12345678901234567890123
        small = 42
        real = 1.5
        nothing = None
        yes = True
        items = [1, 2, [3]]
        pair = (1, "x")
        table = {"k": "v", 1: 2}
        data = b"bytes"
        if sys.version_info >= (3,):
            name = "\u0444"
        captured = "cell"
        later = lambda: captured  # noqa: E731
        if not later:
            unbound = 1
        ready(); wait()
        return later


Thing().method(7, 8, 9, key="word")
