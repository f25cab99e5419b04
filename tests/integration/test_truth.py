"""What a fast recording of a racing target shows was there."""
import re

PLACE = re.compile(r"(?P<name>[^ ]+) \((?P<file>[^:]*)(:(?P<line>\d+))?\)$")

MARK = re.compile(r"<[a-z]+>$")  # of what could not be seen


def test_no_call_that_the_program_does_not_make(start, sonde, python):
    target = start(python, "graph.py")
    edges = {tuple(edge) for edge in target.facts()["edges"]}
    stacks, run = sonde.record(target.pid, "-d", "2s", "-r", "max")
    seen = {}
    for frames, count in stacks.items():
        names = [name_of(frame) for frame in frames if "(graph:" in frame]
        # Where something is missing it is said, by a mark that stands in its place.
        assert names[:1] == ["<module>"] or not names or MARK.match(frames[0]), frames
        for edge in zip(names, names[1:]):
            seen[edge] = seen.get(edge, 0) + count
    wrong = {edge: count for edge, count in seen.items() if edge not in edges}
    assert not wrong, (sum(wrong.values()), sum(stacks.values()), wrong)
    assert len(edges & set(seen)) > len(edges) / 2, "too few calls were seen to say so"


def name_of(frame):
    return PLACE.match(frame).group("name")


def test_every_line_is_right_when_the_target_is_stopped(start, sonde, python):
    target = start(python, "graph.py")
    places = target.facts()["places"]
    stacks, run = sonde.record(target.pid, "-d", "1s", "-r", "1k", "--blocking")
    checked = 0
    for frames in stacks:
        assert not any(MARK.match(frame) for frame in frames), frames
        parts = [PLACE.match(frame).groupdict() for frame in frames if "(graph:" in frame]
        for caller, callee in zip(parts, parts[1:]):
            assert places["%s:%s" % (caller["name"], caller["line"])] == callee["name"], frames
            checked += 1
    assert checked > 20, run


def test_freed_code_leaves_no_name_behind(start, sonde, python):
    """A function gN is of file gN.py and calls w(N % 16): an older name would not fit. Not at the
    highest rate: who never sleeps sees little else than a target that waits for its CPU."""
    target = start(python, "churn.py")
    target.facts()
    stacks, _ = sonde.record(target.pid, "-d", "2s", "-r", "9k")
    made, wrong, checked = set(), {}, 0
    for frames, count in stacks.items():
        places = [PLACE.match(frame) for frame in frames if not MARK.match(frame)]
        for place, callee in zip(places, places[1:] + [None]):
            name, file = place.group("name"), place.group("file")
            if not re.match(r"g\d", name) and not re.match(r"g\d", file):
                continue
            made.add(file)
            fits = file == (name if name != "<module>" else file[:-3]) + ".py"
            if fits and callee and callee.group("name").startswith("w"):
                fits = int(file[1:-3]) % 16 == int(callee.group("name")[1:])
                checked += 1
            if not fits:
                wrong[frames] = count
    assert not wrong, (sum(wrong.values()), sum(stacks.values()), list(wrong)[:5])
    assert len(made) > 10 and checked, "too little was seen to say so"
