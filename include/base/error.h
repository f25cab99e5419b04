/*
 * error.h - what went wrong, as an object.
 *
 * Every function that can fail returns struct error *; NULL is success. On the hot path the
 * error is one of the static kinds below (nothing allocated, nothing to free); on the cold path
 * it carries a sentence for a person: what failed, on what, and why. Only cmd/ prints.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

/* kind, what it means */
#define ERROR_KINDS(X)                                                                             \
	X(OTHER, "failed")                                                                         \
	X(NOMEM, "out of memory")                                                                  \
	X(OS, "a system call failed")                                                              \
	X(GONE, "the process is gone")                                                             \
	X(FAULT, "the memory of the process could not be read there")                              \
	X(TORN, "what was read does not fit together")                                             \
	X(USAGE, "wrong use")                                                                      \
	X(NOT_FOUND, "not found")                                                                  \
	X(NOT_PYTHON, "no Python interpreter in the process")                                      \
	X(NOT_READY, "its Python is still starting, or ending")                                    \
	X(PERMISSION, "not permitted")                                                             \
	X(UNSUPPORTED, "a Python that cannot be read")                                             \
	X(FORMAT, "a file that cannot be read")

enum error_kind {
#define X(kind, meaning) ERROR_##kind,
	ERROR_KINDS(X)
#undef X
};

struct error {
	enum error_kind kind;
	bool needs_destroy; /* false for the static kinds */
	int errnum;         /* errno behind it, 0 where there is none */
	char *message;      /* NULL for the static kinds: error_message() answers for all */
};

/* Static kinds: may be returned from anywhere, compared by address or kind, never freed. */
extern struct error error_nomem;
extern struct error error_gone;
extern struct error error_fault;
extern struct error error_torn;

/* A new error with a sentence. Owned by the caller; error_destroy() frees it. Never NULL. */
__attribute__((format(printf, 2, 3))) struct error *error_create(enum error_kind kind,
								 const char *format, ...);

/*
 * The same for a failed system call: ": " and strerror(errnum) are appended. The kind is
 * ERROR_GONE for ESRCH, ERROR_PERMISSION for EPERM and EACCES, ERROR_NOMEM for ENOMEM, else
 * ERROR_OS.
 */
__attribute__((format(printf, 2, 3))) struct error *error_os(int errnum, const char *format, ...);

/* Puts "text: " before the message of err (consumed), keeping its kind and errnum. */
__attribute__((format(printf, 2, 3))) struct error *error_prefix(struct error *err,
								 const char *format, ...);

/* True, and *err freed and set to NULL, when *err is of that kind. */
bool error_catch(struct error **err, enum error_kind kind);

/* The sentence; for static kinds their meaning. Borrowed from err. */
const char *error_message(const struct error *err);

/* Takes NULL and static kinds. */
void error_destroy(struct error *err);
void error_destroyp(struct error **err);

/* True when there was an error, which is consumed: for what can be done without. */
static inline bool error_catch_any(struct error *err)
{
	if (!err)
		return false;
	error_destroy(err);
	return true;
}

#endif
