/*
 * running.c - see running.h.
 */
#include "support/running.h"

#include <criterion/criterion.h>

enum { GENERATOR_FLAG = 0x20 /* CO_GENERATOR, Include/cpython/code.h */ };

uint64_t fake_generator_code(struct fake *py)
{
	return fake_code_with_flags(py, "generator", GENERATOR_FLAG);
}

void running_build(struct running *running)
{
	struct fake_program *program = &running->program;
	struct fake *py = &program->walk.py;

	fake_program_build(program);
	running->generator_code = fake_generator_code(py);
	running->work_code = fake_plain_code(py, "work");
	running->work_function = fake_function_of(py, running->work_code);
	running->generator = fake_generator_frame(py, program->frames[FAKE_INNER],
						  running->generator_code, FAKE_GENERATOR_AT);
	running->work = fake_frame(py, running->generator, running->work_code, FAKE_WORK_AT);
	if (py->layout.gen_iframe >= 0) {
		fake_set_local(py, program->frames[FAKE_INNER], FAKE_FIRST_VALUE,
			       running->generator - (uint64_t)py->layout.gen_iframe);
		fake_put_away(py, program->frames[FAKE_INNER], FAKE_FIRST_VALUE + 1);
	}
	fake_called(py, running->generator, running->work, running->work_function);
}

void running_see(struct running *running)
{
	fake_walk_begin(&running->program.walk, running->work);
	cr_assert_null(fake_walk_twice(&running->program.walk), "%s",
		       fake_program_layout(&running->program));
	cr_assert_eq(running->program.walk.frames.count, FAKE_DEPTH + 2);
}

void running_let_go(struct running *running)
{
	struct fake *py = &running->program.walk.py;
	uint64_t inner = running->program.frames[FAKE_INNER];

	fake_set_previous(py, running->generator, 0);
	fake_runs(py, inner);
	fake_set_local(py, inner, FAKE_FIRST_VALUE, 0);
}

bool running_is_possible(const struct running *running)
{
	return running->program.walk.py.layout.gen_iframe >= 0;
}

void running_check_frame(const struct running *running, size_t index, uint64_t addr, int32_t offset)
{
	const struct py_frame *frame = &running->program.walk.frames.items[index];

	cr_assert_eq(frame->addr, addr, "%s: frame %zu", fake_program_layout(&running->program),
		     index);
	cr_assert_eq(frame->offset, offset, "%s: frame %zu at %d",
		     fake_program_layout(&running->program), index, frame->offset);
}
