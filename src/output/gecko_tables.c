/*
 * gecko_tables.c - numbers for what one thread has of a profile.
 *
 * A thing is a node, or a frame, with the category that it has instead of its own: number * LOOKS +
 * look. Behind the nodes, frames and functions of the profile stand two more: the stack without a
 * frame, and the one for times of which nothing is known.
 */
#include "gecko_tables.h"

#include <stdlib.h>

#include "frame_text.h"
#include "profile/package.h"
#include "tracks.h"

enum {
	LOOK_OWN = 0, /* others are a category, less GECKO_IDLE */
	LOOKS = GECKO_CATEGORIES - GECKO_IDLE,
	EMPTY = 0, /* behind the last of the profile */
	UNKNOWN = 1,
	MORE = 2, /* how many these are */
};

static const struct func extra_funcs[MORE] = {
	[EMPTY] = { .kind = FRAME_MARKER, .name = FRAME_TEXT_EMPTY, .path = "", .file = "" },
	[UNKNOWN] = { .kind = FRAME_MARKER, .name = "(idle)", .path = "", .file = "" },
};

static enum gecko_category origin_of(const struct func *func)
{
	switch (package_of(func).origin) {
	case PACKAGE_MINE:
		return GECKO_PROGRAM;
	case PACKAGE_INSTALLED:
		return GECKO_INSTALLED;
	case PACKAGE_STDLIB:
		return GECKO_STDLIB;
	case PACKAGE_NONE:
		break;
	}
	return GECKO_OTHER;
}

struct error *gecko_tables_init(struct gecko_tables *tables, const struct profile *profile,
				struct strings *strings)
{
	struct error *err;

	*tables = (struct gecko_tables) {
		.profile = profile,
		.strings = strings,
		.origins = malloc(profile->func_count + 1),
	};
	if (profile->node_count >= UINT32_MAX / LOOKS - MORE)
		return error_create(ERROR_OTHER, "more stacks than this form can number");
	if (!tables->origins)
		return &error_nomem;
	for (size_t i = 0; i < profile->func_count; i++)
		tables->origins[i] = (uint8_t)origin_of(&profile->funcs[i]);
	err = numbering_init(&tables->stacks, (profile->node_count + MORE) * LOOKS);
	if (!err)
		err = numbering_init(&tables->frames, (profile->frame_count + MORE) * LOOKS);
	if (!err)
		err = numbering_init(&tables->funcs, profile->func_count + MORE);
	return err;
}

void gecko_tables_deinit(struct gecko_tables *tables)
{
	free(tables->origins);
	numbering_deinit(&tables->stacks);
	numbering_deinit(&tables->frames);
	numbering_deinit(&tables->funcs);
	array_deinit(&tables->chain);
}

void gecko_tables_clear(struct gecko_tables *tables)
{
	numbering_clear(&tables->stacks);
	numbering_clear(&tables->frames);
	numbering_clear(&tables->funcs);
}

/* What a run is shown as, where that is not by whose code it is. */
static uint32_t look_of(const struct run *run)
{
	static const uint8_t categories[SAMPLE_STATES] = {
		[SAMPLE_RUNNING] = GECKO_IDLE, /* look LOOK_OWN */
		[SAMPLE_GIL_WAIT] = GECKO_GIL,    [SAMPLE_WAIT_LOCK] = GECKO_LOCK,
		[SAMPLE_WAIT_IO] = GECKO_IO,      [SAMPLE_WAIT_SLEEP] = GECKO_SLEEP,
		[SAMPLE_WAIT_OTHER] = GECKO_WAIT,
	};
	const uint32_t look =
		run->state < SAMPLE_STATES ? categories[run->state] - GECKO_IDLE : LOOK_OWN;

	return look == LOOK_OWN && run->flags & SAMPLE_IN_GC ? GECKO_GC - GECKO_IDLE : look;
}

uint32_t gecko_tables_thing(const struct gecko_tables *tables, const struct run *run)
{
	const struct profile *profile = tables->profile;

	if (!run)
		return ((uint32_t)profile->node_count + UNKNOWN) * LOOKS;
	if (is_above_frames(profile, run->node))
		return ((uint32_t)profile->node_count + EMPTY) * LOOKS + look_of(run);
	return run->node * LOOKS + look_of(run);
}

/* Is it of the profile, not one of ours? */
static bool is_node(const struct gecko_tables *tables, uint32_t thing)
{
	return thing / LOOKS < tables->profile->node_count;
}

/* Its caller's thing; true when there is one. */
static bool find_caller(const struct gecko_tables *tables, uint32_t thing, uint32_t *ret)
{
	uint32_t parent;

	if (!is_node(tables, thing))
		return false;
	parent = tables->profile->nodes[thing / LOOKS].parent;
	*ret = parent * LOOKS + LOOK_OWN;
	return !is_above_frames(tables->profile, parent);
}

struct error *gecko_tables_add(struct gecko_tables *tables, uint32_t thing)
{
	struct numbering *stacks = &tables->stacks;
	struct error *err = NULL;

	tables->chain.count = 0;
	while (!stacks->number[thing]) {
		if (!array_push(&tables->chain, thing))
			return &error_nomem;
		if (!find_caller(tables, thing, &thing))
			break;
	}
	while (!err && tables->chain.count)
		err = numbering_add(stacks, tables->chain.items[--tables->chain.count]);
	return err;
}

static uint32_t frame_of(const struct gecko_tables *tables, uint32_t stack)
{
	const struct profile *profile = tables->profile;
	uint32_t number = stack / LOOKS, frame;

	if (is_node(tables, stack))
		frame = profile->nodes[number].frame;
	else
		frame = (uint32_t)(profile->frame_count + number - profile->node_count);
	return frame * LOOKS + stack % LOOKS;
}

static uint32_t func_of(const struct gecko_tables *tables, uint32_t frame)
{
	const struct profile *profile = tables->profile;
	const uint32_t number = frame / LOOKS;

	if (number < profile->frame_count)
		return profile->frames[number].func;
	return (uint32_t)(profile->func_count + number - profile->frame_count);
}

static uint8_t category_of(const struct gecko_tables *tables, uint32_t frame)
{
	const uint32_t func = func_of(tables, frame);

	if (frame % LOOKS != LOOK_OWN)
		return (uint8_t)(GECKO_IDLE + frame % LOOKS);
	if (func < tables->profile->func_count)
		return tables->origins[func];
	return func == tables->profile->func_count + UNKNOWN ? GECKO_IDLE : GECKO_OTHER;
}

static const struct func *func_at(const struct gecko_tables *tables, uint32_t number)
{
	const struct profile *profile = tables->profile;

	return number < profile->func_count ? &profile->funcs[number]
					    : &extra_funcs[number - profile->func_count];
}

/* A column in which all rows are the same. */
static void put_same(struct json *json, const char *key, const char *value, size_t length,
		     size_t count)
{
	json_open_array(json, key);
	while (count--)
		json_raw(json, NULL, value, length);
	json_close_array(json);
}
#define PUT_SAME(json, key, value, count) put_same(json, key, value, sizeof(value) - 1, count)

static void put_length(struct json *json, size_t count)
{
	json_unsigned(json, "length", count);
	json_close(json);
	json_line_end(json);
}

static void put_stacks(struct gecko_tables *tables, struct json *json)
{
	const size_t count = tables->stacks.used.count;
	const uint32_t *used = tables->stacks.used.items;
	uint32_t caller;

	json_open(json, "stackTable");
	json_open_array(json, "frame");
	for (size_t i = 0; i < count; i++)
		json_unsigned(json, NULL,
			      numbering_get(&tables->frames, frame_of(tables, used[i])));
	json_close_array(json);
	json_open_array(json, "prefix");
	for (size_t i = 0; i < count; i++) {
		if (find_caller(tables, used[i], &caller))
			json_unsigned(json, NULL, numbering_get(&tables->stacks, caller));
		else
			json_null(json, NULL);
	}
	json_close_array(json);
	put_length(json, count);
}

static void put_frames(struct gecko_tables *tables, struct json *json)
{
	const struct profile *profile = tables->profile;
	const size_t count = tables->frames.used.count;
	const uint32_t *used = tables->frames.used.items;

	json_open(json, "frameTable");
	PUT_SAME(json, "address", "-1", count);
	PUT_SAME(json, "inlineDepth", "0", count);
	json_open_array(json, "category");
	for (size_t i = 0; i < count; i++)
		json_unsigned(json, NULL, category_of(tables, used[i]));
	json_close_array(json);
	PUT_SAME(json, "subcategory", "0", count);
	json_open_array(json, "func");
	for (size_t i = 0; i < count; i++)
		json_unsigned(json, NULL, numbering_get(&tables->funcs, func_of(tables, used[i])));
	json_close_array(json);
	PUT_SAME(json, "nativeSymbol", "null", count);
	PUT_SAME(json, "innerWindowID", "0", count);
	json_open_array(json, "line");
	for (size_t i = 0; i < count; i++) {
		const uint32_t number = used[i] / LOOKS;
		const int32_t line =
			number < profile->frame_count ? profile->frames[number].line : 0;

		if (line > 0)
			json_integer(json, NULL, line);
		else
			json_null(json, NULL);
	}
	json_close_array(json);
	PUT_SAME(json, "column", "null", count);
	put_length(json, count);
}

/* A column of names or files; the latter null where there is none. */
static struct error *put_texts(struct gecko_tables *tables, struct json *json, bool files)
{
	struct error *err = NULL;
	uint32_t number = 0;

	json_open_array(json, files ? "fileName" : "name");
	for (size_t i = 0; !err && i < tables->funcs.used.count; i++) {
		const struct func *func = func_at(tables, tables->funcs.used.items[i]);
		const char *path = func->path[0] ? func->path : func->file;

		if (files && !path[0]) {
			json_null(json, NULL);
			continue;
		}
		err = strings_add(tables->strings, files ? path : func->name, &number);
		json_unsigned(json, NULL, number);
	}
	json_close_array(json);
	return err;
}

static struct error *put_funcs(struct gecko_tables *tables, struct json *json)
{
	const size_t count = tables->funcs.used.count;
	struct error *err;

	json_open(json, "funcTable");
	err = put_texts(tables, json, false);
	PUT_SAME(json, "isJS", "false", count);
	PUT_SAME(json, "relevantForJS", "false", count);
	PUT_SAME(json, "resource", "-1", count);
	if (!err)
		err = put_texts(tables, json, true);
	json_open_array(json, "lineNumber");
	for (size_t i = 0; i < count; i++) {
		const int32_t line = func_at(tables, tables->funcs.used.items[i])->first_line;

		if (line > 0)
			json_integer(json, NULL, line);
		else
			json_null(json, NULL);
	}
	json_close_array(json);
	PUT_SAME(json, "columnNumber", "null", count);
	put_length(json, count);
	return err;
}

/* A table of what we have none of. */
static void put_empty(struct json *json, const char *key, const char *const *columns)
{
	json_open(json, key);
	for (; *columns; columns++)
		PUT_SAME(json, *columns, "", 0);
	put_length(json, 0);
}

struct error *gecko_tables_put(struct gecko_tables *tables, struct json *json)
{
	static const char *const resources[] = { "lib", "name", "host", "type", NULL };
	static const char *const symbols[] = { "libIndex", "address", "name", "functionSize",
					       NULL };
	struct error *err = NULL;

	for (size_t i = 0; !err && i < tables->stacks.used.count; i++)
		err = numbering_add(&tables->frames,
				    frame_of(tables, tables->stacks.used.items[i]));
	for (size_t i = 0; !err && i < tables->frames.used.count; i++)
		err = numbering_add(&tables->funcs, func_of(tables, tables->frames.used.items[i]));
	if (err)
		return err;
	put_stacks(tables, json);
	put_frames(tables, json);
	err = put_funcs(tables, json);
	put_empty(json, "resourceTable", resources);
	put_empty(json, "nativeSymbols", symbols);
	return err;
}
