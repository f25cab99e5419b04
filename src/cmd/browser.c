/*
 * browser.c - $BROWSER as other programs know it ("firefox:chromium --new-window %s"), or xdg-open.
 */
#include "browser.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"

enum { WORDS_MAX = 32 /* of a command; nobody has as many */ };

/* Word with %s replaced; malloc'ed, NULL when there is no memory. */
static char *fill_in(const char *word, const char *url, bool *has_url)
{
	const char *mark = strstr(word, "%s");
	struct text text = { 0 };

	if (!mark)
		return strdup(word);
	*has_url = true;
	text_add_bytes(&text, word, (size_t)(mark - word));
	text_add(&text, url);
	text_add(&text, mark + 2);
	return text_take(&text);
}

/* Silent, a session of its own, with the signals that we have blocked. */
static bool start(char *const *argv)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none;
	bool started;
	pid_t pid;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&how);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&how, &none);
	for (int fd = 0; fd <= 2; fd++)
		posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
	started = !posix_spawnp(&pid, argv[0], &files, &how, argv, environ);
	posix_spawnattr_destroy(&how);
	posix_spawn_file_actions_destroy(&files);
	return started;
}

/* One command of $BROWSER. */
static bool start_command(char *command, const char *url)
{
	char *argv[WORDS_MAX + 2] = { NULL }, *rest = NULL;
	bool has_url = false, started = false;
	size_t count = 0;

	for (char *word = strtok_r(command, " ", &rest); word && count < WORDS_MAX;
	     word = strtok_r(NULL, " ", &rest))
		if (!(argv[count++] = fill_in(word, url, &has_url)))
			break;
	if (count && argv[count - 1]) {
		if (!has_url)
			argv[count] = strdup(url);
		started = (has_url || argv[count]) && start(argv);
	}
	for (size_t i = 0; i <= count; i++)
		free(argv[i]);
	return started;
}

bool browser_open(const char *url)
{
	const char *wanted = getenv("BROWSER"), *display = getenv("DISPLAY");
	const char *wayland = getenv("WAYLAND_DISPLAY");
	CLEANUP(freep)
	char *commands = NULL;
	char *rest = NULL;

	if (wanted && *wanted) {
		commands = strdup(wanted);
		if (!commands)
			return false;
		for (char *one = strtok_r(commands, ":", &rest); one;
		     one = strtok_r(NULL, ":", &rest))
			if (start_command(one, url))
				return true;
		return false;
	}
	if (!(display && *display) && !(wayland && *wayland))
		return false;
	commands = strdup("xdg-open");
	return commands && start_command(commands, url);
}
