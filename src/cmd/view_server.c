/*
 * view_server.c - libmicrohttpd, told to say as little as possible to as few as possible.
 */
#include "view_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	SECRET_BYTES = 16, /* nobody guesses 128 bits */
	SECRET_CHARS = 2 * SECRET_BYTES,
	CONNECTIONS_MAX = 32, /* a browser opens six */
	IDLE_SECONDS = 60,
	BACKLOG = 16,
	HTTP_PORT = 80,
};

struct view_server {
	struct MHD_Daemon *daemon;
	const struct view_page *pages;
	size_t page_count;
	uint16_t port;
	char secret[SECRET_CHARS + 1], launch[SECRET_CHARS + 1];
	atomic_bool launched;
	char url[96], launch_url[96];
};

static struct error *make_secret(char *ret)
{
	unsigned char bytes[SECRET_BYTES];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return error_os(errno, "cannot get random bytes");
	for (size_t i = 0; i < sizeof(bytes); i++)
		sprintf(ret + 2 * i, "%02x", bytes[i]);
	return NULL;
}

/* Takes as long whatever differs. */
static bool is_secret(const char *secret, const char *chars)
{
	unsigned char different = 0;

	if (strnlen(chars, SECRET_CHARS) < SECRET_CHARS)
		return false;
	for (int i = 0; i < SECRET_CHARS; i++)
		different |= (unsigned char)(secret[i] ^ chars[i]);
	return !different;
}

/* Asked for as what we are, not by a name that somebody made to point here. */
static bool is_our_name(const struct view_server *server, const char *host)
{
	static const char *const names[] = { "127.0.0.1", "localhost" };
	char expected[32];

	for (int i = 0; host && i < 2; i++) {
		snprintf(expected, sizeof(expected), "%s:%u", names[i], server->port);
		if (!strcasecmp(host, expected) ||
		    (server->port == HTTP_PORT && !strcasecmp(host, names[i])))
			return true;
	}
	return false;
}

static enum MHD_Result send_response(struct MHD_Connection *connection, unsigned int status,
				     struct MHD_Response *response)
{
	static const char *const headers[][2] = {
		{ "Cache-Control", "no-store" },
		{ "X-Content-Type-Options", "nosniff" },
		{ "Referrer-Policy", "no-referrer" },
		{ "Content-Security-Policy", "frame-ancestors 'none'" },
		{ "Cross-Origin-Resource-Policy", "same-origin" },
		{ "Cross-Origin-Opener-Policy", "same-origin" },
	};
	enum MHD_Result sent;

	if (!response)
		return MHD_NO;
	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++)
		MHD_add_response_header(response, headers[i][0], headers[i][1]);
	sent = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return sent;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned int status,
			      const char *why)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
		strlen(why), (void *)(uintptr_t)why, MHD_RESPMEM_PERSISTENT);

	if (response) {
		MHD_add_response_header(response, "Content-Type", "text/plain; charset=utf-8");
		if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
			MHD_add_response_header(response, "Allow", "GET, HEAD");
	}
	return send_response(connection, status, response);
}

static enum MHD_Result lead(const struct view_server *server, struct MHD_Connection *connection)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);

	if (response)
		MHD_add_response_header(response, "Location", server->url);
	return send_response(connection, MHD_HTTP_FOUND, response);
}

static enum MHD_Result send_page(const struct view_page *page, struct MHD_Connection *connection)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(page->length, page->bytes, MHD_RESPMEM_PERSISTENT);

	if (response)
		MHD_add_response_header(response, "Content-Type", "text/html; charset=utf-8");
	return send_response(connection, MHD_HTTP_OK, response);
}

/* The page of "/SECRET/NUMBER"; NULL when there is none. */
static const struct view_page *find_page(const struct view_server *server, const char *url)
{
	unsigned long number = 0;
	const char *p;
	char *end;

	if (*url != '/' || !is_secret(server->secret, url + 1) || url[1 + SECRET_CHARS] != '/')
		return NULL;
	p = url + 1 + SECRET_CHARS + 1;
	if (*p) {
		if (*p < '1' || *p > '9')
			return NULL;
		errno = 0;
		number = strtoul(p, &end, 10);
		if (errno || *end)
			return NULL;
	}
	return number < server->page_count ? &server->pages[number] : NULL;
}

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *upload,
			      size_t *upload_length, void **state)
{
	struct view_server *server = context;
	const struct view_page *page;

	(void)version;
	(void)upload;
	(void)upload_length;
	(void)state;
	if (!is_our_name(server, MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host")))
		return refuse(connection, MHD_HTTP_FORBIDDEN, "not by this name\n");
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "there is only GET\n");
	if (*url == '/' && is_secret(server->launch, url + 1) && !url[1 + SECRET_CHARS] &&
	    !atomic_exchange(&server->launched, true))
		return lead(server, connection);
	page = find_page(server, url);
	if (!page)
		return refuse(connection, MHD_HTTP_NOT_FOUND, "there is no such page\n");
	return send_page(page, connection);
}

/* A socket that listens; *port becomes the real one. */
static struct error *listen_on(uint16_t *port, int *ret)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons(*port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	const int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct error *err;

	if (fd < 0)
		return error_os(errno, "cannot make a socket");
	if (*port)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, BACKLOG) ||
	    getsockname(fd, (struct sockaddr *)&address, &length)) {
		err = error_os(errno, "cannot listen on 127.0.0.1, port %u", *port);
		close(fd);
		return err;
	}
	*port = ntohs(address.sin_port);
	*ret = fd;
	return NULL;
}

struct error *view_server_create(const struct view_page *pages, size_t count, uint16_t port,
				 struct view_server **ret)
{
	struct view_server *server = calloc(1, sizeof(*server));
	struct error *err;
	int fd = -1;

	if (!server)
		return &error_nomem;
	server->pages = pages;
	server->page_count = count;
	err = make_secret(server->secret);
	if (!err)
		err = make_secret(server->launch);
	if (!err)
		err = listen_on(&port, &fd);
	if (err) {
		free(server);
		return err;
	}
	server->port = port;
	snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%u/%s/", port, server->secret);
	snprintf(server->launch_url, sizeof(server->launch_url), "http://127.0.0.1:%u/%s", port,
		 server->launch);
	server->daemon = MHD_start_daemon(
		MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, answer, server,
		MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned int)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned int)IDLE_SECONDS, MHD_OPTION_END);
	if (!server->daemon) {
		close(fd);
		free(server);
		return error_create(ERROR_OTHER, "cannot start to serve pages");
	}
	*ret = server;
	return NULL;
}

void view_server_destroy(struct view_server *server)
{
	if (!server)
		return;
	MHD_stop_daemon(server->daemon);
	free(server);
}

const char *view_server_url(const struct view_server *server)
{
	return server->url;
}

const char *view_server_launch_url(const struct view_server *server)
{
	return server->launch_url;
}
