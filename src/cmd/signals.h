/*
 * signals.h - INT, TERM and HUP end a recording, USR1 asks for a snapshot; what they do to other
 * commands that write files.
 *
 * The second of those that end leaves at once, as if it had never been caught.
 */
#ifndef CMD_SIGNALS_H
#define CMD_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

extern volatile sig_atomic_t signals_stop;     /* one that ends came */
extern volatile sig_atomic_t signals_snapshot; /* set to 0 by whoever writes it */

extern volatile sig_atomic_t signals_suspend; /* TSTP came, while a screen is kept */

void signals_catch(void);

/*
 * In addition, for who has taken the terminal: it must be given back whatever comes. The second
 * signal that ends does not leave at once, and TSTP waits for signals_stop_here().
 */
void signals_keep_screen(void);

/* Stops us as TSTP does, with `all` the whole process group; returns when we go on. */
void signals_stop_here(bool all);

/* What was recorded is written: TERM and HUP have nothing to wait for any more. */
void signals_release(void);

/*
 * For commands that only read and write files: INT, TERM and HUP end the program as ever, without
 * leaving half a file behind; a reader of our output that goes away does not take the other
 * outputs along.
 */
void signals_clean_up(void);

#endif
