/*
 * choice.c - names and defaults of what is shown.
 */
#include "ui/choice.h"

#include "base/clock.h"

const char *const by_names[BY_COUNT] = { "function", "line", "file", "thread", "process", "tree" };
const char *const column_names[COLUMN_COUNT] = {
	"own", "total", "own-time", "total-time", "state", "name",
};
const char *const mode_names[3] = { "wall", "cpu", "gil" };

void choice_init(struct choice *choice)
{
	*choice = (struct choice) {
		.window_ns = 5 * (uint64_t)CLOCK_SECOND_NS,
		.thread = CHOICE_ANY,
		.process = CHOICE_ANY,
	};
}

bool choice_passes(const struct choice *choice, uint8_t state, uint8_t flags)
{
	switch (choice->mode) {
	case REPORT_GIL:
		return flags & SAMPLE_HOLDS_GIL;
	case REPORT_CPU:
		return state == SAMPLE_RUNNING;
	default:
		return choice->idle || state == SAMPLE_RUNNING;
	}
}

void choice_fit_sort(struct choice *choice)
{
	if (choice->by == BY_TREE && choice->sort == COLUMN_OWN)
		choice->sort = COLUMN_TOTAL;
	else if (choice->by != BY_TREE && choice->sort == COLUMN_TOTAL)
		choice->sort = COLUMN_OWN;
}
