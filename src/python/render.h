/*
 * render.h - writing values: what the parts of repr() share.
 *
 * A part returns &error_torn or &error_fault before it has written anything: the value is "?" then.
 * Names and texts come from the target: whatever is written passes through here, escaped.
 */
#ifndef PYTHON_RENDER_H
#define PYTHON_RENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "python/object.h"
#include "python/view.h"

enum {
	RENDER_DEPTH_MAX = 8,            /* nested deeper, nobody reads it */
	RENDER_BUDGET_MAX = 1024 * 1024, /* characters */
	NAME_CHARS_MAX = 200,            /* of a name inside a value */
};

struct render {
	const struct py_view *view;
	struct text *text;
	int64_t left; /* characters of the budget; negative when overdrawn */
	unsigned int depth;
	uint64_t path[RENDER_DEPTH_MAX]; /* objects that are being written, outermost first */
};

/* repr.c: any object, "?" when it cannot be read. Only &error_gone and &error_nomem. */
__attribute__((warn_unused_result)) struct error *render_value(struct render *render,
							       uint64_t object);

/* render_text.c: our own text, ASCII. */
void render_add(struct render *render, const char *ascii);
__attribute__((format(printf, 2, 3))) void render_addf(struct render *render, const char *format,
						       ...);
bool render_is_full(const struct render *render);

/* A C string of the target, its control characters and what is no UTF-8 escaped. */
void render_cstr(struct render *render, const char *chars);

/* The characters of a str, those that are not printable escaped, without quotes. */
__attribute__((warn_unused_result)) struct error *render_name(struct render *render,
							      uint64_t object);

/* As repr() writes them: 'a', b'a', u'a'. */
__attribute__((warn_unused_result)) struct error *render_str(struct render *render,
							     uint64_t object);
__attribute__((warn_unused_result)) struct error *render_bytes(struct render *render,
							       uint64_t object);
__attribute__((warn_unused_result)) struct error *render_bytearray(struct render *render,
								   uint64_t object);

/* render_number.c */
void render_double(struct render *render, double value);
__attribute__((warn_unused_result)) struct error *
render_float(struct render *render, uint64_t object, const struct py_type *type);
__attribute__((warn_unused_result)) struct error *
render_complex(struct render *render, uint64_t object, const struct py_type *type);
__attribute__((warn_unused_result)) struct error *
render_decimal(struct render *render, uint64_t object, const struct py_type *type);
/* A numpy scalar; &error_torn when the type is none of numpy's. */
__attribute__((warn_unused_result)) struct error *
render_numpy(struct render *render, uint64_t object, const struct py_type *type);

/* render_time.c: of the datetime module */
__attribute__((warn_unused_result)) struct error *
render_date(struct render *render, uint64_t object, const struct py_type *type);
__attribute__((warn_unused_result)) struct error *
render_datetime(struct render *render, uint64_t object, const struct py_type *type);
__attribute__((warn_unused_result)) struct error *
render_time(struct render *render, uint64_t object, const struct py_type *type);
__attribute__((warn_unused_result)) struct error *
render_timedelta(struct render *render, uint64_t object, const struct py_type *type);
__attribute__((warn_unused_result)) struct error *
render_timezone(struct render *render, uint64_t object, const struct py_type *type);

/* render_container.c */
__attribute__((warn_unused_result)) struct error *
render_sequence(struct render *render, uint64_t object, const struct py_type *type);
__attribute__((warn_unused_result)) struct error *render_dict(struct render *render,
							      uint64_t object);
__attribute__((warn_unused_result)) struct error *render_set(struct render *render, uint64_t object,
							     const struct py_type *type);
__attribute__((warn_unused_result)) struct error *
render_frozenset(struct render *render, uint64_t object, const struct py_type *type);
__attribute__((warn_unused_result)) struct error *
render_deque(struct render *render, uint64_t object, const struct py_type *type);
__attribute__((warn_unused_result)) struct error *
render_defaultdict(struct render *render, uint64_t object, const struct py_type *type);
/* A tuple whose class names its fields; &error_torn when it is none. */
__attribute__((warn_unused_result)) struct error *
render_namedtuple(struct render *render, uint64_t object, const struct py_type *type);

/* render_named.c: what is known by its name */
__attribute__((warn_unused_result)) struct error *
render_function(struct render *render, uint64_t object, const struct py_type *type);
__attribute__((warn_unused_result)) struct error *
render_builtin_function(struct render *render, uint64_t object, const struct py_type *type);
__attribute__((warn_unused_result)) struct error *
render_method(struct render *render, uint64_t object, const struct py_type *type);
__attribute__((warn_unused_result)) struct error *
render_generator(struct render *render, uint64_t object, const struct py_type *type);
__attribute__((warn_unused_result)) struct error *
render_module(struct render *render, uint64_t object, const struct py_type *type);
__attribute__((warn_unused_result)) struct error *
render_code(struct render *render, uint64_t object, const struct py_type *type);
__attribute__((warn_unused_result)) struct error *
render_old_class(struct render *render, uint64_t object, const struct py_type *type);
__attribute__((warn_unused_result)) struct error *render_type(struct render *render,
							      uint64_t object);

/* "module.Type"; just "Type" for built-in ones. */
__attribute__((warn_unused_result)) struct error *render_type_name(struct render *render,
								   const struct py_type *type);
/* "Type" */
void render_short_type_name(struct render *render, const struct py_type *type);

/* render_instance.c */
/* "Type(args)" */
__attribute__((warn_unused_result)) struct error *
render_exception(struct render *render, uint64_t object, const struct py_type *type);
/* "<Color.RED: 1>"; &error_torn when it is no enum's member. */
__attribute__((warn_unused_result)) struct error *
render_enum(struct render *render, uint64_t object, const struct py_type *type);
/* "<m.Type at 0x1 a=1>" */
__attribute__((warn_unused_result)) struct error *
render_instance(struct render *render, uint64_t object, const struct py_type *type);

#endif
