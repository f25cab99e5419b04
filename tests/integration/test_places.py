"""Interpreters under other names, without symbols, deleted, embedded, in namespaces."""
import os
import shutil
import subprocess

import pytest

from support import TARGETS, reads_stdin, wait_for


def shared_library(python):
    """The libpython that the interpreter runs from, or None where it is linked in."""
    maps = python.ask("[l.split()[-1] for l in open('/proc/self/maps') if 'libpython' in l][:1]")
    return eval(maps)[0] if maps != "[]" else None


def copy(python, folder, change=None):
    """A copy of the interpreter named `app`, and of its library; what starts it."""
    program = folder / "app"
    shutil.copy(python.outside(os.path.realpath(python.path)), str(program))
    os.chmod(str(program), 0o755)
    library = shared_library(python)
    if library:
        shutil.copy(python.outside(library), str(folder / os.path.basename(library)))
    for file in os.listdir(str(folder)) if change else []:
        subprocess.run(change + [str(folder / file)], check=True)
    home = python.ask("sys.prefix")
    return ["env", "PYTHONHOME=" + home, "LD_LIBRARY_PATH=%s" % folder, str(program)]


@pytest.mark.no_root
@pytest.mark.parametrize("change", [None, ["strip"]], ids=["renamed", "stripped"])
def test_a_copy_of_the_interpreter(start, sonde, python, tmp_path, change):
    target = start(python, "stack_calls.py", command=copy(python, tmp_path, change))
    stack = target.stop()["stack"]
    assert os.path.basename(os.readlink("/proc/%d/exe" % target.pid)) == "app"
    assert sonde.stack(target.pid) == stack


@pytest.mark.no_root
def test_deleted_from_disk(start, sonde, python, tmp_path):
    target = start(python, "stack_calls.py", command=copy(python, tmp_path))
    stack = target.stop()["stack"]
    for file in os.listdir(str(tmp_path)):
        os.unlink(str(tmp_path / file))
    assert sonde.stack(target.pid) == stack


def test_replaced_on_disk(start, sonde, any_python, tmp_path):
    """As an upgrade does it: another file stands under the name."""
    target = start(any_python, "stack_calls.py", command=copy(any_python, tmp_path))
    stack = target.stop()["stack"]
    for file in os.listdir(str(tmp_path)):
        os.unlink(str(tmp_path / file))
        shutil.copy("/bin/true", str(tmp_path / file))
    assert sonde.stack(target.pid) == stack


@pytest.mark.no_root
def test_embedded(start, sonde, python, tmp_path):
    """A program of another name that runs a script through libpython."""
    flags = embed_flags(python)
    if not flags:
        pytest.skip("cannot be had: no headers or library of it")
    program = tmp_path / "host"
    subprocess.run(["gcc", "-w", "-o", str(program), os.path.join(TARGETS, "embed.c")] + flags,
                   check=True)
    target = start(python, "stack_calls.py",
                   command=["env", "PYTHONHOME=" + python.ask("sys.prefix"), str(program)])
    stack = target.stop()["stack"]
    assert os.path.basename(os.readlink("/proc/%d/exe" % target.pid)) == "host"
    assert sonde.stack(target.pid) == stack


def embed_flags(python):
    """What gcc needs to link against that interpreter; None when it is not there."""
    ask = "[__import__('sysconfig').get_config_var(v) or '' for v in %r]" % (
        ["INCLUDEPY", "LIBDIR", "LIBPL", "LDVERSION", "VERSION", "LIBS", "SYSLIBS", "LINKFORSHARED"],)
    include, libdir, libpl, ldversion, version, libs, syslibs, link = eval(python.ask(ask))
    if not os.path.exists(os.path.join(include, "Python.h")):
        return None
    name = "python" + (ldversion or version)
    for folder in (libdir, libpl):
        if any(os.path.exists(os.path.join(folder, "lib%s.%s" % (name, end))) for end in ("so", "a")):
            return ["-I" + include, "-L" + folder, "-Wl,-rpath," + folder, "-l" + name] + \
                (libs + " " + syslibs + " " + link).split() + ["-lm"]
    return None


def test_in_namespaces(start, sonde, python):
    """Another PID and mount namespace: the numbers are ours, the files theirs."""
    wrapper = ["unshare", "--pid", "--mount", "--fork", "--mount-proc"]
    if subprocess.call(wrapper + ["true"], stderr=subprocess.DEVNULL):
        pytest.skip("this kernel lets us make no PID namespace")
    target = start(python, "stack_calls.py", wrapper=wrapper + ["--kill-child"])
    facts = target.facts()
    assert facts["pid"] != target.pid and facts["pid"] < 10
    with open("/proc/%d/task/%d/children" % (target.pid, target.pid)) as f:
        (pid,) = [int(word) for word in f.read().split()]
    wait_for(lambda: reads_stdin(pid, pid), "the target in its read")
    dump = sonde.dump(pid)
    (thread,) = dump["threads"]
    assert (dump["pid"], thread["os_thread_id"]) == (pid, pid)
    assert sonde.stack(pid) == facts["stack"]
    stacks, _ = sonde.record_until(lambda seen, _: seen, pid, "-i", "-t")
    assert {frames[0] for frames in stacks} == {"thread (%d): MainThread" % pid}
