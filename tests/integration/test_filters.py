"""Filters on a program that runs: the options that record has in common with report."""
import pytest

from support import wait_for


@pytest.fixture
def target(start, sonde, any_python):
    target = start(any_python, "mixed.py")
    target.tids = target.facts()

    def waiting():
        return [thread["state"] for thread in sonde.dump(target.pid)["threads"]].count("waiting")
    wait_for(lambda: waiting() == 3, "all threads but the main one in what they wait for")
    return target


@pytest.fixture
def record(sonde, target):
    def stacks(*options):
        found, _ = sonde.record(target.pid, "-d", "300ms", *options)
        return found
    return stacks


def names(stacks):
    return {frame.split(" (")[0] for frames in stacks for frame in frames}


def roots(stacks):
    return {frames[0].partition(": ")[2] for frames in stacks}


@pytest.fixture
def sees(record):
    """Whether these functions are recorded: looked at again, should a busy machine miss them."""
    def sees(wanted, *options):
        def look():
            found = record(*options)
            return found if wanted <= names(found) else None
        return wait_for(look, "%s with %s" % (wanted, options))
    return sees


def test_threads(record, sees, target):
    assert roots(sees({"compute", "Sleeper.rest"}, "-i", "-t")) == {
        "MainThread", "sleeper", "waiter", "foreign"}
    assert roots(sees({"Sleeper.rest"}, "-i", "-t", "--thread", "sleep", "--thread",
                      target.tids["waiter"])) == {"sleeper", "waiter"}


def test_modes(sees):
    for options in (), ("--mode", "wall"), ("--mode", "gil"), ("-g",), ("--mode", "cpu", "-i"):
        assert roots(sees({"compute"}, "-t", *options)) == {"MainThread"}


def test_mine(sees):
    sees({"TextWrapper.wrap", "Event.wait", "compute", "wait_for_event", "Thread.run"}, "-i")
    mine = sees({"compute", "wait_for_event", "Sleeper.rest"}, "-i", "-t", "--mine")
    assert roots(mine) == {"MainThread", "sleeper", "waiter"}
    assert all(" (mixed.py:" in frame or frame == "<torn>"
               for frames in mine for frame in frames[1:])


def test_patterns(sees):
    found = names(sees({"Sleeper.rest"}, "-i", "--include", "^Sleeper"))
    assert not found & {"compute", "Event.wait"}
    assert "Event.wait" not in names(sees({"Thread.run"}, "-i", "--exclude", "mixed"))
    sees({"compute"}, "-i", "--include", "^<stdlib>$", "--thread", "Main")
    assert "TextWrapper.wrap" not in names(sees({"compute"}, "--hide", "^TextWrapper"))


def test_times(sonde, target, sees):
    run = sonde.run("record", "-d", "300ms", "--from", "1h", "-f", "folded", "-o", "-", "-p",
                    target.pid)
    assert (run.status, run.out) == (0, "") and "no samples" in run.err, run
    sees({"compute"}, "--to", "1h")


def test_names(sees):
    assert "Sleeper.rest" not in names(sees({"rest", "wrap"}, "-i", "--no-qualname"))
    sees({"Sleeper.rest", "TextWrapper.wrap"}, "-i", "--qualname")
