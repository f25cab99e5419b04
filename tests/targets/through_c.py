"""Python code that C code calls: nothing here lasts longer than a few microseconds. The argument says
in which way: special (methods), handed (over, to iterators and the like), alike (callers that differ
in nothing but whom they call) or tasks (of asyncio). Which functions call which is told first."""
import functools
import itertools
import sys

from target import say

CALLS = {
    "special": ["main special", "special made", "made __init__", "special hashed", "hashed __hash__",
                "hashed __eq__", "special ordered", "ordered __lt__", "special added", "added __add__",
                "__add__ __init__", "special others", "others __len__", "others __getattr__",
                "others __call__", "others __iter__", "__iter__ __init__", "others __next__"],
    "handed": ["main handed", "handed counted", "counted numbers", "counted work", "handed zipped",
               "zipped numbers", "zipped work", "handed mapped", "mapped numbers", "mapped work",
               "handed chained", "chained numbers", "handed keyed", "keyed <lambda>", "<lambda> work"],
    "alike": ["main alike", "alike take_from", "alike first", "alike second", "alike third", "alike fourth",
              "first numbers", "second squares", "third work", "fourth rest",
              "alike numbers", "alike squares"],  # closes them when others take their place
    "tasks": ["_run step", "step sleep", "sleep __sleep0", "step parts", "step <genexpr>",
              "<genexpr> parts", "step counted_parts", "counted_parts parts",
              "run_steps <genexpr>", "<genexpr> step"],  # makes the coroutines
}


def work(n):
    for i in range(n % 20):
        n = (n * 31 + i) % 65537
    return n


def rest(n):
    for i in range(n % 20):
        n = (n * 17 + i) % 65537
    return n


def numbers(count):
    for i in range(count):
        yield i
        i = (i * 31 + 7) % 65537


def squares(count):
    for i in range(count):
        i = (i * i + 3) % 65537
        yield i


class Number(object):
    def __init__(self, value, unit=0):
        self.value = value % 1009
        self.unit = unit

    def __eq__(self, other):
        return self.value == other.value

    def __lt__(self, other):
        return self.value < other.value

    def __hash__(self):
        return self.value & 15

    def __add__(self, other):
        return Number(self.value * 31 + other.value, unit=1)

    def __len__(self):
        return self.value

    def __getattr__(self, name):
        return 7

    def __call__(self, n):
        return n * 31 % 65537

    def __iter__(self):
        return Digits(5)


class Digits(object):
    def __init__(self, count):
        self.count = count

    def __iter__(self):
        return self

    def __next__(self):
        self.count -= 1
        if self.count < 0:
            raise StopIteration
        return self.count

    next = __next__


class Scaled(Number):
    pass


def made():
    found = []
    for i in range(40):
        found.append(Scaled(i * 31, unit=2))
    return found


def hashed(found):
    return len(dict.fromkeys(found))


def ordered(found):
    return sorted(found)


def added(found):
    total = found[0]
    for number in found:
        total = total + number
    return total


def others(found):
    total = 0
    for number in found:
        total += len(number) + number.absent + number(3)
        for digit in number:
            total += digit
    return total


def special():
    found = made()
    hashed(found)
    ordered(found)
    added(found)
    others(found)


def counted():
    total = 0
    for i, n in enumerate(numbers(30)):
        total += work(n) * i
    return total


def zipped():
    total = 0
    for a, b in zip(numbers(30), numbers(30)):
        total += work(a) * b
    return total


def mapped():
    total = 0
    for n in map(work, numbers(30)):
        total += n
    return total


def chained():
    return sum(itertools.chain(numbers(20), itertools.islice(numbers(30), 20)))


def keyed():
    return sorted(range(30), key=lambda n: work(n))


def handed():
    counted()
    zipped()
    mapped()
    chained()
    keyed()


def first():
    return take_number()


def second():
    return take_square()


def third():
    return do_work(11)


def fourth():
    return do_rest(13)


def take_from(generator):
    return getattr(generator, "__next__", getattr(generator, "next", None))


def alike():
    global take_number, take_square
    take_number, take_square = take_from(numbers(50)), take_from(squares(50))
    for _ in range(50):
        first()
        second()
        third()
        fourth()


do_work, do_rest = functools.partial(work), functools.partial(rest)

# What Python 2 cannot read.
SINCE_3 = """
import asyncio

def parts(n):
    for i in range(n):
        yield i * 31 % 65537

def counted_parts(n):
    return list(enumerate(parts(n)))

async def step(n):
    n += len(counted_parts(10))
    await asyncio.sleep(0)
    return n + sum(i for i in parts(20))

async def run_steps():
    while True:
        await asyncio.gather(*(step(i) for i in range(10)))

def run_tasks():
    asyncio.run(run_steps())
"""
if sys.version_info >= (3, 7):
    exec(compile(SINCE_3, "through_c", "exec"))


def main(way):
    while True:
        way()


way = sys.argv[1]
# Of tasks, who else calls what is the standard library's.
own = ["step", "parts", "counted_parts", "sleep", "__sleep0"] if way == "tasks" else None
say(calls=[call.split() for call in CALLS[way]], own=own)
main(globals()["run_tasks" if way == "tasks" else way])
