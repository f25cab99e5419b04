/*
 * error.c - errors as objects: the static kinds, and those with a sentence.
 */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct error error_nomem = { .kind = ERROR_NOMEM, .errnum = ENOMEM };
struct error error_gone = { .kind = ERROR_GONE, .errnum = ESRCH };
struct error error_fault = { .kind = ERROR_FAULT, .errnum = EFAULT };
struct error error_torn = { .kind = ERROR_TORN };

static struct error *error_take(enum error_kind kind, int errnum, char *message)
{
	struct error *err = message ? malloc(sizeof(*err)) : NULL;

	if (!err) {
		free(message);
		return &error_nomem;
	}
	*err = (struct error) { kind, true, errnum, message };
	return err;
}

struct error *error_create(enum error_kind kind, const char *format, ...)
{
	va_list args;
	char *message = NULL;

	va_start(args, format);
	if (vasprintf(&message, format, args) < 0)
		message = NULL;
	va_end(args);
	return error_take(kind, 0, message);
}

static enum error_kind kind_of_errno(int errnum)
{
	switch (errnum) {
	case ESRCH:
		return ERROR_GONE;
	case EPERM:
	case EACCES:
		return ERROR_PERMISSION;
	case ENOMEM:
		return ERROR_NOMEM;
	default:
		return ERROR_OS;
	}
}

struct error *error_os(int errnum, const char *format, ...)
{
	va_list args;
	char *what = NULL, *message = NULL;

	va_start(args, format);
	if (vasprintf(&what, format, args) < 0)
		what = NULL;
	va_end(args);
	if (what && asprintf(&message, "%s: %s", what, strerror(errnum)) < 0)
		message = NULL;
	free(what);
	return error_take(kind_of_errno(errnum), errnum, message);
}

struct error *error_prefix(struct error *err, const char *format, ...)
{
	va_list args;
	char *what = NULL, *message = NULL;
	enum error_kind kind = err->kind;
	int errnum = err->errnum;

	va_start(args, format);
	if (vasprintf(&what, format, args) < 0)
		what = NULL;
	va_end(args);
	if (what && asprintf(&message, "%s: %s", what, error_message(err)) < 0)
		message = NULL;
	free(what);
	error_destroy(err);
	return error_take(kind, errnum, message);
}

bool error_catch(struct error **err, enum error_kind kind)
{
	if (!*err || (*err)->kind != kind)
		return false;
	error_destroy(*err);
	*err = NULL;
	return true;
}

const char *error_message(const struct error *err)
{
	static const char *const meanings[] = {
#define X(kind, meaning) [ERROR_##kind] = (meaning),
		ERROR_KINDS(X)
#undef X
	};

	return err->message ? err->message : meanings[err->kind];
}

void error_destroy(struct error *err)
{
	if (err && err->needs_destroy) {
		free(err->message);
		free(err);
	}
}

void error_destroyp(struct error **err)
{
	error_destroy(*err);
}
