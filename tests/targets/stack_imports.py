"""While a module is being imported: the importer's own frames, frozen ones among them."""
import os
import shutil
import sys
import tempfile

folder = tempfile.mkdtemp()
try:
    os.mkdir(os.path.join(folder, "package"))
    with open(os.path.join(folder, "package", "__init__.py"), "w") as f:
        f.write("from package import module\n")
    with open(os.path.join(folder, "package", "module.py"), "w") as f:
        f.write("from target import ready, wait\n\nclass C(object):\n    ready(); wait()\n")
    sys.path.insert(0, folder)
    import package  # noqa: F401
finally:
    shutil.rmtree(folder)
