"""Nothing but short calls along edges that are told first: whatever else shows was never there.
Neighbours differ in the size of their frames, as torn readers mix up those of one size least."""
from target import say

FANOUT = 3
COUNT = 24


def callees(i):
    return [j for j in range(i * 2 + 1, i * 2 + 1 + FANOUT) if j < COUNT]


def source(i):
    lines = ["def f%d(%s):" % (i, ", ".join("a%d=%d" % (k, k) for k in range(i % 7)))]
    lines += ["    f%d()" % j for j in callees(i)] or ["    pass"]
    return "\n".join(lines)


text = "\n".join(source(i) for i in range(COUNT)) + "\nwhile True:\n    f0()\n"
edges = [["f%d" % i, "f%d" % j] for i in range(COUNT) for j in callees(i)] + [["<module>", "f0"]]
places = {}  # "caller:line" -> who is called there
caller = None
for number, line in enumerate(text.split("\n"), 1):
    if line.startswith("def "):
        caller = line[4:line.index("(")]
    elif line.startswith("while"):
        caller = "<module>"
    elif line.endswith("()"):
        places["%s:%d" % (caller, number)] = line.strip()[:-2]
say(edges=edges, places=places)
exec(compile(text, "graph", "exec"))
