"""Makes, runs and drops functions without end: gN of file gN.py, which calls the lasting function wK,
K being N modulo 16. Whatever shows another file or another callee was never there."""
import itertools

from target import ready

LASTING = """
def w%d(n):
    for i in range(n %% 50):
        n += i
    return n
"""
SOURCE = "def g%d(work):\n    return work(%d)\n"
COUNT = 16


def define(source, file, name):
    scope = {}
    exec(compile(source, file, "exec"), scope)
    return scope[name]


lasting = [define(LASTING % k, "lasting.py", "w%d" % k) for k in range(COUNT)]
ready()
for n in itertools.count():
    define(SOURCE % (n, n), "g%d.py" % n, "g%d" % n)(lasting[n % COUNT])
