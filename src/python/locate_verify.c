/*
 * locate_verify.c - a layout is believed only when the structures that it describes are there.
 */
#include "locate_verify.h"

#include <string.h>

#include "python/object.h"

static struct error *read_at(struct mem *mem, uint64_t base, int32_t offset, uint64_t *ret)
{
	return mem_read_u64(mem, base + (uint64_t)offset, ret);
}

static struct error *not_ready(void)
{
	return error_create(ERROR_NOT_READY, "its Python is still starting, or ending");
}

/* sys.modules must be a dict, whose type's type is its own type. */
static struct error *verify_objects(struct mem *mem, const struct py_layout *layout,
				    uint64_t modules)
{
	const struct py_view view = { mem, layout };
	struct py_type dict, type;
	struct error *err;

	err = object_type(&view, modules, &dict);
	if (err)
		return err;
	if (strcmp(dict.name, "dict") != 0)
		return &error_torn;
	err = object_type(&view, dict.addr, &type);
	if (err)
		return err;
	if (strcmp(type.name, "type") != 0)
		return &error_torn;
	err = object_type(&view, type.addr, &dict);
	if (err)
		return err;
	return dict.addr == type.addr ? NULL : &error_torn;
}

static struct error *verify_head(struct mem *mem, const struct py_layout *l, uint64_t head)
{
	uint64_t interp, tstate, back, modules;
	struct error *err;

	err = mem_read_u64(mem, head, &interp);
	if (err)
		return err;
	if (!interp)
		return not_ready();
	err = read_at(mem, interp, l->interp_threads_head, &tstate);
	if (!err)
		err = read_at(mem, interp, l->interp_modules, &modules);
	if (err)
		return err;
	if (!tstate || !modules)
		return not_ready();
	err = read_at(mem, tstate, l->tstate_interp, &back);
	if (err)
		return err;
	return back == interp ? verify_objects(mem, l, modules) : &error_torn;
}

struct error *locate_verify(struct mem *mem, struct py_location *location)
{
	struct error *failed = location->head_count ? NULL : not_ready();
	size_t kept = 0;

	for (size_t i = 0; i < location->head_count; i++) {
		struct error *err = verify_head(mem, &location->layout, location->heads[i]);

		if (!err) {
			location->heads[kept++] = location->heads[i];
			continue;
		}
		error_destroy(failed);
		failed = error_catch(&err, ERROR_FAULT) ? &error_torn : err;
	}
	location->head_count = kept;
	if (!kept)
		return failed;
	error_destroy(failed);
	return NULL;
}

void locate_calibrate_gilstate(struct mem *mem, struct py_location *location)
{
	enum {
		RUNTIME_MAX =
			8192 /* bytes: 3.7 to 3.10 take 1,500; gilstate is in there in 3.11 too */
	};
	const struct py_layout *l = &location->layout;
	int32_t distance = l->runtime_auto_interp - l->runtime_tstate_current;
	int32_t best = -1;
	unsigned char bytes[RUNTIME_MAX];
	size_t size = l->runtime_size > 0 && l->runtime_size < RUNTIME_MAX ? (size_t)l->runtime_size
									   : RUNTIME_MAX;
	uint64_t main_interp;

	if (!location->runtime || l->runtime_tstate_current < 0 || l->runtime_auto_interp < 0 ||
	    l->runtime_interpreters_main < 0)
		return;
	memset(bytes, 0, sizeof(bytes));
	if (error_catch_any(mem_read(mem, location->runtime, bytes, size)))
		return;
	memcpy(&main_interp, bytes + l->runtime_interpreters_main, sizeof(main_interp));
	for (int32_t at = l->runtime_interpreters_main + 8; main_interp && at + 8 <= (int32_t)size;
	     at += 8) {
		int32_t off = at > l->runtime_auto_interp ? at - l->runtime_auto_interp
							  : l->runtime_auto_interp - at;
		int32_t best_off = best > l->runtime_auto_interp ? best - l->runtime_auto_interp
								 : l->runtime_auto_interp - best;

		if (!memcmp(bytes + at, &main_interp, sizeof(main_interp)) &&
		    (best < 0 || off < best_off))
			best = at;
	}
	if (best >= 0)
		location->tstate_current = location->runtime + (uint64_t)(best - distance);
}
