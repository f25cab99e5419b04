/*
 * view_server.h - pages for a browser on this machine, and for nobody else.
 *
 * It listens on 127.0.0.1 only. The address has a part that cannot be guessed, and requests that
 * come by another name than this address (from a page of somebody else whose name was made to
 * point here) are refused.
 */
#ifndef CMD_VIEW_SERVER_H
#define CMD_VIEW_SERVER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct view_page {
	char *bytes; /* HTML */
	size_t length;
};

struct view_server;

/*
 * Serves pages (borrowed): the first at view_server_url(), page i at "i" behind that. port 0: any
 * that is free. Signals that the caller has blocked stay blocked in its thread. ERROR_OS,
 * ERROR_PERMISSION.
 */
__attribute__((warn_unused_result)) struct error *view_server_create(const struct view_page *pages,
								     size_t count, uint16_t port,
								     struct view_server **ret);
void view_server_destroy(struct view_server *server);

/* Where the first page is. */
const char *view_server_url(const struct view_server *server);

/*
 * For the command line of a browser, which everybody on the machine can read: leads there once, and
 * nowhere later.
 */
const char *view_server_launch_url(const struct view_server *server);

#endif
