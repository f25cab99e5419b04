"""What a fast recording of a racing target shows was there."""
import collections
import re

import pytest

PLACE = re.compile(r"(?P<name>[^ ]+) \((?P<file>[^:]*)(:(?P<line>\d+))?\)$")

MARK = re.compile(r"<[a-z]+>$")  # of what could not be seen


def test_no_call_that_the_program_does_not_make(start, sonde, python):
    target = start(python, "graph.py")
    edges = {tuple(edge) for edge in target.facts()["edges"]}
    seen, looked_at = collections.Counter(), []

    def has_seen_enough(stacks, _):
        looked_at.append(sum(stacks.values()))
        for frames, count in stacks.items():
            names = [name_of(frame) for frame in frames if "(graph:" in frame]
            # Where something is missing it is said, by a mark that stands in its place.
            assert names[:1] == ["<module>"] or not names or MARK.match(frames[0]), frames
            for edge in zip(names, names[1:]):
                seen[edge] += count
        return not set(seen) <= edges or sum(looked_at) > 50000 and len(seen) > len(edges) / 2

    sonde.record_until(has_seen_enough, target.pid, "-r", "max")
    wrong = {edge: count for edge, count in seen.items() if edge not in edges}
    assert not wrong, (looked_at, wrong)
    assert len(edges & set(seen)) > len(edges) / 2, "too few calls were seen to say so"


def name_of(frame):
    return PLACE.match(frame).group("name")


def test_every_line_is_right_when_the_target_is_stopped(start, sonde, python):
    target = start(python, "graph.py")
    places = target.facts()["places"]
    stacks, run = sonde.record_until(lambda seen, _: len(seen) > 20, target.pid, "-r", "1k",
                                     "--blocking")
    checked = 0
    for frames in stacks:
        assert not any(MARK.match(frame) for frame in frames), frames
        parts = [PLACE.match(frame).groupdict() for frame in frames if "(graph:" in frame]
        for caller, callee in zip(parts, parts[1:]):
            assert places["%s:%s" % (caller["name"], caller["line"])] == callee["name"], frames
            checked += 1
    assert checked > 20, run


def test_freed_code_leaves_no_name_behind(start, sonde, python):
    """A function gN is of file gN.py and calls w(N % 16): an older name would not fit."""
    target = start(python, "churn.py")
    target.facts()
    made, wrong, checked = set(), {}, collections.Counter()

    def has_seen_enough(stacks, _):
        look_for_old_names(stacks, made, wrong, checked)
        return wrong or len(made) > 100 and sum(checked.values()) > 100

    # Not at the highest rate: who never sleeps sees little else than a target that waits for its CPU.
    sonde.record_until(has_seen_enough, target.pid, "-r", "9k", "--max-cpu", "100")
    assert not wrong, wrong
    assert len(made) > 10 and checked, "too little was seen to say so"


def look_for_old_names(stacks, made, wrong, checked):
    """Files of functions that were made, stacks that were not there, and calls that were looked at."""
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
                checked[file] += count
            if not fits:
                wrong[frames] = count


@pytest.mark.since(3, 6)
@pytest.mark.parametrize("way", ["nested", "delegating", "sent", "coroutines"])
def test_generators_are_run_by_who_runs_them(start, sonde, python, way):
    counts = record_calls(start(python, "generators.py", way), sonde)
    if python.free_threaded:  # how much is torn there, docs/ARCHITECTURE.md says
        return
    assert counts["<torn>"] < counts["all"] * 0.3, counts
    if way == "nested" and python.version >= (3, 12):  # it has a fifth of the time
        assert counts["outer"] > counts["all"] * 0.05, counts


@pytest.mark.parametrize("way, shown", [
    ("special", ["__add__", "others", "made"]),
    ("handed", ["work", "keyed"]),
    ("alike", ["work", "rest"]),
])
def test_what_c_code_calls_is_called_by_who_called_that(start, sonde, python, way, shown):
    counts = record_calls(start(python, "through_c.py", way), sonde)
    assert counts["<torn>"] < counts["all"] * 0.1, counts
    for name in shown:  # each has a tenth of the time or more, but for keyed, which has 3 %
        assert counts[name] > counts["all"] * 0.01, (name, counts)


@pytest.mark.since(3, 7)
def test_tasks_are_run_by_their_loop(start, sonde, python):
    """C code runs each step of a Task, which is handed over in an object of its own."""
    # until 3.10 the frame object of a step that has ended is another one's at once
    wrong = 1 / 500 if python.version >= (3, 11) else 1 / 100
    counts = record_calls(start(python, "through_c.py", "tasks"), sonde, wrong)
    assert counts["<torn>"] < counts["all"] * 0.3, counts


def record_calls(target, sonde, wrong_max=1 / 500):
    """How many stacks there were with each name; no call is to be among them that the target does
    not make: frames apart from the data stack are copied at moments of their own, so that such a
    one is in a few of thousands."""
    facts = target.facts()
    calls, own = {tuple(call) for call in facts["calls"]}, facts.get("own")
    wrong, counts = {}, collections.Counter()

    def is_wrong(names):
        if own:
            return any(call[1] in own and call not in calls for call in zip(names, names[1:]))
        return names and names[:2] != ["<module>", "main"][:len(names)] or \
            not set(zip(names[1:], names[2:])) <= calls

    def has_seen_enough(stacks, _):
        for frames, count in stacks.items():
            if "(target.py:" in frames[-1]:
                continue  # it has just said what its test waited for
            names = [name_of(frame).split(".")[-1] for frame in frames if not MARK.match(frame)]
            if is_wrong(names):
                wrong[frames] = count
            counts.update({name: count for name in set(names) | {frames[-1]}})
            counts["all"] += count
        return counts["all"] > 4000

    sonde.record_until(has_seen_enough, target.pid, "-r", "9k", "--max-cpu", "100", "-F")
    assert sum(wrong.values()) <= counts["all"] * wrong_max, (counts["all"], wrong)
    return counts
