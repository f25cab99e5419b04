/*
 * browser.h - the browser of whoever sits in front of this machine.
 */
#ifndef CMD_BROWSER_H
#define CMD_BROWSER_H

#include <stdbool.h>

/*
 * Starts it with the address: the first of $BROWSER (with %s where the address goes, else behind
 * it), else xdg-open where there is a display. It goes on when we end. Whether one could be
 * started.
 */
bool browser_open(const char *url);

#endif
