/*
 * code_read.c - read a code object: names, file, lines, instructions.
 */
#include "code_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "python/object.h"

enum {
	HEAD_MAX = 512,            /* bytes of a code object before its instructions */
	CODE_SIZE_MAX = 256 << 20, /* bytes of instructions */
};

static int32_t least(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

static int32_t greatest(int32_t a, int32_t b)
{
	return a > b ? a : b;
}

void code_plan_init(struct code_plan *plan, const struct py_layout *l)
{
	int32_t first = least(l->code_firstlineno, least(l->code_filename, l->code_name));
	int32_t last = greatest(l->code_linetable, greatest(l->code_filename, l->code_name));

	plan->identity_start = first;
	plan->identity_size = (size_t)(last - first) + sizeof(uint64_t);
	if (plan->identity_size > IDENTITY_MAX)
		plan->identity_size = IDENTITY_MAX;
	if (l->code_version < 0)
		plan->string_identity_size = l->str_shape == STR_PY2 ? 24 : STRING_IDENTITY_MAX;
	plan->head_size =
		(size_t)(l->code_code_adaptive >= 0 ? l->code_code_adaptive : l->code_size);
	if (plan->head_size > HEAD_MAX)
		plan->head_size = HEAD_MAX;
}

static uint64_t word_at(const unsigned char *bytes, int32_t offset)
{
	uint64_t word;

	memcpy(&word, bytes + offset, sizeof(word));
	return word;
}

static int32_t int_at(const unsigned char *bytes, int32_t offset)
{
	int32_t value;

	memcpy(&value, bytes + offset, sizeof(value));
	return value;
}

/* A str attribute of a code object as UTF-8; a longer one ends in "...". */
static struct error *read_name(const struct py_view *view, uint64_t addr, char **ret)
{
	CLEANUP(text_deinit)
	struct text text;
	struct error *err;
	bool cut;

	text_init(&text);
	err = str_read(view, addr, CODE_NAME_CHARS_MAX, &text, &cut);
	if (err)
		return err;
	if (cut)
		text_add(&text, "...");
	if (!text.length)
		text_add(&text, "?");
	*ret = text_take(&text);
	return *ret ? NULL : &error_nomem;
}

static struct error *check_type(const struct py_view *view, struct code_plan *plan, uint64_t addr,
				uint64_t type_addr)
{
	struct py_type type;
	struct error *err;

	if (type_addr && type_addr == plan->code_type)
		return NULL;
	if (plan->code_type)
		return &error_torn;
	err = object_type(view, addr, &type);
	if (err)
		return err;
	if (strcmp(type.name, "code") != 0)
		return &error_torn;
	plan->code_type = type.addr;
	return NULL;
}

static struct error *read_lines(const struct py_view *view, uint64_t linetable, struct code *code)
{
	CLEANUP(freep)
	uint8_t *table = NULL;
	struct error *err;
	size_t size;

	err = bytes_read(view, linetable, CODE_LINETABLE_MAX, true, &table, &size);
	if (err)
		return err;
	return lines_decode(view->layout->lines_shape, table, size, code->firstlineno,
			    &code->lines);
}

/* Size of the instructions, and where they are. */
static struct error *read_instructions(const struct py_view *view, const unsigned char *head,
				       struct code *code)
{
	const struct py_layout *l = view->layout;
	uint64_t units;
	struct error *err;

	if (l->instr_shape == INSTR_POINTER) {
		code->instructions = code->addr + (uint64_t)l->code_code_adaptive;
		units = word_at(head, l->var_size);
		if (units > CODE_SIZE_MAX / 2)
			return &error_torn;
		code->size = (uint32_t)units * 2;
	} else {
		err = mem_read_u64(view->mem, word_at(head, l->code_code) + (uint64_t)l->var_size,
				   &units);
		if (err)
			return err;
		if (units > CODE_SIZE_MAX)
			return &error_torn;
		code->size = (uint32_t)units;
	}
	if (l->code_tlbc >= 0)
		code->tlbc = word_at(head, l->code_tlbc);
	return NULL;
}

static bool is_leaving(const struct py_layout *l, uint8_t opcode)
{
	return opcode == l->opcode_return_value || opcode == l->opcode_return_const ||
	       opcode == l->opcode_yield_value || opcode == l->opcode_instrumented_return_value ||
	       opcode == l->opcode_instrumented_return_const ||
	       opcode == l->opcode_instrumented_yield_value;
}

/* Marks the instructions by which a frame gives up its turn; those never become others. */
static struct error *read_leaves(const struct py_view *view, struct code *code)
{
	enum { MARKED_MAX = 1 << 20 /* bytes; longer code is that of tables, not of functions */ };
	CLEANUP(freep) uint8_t *bytes = NULL;
	struct error *err;

	if (view->layout->instr_shape != INSTR_POINTER || code->size > MARKED_MAX)
		return NULL;
	bytes = malloc(code->size + 1);
	code->leaves = calloc(code->size / 16 + 1, 1);
	if (!bytes || !code->leaves)
		return &error_nomem;
	err = mem_read(view->mem, code->instructions, bytes, code->size);
	for (uint32_t unit = 0; !err && unit < code->size / 2; unit++)
		if (is_leaving(view->layout, bytes[unit * 2]))
			code->leaves[unit / 8] |= (uint8_t)(1 << unit % 8);
	return err;
}

/* What a frame takes on the data stack: co_framesize (3.12), or its three parts (3.11). */
static uint32_t frame_bytes(const struct py_layout *l, const unsigned char *head)
{
	int64_t words = 0;

	if (l->code_framesize >= 0)
		words = int_at(head, l->code_framesize);
	else if (l->code_nlocalsplus >= 0 && l->code_stacksize >= 0)
		words = (int64_t)int_at(head, l->code_nlocalsplus) +
			int_at(head, l->code_stacksize) + l->frame_localsplus / 8;
	return words > 0 && words < CODE_SIZE_MAX / 8 ? (uint32_t)words * 8 : 0;
}

/* The value stack of a frame of that size: co_stacksize. */
static uint32_t stack_bytes(const struct py_layout *l, const unsigned char *head,
			    uint32_t framesize)
{
	int64_t words = l->code_stacksize >= 0 ? int_at(head, l->code_stacksize) : 0;

	return words > 0 && words < framesize / 8 ? (uint32_t)words * 8 : 0;
}

/* CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR (Include/cpython/code.h; the first since 2.2) */
static bool is_generator(const struct py_layout *l, const unsigned char *head)
{
	enum { GENERATOR_FLAGS = 0x20 | 0x80 | 0x200 };

	return l->code_flags >= 0 && int_at(head, l->code_flags) & GENERATOR_FLAGS;
}

/* Is the first argument called self or cls? Anything unreadable says no. */
static void read_first_argument(const struct py_view *view, const unsigned char *head,
				struct code *code)
{
	const struct py_layout *l = view->layout;
	int32_t names = l->code_localsplusnames >= 0 ? l->code_localsplusnames : l->code_varnames;
	CLEANUP(text_deinit) struct text text;
	uint64_t name;

	text_init(&text);
	if (names < 0 || int_at(head, l->code_argcount) < 1)
		return;
	if (error_catch_any(mem_read_u64(view->mem, word_at(head, names) + (uint64_t)l->tuple_items,
					 &name)))
		return;
	if (error_catch_any(str_read(view, name, sizeof(code->first_argument) - 1, &text, NULL)))
		return;
	if (!strcmp(text_chars(&text), "self") || !strcmp(text_chars(&text), "cls"))
		memcpy(code->first_argument, text_chars(&text), text.length + 1);
}

struct error *code_read(const struct py_view *view, struct code_plan *plan, uint64_t addr,
			struct code *code, struct code_words *words)
{
	const struct py_layout *l = view->layout;
	unsigned char head[HEAD_MAX];
	struct error *err;

	memset(head, 0, sizeof(head));
	err = mem_read(view->mem, addr, head, plan->head_size);
	if (!err)
		err = check_type(view, plan, addr, word_at(head, l->object_type));
	if (err)
		return err;
	code->addr = addr;
	code->firstlineno = int_at(head, l->code_firstlineno);
	code->framesize = frame_bytes(l, head);
	code->stacksize = stack_bytes(l, head, code->framesize);
	words->name = word_at(head, l->code_qualname >= 0 ? l->code_qualname : l->code_name);
	words->filename = word_at(head, l->code_filename);
	memcpy(words->identity, head + plan->identity_start, plan->identity_size);
	err = read_instructions(view, head, code);
	if (!err)
		err = read_leaves(view, code);
	if (!err)
		err = read_name(view, words->name, &code->name);
	if (!err)
		err = read_name(view, words->filename, &code->filename);
	if (!err)
		err = read_lines(view, word_at(head, l->code_linetable), code);
	if (err)
		return err;
	/* _Py_InitCleanup, Python/specialize.c, 3.12: one string is its name and its file */
	code->is_shim = !code->firstlineno && words->name == words->filename;
	code->is_generator = is_generator(l, head);
	read_first_argument(view, head, code);
	return NULL;
}

/*
 * Is the object at that address in use? before_type: the 32 bytes before ob_type.
 * What allocators keep in freed memory, a pointer or a filling, is no reference count: one of a
 * living object, immortal ones included, is not 0 in its low 32 bits and 0 in the next 16 (3.14 has
 * flags above them; Include/refcount.h). Free-threaded objects have two counts
 * (Include/object.h, 3.13): ob_ref_local, ob_ref_shared above two flag bits.
 */
static bool is_counted(const struct py_layout *l, const unsigned char *before_type)
{
	uint64_t count = word_at(before_type, 24);

	if (l->flavour & PY_FREE_THREADED)
		return int_at(before_type, 20) != 0 || (int64_t)count >> 2 > 0;
	return (uint32_t)count && !(count >> 32 & 0xFFFF);
}

/* Is it in use, with the words that it had? */
static struct error *check_words(const struct py_view *view, const struct code_plan *plan,
				 uint64_t addr, const struct code_words *words)
{
	const struct py_layout *l = view->layout;
	unsigned char identity[IDENTITY_MAX], before_type[32] = { 0 };
	size_t before = (size_t)l->object_type < sizeof(before_type) ? (size_t)l->object_type
								     : sizeof(before_type);
	struct mem_range ranges[] = {
		{ .addr = addr + (uint64_t)plan->identity_start,
		  .len = plan->identity_size,
		  .buf = identity },
		{ .addr = addr + (uint64_t)l->object_type - before,
		  .len = before,
		  .buf = before_type + sizeof(before_type) - before },
	};
	struct error *err = mem_readv(view->mem, ranges, 2);

	if (err)
		return err;
	if (!ranges[0].ok || !ranges[1].ok || !is_counted(l, before_type) ||
	    memcmp(identity, words->identity, plan->identity_size) != 0)
		return &error_torn;
	return NULL;
}

/* &error_torn when the str attribute is not what was read of it. */
static struct error *check_name(const struct py_view *view, uint64_t addr, const char *name)
{
	CLEANUP(freep)
	char *again = NULL;
	struct error *err = read_name(view, addr, &again);

	if (err)
		return err;
	return strcmp(again, name) == 0 ? NULL : &error_torn;
}

struct error *code_check_alive(const struct py_view *view, const struct code_plan *plan,
			       uint64_t addr, const struct code_words *words,
			       const struct code *code)
{
	struct error *err = check_words(view, plan, addr, words);

	if (err || !plan->string_identity_size)
		return err;
	/*
	 * The next object may have come to the same place, with strings at the same addresses, and
	 * one that is just made is counted before all of its words are written.
	 */
	err = check_name(view, words->name, code->name);
	if (!err)
		err = check_name(view, words->filename, code->filename);
	return err ? err : check_words(view, plan, addr, words);
}

void code_deinit(struct code *code)
{
	free(code->name);
	free(code->filename);
	free(code->leaves);
	line_rows_deinit(&code->lines);
}
