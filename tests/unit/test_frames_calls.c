/*
 * Who called whom: seen on the caller's value stack, or looked at again until it is sure.
 */
#include <criterion/criterion.h>

#include "support/fake_objects.h"
#include "support/fake_walk.h"

enum { MODULE = FAKE_MODULE, OUTER = FAKE_OUTER, INNER = FAKE_INNER, DEPTH = FAKE_DEPTH };

/* Only frames of the data stack tell nothing of their caller. */
static bool has_data_stack(const struct fake_program *program)
{
	return program->walk.py.layout.frame_shape != FRAME_OBJECT;
}

#define EACH_WITH_DATA_STACK(program)                                                              \
	FAKE_EACH_PROGRAM(program)                                                                 \
	if (has_data_stack(&(program)))

static void begin(struct fake_program *program)
{
	fake_program_build(program);
	fake_walk_begin(&program->walk, program->frames[INNER]);
}

/* As begin(), and the walker knows the end of the chain: nothing is left to be confirmed. */
static void begin_known(struct fake_program *program)
{
	begin(program);
	for (int i = 0; i < 5; i++)
		error_destroy(fake_walk_round(&program->walk));
}

/* What has only just begun does not show that it is at work. */
static void only_begins(struct fake_program *program, int frame)
{
	fake_set_offset(&program->walk.py, program->frames[frame], 0);
}

/* Neither does the call of inner() leave a trace on the value stack of outer(). */
static void hide_call(struct fake_program *program)
{
	only_begins(program, INNER);
	fake_set_local(&program->walk.py, program->frames[OUTER], FAKE_FIRST_VALUE, 0);
}

static void check_leaf(const struct fake_program *program, int leaf)
{
	cr_assert_eq(program->walk.frames.count, (size_t)leaf + 1, "%s: %zu",
		     fake_program_layout(program), program->walk.frames.count);
	for (int i = 0; i <= leaf; i++)
		cr_assert_eq(program->walk.frames.items[leaf - i].addr, program->frames[i]);
}

/* What the target does before read number `at` of a round. */
struct meanwhile {
	int at, reads;
	uint64_t frame, value;
	int32_t field;
};

static void change(struct fake *py, void *arg)
{
	struct meanwhile *meanwhile = arg;

	if (meanwhile->reads++ == meanwhile->at)
		fake_put_u64(py, meanwhile->frame, meanwhile->field, meanwhile->value);
}

Test(frames_calls, a_callee_that_has_returned_is_left_out)
{
	struct fake_program program = { 0 };

	EACH_WITH_DATA_STACK(program)
	{
		begin(&program);
		fake_runs(&program.walk.py, program.frames[OUTER]);
		cr_assert_null(fake_walk_twice(&program.walk), "%s", fake_program_layout(&program));
		check_leaf(&program, OUTER);
	}
}

Test(frames_calls, a_caller_that_has_not_begun_called_nothing)
{
	struct fake_program program = { 0 };

	EACH_WITH_DATA_STACK(program)
	{
		begin(&program);
		fake_set_offset(&program.walk.py, program.frames[OUTER], -1);
		cr_assert_null(fake_walk_twice(&program.walk), "%s", fake_program_layout(&program));
		check_leaf(&program, OUTER);
	}
}

Test(frames_calls, what_is_no_frame_any_more_is_left_out)
{
	struct fake_program program = { 0 };

	EACH_WITH_DATA_STACK(program)
	{
		struct fake *py = &program.walk.py;

		begin(&program);
		/* another call is writing a frame in its place, while outer() runs */
		fake_put_u64(py, program.frames[INNER], py->layout.frame_code,
			     fake_str(py, "something else"));
		fake_runs(py, program.frames[OUTER]);
		cr_assert_null(fake_walk_twice(&program.walk), "%s", fake_program_layout(&program));
		check_leaf(&program, OUTER);
		/* outer() waits for a call: what was on top of it is not known */
		fake_put_away(py, program.frames[OUTER], FAKE_FIRST_VALUE);
		cr_assert_eq(fake_walk_round(&program.walk), &error_torn);
	}
}

Test(frames_calls, what_was_cleared_when_it_returned_is_left_out)
{
	struct fake_program program = { 0 };

	EACH_WITH_DATA_STACK(program)
	{
		begin(&program);
		fake_put_u64(&program.walk.py, program.frames[INNER],
			     program.walk.py.layout.frame_code, 0);
		cr_assert_null(fake_walk_twice(&program.walk), "%s", fake_program_layout(&program));
		check_leaf(&program, OUTER);
	}
}

Test(frames_calls, nothing_is_called_by_an_instruction_that_returns)
{
	struct fake_program program = { 0 };

	EACH_WITH_DATA_STACK(program)
	{
		const struct py_layout *l = &program.walk.py.layout;
		const int32_t leaving[] = { l->opcode_return_value, l->opcode_return_const,
					    l->opcode_yield_value,
					    l->opcode_instrumented_return_value };
		const int32_t at = l->code_code_adaptive + fake_program_offset(OUTER);

		for (size_t i = 0; i < sizeof(leaving) / sizeof(leaving[0]); i++) {
			if (leaving[i] < 0)
				continue;
			if (program.walk.snapshot)
				fake_walk_end(&program.walk);
			program.walk = (struct fake_walk) { .py = program.walk.py };
			fake_program_build(&program);
			fake_put_u8(&program.walk.py, program.codes[OUTER], at,
				    (uint8_t)leaving[i]);
			fake_walk_begin(&program.walk, program.frames[INNER]);
			cr_assert_null(fake_walk_twice(&program.walk), "%s: opcode %d",
				       fake_program_layout(&program), leaving[i]);
			check_leaf(&program, MODULE);
		}
	}
}

Test(frames_calls, a_property_is_shown_by_its_object)
{
	static const struct fake_variable variables[] = { { "self", FAKE_LOCAL } };
	const struct fake_code code = { .name = "p",
					.argcount = 1,
					.variables = variables,
					.variable_count = 1,
					.stacksize = 2 };
	struct fake_program program = { 0 };

	EACH_WITH_DATA_STACK(program)
	{
		struct fake *py = &program.walk.py;
		uint64_t property, leaf, self;

		fake_program_build(&program);
		property = fake_code(py, &code);
		fake_keep(py, property);
		self = fake_str(py, "self");
		leaf = fake_frame(py, program.frames[INNER], property, 0);
		fake_called(py, program.frames[INNER], leaf, fake_function_of(py, property));
		fake_set_local(py, program.frames[INNER], FAKE_FIRST_VALUE, self);
		fake_set_local(py, leaf, 0, self);
		fake_walk_begin(&program.walk, leaf);
		for (int i = 0; i < 5; i++)
			error_destroy(fake_walk_round(&program.walk));
		py->mem.calls = 0;
		cr_assert_null(fake_walk_round(&program.walk));
		cr_assert_eq(py->mem.calls, 1, "%s", fake_program_layout(&program));
		/* another object: nothing shows it, so it is looked at again */
		fake_set_local(py, leaf, 0, fake_str(py, "another"));
		program.walk.walker.edges = (edge_set_destroy(program.walk.walker.edges), NULL);
		cr_assert_null(edge_set_create(&program.walk.walker.edges));
		py->mem.calls = 0;
		cr_assert_null(fake_walk_round(&program.walk));
		cr_assert_gt(py->mem.calls, 2, "%s", fake_program_layout(&program));
	}
}

Test(frames_calls, one_that_nothing_shows_is_looked_at_until_it_is_known)
{
	struct fake_program program = { 0 };

	EACH_WITH_DATA_STACK(program)
	{
		int looked = 0;

		begin_known(&program);
		hide_call(&program);
		for (int i = 0; i < 6; i++) {
			program.walk.py.mem.calls = 0;
			cr_assert_null(fake_walk_round(&program.walk), "%s",
				       fake_program_layout(&program));
			check_leaf(&program, INNER);
			looked += program.walk.py.mem.calls > 1;
		}
		cr_assert_eq(looked, 3, "%s: %d", fake_program_layout(&program), looked);
	}
}

Test(frames_calls, one_through_c_is_looked_at_until_it_is_known)
{
	struct fake_program program = { 0 };

	EACH_WITH_DATA_STACK(program)
	{
		struct fake *py = &program.walk.py;
		int looked = 0;

		begin_known(&program);
		only_begins(&program, INNER);
		fake_set_entry(py, program.frames[INNER]);
		fake_set_previous(py, program.frames[INNER], fake_shim(py, program.frames[OUTER]));
		error_destroy(fake_walk_round(&program.walk)); /* the entry frame is new */
		for (int i = 0; i < 6; i++) {
			py->mem.calls = 0;
			cr_assert_null(fake_walk_round(&program.walk));
			check_leaf(&program, INNER);
			looked += py->mem.calls > 1;
		}
		cr_assert_eq(py->mem.calls, 1);
		cr_assert_geq(looked, 2, "%s: %d", fake_program_layout(&program), looked);
	}
}

/* A call that is over in no time never stays the same over several looks. */
Test(frames_calls, what_c_was_given_to_call_back_needs_no_look)
{
	struct fake_program program = { 0 };

	EACH_WITH_DATA_STACK(program)
	{
		struct fake *py = &program.walk.py;

		begin_known(&program);
		only_begins(&program, INNER);
		fake_set_entry(py, program.frames[INNER]);
		fake_set_previous(py, program.frames[INNER], fake_shim(py, program.frames[OUTER]));
		fake_set_local(py, program.frames[OUTER], 0, program.functions[INNER]);
		error_destroy(fake_walk_round(&program.walk)); /* the entry frame is new */
		py->mem.calls = 0;
		cr_assert_null(fake_walk_round(&program.walk), "%s", fake_program_layout(&program));
		check_leaf(&program, INNER);
		cr_assert_eq(py->mem.calls, py->layout.frame_func >= 0 ? 1 : 4, "%s: %d reads",
			     fake_program_layout(&program), (int)py->mem.calls);
	}
}

Test(frames_calls, where_nothing_leads_down_what_leads_up_is_the_stack)
{
	struct fake_program program = { 0 };

	EACH_WITH_DATA_STACK(program)
	{
		fake_program_build(&program);
		/* a call that has ended, and nothing came to its place */
		fake_walk_begin(&program.walk, program.frames[INNER] + 512);
		for (int i = 0; i < 3; i++)
			error_destroy(fake_walk_round(&program.walk));
		cr_assert_null(fake_walk_round(&program.walk), "%s", fake_program_layout(&program));
		check_leaf(&program, INNER);
	}
}

Test(frames_calls, a_destructor_lies_above_the_frame_that_is_cleared)
{
	struct fake_program program = { 0 };

	EACH_WITH_DATA_STACK(program)
	{
		struct fake *py = &program.walk.py;
		uint64_t below, destructor;

		fake_program_build(&program);
		below = fake_shim(py, program.frames[OUTER]);
		destructor = fake_frame(py, below, program.codes[INNER], 8);
		fake_set_previous(py, destructor,
				  py->layout.frame_is_entry < 0 ? below : program.frames[OUTER]);
		fake_set_function(py, destructor, program.functions[INNER]);
		fake_set_entry(py, destructor);
		fake_runs(py, destructor);
		fake_put_away(py, program.frames[INNER], FAKE_FIRST_VALUE);
		fake_walk_begin(&program.walk, destructor);
		for (int i = 0; i < 3; i++)
			error_destroy(fake_walk_round(&program.walk));
		cr_assert_null(fake_walk_round(&program.walk), "%s", fake_program_layout(&program));
		cr_assert_eq(program.walk.frames.count, 3);
		cr_assert_eq(program.walk.frames.items[0].addr, destructor);
		cr_assert_eq(program.walk.frames.items[1].addr, program.frames[OUTER]);
		/* not above any other hole */
		fake_set_previous(py, destructor,
				  py->layout.frame_is_entry < 0
					  ? fake_shim(py, program.frames[MODULE])
					  : program.frames[MODULE]);
		error_destroy(fake_walk_round(&program.walk));
		cr_assert_eq(fake_walk_round(&program.walk), &error_torn);
	}
}

/* While it is looked at again, `field` of `frame` becomes another. */
static void check_refused(struct fake_program *program, uint64_t frame, int32_t field,
			  uint64_t value)
{
	uint64_t was = fake_get_u64(&program->walk.py, frame, field);

	for (int at = 1; at <= 3; at++) {
		struct meanwhile meanwhile = {
			.at = at, .frame = frame, .field = field, .value = value
		};

		program->walk.py.before_read_arg = &meanwhile;
		program->walk.py.before_read = change;
		cr_assert_eq(fake_walk_round(&program->walk), &error_torn, "%s: read %d",
			     fake_program_layout(program), at);
		cr_assert_geq(meanwhile.reads, at);
		program->walk.py.before_read = NULL;
		fake_put_u64(&program->walk.py, frame, field, was);
	}
}

Test(frames_calls, frames_that_change_meanwhile_are_not_believed)
{
	struct fake_program program = { 0 };

	EACH_WITH_DATA_STACK(program)
	{
		struct fake *py = &program.walk.py;
		const struct py_layout *l = &py->layout;
		uint64_t outer, inner;

		begin_known(&program);
		hide_call(&program);
		outer = program.frames[OUTER];
		inner = program.frames[INNER];
		check_refused(&program, outer, l->frame_instr,
			      fake_get_u64(py, outer, l->frame_instr) + 2);
		check_refused(&program, outer, l->frame_code, program.codes[INNER]);
		check_refused(&program, outer, l->frame_previous, 0);
		check_refused(&program, inner, l->frame_code, program.codes[OUTER]);
		check_refused(&program, inner, l->frame_previous, program.frames[MODULE]);
		/* nothing of that made it known */
		py->mem.calls = 0;
		cr_assert_null(fake_walk_round(&program.walk));
		cr_assert_gt(py->mem.calls, 1);
		check_leaf(&program, INNER);
	}
}

Test(frames_calls, the_current_frame_must_stay_the_same_meanwhile)
{
	struct fake_program program = { 0 };

	EACH_WITH_DATA_STACK(program)
	{
		struct fake *py = &program.walk.py;
		const struct py_layout *l = &py->layout;
		bool direct = l->frame_shape == FRAME_DIRECT;
		uint64_t place = program.walk.thread;

		begin_known(&program);
		hide_call(&program);
		place = direct ? program.walk.thread
			       : fake_get_u64(py, program.walk.thread, l->tstate_cframe);
		check_refused(&program, place,
			      direct ? l->tstate_current_frame : l->cframe_current_frame,
			      program.frames[OUTER]);
	}
}
