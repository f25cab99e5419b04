/*
 * profile.c - distinct strings, functions, frames, and the tree of stacks.
 *
 * Four maps: text -> the one copy of it; a function's fields -> function; (function, line) ->
 * frame; (parent, frame) -> node. Knows nothing of how stacks are made or shown.
 */
#include "profile/profile.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/map.h"
#include "pairs.h"

/* What pairs.h asks of its items. */
static_assert(offsetof(struct frame, func) == 0 && offsetof(struct frame, line) == 4, "");
static_assert(offsetof(struct stack_node, parent) == 0 && offsetof(struct stack_node, frame) == 4,
	      "");

struct string_item {
	UT_hash_handle hh;
	char chars[]; /* NUL-terminated: the key */
};

/* Strings by address: equal ones are at the same. */
struct func_key {
	uintptr_t name, path, file;
	int32_t first_line, last_line;
	uint64_t kind;
};

struct func_item {
	struct func_key key;
	uint32_t func;
	UT_hash_handle hh;
};

struct profile_index {
	struct string_item *strings;
	struct func_item *funcs;
	struct pairs frames, nodes; /* by (function, line), by (parent, frame) */
	size_t first_node;          /* that `nodes` knows: the root is nobody's child */
	const char *empty;          /* "" */
	size_t func_capacity, frame_capacity, node_capacity;
	size_t process_capacity, thread_capacity, run_capacity, source_capacity;
};

const char *profile_string(struct profile *profile, const char *chars)
{
	struct profile_index *index = profile->index;
	size_t length = strlen(chars);
	struct string_item *item;

	HASH_FIND(hh, index->strings, chars, length, item);
	if (item)
		return item->chars;
	item = malloc(sizeof(*item) + length + 1);
	if (!item)
		return NULL;
	memcpy(item->chars, chars, length + 1);
	HASH_ADD_KEYPTR(hh, index->strings, item->chars, length, item);
	if (!item->hh.tbl) {
		free(item);
		return NULL;
	}
	return item->chars;
}

struct error *profile_init(struct profile *profile)
{
	*profile = (struct profile) { 0 };
	profile->index = calloc(1, sizeof(*profile->index));
	profile->nodes = calloc(64, sizeof(*profile->nodes));
	if (!profile->index || !profile->nodes ||
	    !(profile->index->empty = profile_string(profile, ""))) {
		profile_deinit(profile);
		return &error_nomem;
	}
	profile->index->node_capacity = 64;
	profile->node_count = 1; /* the root */
	profile->index->first_node = 1;
	profile->capture.command = profile->index->empty;
	profile->capture.host = profile->index->empty;
	profile->capture.version = profile->index->empty;
	return NULL;
}

static void index_destroy(struct profile_index *index)
{
	struct string_item *string, *next_string;
	struct func_item *func, *next_func;

	HASH_ITER (hh, index->strings, string, next_string) {
		HASH_DEL(index->strings, string);
		free(string);
	}
	HASH_ITER (hh, index->funcs, func, next_func) {
		HASH_DEL(index->funcs, func);
		free(func);
	}
	pairs_deinit(&index->frames);
	pairs_deinit(&index->nodes);
	free(index);
}

void profile_deinit(struct profile *profile)
{
	if (profile->index)
		index_destroy(profile->index);
	free(profile->funcs);
	free(profile->frames);
	free(profile->nodes);
	free(profile->processes);
	free(profile->threads);
	free(profile->runs);
	free(profile->sources);
	free(profile->counts);
	*profile = (struct profile) { 0 };
}

/* Room for one more item of an array that is counted by 32-bit indices. */
static bool make_room(void **items, size_t *capacity, size_t count, size_t size)
{
	size_t grown = *capacity ? *capacity * 2 : 64;
	void *moved;

	if (count < *capacity)
		return true;
	if (count >= UINT32_MAX)
		return false;
	moved = reallocarray(*items, grown, size);
	if (!moved)
		return false;
	*items = moved;
	*capacity = grown;
	return true;
}

static struct error *add_func(struct profile *profile, const struct func *func,
			      const struct func_key *key, uint32_t *ret)
{
	struct profile_index *index = profile->index;
	struct func_item *item;

	if (!make_room((void **)&profile->funcs, &index->func_capacity, profile->func_count,
		       sizeof(*profile->funcs)))
		return &error_nomem;
	item = malloc(sizeof(*item));
	if (!item)
		return &error_nomem;
	item->key = *key;
	item->func = (uint32_t)profile->func_count;
	HASH_ADD(hh, index->funcs, key, sizeof(item->key), item);
	if (!item->hh.tbl) {
		free(item);
		return &error_nomem;
	}
	profile->funcs[profile->func_count++] = *func;
	*ret = item->func;
	return NULL;
}

struct error *profile_func(struct profile *profile, const struct func *func, uint32_t *ret)
{
	struct func own = *func;
	struct func_item *item;
	struct func_key key;

	own.name = profile_string(profile, func->name);
	own.path = profile_string(profile, func->path);
	own.file = profile_string(profile, func->file);
	if (!own.name || !own.path || !own.file)
		return &error_nomem;
	key = (struct func_key) {
		.name = (uintptr_t)own.name,
		.path = (uintptr_t)own.path,
		.file = (uintptr_t)own.file,
		.first_line = own.first_line,
		.last_line = own.last_line,
		.kind = own.kind,
	};
	HASH_FIND(hh, profile->index->funcs, &key, sizeof(key), item);
	if (!item)
		return add_func(profile, &own, &key, ret);
	*ret = item->func;
	return NULL;
}

struct error *profile_frame(struct profile *profile, uint32_t func, int32_t line, uint32_t *ret)
{
	struct profile_index *index = profile->index;
	const size_t count = profile->frame_count;

	if (!make_room((void **)&profile->frames, &index->frame_capacity, count,
		       sizeof(*profile->frames)) ||
	    !pairs_reserve(&index->frames, profile->frames, sizeof(*profile->frames), count))
		return &error_nomem;
	*ret = pairs_find(&index->frames, profile->frames, sizeof(*profile->frames), count, func,
			  (uint32_t)line);
	if (*ret == count)
		profile->frames[profile->frame_count++] = (struct frame) { func, line };
	return NULL;
}

struct error *profile_label_frame(struct profile *profile, enum frame_kind kind, const char *name,
				  uint32_t *ret)
{
	struct error *err;
	uint32_t func;

	err = profile_func(profile, &(struct func) { kind, name, "", "", 0, 0 }, &func);
	return err ? err : profile_frame(profile, func, 0, ret);
}

/* Room for one more node that the index knows. */
static bool reserve_node(struct profile *profile)
{
	struct profile_index *index = profile->index;
	const size_t first = index->first_node;

	return make_room((void **)&profile->nodes, &index->node_capacity, profile->node_count,
			 sizeof(*profile->nodes)) &&
	       pairs_reserve(&index->nodes, profile->nodes + first, sizeof(*profile->nodes),
			     profile->node_count - first);
}

struct error *profile_child(struct profile *profile, uint32_t parent, uint32_t frame, uint32_t *ret)
{
	struct profile_index *index = profile->index;
	const size_t first = index->first_node;

	if (!reserve_node(profile))
		return &error_nomem;
	*ret = (uint32_t)first + pairs_find(&index->nodes, profile->nodes + first,
					    sizeof(*profile->nodes), profile->node_count - first,
					    parent, frame);
	if (*ret == profile->node_count)
		profile->nodes[profile->node_count++] =
			(struct stack_node) { .parent = parent, .frame = frame };
	return NULL;
}

void profile_close_nodes(struct profile *profile)
{
	pairs_deinit(&profile->index->nodes);
	profile->index->first_node = profile->node_count;
}

struct error *profile_reopen_nodes(struct profile *profile)
{
	pairs_deinit(&profile->index->nodes);
	profile->index->first_node = 1;
	return reserve_node(profile) ? NULL : &error_nomem;
}

void profile_add(struct profile *profile, uint32_t node, uint64_t count, uint64_t time_ns)
{
	profile->nodes[node].count += count;
	profile->nodes[node].time_ns += time_ns;
	profile->total += count;
	profile->total_time_ns += time_ns;
}

struct error *profile_process(struct profile *profile, const struct process_info *process,
			      uint32_t *ret)
{
	struct process_info own = *process;

	own.command = profile_string(profile, process->command);
	own.exe = profile_string(profile, process->exe);
	own.python = profile_string(profile, process->python);
	if (!own.command || !own.exe || !own.python ||
	    !make_room((void **)&profile->processes, &profile->index->process_capacity,
		       profile->process_count, sizeof(own)))
		return &error_nomem;
	*ret = (uint32_t)profile->process_count;
	profile->processes[profile->process_count++] = own;
	return NULL;
}

struct error *profile_thread(struct profile *profile, const struct thread_info *thread,
			     uint32_t *ret)
{
	struct thread_info own = *thread;

	own.name = profile_string(profile, thread->name);
	if (!own.name || !make_room((void **)&profile->threads, &profile->index->thread_capacity,
				    profile->thread_count, sizeof(own)))
		return &error_nomem;
	*ret = (uint32_t)profile->thread_count;
	profile->threads[profile->thread_count++] = own;
	return NULL;
}

struct error *profile_run(struct profile *profile, const struct run *run)
{
	if (!make_room((void **)&profile->runs, &profile->index->run_capacity, profile->run_count,
		       sizeof(*run)))
		return &error_nomem;
	profile->runs[profile->run_count++] = *run;
	return NULL;
}

struct error *profile_reserve_runs(struct profile *profile, uint64_t count)
{
	struct run *moved;

	if (count > UINT32_MAX)
		return &error_nomem;
	if (count <= profile->index->run_capacity)
		return NULL;
	moved = reallocarray(profile->runs, count, sizeof(*moved));
	if (!moved)
		return &error_nomem;
	profile->runs = moved;
	profile->index->run_capacity = count;
	return NULL;
}

void profile_move_runs(struct profile *to, struct profile *from)
{
	free(to->runs);
	to->runs = take_ptr(from->runs);
	to->run_count = from->run_count;
	to->index->run_capacity = from->index->run_capacity;
	from->run_count = from->index->run_capacity = 0;
}

void profile_drop_runs(struct profile *profile)
{
	free(take_ptr(profile->runs));
	profile->run_count = profile->index->run_capacity = 0;
}

void profile_drop_stacks(struct profile *profile)
{
	profile_drop_runs(profile);
	free(take_ptr(profile->nodes));
	pairs_deinit(&profile->index->nodes);
	profile->node_count = profile->index->node_capacity = 0;
}

static int compare_runs(const void *left, const void *right)
{
	const struct run *a = left, *b = right;

	if (a->thread != b->thread)
		return a->thread < b->thread ? -1 : 1;
	return a->start_ns < b->start_ns ? -1 : a->start_ns > b->start_ns;
}

void profile_sort_runs(struct profile *profile)
{
	if (profile->run_count)
		qsort(profile->runs, profile->run_count, sizeof(*profile->runs), compare_runs);
}

struct error *profile_source(struct profile *profile, const char *path, int32_t line,
			     const char *text)
{
	struct source_line own = { profile_string(profile, path), line,
				   profile_string(profile, text) };

	if (!own.path || !own.text ||
	    !make_room((void **)&profile->sources, &profile->index->source_capacity,
		       profile->source_count, sizeof(own)))
		return &error_nomem;
	profile->sources[profile->source_count++] = own;
	return NULL;
}

static int compare_sources(const void *left, const void *right)
{
	const struct source_line *a = left, *b = right;
	int order = a->path == b->path ? 0 : strcmp(a->path, b->path);

	if (order)
		return order;
	return a->line < b->line ? -1 : a->line > b->line;
}

void profile_sort_sources(struct profile *profile)
{
	if (profile->source_count)
		qsort(profile->sources, profile->source_count, sizeof(*profile->sources),
		      compare_sources);
}

const char *profile_source_text(const struct profile *profile, const char *path, int32_t line)
{
	const struct source_line key = { path, line, "" };
	const struct source_line *found = NULL;

	if (profile->source_count)
		found = bsearch(&key, profile->sources, profile->source_count,
				sizeof(*profile->sources), compare_sources);
	return found ? found->text : NULL;
}
