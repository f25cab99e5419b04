/*
 * What the live view keeps of what it sees.
 */
#include <criterion/criterion.h>

#include "support/live_model.h"

static struct profile dictionary;
static struct model model;

static void setup(void)
{
	live_model_dictionary(&dictionary);
	model_init(&model, &dictionary);
}

static void teardown(void)
{
	model_deinit(&model);
	profile_deinit(&dictionary);
}

TestSuite(model, .init = setup, .fini = teardown);

enum { SECOND = CLOCK_SECOND_NS };

static uint64_t sum_of(const struct part *part)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < part->samples.capacity; i++)
		sum += part->samples.slots[i].value;
	return sum;
}

Test(model, counts)
{
	struct counts counts = { 0 }, copy = { 0 };

	cr_assert(counts_copy(&copy, &counts), "of nothing");
	cr_assert_eq(counts_get(&counts, 7), 0);
	for (uint64_t i = 0; i < 10000; i++)
		cr_assert(counts_add(&counts, i * i, i));
	cr_assert(counts_add(&counts, 81, 1));
	cr_assert_eq(counts_get(&counts, 81), 10);
	cr_assert_eq(counts.count, 9999, "0 is no value");
	cr_assert_eq(counts_get(&counts, 82), 0);
	cr_assert(counts_copy(&copy, &counts));
	counts_clear(&counts);
	cr_assert_eq(counts_get(&counts, 81), 0);
	cr_assert_eq(counts_get(&copy, 81), 10);
	cr_assert_eq(copy.count, 9999);
	cr_assert(counts_add(&copy, 82, 5));
	cr_assert(counts_copy(&copy, &counts));
	cr_assert_eq(counts_get(&copy, 82), 0);
	counts_deinit(&copy);
	counts_deinit(&counts);
}

Test(model, a_key_holds_everything)
{
	const struct sample sample = { MODEL_THREADS_MAX - 1, UINT32_MAX, SAMPLE_WAIT_OTHER,
				       SAMPLE_FLAGS_ALL };
	struct sample_key key = sample_key_unpack(sample_key_pack(&sample));

	cr_assert_eq(key.thread, sample.thread);
	cr_assert_eq(key.node, sample.node);
	cr_assert_eq(key.state, sample.state);
	cr_assert_eq(key.flags, sample.flags);
}

Test(model, the_window_is_the_last_seconds_and_all_is_all)
{
	live_model_run(&model, 0, 20);
	/* a piece of half a second that is not full comes on top */
	cr_assert_geq(model.window_shown.looked_ns, UINT64_C(5) * SECOND);
	cr_assert_leq(model.window_shown.looked_ns, UINT64_C(5) * SECOND + MODEL_SLOT_NS);
	cr_assert_eq(model.total_shown.looked_ns, UINT64_C(20) * SECOND);
	cr_assert_eq(sum_of(&model.total_shown), UINT64_C(20) * SECOND * 7 / 2);
	cr_assert_null(model_refresh(&model, UINT64_C(60) * SECOND));
	cr_assert_eq(sum_of(&model.window_shown), sum_of(&model.total_shown));
}

Test(model, shares_of_the_gil_and_the_collector)
{
	live_model_run(&model, 0, 10);
	cr_assert_eq(model.total_shown.gil_ns, model.total_shown.looked_ns);
	cr_assert_eq(model.total_shown.gc_ns, model.total_shown.looked_ns / 10);
}

Test(model, memory_does_not_grow_with_time)
{
	size_t capacity;

	live_model_run(&model, 0, 70);
	capacity = model.slots[0].samples.capacity;
	live_model_run(&model, 70, 600);
	cr_assert_eq(model.slots[0].samples.capacity, capacity);
	cr_assert_eq(sum_of(&model.total_shown), UINT64_C(670) * SECOND * 7 / 2);
	cr_assert_null(model_refresh(&model, UINT64_C(60) * SECOND));
	cr_assert_leq(model.window_shown.looked_ns, UINT64_C(60) * SECOND + MODEL_SLOT_NS);
}

Test(model, a_gap_longer_than_all_windows)
{
	const struct sample sample = { 0, 0, SAMPLE_RUNNING, 0 };

	live_model_run(&model, 0, 2);
	live_model_look(&model, UINT64_C(3600) * SECOND, &sample, 1);
	cr_assert_null(model_refresh(&model, UINT64_C(60) * SECOND));
	cr_assert_eq(model.window_shown.looked_ns, LOOK_NS);
	cr_assert_eq(model.total_shown.looked_ns, UINT64_C(2) * SECOND + LOOK_NS);
}

Test(model, reset_forgets_what_was_counted)
{
	live_model_run(&model, 0, 3);
	model_reset(&model);
	cr_assert_null(model_refresh(&model, UINT64_C(5) * SECOND));
	cr_assert_eq(sum_of(&model.total_shown), 0);
	cr_assert_eq(model.total_shown.looked_ns, 0);
	cr_assert_not_null(model_point(&model, 2), "the curves stay");
	live_model_run(&model, 3, 1);
	cr_assert_eq(model.total_shown.looked_ns, SECOND);
}

Test(model, too_many_different_samples_shorten_the_window)
{
	static struct sample samples[1000];

	for (unsigned int i = 0; i < 3000; i++) { /* 3000 looks: 30 s, 100,000 new ones a second */
		for (uint32_t t = 0; t < 1000; t++)
			samples[t] = (struct sample) { t, i, SAMPLE_RUNNING, 0 };
		live_model_look(&model, (i + 1) * (uint64_t)LOOK_NS, samples, 1000);
	}
	cr_assert_gt(model.first_slot, 0);
	cr_assert_null(model_refresh(&model, UINT64_C(60) * SECOND));
	cr_assert_leq(model.window_shown.samples.count, MODEL_SLOT_ENTRIES_MAX + 50 * 1000);
	cr_assert_gt(model.window_shown.looked_ns, UINT64_C(5) * SECOND);
}

Test(model, curves_keep_ten_minutes)
{
	const struct stats stats = { 0 };

	cr_assert_null(model_point(&model, 0));
	for (unsigned int i = 0; i < MODEL_POINTS + 10; i++)
		model_measure(&model, &(const struct load) { .rss_bytes = i }, &stats);
	cr_assert_eq(model_point(&model, 0)->rss_bytes, MODEL_POINTS + 9);
	cr_assert_eq(model_point(&model, MODEL_POINTS - 1)->rss_bytes, 10);
	cr_assert_null(model_point(&model, MODEL_POINTS));
}
