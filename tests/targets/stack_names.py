# -*- coding: utf-8 -*-
"""Names in every width of str, names too long, names with the separators of the outputs."""
import sys

from target import ready, wait

SOURCE = u"""
def {name}(rest):
    return call(rest)
"""
NAMES = [
    u"caf\u00e9",  # latin-1
    u"\u0444\u0443\u043d\u043a\u0446\u0438\u044f",  # 2 bytes a character
    u"\U00020000\u4e2d",  # 4 bytes
    u"a" * 5000,
    u"\u00e9" * 3000,
]
FILES = [u"latin\u00e9.py", u"\u0444\u0430\u0439\u043b.py", u"smile\U0001f600.py", u"semi;colon.py",
         u"/long/" + u"directory/" * 400 + u"file.py"]


def call(rest):
    if not rest:
        ready(); wait()
        return
    name, file = rest[0]
    scope = {"call": call}
    exec(compile(SOURCE.format(name=name), file, "exec"), scope)
    (function,) = [v for k, v in scope.items() if k not in ("call", "__builtins__")]
    function(rest[1:])


if sys.version_info < (3,):
    NAMES = ["plain", "b" * 5000]
    FILES = [f.encode("utf-8") for f in FILES]
call([(name, file) for name in NAMES for file in FILES])
