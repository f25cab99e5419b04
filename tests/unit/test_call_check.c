/*
 * What a generator has among its values is believed with what it was at when they were copied.
 */
#include <criterion/criterion.h>

#include "python/call_check.h"
#include "support/running.h"

/* Meanwhile the memory of the generator is another one's. */
static void give_to_another(struct fake *py, void *arg)
{
	const struct running *running = arg;

	fake_put_u64(py, running->generator, py->layout.frame_code, running->work_code);
}

static struct raw_frame decode(struct running *running, uint64_t frame)
{
	struct fake_walk *walk = &running->program.walk;
	char bytes[512];

	cr_assert_null(mem_read(&walk->py.mem, frame, bytes, raw_frame_size(&walk->py.layout)));
	return raw_frame_decode(&walk->py.layout, frame, bytes);
}

Test(call_check, values_are_of_the_moment_at_which_the_frame_was_copied)
{
	struct running running = { 0 };

	FAKE_EACH_PROGRAM(running.program)
	{
		struct fake_walk *walk = &running.program.walk;
		struct fake *py = &walk->py;
		const struct code *code;
		struct raw_frame raw;
		uint64_t held;

		if (!running_is_possible(&running))
			continue;
		running_build(&running);
		running_see(&running);
		code = walk->frames.items[1].code;
		held = fake_generator_frame(py, 0, running.generator_code, 8);
		fake_set_local(py, running.generator, FAKE_FIRST_VALUE,
			       held - (uint64_t)py->layout.gen_iframe);
		fake_put_away(py, running.generator, FAKE_FIRST_VALUE + 1);
		raw = decode(&running, running.generator);
		cr_assert_null(snapshot_begin(walk->snapshot));
		cr_assert(frame_holds_generator(&walk->walker, running.generator, &raw, code, held),
			  "%s", fake_program_layout(&running.program));
		cr_assert_eq(generator_on_top(&walk->walker, running.generator, &raw), held);
		/* nothing of it is foreseen */
		cr_assert_null(snapshot_begin(walk->snapshot));
		cr_assert_null(snapshot_begin(walk->snapshot));
		py->before_read = give_to_another;
		py->before_read_arg = &running;
		cr_assert_not(
			frame_holds_generator(&walk->walker, running.generator, &raw, code, held));
		cr_assert_eq(generator_on_top(&walk->walker, running.generator, &raw), 0);
		py->before_read = NULL;
	}
}
