/*
 * choice.h - what of the model is shown, and in which order.
 */
#ifndef UI_CHOICE_H
#define UI_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

#include "profile/report.h"

/* What a row is. */
enum by {
	BY_FUNCTION,
	BY_LINE,
	BY_FILE,
	BY_THREAD,
	BY_PROCESS,
	BY_TREE, /* a call: a function with all that called it */
	BY_COUNT
};

enum column {
	COLUMN_OWN,      /* share of the window in the function itself */
	COLUMN_TOTAL,    /* and in all that it called */
	COLUMN_OWN_TIME, /* the same as time since the start */
	COLUMN_TOTAL_TIME,
	COLUMN_STATE,
	COLUMN_NAME,
	COLUMN_COUNT
};

enum { CHOICE_FILTER_SIZE = 128, CHOICE_ANY = UINT32_MAX };

struct choice {
	enum by by;
	enum column sort;
	bool reverse; /* the other way round than usual: numbers rise, names fall */
	enum report_mode mode;
	bool idle; /* wall: waiting threads too */
	bool mine; /* only functions of the program itself */
	uint64_t window_ns;
	char filter[CHOICE_FILTER_SIZE]; /* extended regular expression; "" for all rows */
	uint32_t thread, process;        /* of the dictionary: only that one; or CHOICE_ANY */
};

void choice_init(struct choice *choice);

/* In a tree it is the total that leads to where the time goes: sorting by own becomes that, and
 * back elsewhere. */
void choice_fit_sort(struct choice *choice);

extern const char *const by_names[BY_COUNT];         /* as --by takes them */
extern const char *const column_names[COLUMN_COUNT]; /* as --sort takes them */
extern const char *const mode_names[3];              /* of enum report_mode */

/* Whether a sample in that state is shown. */
bool choice_passes(const struct choice *choice, uint8_t state, uint8_t flags);

#endif
