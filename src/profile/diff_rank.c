/*
 * diff_rank.c - what got slower first: functions or stacks in the order of their differences.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "profile/diff.h"

void diff_rows_deinit(struct diff_rows *rows)
{
	free(rows->items);
	*rows = (struct diff_rows) { 0 };
}

static struct diff_change change_of(const struct diff *diff,
				    const struct diff_weight weights[DIFF_SIDES])
{
	struct diff_change change;

	for (int side = 0; side < DIFF_SIDES; side++)
		change.share[side] = diff_share(diff, (enum diff_side)side, &weights[side]);
	change.delta = change.share[DIFF_NEW] - change.share[DIFF_OLD];
	change.noise = diff_noise(diff, weights);
	return change;
}

static bool is_empty(const struct diff_weight weights[DIFF_SIDES])
{
	return !weights[DIFF_OLD].samples && !weights[DIFF_NEW].samples;
}

static double shown_delta(const struct diff_change *change)
{
	return diff_change_shows(change) ? change->delta : 0;
}

static int compare_rows(const void *left, const void *right)
{
	const struct diff_row *a = left, *b = right;
	int order;

	if (shown_delta(&a->self) != shown_delta(&b->self))
		return shown_delta(&a->self) < shown_delta(&b->self) ? 1 : -1;
	if (shown_delta(&a->total) != shown_delta(&b->total))
		return shown_delta(&a->total) < shown_delta(&b->total) ? 1 : -1;
	order = a->func && b->func ? strcmp(a->func->name, b->func->name) : 0;
	if (!order && a->func && b->func)
		order = strcmp(a->func->file, b->func->file);
	return order ? order : a->node < b->node ? -1 : a->node > b->node;
}

static void rank_funcs(const struct diff *diff, struct diff_rows *rows)
{
	for (size_t i = 0; i < diff->tree.func_count; i++) {
		const struct diff_func *func = &diff->funcs[i];

		if (is_empty(func->total))
			continue;
		rows->items[rows->count++] = (struct diff_row) {
			.func = &diff->tree.funcs[i],
			.self = change_of(diff, func->self),
			.total = change_of(diff, func->total),
		};
	}
}

static void rank_stacks(const struct diff *diff, struct diff_rows *rows)
{
	for (size_t n = 0; n < diff->tree.node_count; n++) {
		if (is_empty(diff->nodes[n]))
			continue;
		rows->items[rows->count++] = (struct diff_row) {
			.node = (uint32_t)n,
			.self = change_of(diff, diff->nodes[n]),
		};
	}
}

struct error *diff_rank(const struct diff *diff, enum diff_by by, struct diff_rows *ret)
{
	size_t most = by == DIFF_BY_STACK ? diff->tree.node_count : diff->tree.func_count;

	*ret = (struct diff_rows) { .items = calloc(most + 1, sizeof(*ret->items)) };
	if (!ret->items)
		return &error_nomem;
	if (by == DIFF_BY_STACK)
		rank_stacks(diff, ret);
	else
		rank_funcs(diff, ret);
	qsort(ret->items, ret->count, sizeof(*ret->items), compare_rows);
	return NULL;
}
