"""sonde record -- COMMAND: the command keeps its terminal, its end is ours."""
import os
import shlex

import pytest

from support import folded, functions

ROUNDS = 1000  # longer than any machine is busy with something else


def launch(sonde, tmp_path, *command, **options):
    out = tmp_path / "out.folded"
    run = sonde.run("record", "-o", out, "--", *command, **options)
    return run, folded(out.read_text()) if out.exists() else None


@pytest.mark.parametrize("status", [0, 3])
def test_status_of_the_command(sonde, python, tmp_path, status):
    run, stacks = launch(sonde, tmp_path, *(python.command + [python.target("spin.py"), ROUNDS,
                                                              status]))
    assert run.status == status, run
    assert '"stack"' in run.out
    assert "hot" in functions(stacks), run


def test_a_command_killed_by_a_signal(sonde, any_python, tmp_path):
    run, _ = launch(sonde, tmp_path, any_python.path, "-c",
                    "import os; os.kill(os.getpid(), 9)")
    assert run.status == 128 + 9, run


def shell(python, tail):
    return " ".join(shlex.quote(part) for part in python.command) + " " + \
        shlex.quote(python.target("spin.py")) + " %d 4 %s" % (ROUNDS, tail)


def test_a_shell_that_becomes_python(sonde, python, tmp_path):
    run, stacks = launch(sonde, tmp_path, "sh", "-c", "exec " + shell(python, ""))
    assert run.status == 4, run
    assert "hot" in functions(stacks)


def test_a_wrapper_with_python_as_its_child(sonde, python, tmp_path):
    run, stacks = launch(sonde, tmp_path, "sh", "-c", shell(python, "; exit $?"))
    assert run.status == 4, run
    assert "hot" in functions(stacks)


@pytest.mark.no_root
@pytest.mark.since(3, 6)
def test_a_venv(sonde, python, tmp_path):
    if python.ask("__import__('importlib.util').util.find_spec('venv') is not None") != "True":
        pytest.skip("cannot be had: this interpreter makes no venv here")
    venv = tmp_path / "venv"
    made = os.spawnv(os.P_WAIT, python.path, [python.path, "-m", "venv", "--without-pip", str(venv)])
    assert made == 0
    run, stacks = launch(sonde, tmp_path, venv / "bin" / "python", python.target("spin.py"), ROUNDS, 5)
    assert run.status == 5, run
    assert "hot" in functions(stacks)


def test_the_command_lives_on_after_the_recording(sonde, any_python, tmp_path):
    """The recording is over after its time; the command is waited for, not ended."""
    run, stacks = launch(sonde, tmp_path, any_python.path, any_python.target("spin.py"), 2000, 6)
    assert run.status == 6, run
    out = tmp_path / "short.folded"
    run = sonde.run("record", "-d", "100ms", "-o", out, "--", any_python.path,
                    any_python.target("spin.py"), 2000, 6)
    assert run.status == 6, run
    assert 0 < sum(folded(out.read_text()).values()) < sum(stacks.values())


def test_a_command_that_is_no_python(sonde, tmp_path):
    run, _ = launch(sonde, tmp_path, "sh", "-c", "exit 7")
    assert run.status == 7, run
    assert "ended before any Python was seen" in run.err


def test_a_command_that_is_not_there(sonde, tmp_path):
    run, _ = launch(sonde, tmp_path, "/does/not/exist")
    assert run.status == 1, run
    assert run.err == "sonde: cannot start '/does/not/exist': No such file or directory\n" or \
        "/does/not/exist" in run.err and run.err.count("\n") == 1


def test_the_commands_own_streams(sonde, any_python, tmp_path):
    code = "import sys; sys.stdout.write('out'); sys.stderr.write('err')"
    run, _ = launch(sonde, tmp_path, any_python.path, "-c", code)
    assert run.out == "out"
    assert run.err.startswith("err")
