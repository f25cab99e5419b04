/*
 * target.c - a process under observation: attached, lost, attached again, ended.
 */
#include "target.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"

enum {
	/* The list of threads unreadable for so long: the process called exec, or Python has ended.
	 */
	LOST_NS = 5 * CLOCK_MS_NS,
	RETRY_FIRST_NS = 2 * CLOCK_MS_NS,
	RETRY_MAX_NS = 250 * CLOCK_MS_NS,
	AWAY_MAX_MS = 3000, /* without a Python for so long, it is none any more */
};

void target_destroyp(struct target **target)
{
	target_destroy(*target);
}

struct error *target_create(pid_t pid, const struct sampler_options *options,
			    struct profile *dictionary, struct target **ret)
{
	CLEANUP(target_destroyp)
	struct target *target = calloc(1, sizeof(*target));
	struct error *err;

	if (!target)
		return &error_nomem;
	target->process.pidfd = -1;
	err = process_open(pid, &target->process);
	if (!err)
		err = python_attach(&target->process, &target->python);
	if (!err && options->blocking)
		err = hold_create(pid, &target->hold);
	if (!err)
		err = stack_recorder_create(options, &target->process, dictionary,
					    &target->recorder);
	if (err)
		return err;
	*ret = take_ptr(target);
	return NULL;
}

void target_destroy(struct target *target)
{
	if (!target)
		return;
	hold_destroy(target->hold);
	stack_recorder_destroy(target->recorder);
	python_destroy(target->python);
	process_deinit(&target->process);
	free(target);
}

/* The interpreter is no longer where it was: look for another in the same process, soon. */
static void detach(struct target *target)
{
	log_line(1, "profile", "process %d: its Python is gone, looking for another",
		 target->process.pid);
	python_destroy(take_ptr(target->python));
	stack_recorder_reset(target->recorder);
	target->lost_since_ns = 0;
	target->retry_wait_ns = RETRY_FIRST_NS;
	target->away_since_ns = clock_now_ns();
	target->retry_at_ns = target->away_since_ns + target->retry_wait_ns;
}

/* After an exec the process has another executable: what is known of it is read anew. */
static bool attach_again(struct target *target)
{
	struct process process = { .pidfd = -1 };

	if (clock_now_ns() < target->retry_at_ns)
		return false;
	target->retry_wait_ns *= 2;
	if (target->retry_wait_ns > RETRY_MAX_NS)
		target->retry_wait_ns = RETRY_MAX_NS;
	target->retry_at_ns = clock_now_ns() + target->retry_wait_ns;
	if (error_catch_any(process_open(target->process.pid, &process)))
		return false;
	process_deinit(&target->process);
	target->process = process;
	target->is_foreseen = false;
	return !error_catch_any(python_attach(&target->process, &target->python));
}

static enum target_result after_loss(struct target *target)
{
	uint64_t now = clock_now_ns();

	if (!process_is_alive(&target->process))
		return TARGET_ENDED;
	if (!target->lost_since_ns)
		target->lost_since_ns = now;
	else if (now - target->lost_since_ns > LOST_NS)
		detach(target);
	return TARGET_LOST;
}

/* What has been read once takes no longer in the pause than it must. */
static struct error *foresee(struct target *target, const struct py_sample_options *wanted)
{
	struct py_sample sample;

	if (target->is_foreseen)
		return NULL;
	target->is_foreseen = true;
	return python_sample(target->python, wanted, &sample);
}

static struct error *take_sample(struct target *target, const struct sampler_options *options,
				 uint64_t now_ns, struct py_sample *sample)
{
	const struct py_sample_options wanted = {
		.states = true,
		.gil_only = options->gil_only,
		.now_ns = now_ns,
	};
	struct error *err;

	if (!target->hold)
		return python_sample(target->python, &wanted, sample);
	err = foresee(target, &wanted);
	return err ? err : hold_sample(target->hold, target->python, &wanted, false, sample);
}

struct error *target_sample(struct target *target, const struct sampler_options *options,
			    uint64_t now_ns, struct stats *stats, struct look *look,
			    enum target_result *result)
{
	struct py_sample sample;
	struct error *err;

	if (!target->python) {
		*result = TARGET_AWAY;
		if (!process_is_alive(&target->process) ||
		    clock_now_ns() - target->away_since_ns > (uint64_t)AWAY_MAX_MS * CLOCK_MS_NS)
			*result = TARGET_ENDED;
		else if (attach_again(target))
			stats->reattached++;
		return NULL;
	}
	err = take_sample(target, options, now_ns, &sample);
	if (err && err->kind == ERROR_NOMEM)
		return err;
	if (error_catch_any(err) || sample.lost) {
		*result = after_loss(target);
		if (err)
			return NULL;
	} else {
		*result = TARGET_SAMPLED;
		target->lost_since_ns = 0;
	}
	return target->python
		       ? stack_recorder_add(target->recorder, target->python, &sample, stats, look)
		       : NULL;
}
