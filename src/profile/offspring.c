/*
 * offspring.c - looking for children, and when to try which.
 *
 * A process that was just forked may call exec at once, and after vfork() it has its parent's
 * memory until then. So nobody is attached to when first seen, and nobody that shares memory with
 * its parent. What is no Python is tried again when it runs another program, and now and then: a
 * program may load Python late.
 */
#include "offspring.h"

#include <stdlib.h>
#include <sys/resource.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/map.h"
#include "target/process.h"

enum {
	LOOK_NS = 20 * CLOCK_MS_NS, /* how soon a new process is seen */
	SHARE = 100,                /* of the time, one part of so many is spent looking, at most */
	SETTLE_NS = 10 * CLOCK_MS_NS,
	ATTACHING_NS = 5 * CLOCK_MS_NS, /* in one look; the other ones wait for the next */
	RETRY_FIRST_NS = 20 * CLOCK_MS_NS,
	RETRY_MAX_NS = 640 * CLOCK_MS_NS,
	KNOWN_MAX = 4096, /* processes; a program may fork without end */
};

/* Between two tries of what is no Python. */
static const uint64_t STRANGER_FIRST_NS = CLOCK_SECOND_NS, STRANGER_MAX_NS = 32 * STRANGER_FIRST_NS;

enum kin_state {
	KIN_NEW,      /* to be tried */
	KIN_ATTACHED, /* done */
	KIN_STRANGER, /* no Python by now */
	KIN_REFUSED,  /* a Python that cannot be read */
};

struct kin {
	pid_t pid; /* key */
	uint64_t start_ticks;
	bool is_root;
	enum kin_state state;
	struct process_program program; /* when it was tried last */
	uint64_t due_ns, wait_ns;       /* of the next try, and how long after the last */
	uint64_t seen;                  /* the search that found it */
	UT_hash_handle hh;
};

struct offspring {
	offspring_attach attach;
	void *context;
	struct kin *all;
	pid_t newest; /* of the machine, before the last search */
	uint64_t searches;
	uint64_t due_ns; /* of the next look */
	size_t unreadable;
	struct error *why; /* the first of them */
};

struct error *offspring_create(offspring_attach attach, void *context, struct offspring **ret)
{
	struct offspring *offspring = calloc(1, sizeof(*offspring));

	if (!offspring)
		return &error_nomem;
	offspring->attach = attach;
	offspring->context = context;
	*ret = offspring;
	return NULL;
}

static void forget(struct offspring *offspring, struct kin *kin)
{
	HASH_DEL(offspring->all, kin);
	free(kin);
}

void offspring_destroy(struct offspring *offspring)
{
	struct kin *kin, *next;

	if (!offspring)
		return;
	HASH_ITER (hh, offspring->all, kin, next) {
		forget(offspring, kin);
	}
	error_destroy(offspring->why);
	free(offspring);
}

/* Notes that there is such a process; NULL when it has ended, or there are too many. */
static struct error *note(struct offspring *offspring, pid_t pid, struct kin **ret)
{
	uint64_t start_ticks = process_start_ticks(pid);
	struct kin *kin;

	*ret = NULL;
	if (!start_ticks)
		return NULL;
	HASH_FIND(hh, offspring->all, &pid, sizeof(pid), kin);
	if (kin && kin->start_ticks == start_ticks) {
		*ret = kin;
		return NULL;
	}
	if (kin)
		forget(offspring, kin); /* its number was given out again */
	if (HASH_COUNT(offspring->all) >= KNOWN_MAX)
		return NULL;
	kin = calloc(1, sizeof(*kin));
	if (!kin)
		return &error_nomem;
	kin->pid = pid;
	kin->start_ticks = start_ticks;
	kin->due_ns = clock_now_ns() + SETTLE_NS;
	HASH_ADD(hh, offspring->all, pid, sizeof(kin->pid), kin);
	if (!kin->hh.tbl) {
		free(kin);
		return &error_nomem;
	}
	*ret = kin;
	return NULL;
}

/*
 * Each process and each thread has files open; the usual soft limit is for select(2). Not before
 * the command runs: it would inherit ours.
 */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

struct error *offspring_add_root(struct offspring *offspring, pid_t pid, bool is_attached)
{
	struct kin *kin;
	struct error *err = note(offspring, pid, &kin);

	if (!kin)
		return err;
	raise_file_limit();
	kin->is_root = true;
	kin->due_ns = 0;
	if (is_attached)
		kin->state = KIN_ATTACHED;
	return NULL;
}

void offspring_let_go(struct offspring *offspring, pid_t pid)
{
	struct kin *kin;

	HASH_FIND(hh, offspring->all, &pid, sizeof(pid), kin);
	if (!kin)
		return;
	kin->state = KIN_STRANGER;
	kin->wait_ns = STRANGER_FIRST_NS;
	kin->due_ns = clock_now_ns() + kin->wait_ns;
	(void)process_program(pid, &kin->program);
}

bool offspring_may_come(const struct offspring *offspring)
{
	for (const struct kin *kin = offspring->all; kin; kin = kin->hh.next)
		if (kin->is_root && process_start_ticks(kin->pid) == kin->start_ticks)
			return true;
	return false;
}

/* All that is below one of those that are known; the children of one that has ended are, too. */
static struct error *search_below(struct offspring *offspring, pid_t pid)
{
	CLEANUP(freep)
	pid_t *pids = NULL;
	size_t count;
	struct error *err = process_descendants(pid, &pids, &count);

	if (err && err->kind == ERROR_NOMEM)
		return err;
	if (error_catch_any(err)) /* it has ended, or hides: /proc may be mounted with hidepid */
		return NULL;
	for (size_t i = 0; !err && i < count; i++) {
		struct kin *kin;

		err = note(offspring, pids[i], &kin);
		if (kin)
			kin->seen = offspring->searches;
	}
	return err;
}

static struct error *search(struct offspring *offspring)
{
	ARRAY(pid_t) known = { 0 };
	struct error *err = NULL;
	bool room = true;

	offspring->searches++;
	for (const struct kin *kin = offspring->all; room && kin; kin = kin->hh.next)
		room = array_push(&known, kin->pid);
	if (!room)
		err = &error_nomem;
	for (size_t i = 0; !err && i < known.count; i++) {
		struct kin *kin;

		HASH_FIND(hh, offspring->all, &known.items[i], sizeof(*known.items), kin);
		if (!kin || kin->seen == offspring->searches)
			continue; /* it was found below another one, and so was what is below it */
		if (process_start_ticks(kin->pid) == kin->start_ticks)
			err = search_below(offspring, kin->pid);
		else
			forget(offspring, kin);
	}
	array_deinit(&known);
	return err;
}

static void put_off(struct kin *kin, uint64_t first_ns, uint64_t max_ns)
{
	kin->wait_ns = kin->wait_ns ? 2 * kin->wait_ns : first_ns;
	if (kin->wait_ns > max_ns)
		kin->wait_ns = max_ns;
	kin->due_ns = clock_now_ns() + kin->wait_ns;
}

static struct error *refuse(struct offspring *offspring, struct kin *kin, struct error *err)
{
	kin->state = KIN_REFUSED;
	kin->due_ns = UINT64_MAX;
	if (offspring->unreadable++)
		error_destroy(err);
	else
		offspring->why = err;
	return NULL;
}

static struct error *try_kin(struct offspring *offspring, struct kin *kin)
{
	struct error *err;

	if (process_shares_memory(kin->pid, process_parent(kin->pid))) {
		kin->due_ns = 0; /* at the next look */
		return NULL;
	}
	(void)process_program(kin->pid, &kin->program);
	err = offspring->attach(offspring->context, kin->pid);
	if (!err) {
		kin->state = KIN_ATTACHED;
		return NULL;
	}
	switch (err->kind) {
	case ERROR_NOMEM:
		return err;
	case ERROR_NOT_PYTHON:
	case ERROR_GONE:
		if (kin->state != KIN_STRANGER)
			kin->wait_ns = 0;
		kin->state = KIN_STRANGER;
		put_off(kin, STRANGER_FIRST_NS, STRANGER_MAX_NS);
		break;
	case ERROR_NOT_READY:
	case ERROR_FAULT:
	case ERROR_TORN:
		put_off(kin, RETRY_FIRST_NS, RETRY_MAX_NS);
		break;
	default:
		return refuse(offspring, kin, err);
	}
	error_destroy(err);
	return NULL;
}

/* Another program than the one that was no Python, or could not be read. */
static bool has_changed(const struct kin *kin)
{
	struct process_program now;

	return (kin->state == KIN_STRANGER || kin->state == KIN_REFUSED) &&
	       process_program(kin->pid, &now) &&
	       (now.device != kin->program.device || now.inode != kin->program.inode);
}

static struct error *try_all(struct offspring *offspring)
{
	uint64_t began_ns = clock_now_ns(), now_ns = began_ns;
	struct error *err = NULL;
	struct kin *kin, *next;

	HASH_ITER (hh, offspring->all, kin, next) {
		if (kin->state == KIN_ATTACHED)
			continue;
		if (has_changed(kin)) {
			kin->state = KIN_NEW;
			kin->wait_ns = kin->due_ns = 0;
		}
		if (kin->due_ns > now_ns)
			continue;
		err = try_kin(offspring, kin);
		now_ns = clock_now_ns();
		if (err || now_ns - began_ns > ATTACHING_NS)
			return err;
	}
	return NULL;
}

struct error *offspring_look(struct offspring *offspring, uint64_t now_ns)
{
	struct error *err = NULL;
	uint64_t took_ns;
	pid_t newest;

	if (now_ns < offspring->due_ns)
		return NULL;
	newest = process_newest();
	if (!newest || newest != offspring->newest)
		err = search(offspring);
	offspring->newest = newest;
	took_ns = clock_now_ns() - now_ns;
	offspring->due_ns = now_ns + (SHARE * took_ns > LOOK_NS ? SHARE * took_ns : LOOK_NS);
	return err ? err : try_all(offspring);
}

const struct error *offspring_unreadable(const struct offspring *offspring, size_t *count)
{
	*count = offspring->unreadable;
	return offspring->why;
}
