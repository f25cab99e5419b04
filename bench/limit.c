/*
 * limit.c - the least that any reader of a live CPython's stacks can do: what sonde is measured by.
 *
 *	limit PID SECONDS RATE		(RATE 0: as often as can be)
 *
 * It learns beforehand where each thread's frames come to lie. Then, over and over, it copies the
 * word that says which frame is current, and all those places, by one process_vm_readv for the
 * whole process, and follows the links in the copy, hashing code and instruction. Nothing is
 * checked, named, counted by stack or kept; a walk that leaves what was copied is a miss. A reader
 * that is of use does more, and none that reads whole stacks from outside does less.
 *
 * Only the attaching is sonde's own. Prints one line of numbers, by name.
 */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "python/layout.h"
#include "python/python.h"
#include "target/process.h"

enum {
	LEARN_ROUNDS = 200,   /* walks of each thread from which the places are learned */
	BRIDGE_BYTES = 4096,  /* a gap that costs less than another piece of the list */
	DEPTH_MAX = 1 << 14,  /* frames and links of one walk */
	COPY_MAX = 256 << 20, /* bytes */
	LINE = 64,            /* of the cache; see src/target/copies.c */
};

/* Bytes of the target: while learning those of a frame, then those that are copied at once. */
struct place {
	uint64_t addr;
	size_t len;
	const char *bytes; /* their copy */
};

typedef ARRAY(struct place) place_array;

struct thread {
	uint64_t tstate;
	place_array places; /* when learned: ascending, apart from each other */
	const char *head;   /* the copy of the thread state's word */
};

struct limit {
	pid_t pid;
	const struct py_layout *layout;
	ARRAY(struct thread) threads;
	struct iovec here[IOV_MAX], there[IOV_MAX];
	size_t pieces, bytes;
	size_t room; /* what the copy takes: each piece lies in its lines as it does there */
	char *copy;
	uint64_t hash, misses, samples;
};

static bool read_now(const struct limit *limit, uint64_t addr, void *buf, size_t len)
{
	struct iovec here = { buf, len }, there = { (void *)(uintptr_t)addr, len };

	return process_vm_readv(limit->pid, &here, 1, &there, 1, 0) == (ssize_t)len;
}

static uint64_t word(const char *bytes, int32_t offset)
{
	uint64_t value;

	memcpy(&value, bytes + offset, sizeof(value));
	return value;
}

static int32_t head_offset(const struct py_layout *l)
{
	switch (l->frame_shape) {
	case FRAME_OBJECT:
		return l->tstate_frame;
	case FRAME_CFRAME:
		return l->tstate_cframe;
	default:
		return l->tstate_current_frame;
	}
}

/* The first bytes of a frame, as far as a walk looks at them. */
static size_t frame_bytes(const struct py_layout *l)
{
	int32_t last = l->frame_previous;

	last = l->frame_code > last ? l->frame_code : last;
	last = l->frame_instr > last ? l->frame_instr : last;
	return (size_t)last + sizeof(uint64_t);
}

static void place_array_deinit(place_array *places)
{
	array_deinit(places);
}

static void add_place(place_array *places, uint64_t addr, size_t len)
{
	for (size_t i = places->count; i-- > 0;)
		if (places->items[i].addr == addr)
			return;
	if (!array_push(places, ((struct place) { addr, len, NULL })))
		exit(1);
}

/* One walk, a read for each frame. What it passed is kept only when it came to the end. */
static void learn_walk(const struct limit *limit, struct thread *thread)
{
	const struct py_layout *l = limit->layout;
	size_t size = frame_bytes(l), depth = 0;
	char bytes[256];
	CLEANUP(place_array_deinit)
	place_array passed = { 0 };
	uint64_t addr;

	if (size > sizeof(bytes) ||
	    !read_now(limit, thread->tstate + (uint64_t)head_offset(l), &addr, sizeof(addr)))
		return;
	if (l->frame_shape == FRAME_CFRAME) {
		uint64_t current = addr + (uint64_t)l->cframe_current_frame;

		if (!read_now(limit, current, &addr, sizeof(addr)) ||
		    !array_push(&passed, ((struct place) { current, sizeof(addr), NULL })))
			return;
	}
	for (; addr; addr = word(bytes, l->frame_previous)) {
		if (depth++ == DEPTH_MAX || !read_now(limit, addr, bytes, size) ||
		    !array_push(&passed, ((struct place) { addr, size, NULL })))
			return;
	}
	for (size_t i = 0; i < passed.count; i++)
		add_place(&thread->places, passed.items[i].addr, passed.items[i].len);
}

static int by_address(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

/* Neighbours become one. */
static void merge(place_array *places)
{
	size_t kept = 0;

	if (!places->count)
		return;
	qsort(places->items, places->count, sizeof(*places->items), by_address);
	for (size_t i = 1; i < places->count; i++) {
		struct place *last = &places->items[kept], *next = &places->items[i];

		if (next->addr <= last->addr + last->len + BRIDGE_BYTES)
			last->len = next->addr + next->len - last->addr;
		else
			places->items[++kept] = *next;
	}
	places->count = kept + 1;
}

static void ask_for(struct limit *limit, uint64_t addr, size_t len)
{
	if (limit->pieces == IOV_MAX || limit->bytes + len > COPY_MAX) {
		fprintf(stderr, "limit: the stacks lie in more than %d places\n", IOV_MAX);
		exit(1);
	}
	limit->there[limit->pieces++] = (struct iovec) { (void *)(uintptr_t)addr, len };
	limit->bytes += len;
	limit->room = (limit->room + LINE - 1) / LINE * LINE + addr % LINE + len;
}

static void place_copies(struct limit *limit)
{
	size_t offset = 0;

	limit->copy = aligned_alloc(LINE, (limit->room + LINE - 1) / LINE * LINE);
	if (!limit->copy)
		exit(1);
	for (size_t i = 0; i < limit->pieces; i++) {
		size_t len = limit->there[i].iov_len;

		offset = (offset + LINE - 1) / LINE * LINE +
			 (uintptr_t)limit->there[i].iov_base % LINE;
		limit->here[i] = (struct iovec) { limit->copy + offset, len };
		offset += len;
	}
}

/* What is to be copied, and where in the copy it comes to lie. */
static void plan(struct limit *limit)
{
	for (size_t i = 0; i < limit->threads.count; i++) {
		struct thread *thread = &limit->threads.items[i];

		merge(&thread->places);
		ask_for(limit, thread->tstate + (uint64_t)head_offset(limit->layout),
			sizeof(uint64_t));
		for (size_t k = 0; k < thread->places.count; k++)
			ask_for(limit, thread->places.items[k].addr, thread->places.items[k].len);
	}
	place_copies(limit);
	for (size_t i = 0, piece = 0; i < limit->threads.count; i++) {
		struct thread *thread = &limit->threads.items[i];

		thread->head = limit->here[piece++].iov_base;
		for (size_t k = 0; k < thread->places.count; k++)
			thread->places.items[k].bytes = limit->here[piece++].iov_base;
	}
}

/* The copy of [addr, addr + len), most likely where the last one was. */
static inline const char *find(const struct thread *thread, size_t *at, uint64_t addr, size_t len)
{
	const struct place *place = &thread->places.items[*at];

	if (addr - place->addr < place->len && addr + len <= place->addr + place->len)
		return place->bytes + (addr - place->addr);
	for (size_t i = 0; i < thread->places.count; i++) {
		place = &thread->places.items[i];
		if (addr - place->addr < place->len && addr + len <= place->addr + place->len) {
			*at = i;
			return place->bytes + (addr - place->addr);
		}
	}
	return NULL;
}

static void walk(struct limit *limit, const struct thread *thread)
{
	const struct py_layout *l = limit->layout;
	const int32_t previous = l->frame_previous, code = l->frame_code, instr = l->frame_instr;
	const size_t size = frame_bytes(l);
	uint64_t addr = word(thread->head, 0), hash = 14695981039346656037u;
	size_t at = 0;
	const char *bytes;

	limit->samples++;
	if (!thread->places.count)
		return;
	if (l->frame_shape == FRAME_CFRAME && addr) {
		bytes = find(thread, &at, addr + (uint64_t)l->cframe_current_frame, sizeof(addr));
		if (!bytes) {
			limit->misses++;
			return;
		}
		addr = word(bytes, 0);
	}
	for (size_t depth = 0; addr; depth++) {
		bytes = find(thread, &at, addr, size);
		if (!bytes || depth == DEPTH_MAX) {
			limit->misses++;
			return;
		}
		hash = (hash ^ word(bytes, code)) * 1099511628211u;
		hash = (hash ^ word(bytes, instr)) * 1099511628211u;
		addr = word(bytes, previous);
	}
	limit->hash ^= hash;
}

static bool look(struct limit *limit)
{
	if (process_vm_readv(limit->pid, limit->here, limit->pieces, limit->there, limit->pieces,
			     0) != (ssize_t)limit->bytes)
		return false;
	for (size_t i = 0; i < limit->threads.count; i++)
		walk(limit, &limit->threads.items[i]);
	return true;
}

static void find_threads(struct limit *limit, struct python *python)
{
	const struct py_sample_options options = { .states = false };
	struct py_sample sample;

	for (int i = 0; i < LEARN_ROUNDS; i++) {
		if (error_catch_any(python_sample(python, &options, &sample)) || sample.lost ||
		    !sample.count)
			continue;
		for (size_t k = 0; k < sample.count; k++) {
			struct thread thread = { .tstate = sample.threads[k].tstate };

			if (!array_push(&limit->threads, thread))
				exit(1);
		}
		return;
	}
	fprintf(stderr, "limit: no threads are to be seen in process %d\n", limit->pid);
	exit(1);
}

static void run(struct limit *limit, double seconds, double rate)
{
	uint64_t start = clock_now_ns(), cpu = clock_own_cpu_ns(), now = start, next = start;
	uint64_t end = start + (uint64_t)(seconds * CLOCK_SECOND_NS), looks = 0;
	uint64_t period = rate > 0 ? (uint64_t)(CLOCK_SECOND_NS / rate) : 0;

	clock_be_punctual();
	while (now < end && look(limit)) {
		looks++;
		next += period;
		if (period)
			clock_sleep_until(next);
		now = clock_now_ns();
	}
	printf("looks %" PRIu64 " samples %" PRIu64 " misses %" PRIu64 " cpu_ns %" PRIu64
	       " elapsed_ns %" PRIu64 " pieces %zu bytes %zu hash %" PRIx64 "\n",
	       looks, limit->samples, limit->misses, clock_own_cpu_ns() - cpu,
	       clock_now_ns() - start, limit->pieces, limit->bytes, limit->hash);
}

int main(int argc, char **argv)
{
	struct limit limit = { 0 };
	struct process process;
	struct python *python;
	struct error *err;

	if (argc != 4) {
		fprintf(stderr, "usage: limit PID SECONDS RATE\n");
		return 2;
	}
	limit.pid = atoi(argv[1]);
	err = process_open(limit.pid, &process);
	if (!err)
		err = python_attach(&process, &python);
	if (err) {
		fprintf(stderr, "limit: %s\n", error_message(err));
		return 1;
	}
	limit.layout = python_layout(python);
	find_threads(&limit, python);
	for (int i = 0; i < LEARN_ROUNDS; i++)
		for (size_t k = 0; k < limit.threads.count; k++)
			learn_walk(&limit, &limit.threads.items[k]);
	plan(&limit);
	run(&limit, strtod(argv[2], NULL), strtod(argv[3], NULL));
	for (size_t i = 0; i < limit.threads.count; i++)
		array_deinit(&limit.threads.items[i].places);
	array_deinit(&limit.threads);
	free(limit.copy);
	python_destroy(python);
	process_deinit(&process);
	return 0;
}
