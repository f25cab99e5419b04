"""The line where a frame stands: expressions over several lines, handlers, decorators, code made
by exec with a file name of its own."""
import contextlib

from target import ready, wait


def stop(*_):
    ready(); wait()
    return stop


def over_lines(
    a,
    b=None,
):
    stop(
        a,
        stop(
            b
        ),
        [
            stop(c)
            for c in (1,)
        ],
    )
    return (a
            + len([
                stop(1),
                2,
            ]))


def handlers():
    try:
        stop()
        raise KeyError(
            stop() and 1
        )
    except (
        KeyError,
        stop() and ValueError,
    ):
        stop()
    finally:
        stop()
    try:
        return stop()
    finally:
        stop()


@contextlib.contextmanager
def managed():
    stop()
    try:
        yield
    finally:
        stop()


def blocks():
    with managed():
        stop()
    while True:
        if stop():
            break
    for _ in [
        stop(),
    ]:
        continue
    else:
        stop()
    assert stop(), "never"
    x = {
        "a": stop(),
        "b": stop(),
    }; stop(); return x


def decorator(argument):
    def decorate(function):
        stop()

        def wrapped(*args):
            return function(*args)
        return wrapped
    return decorate


@decorator(1)
@decorator(
    stop()
)
def decorated(n):
    return (lambda:
            stop(n))()


class Body(object):
    stop()
    attribute = [
        stop(),
    ]

    class Nested(object):
        value = stop()

    def method(self, default=stop()):
        return default


def far():
    exec(compile("\n" * 299 + "def made(f):\n" + "\n" * 299 + "    return f()\n"
                 "x = 1\n" + "\n" * 70000 + "made(stop)\n", "a file; of its own.py", "exec"),
         {"stop": stop, "__name__": "made"})


over_lines(1)
handlers()
blocks()
decorated(1)
far()
(stop(), 1)[0] if stop() else None
