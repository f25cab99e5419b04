/*
 * profiles.c - profiles made by hand.
 */
#include "support/profiles.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static uint32_t child(struct profile *profile, uint32_t node, const struct frame_given *given)
{
	uint32_t frame;

	cr_assert_null(
		profile_frame(profile, given->kind, given->name, given->file, given->line, &frame));
	cr_assert_null(profile_child(profile, node, frame, &node));
	return node;
}

void profile_count(struct profile *profile, const struct frame_given *stack, uint64_t count)
{
	uint32_t node = 0;

	for (; stack->name; stack++)
		node = child(profile, node, stack);
	profile_add(profile, node, count);
}

void profile_count_deep(struct profile *profile, uint32_t depth, uint64_t count)
{
	struct frame_given given = PY(NULL, "deep.py", 1);
	uint32_t node = 0, i;
	char name[32];

	for (i = 0; i < depth; i++) {
		snprintf(name, sizeof(name), "f%u", i);
		given.name = name;
		node = child(profile, node, &given);
	}
	profile_add(profile, node, count);
}

void profile_ordinary(struct profile *profile)
{
	const struct frame_given process = { FRAME_PROCESS, "process 7:\"python3 app.py\"", "", 0 };
	const struct frame_given main = { FRAME_THREAD, "thread (7): MainThread", "", 0 };
	const struct frame_given worker = { FRAME_THREAD, "thread (9)", "", 0 };

	COUNT(profile, 30, process, main, PY("<module>", "app.py", 40), PY("main", "app.py", 31));
	COUNT(profile, 12, process, main, PY("<module>", "app.py", 40), PY("main", "app.py", 33),
	      PY("Parser.parse", "parse/core.py", 7));
	COUNT(profile, 5, process, main, PY("<module>", "app.py", 40), PY("main", "app.py", 33),
	      PY("Parser.parse", "parse/core.py", 9), PY("Parser.parse", "parse/core.py", 9),
	      PY("Parser.parse", "parse/core.py", 7));
	COUNT(profile, 2, process, main, PY("<module>", "app.py", 40), MARK("<torn>"));
	COUNT(profile, 1, process, worker, PY("run", "threading.py", 0), PY("wait", "", 0));
}

void profile_hostile(struct profile *profile)
{
	CLEANUP(freep)
	char *longest = malloc(5001);

	memset(longest, 'x', 5000);
	longest[5000] = '\0';
	COUNT(profile, 1, PY("semi;colon", "a;b.py", 1), PY("new\nline", "tab\there.py", 2));
	COUNT(profile, 2, PY("semi:colon", "a:b.py", 1), PY("new line", "tab here.py", 2));
	COUNT(profile, 3, PY("\"quoted\" 'twice' \\", "C:\\a.py", 3));
	COUNT(profile, 4, PY("\U0001F40D.\u86C7", "\u00fcber.py", 4));
	COUNT(profile, 5, PY(longest, "long.py", 5));
	COUNT(profile, 6, PY("ends in 7", "", 0));
	COUNT(profile, 8, PY("ends in", "", 0));
	COUNT(profile, 9, PY("ends in 7", "", 0), PY("below 7", "", 0));
	COUNT(profile, 10, PY("bad \xff\xc3 bytes \xed\xa0\x80", "x.py", 1));
	COUNT(profile, 11, PY("\033[31mred\033[0m \xc2\x85 \u2028", "<string>", 1));
	COUNT(profile, 12, PY("<img src=x onerror=alert(1)>", "</script>", 1));
	COUNT(profile, 13, MARK("<torn>"));
	COUNT(profile, 14, PY("a", "f", 1), PY("b", "f", 1));
	COUNT(profile, 15, PY("a", "f", 1));
	COUNT(profile, 16, PY("a", "f", 1), PY(" ", "f", 1));
	COUNT(profile, 17, PY("a b", "f", 1));
	COUNT(profile, 18, PY("a;", "f", 1));
	profile_add(profile, 0, 19);
}

char *written(const struct output *output, const struct profile *profile,
	      const struct output_facts *facts, size_t *length)
{
	static const struct output_facts none;
	FILE *file;
	char *bytes = NULL;

	file = open_memstream(&bytes, length);
	cr_assert(file);
	cr_assert_null(output->write(profile, facts ? facts : &none, file));
	fclose(file);
	return bytes;
}
