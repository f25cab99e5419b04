"""Runs the tests on every interpreter that scripts/find-pythons knows.

A test that takes `python` runs once for each; its id names the interpreter. SONDE_TEST_PYTHONS=minors
takes one of each minor version, =flavours also its debug and free-threaded builds, =3.12.1,3.14.7t
those. SONDE_CHECK_ALL=1 makes a failure of every skip but those that no machine could mend.
"""
import json
import os
import subprocess

import pytest

from consumers import Browser
from support import Python, Sonde, Target, install_targets

SCRIPTS = os.path.join(os.path.dirname(__file__), "..", "..", "scripts")


def pytest_configure(config):
    """Once, in the process that the others inherit their environment from."""
    config.addinivalue_line("markers", "since(major, minor): not on older interpreters")
    config.addinivalue_line("markers", "no_root: not on those that live in a root of their own")
    config.addinivalue_line("markers", "with_gil: not on free-threaded ones")
    if "SONDE_FOUND_PYTHONS" in os.environ:
        return
    found = subprocess.run([os.path.join(SCRIPTS, "find-pythons")], stdout=subprocess.PIPE,
                           universal_newlines=True, check=True).stdout
    pythons = [line.split("\t") for line in found.splitlines()]
    os.environ["SONDE_FOUND_PYTHONS"] = json.dumps(choose(pythons))
    config.sonde_report = report(pythons, choose(pythons))


def choose(rows):
    wanted = os.environ.get("SONDE_TEST_PYTHONS", "all")
    if wanted == "all":
        return rows
    if wanted == "minors":
        return list({Python(row).version[:2]: row for row in rows if not Python(row).build}.values())
    if wanted == "flavours":
        return list({(Python(row).version[:2], Python(row).build): row for row in rows}.values())
    return [row for row in rows if row[0] in wanted.split(",")]


def report(found, chosen):
    lines = ["interpreters: " + " ".join(row[0] for row in chosen)]
    left_out = [row[0] for row in found if row not in chosen]
    if left_out:
        lines.append("left out by SONDE_TEST_PYTHONS: " + " ".join(left_out))
    listed = subprocess.run([os.path.join(SCRIPTS, "get-pythons"), "--list"],
                            stdout=subprocess.PIPE, universal_newlines=True).stdout
    absent = [line.split("\t")[0] for line in listed.splitlines() if line.endswith("absent")]
    if absent:
        lines.append("not on this machine (make check-all brings them): " + " ".join(absent))
    return lines


def pytest_report_header(config):
    return getattr(config, "sonde_report", [])


def pythons():
    return [Python(row) for row in json.loads(os.environ["SONDE_FOUND_PYTHONS"])]


def pytest_generate_tests(metafunc):
    if "python" in metafunc.fixturenames:
        since = [mark.args for mark in metafunc.definition.iter_markers("since")]
        no_root = any(metafunc.definition.iter_markers("no_root"))
        with_gil = any(metafunc.definition.iter_markers("with_gil"))
        chosen = [p for p in pythons() if all(p.version >= s for s in since)
                  and not (no_root and p.root) and not (with_gil and p.free_threaded)]
        metafunc.parametrize("python", chosen, ids=[p.name for p in chosen])
    elif "any_python" in metafunc.fixturenames:
        # What does not depend on the interpreter is tried on one of this machine.
        chosen = [p for p in pythons() if not p.root and not p.build and p.version >= (3,)][-1:]
        metafunc.parametrize("any_python", chosen, ids=[p.name for p in chosen])


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    result = outcome.get_result()
    if result.skipped and os.environ.get("SONDE_CHECK_ALL") and not hasattr(result, "wasxfail"):
        reason = result.longrepr[2] if isinstance(result.longrepr, tuple) else str(result.longrepr)
        if "this kernel" not in reason and "cannot be had" not in reason:
            result.outcome = "failed"
            result.longrepr = "skipped where a skip is a failure: " + reason


@pytest.fixture
def start(request):
    """start(python, "target.py", ...): a running target, ended with the test."""
    started = []

    def start_target(python, *arguments, **options):
        target = Target(python, arguments, **options)
        started.append(target)
        return target

    yield start_target
    for target in started:
        target.end()


@pytest.fixture(scope="session")
def sonde():
    return Sonde(os.environ.get("SONDE") or os.path.join(SCRIPTS, "..", "build", "sonde"))


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium, one for all tests: each begins with browser.open()."""
    started = Browser()
    yield started
    started.close()


@pytest.fixture(scope="session", autouse=True)
def targets_in_roots(worker_id):
    removals = [install_targets(root, worker_id) for root in {p.root for p in pythons() if p.root}]
    yield
    for remove in removals:
        remove()
