"""Computes at a depth of calls, with so many modules imported: bench/run measures sonde on it."""
import sys
import types

depth, modules = int(sys.argv[1]), int(sys.argv[2])


def down(n):
    if n:
        return down(n - 1)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        for step in steps:
            step(20)


SOURCE = """
def helper(n):
    total = 0
    for i in range(n):
        total += i
    return total

def step(n):
    return helper(n)
"""
steps = []
for number in range(modules):
    module = types.ModuleType("module%d" % number)
    exec(compile(SOURCE, "/application/module%d.py" % number, "exec"), module.__dict__)
    sys.modules[module.__name__] = module
    steps.append(module.step)
sys.setrecursionlimit(depth + 100)
down(depth)
