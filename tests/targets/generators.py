"""Generators that compute, and run generators that compute: nothing here lasts longer than a few
microseconds. The argument says in which way: nested, delegating, sent or coroutines. Which functions
call which is told first."""
import sys

from target import say

CALLS = {
    "nested": ["main nested", "nested <genexpr>", "nested outer", "<genexpr> outer", "<genexpr> work",
               "outer inner"],
    "delegating": ["main delegating", "delegating delegate", "delegate delegate", "delegate work",
                   "delegate delegate_once"],
    "sent": ["main sent", "sent accumulate", "sent forward", "sent <listcomp>", "<listcomp> forward",
             "forward forward", "forward accumulate", "accumulate work",
             "main forward", "main accumulate"],  # closes them when sent() has returned
    "coroutines": ["main coroutines", "coroutines first", "first second", "second third",
                   "third pause", "third work"],
}


def work(n):
    for i in range(n):
        n = (n * 31 + i) % 65537
    return n


def inner(count):
    for i in range(count):
        yield i
        i = (i * 31 + 7) % 65537


def outer(count):
    for i in inner(count):
        i = (i * 31 + 7) % 65537
        i = (i * 17 + 3) % 65537
        yield i


def nested():
    return sum(work(x % 20) for x in outer(50))


def accumulate():
    total = 0
    while True:
        n = yield total
        total = (total * 31 + n) % 65537
        total = (total * 17 + work(3)) % 65537


def forward(target):
    n = 0
    while True:
        n = yield target.send(n * 3 % 11)


def sent():
    chain = accumulate()
    next(chain)
    for _ in range(3):
        chain = forward(chain)
        next(chain)
    return [chain.send(i) for i in range(30)]


# What Python 2 cannot read.
SINCE_3 = """
import types

@types.coroutine
def pause(n):
    n = (n * 31 + 7) % 65537
    yield n
    return n * 17 % 101

async def third(n):
    n += await pause(n)
    return n + work(5)

async def second(n):
    for i in range(3):
        n = (n + await third(i)) % 65537
    return n

async def first():
    n = 0
    for i in range(5):
        n = (n * 31 + await second(i)) % 65537
    return n

def coroutines():
    chain = first()
    try:
        while True:
            chain.send(None)
    except StopIteration as end:
        return end.value

def delegate_once(n):
    for i in range(n):
        yield i * 31 % 65537

def delegate(depth):
    if depth:
        work(2)
        yield from delegate(depth - 1)
        work(2)
    else:
        yield from delegate_once(10)

def delegating():
    return sum(delegate(5))
"""
if sys.version_info >= (3, 6):
    exec(compile(SINCE_3, "generators", "exec"))


def main(way):
    while True:
        way()


way = sys.argv[1]
say(calls=[call.split() for call in CALLS[way]])
main(globals()[way])
