/*
 * screen.h - a terminal that shows a grid and reads keys. The only part that knows ncurses.
 */
#ifndef UI_SCREEN_H
#define UI_SCREEN_H

#include <stdbool.h>

#include "base/error.h"
#include "ui/grid.h"

struct screen;

/*
 * Takes the terminal of our standard streams over. ERROR_OS for one that cannot show a screen.
 * colour: false for none at all. Destroying gives it back as it was.
 */
__attribute__((warn_unused_result)) struct error *screen_create(bool colour, struct screen **ret);
void screen_destroy(struct screen *screen);

/* An empty grid of the size that the terminal has now. &error_nomem. */
__attribute__((warn_unused_result)) struct error *screen_grid(struct screen *screen,
							      struct grid *ret);

void screen_show(struct screen *screen, const struct grid *grid);

/* Everything is drawn anew by the next screen_show(). */
void screen_forget(struct screen *screen);

enum screen_event_kind {
	SCREEN_NOTHING, /* none came in that time */
	SCREEN_KEY,
	SCREEN_CLICK,
	SCREEN_RESIZE,
};

struct screen_event {
	enum screen_event_kind kind;
	unsigned int key; /* a code point, or enum live_key */
	int row, col;     /* of a click */
	bool twice;       /* it is the second at that place, soon after the first */
};

/* The next event; waits for it so long, 0 for not at all. */
struct screen_event screen_read(struct screen *screen, int wait_ms);

/* Gives the terminal back, and takes it again. */
void screen_leave(struct screen *screen);
void screen_return(struct screen *screen);

#endif
