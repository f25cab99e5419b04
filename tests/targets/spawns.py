"""Has a child that is no Python, and starts others, which end at once, all the time."""
import subprocess
import sys

from target import ready

stays = subprocess.Popen(["cat"])
ready()
while True:
    subprocess.call(["true"])
