/*
 * fake_dicts.h - dicts, sets and instances in a fake target's memory, of every shape.
 */
#ifndef TESTS_SUPPORT_FAKE_DICTS_H
#define TESTS_SUPPORT_FAKE_DICTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "python/containers.h"
#include "support/fake.h"

/* "set" or "frozenset", with empty entries and the dummy of a removed item among them. */
uint64_t fake_set(struct fake *py, const char *type, const uint64_t *items, size_t count);

enum fake_dict_kind {
	FAKE_DICT_STR,   /* all keys are str: entries without hashes where a version has them */
	FAKE_DICT_ANY,   /* entries with hashes */
	FAKE_DICT_SPLIT, /* shared keys; since 3.11 not in the order of the keys */
	FAKE_DICT_KINDS,
};
bool fake_has_dict_kind(const struct fake *py, enum fake_dict_kind kind);

/* With a removed entry among them, where the kind has those. A split one has at most 28 items. */
uint64_t fake_dict(struct fake *py, enum fake_dict_kind kind, const struct py_item *items,
		   size_t count);

/* A dict whose keys are names. */
uint64_t fake_namespace(struct fake *py, const char *const *names, const uint64_t *values,
			size_t count);

/* Where an instance has its attributes. */
enum fake_attributes {
	FAKE_ATTR_NONE,
	FAKE_ATTR_OFFSET,       /* tp_dictoffset */
	FAKE_ATTR_NEGATIVE,     /* tp_dictoffset from the end: a subclass of tuple */
	FAKE_ATTR_MANAGED_DICT, /* a dict, before the object: 3.11 and later */
	FAKE_ATTR_VALUES,       /* values without a dict: 3.11 and later */
	FAKE_ATTR_OLD_STYLE,    /* 2.7 */
	FAKE_ATTR_KINDS,
};
bool fake_has_attributes(const struct fake *py, enum fake_attributes where);

/* An instance of a new class of that name. */
uint64_t fake_instance(struct fake *py, const char *class_name, enum fake_attributes where,
		       const struct py_item *items, size_t count);

uint64_t fake_module(struct fake *py, uint64_t dict);

#endif
