/*
 * layout_members.c - from debug information to the offsets of structure members.
 *
 * Knows C types as DWARF tells them, and nothing of CPython. Reads an
 * executable, a shared library, a separate debug file (also dwz's shared one) or an object file.
 *
 * One pass over the top-level entries of all units finds the structures that the paths begin with.
 * A type that a unit merely declares is passed over for a unit that defines it. The file is
 * untrusted: entries, type chains and nesting are bounded.
 */
#include "layout_members.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"

enum {
	/* Ten times the entries of a libpython with every extension built in. */
	ENTRIES_MAX = 20 * 1000 * 1000,
	/* typedef of const of volatile of typedef ...: CPython's longest chain has 4. */
	PEEL_MAX = 16,
	/* Anonymous unions in anonymous structs: CPython's deepest nesting is 3. */
	ANONYMOUS_DEPTH_MAX = 8,
	/* Members looked at for one path; PyInterpreterState has about 120. */
	MEMBERS_MAX = 10000,
};

/* A structure that some path begins with. */
struct wanted {
	const char *name; /* not terminated: inside the path */
	size_t length;
	bool is_found;
	Dwarf_Die die; /* its complete definition */
};

struct search {
	ARRAY(struct wanted) types;
	size_t missing;
	int entries_left;
};

static void search_deinit(struct search *search)
{
	array_deinit(&search->types);
}

static void dwfl_endp(Dwfl **dwfl)
{
	dwfl_end(*dwfl);
}

/* The structure or union behind typedefs and qualifiers, when it is complete here. */
static bool peel_to_struct(const Dwarf_Die *type, Dwarf_Die *ret)
{
	Dwarf_Attribute attribute;
	Dwarf_Die die = *type;

	for (int i = 0; i < PEEL_MAX; i++) {
		switch (dwarf_tag(&die)) {
		case DW_TAG_structure_type:
		case DW_TAG_union_type:
			if (!dwarf_hasattr(&die, DW_AT_declaration)) {
				*ret = die;
				return true;
			}
			/* A declaration may name the type unit that has the definition. */
			if (!dwarf_attr(&die, DW_AT_signature, &attribute) ||
			    !dwarf_formref_die(&attribute, &die))
				return false;
			continue;
		case DW_TAG_typedef:
		case DW_TAG_const_type:
		case DW_TAG_volatile_type:
		case DW_TAG_atomic_type:
			if (!dwarf_attr(&die, DW_AT_type, &attribute) ||
			    !dwarf_formref_die(&attribute, &die))
				return false;
			continue;
		default:
			return false;
		}
	}
	return false;
}

/* Offset of a member in its structure; members of a union have none, which is 0. */
static bool member_offset(Dwarf_Die *member, int64_t *ret)
{
	Dwarf_Attribute attribute;
	Dwarf_Word value;
	Dwarf_Op *ops;
	size_t op_count;

	if (dwarf_attr(member, DW_AT_data_member_location, &attribute)) {
		if (dwarf_formudata(&attribute, &value) != 0) {
			/* DWARF 2 wrote an expression. */
			if (dwarf_getlocation(&attribute, &ops, &op_count) != 0 || op_count != 1 ||
			    ops[0].atom != DW_OP_plus_uconst)
				return false;
			value = ops[0].number;
		}
	} else if (dwarf_attr(member, DW_AT_data_bit_offset, &attribute)) {
		if (dwarf_formudata(&attribute, &value) != 0)
			return false;
		value /= CHAR_BIT;
	} else {
		value = 0;
	}
	if (value > INT32_MAX)
		return false;
	*ret = (int64_t)value;
	return true;
}

/* One component of a path. */
struct component {
	const char *name;
	size_t length;
	int *members_left; /* of the whole path: types may refer to themselves */
};

static bool is_named(Dwarf_Die *member, const struct component *component)
{
	const char *name = dwarf_diename(member);

	return name && strlen(name) == component->length &&
	       memcmp(name, component->name, component->length) == 0;
}

/* The member of that name, looked for in anonymous members too: its type and offset. */
static bool find_member(Dwarf_Die *structure, const struct component *component, int depth,
			Dwarf_Die *type, int64_t *offset)
{
	Dwarf_Die member, inner;
	Dwarf_Attribute attribute;
	int64_t own, nested;

	if (dwarf_child(structure, &member) != 0)
		return false;
	do {
		if (dwarf_tag(&member) != DW_TAG_member ||
		    !dwarf_attr(&member, DW_AT_type, &attribute) ||
		    !dwarf_formref_die(&attribute, type) || !member_offset(&member, &own))
			continue;
		if (is_named(&member, component)) {
			*offset = own;
			return true;
		}
		if (!dwarf_diename(&member) && depth < ANONYMOUS_DEPTH_MAX &&
		    peel_to_struct(type, &inner) &&
		    find_member(&inner, component, depth + 1, type, &nested)) {
			*offset = own + nested;
			return true;
		}
	} while (--*component->members_left > 0 && dwarf_siblingof(&member, &member) == 0);
	return false;
}

/* Offset of "member.member" from the start of the structure; of "", the structure's size. */
static int32_t resolve_members(Dwarf_Die *structure, const char *path, size_t length)
{
	const char *end = path + length;
	Dwarf_Die type, current = *structure;
	int64_t total = 0, offset;
	int members_left = MEMBERS_MAX;

	if (!length) {
		int size = dwarf_bytesize(structure);

		return size < 0 ? -1 : size;
	}
	for (;;) {
		const char *dot = memchr(path, '.', (size_t)(end - path));
		struct component component = { path, (size_t)((dot ? dot : end) - path),
					       &members_left };

		if (!find_member(&current, &component, 0, &type, &offset))
			return -1;
		total += offset;
		if (total > INT32_MAX)
			return -1;
		if (!dot)
			return (int32_t)total;
		if (!peel_to_struct(&type, &current))
			return -1;
		path = dot + 1;
	}
}

static struct wanted *search_find(const struct search *search, const char *name, size_t length)
{
	for (size_t i = 0; i < search->types.count; i++) {
		struct wanted *wanted = &search->types.items[i];

		if (wanted->length == length && memcmp(wanted->name, name, length) == 0)
			return wanted;
	}
	return NULL;
}

/* Splits the next "STRUCT:members" off *path: false at the end of the alternatives. */
static bool next_alternative(const char **path, const char **type, size_t *type_length,
			     const char **members, size_t *members_length)
{
	const char *colon = strchr(*path, ':');

	if (!colon)
		return false;
	*type = *path;
	*type_length = (size_t)(colon - *path);
	*members = colon + 1;
	*members_length = strcspn(*members, "|");
	*path = *members + *members_length;
	if (**path == '|')
		++*path;
	return true;
}

static struct error *search_init(struct search *search, const char *const *paths, size_t count)
{
	const char *type, *members;
	size_t type_length, members_length;

	search->entries_left = ENTRIES_MAX;
	for (size_t i = 0; i < count; i++) {
		const char *path = paths[i];

		while (next_alternative(&path, &type, &type_length, &members, &members_length)) {
			struct wanted wanted = { .name = type, .length = type_length };

			if (!search_find(search, type, type_length) &&
			    !array_push(&search->types, wanted))
				return &error_nomem;
		}
	}
	search->missing = search->types.count;
	return NULL;
}

/* Looks at the top-level entries of one unit. */
static void search_unit(struct search *search, Dwarf_Die *unit)
{
	Dwarf_Die die;

	if (dwarf_child(unit, &die) != 0)
		return;
	do {
		int tag = dwarf_tag(&die);
		struct wanted *wanted;
		const char *name;

		if (tag != DW_TAG_structure_type && tag != DW_TAG_union_type &&
		    tag != DW_TAG_typedef)
			continue;
		name = dwarf_diename(&die);
		wanted = name ? search_find(search, name, strlen(name)) : NULL;
		if (wanted && !wanted->is_found && peel_to_struct(&die, &wanted->die)) {
			wanted->is_found = true;
			search->missing--;
		}
	} while (search->missing && search->entries_left-- > 0 && dwarf_siblingof(&die, &die) == 0);
}

static void search_dwarf(struct search *search, Dwarf *dwarf)
{
	Dwarf_CU *unit = NULL;
	Dwarf_Die die, split;
	uint8_t unit_type;

	while (search->missing && search->entries_left-- > 0 &&
	       dwarf_get_units(dwarf, unit, &unit, NULL, &unit_type, &die, &split) == 0)
		search_unit(search, unit_type == DW_UT_skeleton ? &split : &die);
}

static int32_t search_result(const struct search *search, const char *path)
{
	const char *type, *members;
	size_t type_length, members_length;

	while (next_alternative(&path, &type, &type_length, &members, &members_length)) {
		struct wanted *wanted = search_find(search, type, type_length);
		int32_t offset = -1;

		if (wanted && wanted->is_found)
			offset = resolve_members(&wanted->die, members, members_length);
		if (offset >= 0)
			return offset;
	}
	return -1;
}

struct error *layout_members_resolve(int fd, const char *const *paths, size_t count, int32_t *ret)
{
	static const Dwfl_Callbacks callbacks = {
		.find_elf = dwfl_build_id_find_elf,
		.find_debuginfo = dwfl_standard_find_debuginfo,
		.section_address = dwfl_offline_section_address,
	};
	CLEANUP(dwfl_endp)
	Dwfl *dwfl = dwfl_begin(&callbacks);
	CLEANUP(search_deinit)
	struct search search = { 0 };
	CLEANUP(closep)
	int own_fd = dup(fd);
	Dwfl_Module *module;
	Dwarf_Addr bias;
	Dwarf *dwarf, *alternative;
	struct error *err;

	if (!dwfl || own_fd < 0)
		return &error_nomem;
	/* Through libdwfl: it relocates object files and finds separate debug files. */
	dwfl_report_begin(dwfl);
	module = dwfl_report_offline(dwfl, "interpreter", "", own_fd);
	if (!module)
		return error_create(ERROR_NOT_FOUND, "not an ELF file: %s", dwfl_errmsg(-1));
	take_fd(own_fd); /* the module's now */
	dwfl_report_end(dwfl, NULL, NULL);
	dwarf = dwfl_module_getdwarf(module, &bias);
	if (!dwarf)
		return error_create(ERROR_NOT_FOUND, "no debug information: %s", dwfl_errmsg(-1));
	err = search_init(&search, paths, count);
	if (err)
		return err;
	search_dwarf(&search, dwarf);
	alternative = dwarf_getalt(dwarf);
	if (alternative)
		search_dwarf(&search, alternative);
	for (size_t i = 0; i < count; i++)
		ret[i] = search_result(&search, paths[i]);
	return NULL;
}
