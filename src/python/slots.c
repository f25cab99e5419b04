/*
 * slots.c - the attributes of an instance whose class has __slots__.
 *
 * A class keeps a PyMemberDef for each slot behind itself, at the tp_basicsize of its metaclass;
 * ob_size is their number (type_new_slots and PyHeapType_GET_MEMBERS, Objects/typeobject.c, all
 * versions). struct PyMemberDef belongs to the stable ABI: name, type, offset, flags, doc.
 */
#include "slots.h"

#include <string.h>

enum {
	BASES_MAX = 32,              /* between a class and object */
	FLAG_HEAPTYPE = 1 << 9,      /* Py_TPFLAGS_HEAPTYPE: made by a class statement */
	MEMBER_OBJECT_EX = 16,       /* Py_T_OBJECT_EX, what __slots__ makes */
	MEMBER_OFFSET_MAX = 1 << 20, /* of a slot in an instance */
};

struct member { /* NOLINT(clang-analyzer-optin.performance.Padding): the interpreter's own */
	uint64_t name;
	int32_t type;
	int64_t offset;
	int32_t flags;
	uint64_t doc;
};

/* What is needed of one class. */
struct slotted {
	uint64_t flags, base, metaclass, count;
	int64_t metaclass_basicsize;
};

static struct error *read_class(const struct py_view *view, uint64_t class, struct slotted *ret)
{
	const struct py_layout *layout = view->layout;
	struct mem_range ranges[] = {
		{ class + (uint64_t)layout->type_flags, 8, &ret->flags, false },
		{ class + (uint64_t)layout->type_base, 8, &ret->base, false },
		{ class + (uint64_t)layout->object_type, 8, &ret->metaclass, false },
		{ class + (uint64_t)layout->var_size, 8, &ret->count, false },
	};
	struct error *err;

	err = mem_readv(view->mem, ranges, 4);
	if (err)
		return err;
	for (size_t i = 0; i < 4; i++) {
		if (!ranges[i].ok)
			return &error_fault;
	}
	return mem_read(view->mem, ret->metaclass + (uint64_t)layout->type_basicsize,
			&ret->metaclass_basicsize, 8);
}

/* The value that a member names, kept when it is set. */
static struct error *read_member(const struct py_view *view, uint64_t object,
				 const struct member *member, struct slot slots[SLOTS_MAX],
				 size_t *count)
{
	struct slot *slot = &slots[*count];
	struct error *err;

	if (member->type != MEMBER_OBJECT_EX || member->offset <= 0 ||
	    member->offset > MEMBER_OFFSET_MAX)
		return NULL;
	err = mem_read_u64(view->mem, object + (uint64_t)member->offset, &slot->value);
	if (!err && slot->value)
		err = mem_read_cstr(view->mem, member->name, slot->name, sizeof(slot->name));
	if (!err && slot->value)
		++*count;
	return err;
}

struct error *slots_read(const struct py_view *view, uint64_t object, const struct py_type *type,
			 struct slot slots[SLOTS_MAX], size_t *count)
{
	const struct py_layout *layout = view->layout;
	uint64_t class = type->addr;

	*count = 0;
	if (layout->type_base < 0 || layout->type_basicsize < 0)
		return NULL;
	for (int i = 0; i < BASES_MAX && class; i++) {
		struct member members[SLOTS_MAX];
		struct slotted slotted;
		struct error *err;

		err = read_class(view, class, &slotted);
		if (err)
			return err;
		if (!(slotted.flags & FLAG_HEAPTYPE))
			return NULL;
		if (slotted.count > SLOTS_MAX)
			return &error_torn;
		err = mem_read(view->mem, class + (uint64_t)slotted.metaclass_basicsize, members,
			       slotted.count * sizeof(members[0]));
		for (size_t j = 0; !err && j < slotted.count && *count < SLOTS_MAX; j++)
			err = read_member(view, object, &members[j], slots, count);
		if (err)
			return err;
		class = slotted.base;
	}
	return NULL;
}
