"""A terminal in tmux: a program runs in it, keys go in, what stands on the screen comes out."""
import os
import subprocess

from support import environment, wait_for


class Terminal(object):
    """A tmux server of its own with one window, in which a shell script runs."""

    def __init__(self, folder, script, columns=80, rows=24, **variables):
        self.folder = folder
        self.socket = str(folder / "tmux")
        (folder / "script").write_text(script)
        env = environment()
        for name, value in variables.items():
            env.pop(name, None)
            if value is not None:
                env[name] = value
        for name in ("TMUX", "TMUX_PANE"):
            env.pop(name, None)
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", columns, "-y", rows, "-c", folder,
                   "exec bash --norc %s" % (folder / "script"), ";", "set", "-g", "status", "off",
                   ";", "set", "-g", "remain-on-exit", "on", env=env)

    def _tmux(self, *arguments, **options):
        # -u: what is no ASCII is shown, whatever the locale of the program
        ran = subprocess.run(["tmux", "-u", "-S", self.socket] + [str(a) for a in arguments],
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, timeout=60, **options)
        assert ran.returncode == 0, ran
        return ran.stdout.decode()

    def screen(self, *options):
        return self._tmux("capture-pane", "-p", *options)

    def see(self, *texts):
        """The screen, once all of these stand on it."""
        seen = [""]

        def look():
            seen[0] = self.screen()
            return all(text in seen[0] for text in texts)
        try:
            wait_for(look, "%r on the screen" % (texts,))
        except AssertionError:
            raise AssertionError("%r never stood on the screen:\n%s" % (texts, seen[0]))
        return seen[0]

    def see_gone(self, *texts):
        """The screen, once none of these stands on it."""
        wait_for(lambda: not any(text in self.screen() for text in texts),
                 "the end of %r:\n%s" % (texts, self.screen()))
        return self.screen()

    def press(self, *keys):
        """Names of tmux (Enter, C-z), or characters."""
        self._tmux("send-keys", *keys)

    def type(self, text):
        self._tmux("send-keys", "-l", text)

    def click(self, column, row):
        """The left button, as a terminal of the kind that tmux is says it; from 0."""
        for button in (0, 3):
            self._tmux("send-keys", "-H", "1b", "5b", "4d", "%x" % (32 + button),
                       "%x" % (33 + column), "%x" % (33 + row))

    def resize(self, columns, rows):
        self._tmux("resize-window", "-x", columns, "-y", rows)

    def file(self, name):
        """What is in a file that the script writes, once there is something in it."""
        path = os.path.join(str(self.folder), name)
        wait_for(lambda: os.path.exists(path) and os.path.getsize(path), path)
        with open(path) as f:
            return f.read()

    def end(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
