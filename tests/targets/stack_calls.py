"""Plain calls: functions, methods of every kind, closures, recursion."""
from target import ready, wait


def outer():
    middle(1)


def middle(n):
    if n:
        return middle(n - 1)

    def inner(x):
        Thing(x).method()

    inner(n)


class Base(object):
    def method(self):
        self.of_class()


class Thing(Base):
    def __init__(self, x):
        self.x = x

    def method(self):
        super(Thing, self).method()

    @classmethod
    def of_class(cls):
        cls.static(cls)

    @staticmethod
    def static(thing):
        thing(1).attribute

    @property
    def attribute(self):
        def closure():
            return self.x, ready(), wait()

        return [closure][0]()


class Made(object):
    def __init__(self, last):
        if last:
            ready(); wait()


def make(last):
    return Made(last)


outer()
for i in range(100):  # until the interpreter knows how to call the class without C in between
    make(i == 99)
