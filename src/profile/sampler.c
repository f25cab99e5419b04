/*
 * sampler.c - the loop of a recording.
 */
#include "profile/sampler.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "budget.h"
#include "offspring.h"
#include "schedule.h"
#include "target.h"
#include "target/tracer.h"

enum {
	NAP_MAX_NS = 20 * CLOCK_MS_NS, /* a signal or the target's end is noticed this soon */
	PROGRESS_NS = 100 * CLOCK_MS_NS,
	ATTACH_PERIOD_NS = 2 * CLOCK_MS_NS, /* between two looks for a Python that is to come */
	STARTING_NS = 2 * (uint64_t)CLOCK_SECOND_NS, /* a Python that starts is waited for */
	GAP_NS =
		100 * CLOCK_MS_NS, /* a sample stands for no more than this and that many periods */
	GAP_PERIODS = 10,
	TARGETS_MAX = 512, /* with children: each costs memory, files and time at each look */
};

struct sampler {
	struct sampler_options options;
	struct profile *dictionary;
	struct sink *sink;
	struct look look; /* scratch */
	struct stats stats;
	struct schedule schedule;
	struct budget budget;
	ARRAY(struct target *) targets;
	struct offspring *offspring; /* NULL: children are not followed */
	pid_t last_pid;
	uint64_t started_ns, own_cpu_ns; /* at the start of the run */
	uint64_t looked_ns;              /* when the last look was */
	uint64_t progress_due_ns;
	uint64_t search_due_ns;   /* when descendants of the command are looked for again */
	struct py_counters ended; /* counters of targets that are gone */
	struct hold_counts ended_held;
	/* of the run, for the thread that goes on with it */
	const struct sampler_control *control;
	struct error *err;
	uint64_t began_ns; /* the look that is not over; 0: none */
	uint64_t sleeps;   /* of ours, when it began */
	size_t next;       /* target of it */
	bool was_lost;     /* one of those before */
};

static const struct sampler_control no_control;

static bool is_target(const struct sampler *sampler, pid_t pid)
{
	for (size_t i = 0; i < sampler->targets.count; i++)
		if (sampler->targets.items[i]->process.pid == pid)
			return true;
	return false;
}

static struct error *attach_one(struct sampler *sampler, pid_t pid)
{
	CLEANUP(target_destroyp)
	struct target *target = NULL;
	struct error *err;

	if (is_target(sampler, pid)) /* given twice, or a child of one that was given */
		return NULL;
	err = target_create(pid, &sampler->options, sampler->dictionary, &target);
	if (err)
		return err;
	if (!array_push(&sampler->targets, target))
		return &error_nomem;
	target = NULL;
	sampler->last_pid = pid;
	return NULL;
}

static struct error *attach_child(void *context, pid_t pid)
{
	struct sampler *sampler = context;

	if (sampler->targets.count >= TARGETS_MAX)
		return error_create(ERROR_OTHER, "%d processes are recorded already", TARGETS_MAX);
	return attach_one(sampler, pid);
}

struct error *sampler_create(const struct sampler_options *options, struct profile *dictionary,
			     struct sink *sink, struct sampler **ret)
{
	struct sampler *sampler = calloc(1, sizeof(*sampler));
	struct error *err = NULL;

	if (!sampler)
		return &error_nomem;
	sampler->options = *options;
	sampler->dictionary = dictionary;
	sampler->sink = sink;
	sampler->stats.rate_asked = options->rate_hz;
	sampler->stats.cpu_limit = options->cpu_limit;
	if (options->subprocesses)
		err = offspring_create(attach_child, sampler, &sampler->offspring);
	if (err) {
		sampler_destroy(sampler);
		return err;
	}
	*ret = sampler;
	return NULL;
}

void sampler_destroy(struct sampler *sampler)
{
	if (!sampler)
		return;
	for (size_t i = 0; i < sampler->targets.count; i++)
		target_destroy(sampler->targets.items[i]);
	array_deinit(&sampler->targets);
	offspring_destroy(sampler->offspring);
	array_deinit(&sampler->look);
	free(sampler);
}

pid_t sampler_last_pid(const struct sampler *sampler)
{
	return sampler->last_pid;
}

static bool is_told_to_stop(const struct sampler_control *control)
{
	return control->stop && *control->stop;
}

/* The first descendant of pid that runs Python; the error stays that of pid itself. */
static bool attach_descendant(struct sampler *sampler, pid_t pid)
{
	CLEANUP(freep)
	pid_t *pids = NULL;
	size_t count;

	if (error_catch_any(process_descendants(pid, &pids, &count)))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!error_catch_any(attach_one(sampler, pids[i])))
			return true;
	return false;
}

/* Worth another look: no Python yet, or one that is just starting, or exec in the middle. */
static bool may_become_python(const struct error *err, uint64_t waited_ns, uint64_t wait_ns)
{
	switch (err->kind) {
	case ERROR_NOT_READY:
		return waited_ns < (wait_ns > STARTING_NS ? wait_ns : STARTING_NS);
	case ERROR_NOT_PYTHON:
	case ERROR_GONE:
	case ERROR_FAULT:
	case ERROR_TORN:
		return waited_ns < wait_ns;
	default:
		return false;
	}
}

static struct error *attach_soon(struct sampler *sampler, pid_t pid, uint64_t wait_ns,
				 const struct sampler_control *control)
{
	uint64_t start_ns = clock_now_ns();

	for (;;) {
		struct error *err = attach_one(sampler, pid);
		bool takes_children = wait_ns || sampler->offspring, over;

		if (!err)
			return NULL;
		over = is_told_to_stop(control) ||
		       (control->launch && launch_has_ended(control->launch)) ||
		       !may_become_python(err, clock_now_ns() - start_ns, wait_ns);
		if (over && !(sampler->offspring && err->kind == ERROR_NOT_PYTHON))
			return err;
		if (takes_children && attach_descendant(sampler, pid)) {
			error_destroy(err);
			return NULL;
		}
		if (over)
			return err;
		error_destroy(err);
		clock_sleep_until(clock_now_ns() + ATTACH_PERIOD_NS);
	}
}

struct error *sampler_attach(struct sampler *sampler, pid_t pid, uint64_t wait_ns,
			     const struct sampler_control *control)
{
	struct error *err = attach_soon(sampler, pid, wait_ns, control ? control : &no_control);

	if (!err && sampler->offspring)
		err = offspring_add_root(sampler->offspring, pid, is_target(sampler, pid));
	return err;
}

static void add_counters(struct py_counters *sum, const struct target *target)
{
	struct py_counters counters;

	if (!target->python)
		return;
	python_counters(target->python, &counters);
	sum->calls += counters.calls;
	sum->bytes += counters.bytes;
	sum->retries += counters.retries;
	sum->reused += counters.reused;
}

static void update_stats(struct sampler *sampler)
{
	struct stats *stats = &sampler->stats;
	struct py_counters sum = sampler->ended;

	stats->held = sampler->ended_held;
	for (size_t i = 0; i < sampler->targets.count; i++) {
		const struct target *target = sampler->targets.items[i];

		add_counters(&sum, target);
		if (target->hold)
			hold_count(target->hold, &stats->held);
	}
	stats->read_calls = sum.calls;
	stats->read_bytes = sum.bytes;
	stats->retries = sum.retries;
	stats->reused = sum.reused;
	stats->slowed_ns = sampler->budget.slowed_ns;
	stats->waited_ns = sampler->budget.waited_ns;
	stats->elapsed_ns = clock_now_ns() - sampler->started_ns;
	stats->own_cpu_ns = clock_own_cpu_ns() - sampler->own_cpu_ns;
	sampler->dictionary->capture.stats = *stats;
}

static void remove_target(struct sampler *sampler, size_t index)
{
	struct target *target = sampler->targets.items[index];

	add_counters(&sampler->ended, target);
	if (target->hold)
		hold_count(target->hold, &sampler->ended_held);
	if (sampler->offspring)
		offspring_let_go(sampler->offspring, target->process.pid);
	target_destroy(target);
	sampler->targets.count--;
	for (size_t i = index; i < sampler->targets.count; i++)
		sampler->targets.items[i] = sampler->targets.items[i + 1];
}

/*
 * What the samples of a look stand for: the time since the last one. Where the sampler itself was
 * held up for long (stopped, or the machine asleep) nobody knows what happened meanwhile: that is
 * a gap.
 */
static uint64_t weigh(const struct sampler *sampler, uint64_t now_ns)
{
	uint64_t period_ns = sampler->schedule.period_ns;
	uint64_t most_ns = GAP_PERIODS * period_ns > GAP_NS ? GAP_PERIODS * period_ns : GAP_NS;
	uint64_t weight_ns = now_ns - sampler->looked_ns;

	return weight_ns < most_ns ? weight_ns : most_ns;
}

static struct error *hand_on(struct sampler *sampler)
{
	uint64_t now_ns = clock_now_ns();
	const struct tick tick = {
		.time_ns = now_ns - sampler->started_ns,
		.weight_ns = weigh(sampler, now_ns),
		.samples = sampler->look.items,
		.count = sampler->look.count,
	};

	sampler->looked_ns = now_ns;
	return sampler->sink->add(sampler->sink, &tick);
}

static void begin_look(struct sampler *sampler, uint64_t now_ns)
{
	sampler->began_ns = now_ns;
	if (sampler->schedule.period_ns) /* as often as can be, nothing slows it down */
		sampler->sleeps = clock_own_sleeps();
	sampler->look.count = 0;
	sampler->next = 0;
	sampler->was_lost = false;
	sampler->stats.ticks++;
}

/* *is_stuck: the calling thread is to end before it does anything else. */
static struct error *sample_next(struct sampler *sampler, bool *is_stuck)
{
	struct target *target = sampler->targets.items[sampler->next];
	enum target_result result = TARGET_SAMPLED;
	struct error *err = target_sample(target, &sampler->options, sampler->began_ns,
					  &sampler->stats, &sampler->look, &result);

	*is_stuck = target->hold && hold_is_stuck(target->hold);
	sampler->was_lost |= result == TARGET_LOST;
	if (result == TARGET_ENDED)
		remove_target(sampler, sampler->next);
	else
		sampler->next++;
	return err;
}

/* Looks at the targets that are left of a look, and hands it on. */
static struct error *sample_rest(struct sampler *sampler, bool *is_stuck)
{
	while (sampler->next < sampler->targets.count) {
		struct error *err = sample_next(sampler, is_stuck);

		if (err || *is_stuck)
			return err;
	}
	if (sampler->was_lost)
		sampler->stats.lost_ticks++;
	return hand_on(sampler);
}

static void serve_caller(struct sampler *sampler, const struct sampler_control *control,
			 uint64_t now_ns)
{
	if (control->snapshot && *control->snapshot) {
		*control->snapshot = 0;
		update_stats(sampler);
		if (control->on_snapshot)
			control->on_snapshot(control->context);
	}
	if (now_ns < sampler->progress_due_ns)
		return;
	sampler->progress_due_ns = now_ns + PROGRESS_NS;
	update_stats(sampler);
	if (control->on_progress)
		control->on_progress(control->context, &sampler->stats);
}

/* A slow rate does not keep the end of a target from being seen. */
static void drop_ended(struct sampler *sampler)
{
	for (size_t i = sampler->targets.count; i-- > 0;)
		if (!process_is_alive(&sampler->targets.items[i]->process))
			remove_target(sampler, i);
}

static bool is_over(const struct sampler *sampler, const struct sampler_control *control,
		    uint64_t now_ns)
{
	return is_told_to_stop(control) ||
	       (sampler->options.duration_ns &&
		now_ns - sampler->started_ns >= sampler->options.duration_ns);
}

/*
 * The command that we started goes on while its Pythons have ended: another may come ("sh -c
 * 'python a.py; python b.py'").
 */
static bool has_target(struct sampler *sampler, const struct sampler_control *control,
		       uint64_t now_ns)
{
	if (sampler->targets.count)
		return true;
	if (sampler->offspring)
		return offspring_may_come(sampler->offspring);
	if (!control->launch || launch_has_ended(control->launch))
		return false;
	if (now_ns >= sampler->search_due_ns) {
		sampler->search_due_ns = now_ns + ATTACH_PERIOD_NS;
		if (error_catch_any(attach_one(sampler, control->launch->pid)))
			(void)attach_descendant(sampler, control->launch->pid);
	}
	return true;
}

/*
 * Sleeps until the tick, in naps between which the caller and the targets are looked after. *now_ns
 * is the time, before and after. False: the run is over.
 */
static bool wait_for_tick(struct sampler *sampler, const struct sampler_control *control,
			  uint64_t deadline_ns, uint64_t *now_ns, struct error **err)
{
	uint64_t now = *now_ns;

	for (;; *now_ns = now) {
		if (sampler->offspring)
			*err = offspring_look(sampler->offspring, now);
		if (*err)
			return false;
		serve_caller(sampler, control, now);
		if (is_over(sampler, control, now) || !has_target(sampler, control, now))
			return false;
		if (now >= deadline_ns)
			return true;
		if (deadline_ns - now > NAP_MAX_NS) {
			clock_sleep_until(now + NAP_MAX_NS);
			drop_ended(sampler);
		} else {
			clock_sleep_until(deadline_ns);
		}
		now = clock_now_ns();
	}
}

static void begin(struct sampler *sampler)
{
	clock_be_punctual();
	sampler->started_ns = clock_now_ns();
	sampler->looked_ns = sampler->started_ns;
	sampler->own_cpu_ns = clock_own_cpu_ns();
	schedule_init(&sampler->schedule, sampler->options.rate_hz, sampler->started_ns,
		      sampler->started_ns);
	budget_init(&sampler->budget, sampler->schedule.period_ns, sampler->options.cpu_limit / 100,
		    sampler->started_ns, sampler->own_cpu_ns);
}

/* After a look: is it still as often as it may be? */
static void keep_budget(struct sampler *sampler)
{
	struct budget *budget = &sampler->budget;
	uint64_t now_ns = sampler->looked_ns;

	/* to stop a thread is to wait for it; that says nothing of the memory map */
	budget_look(budget, !sampler->options.blocking && sampler->schedule.period_ns &&
				    clock_own_sleeps() != sampler->sleeps);
	if (budget_is_due(budget, now_ns) && budget_review(budget, now_ns, clock_own_cpu_ns()))
		schedule_set_period(&sampler->schedule, budget->period_ns, now_ns);
}

/* Waits for the time of the next look, and begins it. False: the run is over. */
static bool next_look(struct sampler *sampler)
{
	uint64_t skipped, deadline;
	/* as often as can be: where one look ends the next begins */
	uint64_t now_ns = sampler->schedule.period_ns ? clock_now_ns() : sampler->looked_ns;

	deadline = schedule_next(&sampler->schedule, now_ns, &skipped);
	sampler->stats.skipped += skipped;
	if (!wait_for_tick(sampler, sampler->control, deadline, &now_ns, &sampler->err))
		return false;
	if (sampler->schedule.period_ns && now_ns - deadline > sampler->schedule.period_ns / 2)
		sampler->stats.late++;
	begin_look(sampler, now_ns);
	return true;
}

/* Goes on with the run until it is over, or until another thread is to do so: true. */
static bool run_on(void *context)
{
	struct sampler *sampler = context;

	while (!sampler->err && (sampler->began_ns || next_look(sampler))) {
		bool is_stuck = false;

		sampler->err = sample_rest(sampler, &is_stuck);
		if (is_stuck)
			return true;
		keep_budget(sampler);
		sampler->began_ns = 0;
	}
	return false;
}

struct error *sampler_run(struct sampler *sampler, const struct sampler_control *control)
{
	struct error *err = NULL;

	sampler->control = control ? control : &no_control;
	begin(sampler);
	if (sampler->options.blocking)
		err = tracer_run(run_on, sampler);
	else
		(void)run_on(sampler);
	update_stats(sampler);
	return err ? err : sampler->err;
}

const struct stats *sampler_stats(const struct sampler *sampler)
{
	return &sampler->stats;
}

const struct error *sampler_unreadable(const struct sampler *sampler, size_t *count)
{
	*count = 0;
	return sampler->offspring ? offspring_unreadable(sampler->offspring, count) : NULL;
}
