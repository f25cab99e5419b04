/*
 * folded.c - a line a stack: frames root first, ";" between, a blank, the count; sorted as bytes.
 *
 * The lines are written while the tree is walked: memory grows with the tree and the deepest stack,
 * not with the text. Lines that begin alike stand together in sorted order, so it is enough to sort
 * what is below each node. That needs frames of the same text to be one frame: the tree is built
 * anew over texts first.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "children.h"
#include "folded.h"
#include "frame_text.h"
#include "output/output.h"

/* One thing to write: a node's own line, or all the lines below it. */
struct entry {
	const char *text; /* of the node's frame */
	size_t length;    /* of text */
	uint32_t node;
	bool subtree;
	char tail[48]; /* ";", " COUNT" or " OLD NEW": what stands behind the text */
};

struct folding {
	bool two_columns;    /* of nodes: count and time_ns */
	struct profile tree; /* of texts: frame names are what is written */
	struct children children;
	ARRAY(struct entry) todo; /* a stack: what is to be written next stands last */
	ARRAY(size_t) ends;       /* of the subtrees being written: path's length before each */
	struct text path;         /* "frame;frame;" down to the current node */
};

static void folding_deinit(struct folding *folding)
{
	profile_deinit(&folding->tree);
	children_deinit(&folding->children);
	array_deinit(&folding->todo);
	array_deinit(&folding->ends);
	text_deinit(&folding->path);
}

/*
 * Readers take a number behind a blank for a count, and two of them for a comparison: of a line for
 * "f 7" that was seen 3 times they would make one of "f", 7 and 3.
 */
static bool ends_like_count(const char *text)
{
	size_t length = strlen(text), start = length;

	while (start && strchr("0123456789.", text[start - 1]))
		start--;
	return start && start < length && text[start - 1] == ' ';
}

static bool is_root(const struct profile *profile, uint32_t frame)
{
	const enum frame_kind kind = profile->funcs[profile->frames[frame].func].kind;

	return kind == FRAME_PROCESS || kind == FRAME_THREAD || kind == FRAME_INTERPRETER;
}

/* The frames of the tree are those of the profile by text: *ret[frame] is the new index. */
static struct error *frames_by_text(const struct profile *profile, struct profile *tree,
				    uint32_t *ret)
{
	CLEANUP(text_deinit)
	struct text text = { 0 };
	struct error *err;
	size_t i;
	char *p;

	for (i = 0; i < profile->frame_count; i++) {
		text_clear(&text);
		frame_text_add(&text, &profile->funcs[profile->frames[i].func],
			       profile->frames[i].line);
		if (text.failed)
			return &error_nomem;
		for (p = text.chars; p && (p = strchr(p, ';')); p++)
			*p = ':';
		if (!is_root(profile, (uint32_t)i) && ends_like_count(text_chars(&text)))
			text_add(&text, " ()"); /* as if it had a file */
		err = profile_label_frame(tree, FRAME_MARKER, text_chars(&text), &ret[i]);
		if (err)
			return err;
	}
	return NULL;
}

/* A node of the tree that stands for stacks without a frame below that one. */
static struct error *empty_below(struct profile *tree, uint32_t parent, uint32_t *ret)
{
	uint32_t frame;
	struct error *err = profile_label_frame(tree, FRAME_MARKER, FRAME_TEXT_EMPTY, &frame);

	return err ? err : profile_child(tree, parent, frame, ret);
}

/* The node of the tree at which those samples count that end at node n. */
static struct error *find_leaf(const struct profile *profile, struct profile *tree, uint32_t n,
			       uint32_t node, uint32_t *ret)
{
	*ret = node;
	if (!n || (is_root(profile, profile->nodes[n].frame) &&
		   ends_like_count(profile_func_of(tree, node)->name)))
		return empty_below(tree, node, ret);
	return NULL;
}

static struct error *tree_by_text(const struct profile *profile, struct profile *tree)
{
	CLEANUP(freep)
	uint32_t *frames = calloc(profile->frame_count + 1, sizeof(*frames));
	CLEANUP(freep)
	uint32_t *nodes = calloc(profile->node_count, sizeof(*nodes));
	const struct stack_node *node;
	struct error *err;
	uint32_t leaf;
	size_t n;

	if (!frames || !nodes)
		return &error_nomem;
	err = frames_by_text(profile, tree, frames);
	if (err)
		return err;
	for (n = 0; n < profile->node_count; n++) {
		node = &profile->nodes[n];
		if (n)
			err = profile_child(tree, nodes[node->parent], frames[node->frame],
					    &nodes[n]);
		if (!err && (node->count || node->time_ns)) {
			err = find_leaf(profile, tree, (uint32_t)n, nodes[n], &leaf);
			if (!err)
				profile_add(tree, leaf, node->count, node->time_ns);
		}
		if (err)
			return err;
	}
	return NULL;
}

/* Character i of text and tail together; past the end 0. */
static unsigned char entry_char(const struct entry *entry, size_t i)
{
	if (i < entry->length)
		return (unsigned char)entry->text[i];
	return (unsigned char)entry->tail[i - entry->length];
}

/* Descending: what comes first is taken from the stack first. */
static int compare_entries(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	size_t i = a->length < b->length ? a->length : b->length;
	int order = memcmp(a->text, b->text, i);

	for (; order == 0; i++) {
		order = entry_char(a, i) - entry_char(b, i);
		if (order == 0 && !entry_char(a, i))
			break;
	}
	return -order;
}

/* Everything below a node onto the stack. */
static struct error *push_below(struct folding *folding, uint32_t parent)
{
	const uint32_t *first = folding->children.first;
	size_t start = folding->todo.count;
	uint32_t i, node;

	for (i = first[parent]; i < first[parent + 1]; i++) {
		node = folding->children.nodes[i];
		const struct stack_node *at = &folding->tree.nodes[node];
		const char *text = profile_func_of(&folding->tree, node)->name;
		struct entry entry = { .text = text, .length = strlen(text), .node = node };

		if (at->count || (folding->two_columns && at->time_ns)) {
			if (folding->two_columns)
				snprintf(entry.tail, sizeof(entry.tail), " %" PRIu64 " %" PRIu64,
					 at->count, at->time_ns);
			else
				snprintf(entry.tail, sizeof(entry.tail), " %" PRIu64, at->count);
			if (!array_push(&folding->todo, entry))
				return &error_nomem;
		}
		if (first[node] < first[node + 1]) {
			entry.subtree = true;
			strcpy(entry.tail, ";");
			if (!array_push(&folding->todo, entry))
				return &error_nomem;
		}
	}
	if (folding->todo.count > start)
		qsort(folding->todo.items + start, folding->todo.count - start,
		      sizeof(*folding->todo.items), compare_entries);
	return NULL;
}

static struct error *write_lines(struct folding *folding, FILE *file)
{
	struct error *err = push_below(folding, 0);
	struct text *path = &folding->path;
	struct entry entry;

	while (!err && folding->todo.count) {
		entry = folding->todo.items[--folding->todo.count];
		if (!entry.text) { /* the end of a subtree */
			path->length = folding->ends.items[--folding->ends.count];
			continue;
		}
		if (!entry.subtree) {
			fwrite(text_chars(path), 1, path->length, file);
			fprintf(file, "%s%s\n", entry.text, entry.tail);
			continue;
		}
		if (!array_push(&folding->ends, path->length) ||
		    !array_push(&folding->todo, (struct entry) { 0 }))
			return &error_nomem;
		text_add(path, entry.text);
		text_add_char(path, ';');
		if (path->failed)
			return &error_nomem;
		err = push_below(folding, entry.node);
	}
	return err;
}

static struct error *write_columns(const struct profile *profile, bool two_columns, FILE *file)
{
	CLEANUP(folding_deinit)
	struct folding folding = { .two_columns = two_columns };
	struct error *err = profile_init(&folding.tree);

	if (!err)
		err = tree_by_text(profile, &folding.tree);
	if (!err)
		err = children_init(&folding.children, &folding.tree);
	if (!err)
		err = write_lines(&folding, file);
	return err;
}

struct error *folded_write_two_columns(const struct profile *profile, FILE *file)
{
	return write_columns(profile, true, file);
}

static struct error *folded_write(const struct profile *profile, const struct output_facts *facts,
				  FILE *file)
{
	(void)facts;
	return write_columns(profile, false, file);
}

static const char *const aliases[] = { "raw", "collapsed", NULL };
static const char *const suffixes[] = { ".folded", ".collapsed", ".txt", NULL };

const struct output output_folded = {
	.name = "folded",
	.aliases = aliases,
	.suffixes = suffixes,
	.summary = "a line for each stack, for flamegraph.pl, speedscope and others",
	.only_counts = true,
	.write = folded_write,
};
