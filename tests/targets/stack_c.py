"""Python called by C: no frame of the interpreter's own may show between."""
import functools
import re
import weakref

from target import ready, wait


class Maker(object):
    def __new__(cls, depth):
        return object.__new__(cls)

    def __init__(self, depth):
        if depth:
            Maker(depth - 1)
        else:
            ready(); wait()


class Operators(object):
    def __getattr__(self, name):
        ready(); wait()

    def __getitem__(self, i):
        return self.missing

    def __add__(self, other):
        return self[1]

    def __call__(self):
        return self + 1

    def __lt__(self, other):
        self()
        return True

    def __iter__(self):
        sorted([self, self], key=lambda thing: min(thing, thing))
        yield 1

    def __del__(self):
        ready(); wait()


class Meta(type):
    def __call__(cls, *args):
        return type.__call__(cls, *args)


class Gone(object):
    pass


Made = Meta("Made", (Maker,), {})


def by_map(n):
    return list(map(by_reduce, [n]))


def by_reduce(n):
    return functools.reduce(by_partial, [n, n])


def by_partial(a, b):
    return functools.partial(by_regex, a)(b)


def by_regex(a, b):
    return re.sub("x", by_match, "x")


def by_match(match):
    for _ in Operators():
        pass
    return "y"


def by_weakref(reference):
    ready(); wait()


def by_exec():
    exec(compile("apply_it(lambda: (ready(), wait()))", "<made up>", "exec"),
         {"apply_it": lambda f: f(), "ready": ready, "wait": wait})


Maker(3)
Made(1)
by_map(1)
reference = weakref.ref(Gone(), by_weakref)
by_exec()
