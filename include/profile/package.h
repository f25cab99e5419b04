/*
 * package.h - to whom a function belongs, by the path of its file.
 *
 * What the filters (--mine, --include), the colours of the pictures and the summaries go by.
 */
#ifndef PROFILE_PACKAGE_H
#define PROFILE_PACKAGE_H

#include "profile/profile.h"

enum package_origin {
	PACKAGE_NONE,      /* no function: a root frame, <torn> */
	PACKAGE_MINE,      /* none of the next two: the program itself */
	PACKAGE_INSTALLED, /* below site-packages or dist-packages */
	PACKAGE_STDLIB,    /* below lib/pythonX.Y, or frozen into the interpreter */
};

enum { PACKAGE_NAME_SIZE = 64 /* with its NUL; a longer name is cut between characters */ };

struct package {
	enum package_origin origin;
	/*
	 * The top-level module or package: "requests", "app"; "<stdlib>"; "<string>" and the like
	 * for code without a file; "" where nothing is known. UTF-8, may hold any character.
	 */
	char name[PACKAGE_NAME_SIZE];
};

/* Looks at kind, path and (for the top of a package) file. No look at the file system. */
struct package package_of(const struct func *func);

/* Whether it is a function of the program itself: neither standard library nor installed. */
static inline bool package_is_mine(const struct func *func)
{
	return package_of(func).origin == PACKAGE_MINE;
}

#endif
