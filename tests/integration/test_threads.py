"""Threads: who they are, what they are called, what they do."""
import re

import pytest

from support import Recording, functions, wait_for


def by_tid(dump):
    return {thread["os_thread_id"]: thread for thread in dump["threads"]}


def test_names_and_numbers(start, sonde, python):
    target = start(python, "threads.py")
    for _ in range(2):  # before and after one was renamed
        facts = target.stop()
        threads = by_tid(sonde.dump(target.pid))
        assert set(threads) == {t["tid"] for t in facts["named"] + facts["unnamed"]}
        for fact in facts["named"]:
            shown = threads[fact["tid"]]
            assert shown["thread_name"] == fact["name"] or not fact["name"]
            assert shown["thread_id"] == fact["ident"]
        target.go()


def test_a_thread_that_threading_does_not_know_has_the_kernels_name(start, sonde, python):
    target = start(python, "threads.py")
    (fact,) = target.stop()["unnamed"]
    with open("/proc/%d/task/%d/comm" % (target.pid, fact["tid"])) as f:
        comm = f.read().rstrip("\n")
    shown = by_tid(sonde.dump(target.pid))[fact["tid"]]
    assert shown["thread_name"] == comm
    assert shown["frames"][0]["name"] == "work"


def test_each_thread_in_its_own_place(start, sonde, python):
    target = start(python, "busy.py")
    tids = target.stop()["tids"]
    threads = by_tid(sonde.dump(target.pid))
    for name, (tid,) in tids.items():
        assert name in [frame["name"] for frame in threads[tid]["frames"]]
    assert len(threads) == len(tids) + 1


def wait_until_idle(sonde, target, facts):
    """Until the threads that wait have come to it."""
    waiting = {facts["tids"][name][0] for name in facts["waiting"]} | {target.pid}

    def all_wait():
        threads = by_tid(sonde.dump(target.pid))
        return not any(threads[tid]["active"] for tid in waiting)

    wait_for(all_wait, "the waiting threads shown as idle")
    return waiting


def test_waiting_threads_are_idle(start, sonde, python):
    target = start(python, "busy.py")
    waiting = wait_until_idle(sonde, target, target.stop())
    text = sonde.run("dump", target.pid).out
    idle = {int(tid) for tid in re.findall(r"^Thread (\d+) \(idle\)", text, re.M)}
    assert idle >= waiting


def test_who_holds_the_gil(start, sonde, python):
    target = start(python, "busy.py")
    facts = target.stop()
    (spinning,) = facts["tids"]["spinning"]
    (sleeping,) = facts["tids"]["sleeping"]
    wait_until_idle(sonde, target, facts)
    held = {spinning: 0, sleeping: 0}

    def is_held_often():
        threads = by_tid(sonde.dump(target.pid))
        for tid in held:  # without a GIL there is no holder, only who runs
            held[tid] += threads[tid]["active" if python.free_threaded else "owns_gil"]
        return held[spinning] > 10

    wait_for(is_held_often, "a GIL that the computing thread holds")
    assert held[sleeping] == 0


def test_waiting_threads_are_left_out_unless_asked_for(start, sonde, python):
    target = start(python, "busy.py")
    facts = target.stop()
    wait_until_idle(sonde, target, facts)
    stacks, run = sonde.record_seeing({"spinning"}, target.pid)
    assert "spinning" in functions(stacks)
    assert not functions(stacks) & set(facts["waiting"])
    assert re.search(r"waiting hidden.*-i shows them", run.err)
    both = set(facts["waiting"]) | {"spinning"}
    stacks, _ = sonde.record_seeing(both, target.pid, "-i")
    assert functions(stacks) >= both


def test_only_who_holds_the_gil(start, sonde, python):
    """At most one thread a look holds it (free-threaded: is attached), none of those that wait."""
    target = start(python, "busy.py", 2)
    facts = target.stop()
    wait_until_idle(sonde, target, facts)
    stacks, _ = sonde.record_seeing({"spinning"}, target.pid, "-g", "-t", "-i")
    assert "spinning" in functions(stacks)
    assert not functions(stacks) & set(facts["waiting"])


@pytest.mark.since(3, 7)
@pytest.mark.with_gil
def test_who_wakes_only_to_ask_for_the_gil_again_does_not_run(start, sonde, python):
    """All that compute but one are found waiting for it, and stay so until they have it."""
    target = start(python, "busy.py", 12)
    target.stop()

    def running(run):
        """Of the threads that compute, so many a look."""
        counts = re.search(r"([\d,]+) samples? in (?s:.*)hidden, ([\d,]+) of them for the GIL", run.err)
        if not counts:
            return 12
        runs, waits = (int(count.replace(",", "")) for count in counts.groups())
        return 12 * runs / (runs + waits)

    _, run = sonde.record_until(lambda _, run: running(run) < 3, target.pid)
    assert running(run) < 3, "one has the GIL; those that wake up beside it are few"


def test_a_new_name_is_seen_while_recording(start, sonde, python, tmp_path):
    target = start(python, "threads.py")
    target.stop()
    recording = Recording(sonde, tmp_path / "out.folded", target.pid, "-t", "-i")
    recording.wait_for("): plain;")
    target.go()
    target.stop()
    recording.wait_for("): renamed;")
    recording.process.terminate()
    recording.end()


def test_threads_as_roots(start, sonde, python):
    target = start(python, "busy.py", 2)
    tids = target.stop()["tids"]["spinning"]
    wanted = {"thread (%d)" % tid for tid in tids}

    def roots(stacks):
        return {frames[0].partition(": ")[0] for frames in stacks}

    stacks, _ = sonde.record_until(lambda seen, _: wanted <= roots(seen), target.pid, "-t", "-i")
    assert wanted <= roots(stacks)
    assert all(root.startswith("thread (") for root in roots(stacks))


@pytest.mark.since(3, 8)
def test_subinterpreters(start, sonde, python):
    target = start(python, "subinterpreters.py")
    facts = target.stop()
    if "missing" in facts:
        pytest.skip("cannot be had: this build has no module for sub-interpreters")
    dump = sonde.dump(target.pid)
    text = sonde.run("dump", target.pid).out
    for fact in facts["interpreters"]:
        (shown,) = [t for t in dump["threads"] if fact["function"] in
                    [frame["name"] for frame in t["frames"]]]
        assert shown["os_thread_id"] == fact["tid"]
        assert shown["interpreter"] == fact["interpreter"]
        assert re.search(r'^Thread %d \([a-z+]+\): ".*" \[interpreter %d\]\n(    .*\n)*    %s \('
                         % (fact["tid"], fact["interpreter"], fact["function"]), text, re.M)
    inside = {fact["function"] for fact in facts["interpreters"]}
    stacks, _ = sonde.record_seeing(inside, target.pid, "-i")
    for fact in facts["interpreters"]:
        assert any(frames[0] == "interpreter %d" % fact["interpreter"] and
                   frames[-1].startswith(fact["function"] + " ") for frames in stacks)


def test_locals(start, sonde, python):
    target = start(python, "locals.py")
    target.stop()
    dump = sonde.dump(target.pid, "-l")
    frame = dump["threads"][0]["frames"][0]
    values = {local["name"]: local["repr"] for local in frame["locals"]}
    b = "" if python.version < (3,) else "b"
    long = "L" if python.version < (3,) else ""
    assert values["argument"] == "7"
    assert values["rest"] == "(8, 9)"
    assert values["named"] == "{'key': 'word'}"
    assert values["text"] == "'text'"
    assert values["number"] == "-12345678901234567890123" + long
    assert values["small"] == "42"
    assert values["real"] == "1.5"
    assert values["nothing"] == "None"
    assert values["yes"] == "True"
    assert values["items"] == "[1, 2, [3]]"
    assert values["pair"] == "(1, 'x')"
    assert values["table"] == "{'k': 'v', 1: 2}" or python.version < (3,)
    assert values["data"] == b + "'bytes'"
    assert values["captured"] == "'cell'"
    assert "unbound" not in values
    assert "Thing" in values["self"]
    text = sonde.run("dump", "-l", target.pid).out
    assert re.search(r"^ +Arguments:\n +self: .*\n +argument: 7$", text, re.M)
