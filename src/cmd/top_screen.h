/*
 * top_screen.h - the live view on a terminal: keys go in, the screen comes out, what only we can do
 * (save, stop ourselves) is done.
 */
#ifndef CMD_TOP_SCREEN_H
#define CMD_TOP_SCREEN_H

#include "ui/live.h"

struct top_screen;

/* Saves what was seen; *path is its name, malloc'ed. */
typedef struct error *top_save(void *context, char **path);

/* Whether our standard streams are a terminal that a screen can be shown on. */
bool top_screen_is_possible(void);

/* Takes the terminal. live and context are borrowed. */
__attribute__((warn_unused_result)) struct error *
top_screen_create(struct live *live, top_save *save, void *context, struct top_screen **ret);
void top_screen_destroy(struct top_screen *screen); /* gives it back */

/*
 * Does what keys say that were pressed meanwhile, and draws when they changed something, or with
 * `due`. Whoever quits sets signals_stop.
 */
__attribute__((warn_unused_result)) struct error *top_screen_step(struct top_screen *screen,
								  bool due);

/* Nothing new will come: until somebody quits, or a signal says so. */
__attribute__((warn_unused_result)) struct error *top_screen_stay(struct top_screen *screen);

#endif
