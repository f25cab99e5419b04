/*
 * top_screen.c - events of the terminal, wishes of the view.
 */
#include "top_screen.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "signals.h"
#include "terminal.h"
#include "ui/screen.h"
#include "ui/view.h"

enum {
	WAIT_MS = 100,    /* for a key, between two looks at signals */
	EVENTS_MAX = 200, /* at one step: who holds a key down does not keep us from looking */
};

struct top_screen {
	struct live *live;
	struct screen *screen;
	struct grid grid;
	top_save *save;
	void *context;
};

bool top_screen_is_possible(void)
{
	const char *term = getenv("TERM");

	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && term && *term &&
	       strcmp(term, "dumb") != 0;
}

static struct error *draw(struct top_screen *screen)
{
	struct error *err = live_update(screen->live);

	if (err)
		return err;
	view_draw(screen->live, &screen->grid);
	screen_show(screen->screen, &screen->grid);
	return NULL;
}

static struct error *resize(struct top_screen *screen)
{
	grid_deinit(&screen->grid);
	screen_forget(screen->screen);
	return screen_grid(screen->screen, &screen->grid);
}

struct error *top_screen_create(struct live *live, top_save *save, void *context,
				struct top_screen **ret)
{
	struct top_screen *screen = calloc(1, sizeof(*screen));
	struct error *err;

	if (!screen)
		return &error_nomem;
	*screen = (struct top_screen) { .live = live, .save = save, .context = context };
	err = screen_create(terminal_wants_colour(STDOUT_FILENO), &screen->screen);
	if (!err)
		err = screen_grid(screen->screen, &screen->grid);
	if (err) {
		top_screen_destroy(screen);
		return err;
	}
	*ret = screen;
	return NULL;
}

void top_screen_destroy(struct top_screen *screen)
{
	if (!screen)
		return;
	screen_destroy(screen->screen);
	grid_deinit(&screen->grid);
	free(screen);
}

static void save(struct top_screen *screen)
{
	CLEANUP(freep)
	char *path = NULL;
	CLEANUP(error_destroyp)
	struct error *err = screen->save(screen->context, &path);

	if (err) {
		live_say(screen->live, true, "%s", error_message(err));
	} else {
		live_say(screen->live, false, "saved %s", path);
		screen->live->was_saved = true;
	}
}

/* Stopped with the terminal as it was, and back again. */
static struct error *suspend(struct top_screen *screen, bool all)
{
	screen_leave(screen->screen);
	signals_stop_here(all);
	screen_return(screen->screen);
	return resize(screen);
}

static struct error *do_wish(struct top_screen *screen, enum live_wish wish)
{
	switch (wish) {
	case LIVE_QUIT:
		signals_stop = 1;
		return NULL;
	case LIVE_SAVE:
		save(screen);
		return NULL;
	case LIVE_REDRAW:
		screen_forget(screen->screen);
		return NULL;
	case LIVE_SUSPEND:
		return suspend(screen, true);
	default:
		return NULL;
	}
}

static struct error *do_event(struct top_screen *screen, const struct screen_event *event)
{
	const struct grid *grid = &screen->grid;
	struct error *err = NULL;

	switch (event->kind) {
	case SCREEN_RESIZE:
		return resize(screen);
	case SCREEN_KEY:
		return do_wish(screen, live_key(screen->live, event->key));
	case SCREEN_CLICK:
		if (event->row < 0 || event->row >= grid->rows || event->col < 0 ||
		    event->col >= grid->cols)
			return NULL;
		return do_wish(screen, live_click(screen->live,
						  grid_cell(grid, event->row, event->col)->hit,
						  event->twice));
	default:
		return err;
	}
}

/* All that came, waiting for the first so long; draws where that changed anything. */
static struct error *step(struct top_screen *screen, bool due, int wait_ms)
{
	struct error *err = NULL;

	if (signals_suspend) {
		signals_suspend = 0;
		err = suspend(screen, false);
		due = true;
	}
	for (int i = 0; !err && i < EVENTS_MAX && !signals_stop; i++) {
		struct screen_event event = screen_read(screen->screen, i ? 0 : wait_ms);

		if (event.kind == SCREEN_NOTHING)
			break;
		err = do_event(screen, &event);
		if (!err) /* the next key goes by what this one made */
			err = live_update(screen->live);
		due = true;
	}
	return err || !due ? err : draw(screen);
}

struct error *top_screen_step(struct top_screen *screen, bool due)
{
	return step(screen, due, 0);
}

struct error *top_screen_stay(struct top_screen *screen)
{
	struct error *err = NULL;

	if (!*screen->live->message)
		live_say(screen->live, false, "it has ended: w saves what was seen, q quits");
	err = draw(screen);
	while (!err && !signals_stop) {
		uint64_t now_ns = clock_now_ns();

		err = step(screen, false, WAIT_MS);
		/* where nothing can be read at all, nothing waits above */
		clock_sleep_until(now_ns + 5 * CLOCK_MS_NS);
	}
	return err;
}
