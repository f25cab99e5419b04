"""Generators on the stack: for loops, expressions, send, throw, a chain through C."""
from target import ready, wait


def leaf(n):
    yield n
    ready(); wait()
    try:
        yield n + 1
    except ValueError:
        ready(); wait()
    yield n + 2


def chain(depth):
    if depth:
        for item in chain(depth - 1):
            yield item
    else:
        for item in leaf(0):
            yield item


class Source(object):
    def __iter__(self):
        for item in sorted(chain(3), key=lambda x: -x):
            yield item


def consume():
    return sum(x for x in (y * 2 for y in Source()))


def by_throw():
    generator = leaf(5)
    next(generator)
    next(generator)
    generator.throw(ValueError("in"))


consume()
by_throw()
