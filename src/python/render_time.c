/*
 * render_time.c - values of the datetime module, as repr() writes them.
 *
 * Include/datetime.h, the same in all versions: behind the object header the hash, a byte that says
 * whether there is a tzinfo, the packed fields (year, high byte first; month; day; hour; minute;
 * second; microseconds in 3 bytes), a byte `fold` (3.6 and later), the tzinfo. A timedelta has
 * three ints. repr(timedelta) is that of 3.7 and later.
 */
#include <string.h>

#include "render.h"

enum { HASH_BYTES = 8 };

/* What is behind the hash. */
static struct error *read_fields(const struct render *render, uint64_t object, void *buf,
				 size_t size)
{
	uint64_t header = (uint64_t)render->view->layout->object_size + HASH_BYTES;

	return mem_read(render->view->mem, object + header, buf, size);
}

static unsigned int microseconds(const uint8_t *bytes)
{
	return (unsigned int)bytes[0] << 16 | (unsigned int)bytes[1] << 8 | bytes[2];
}

/* ", S" and ", S, us", as far as they are not 0. */
static void add_seconds(struct render *render, unsigned int second, unsigned int micro)
{
	if (micro)
		render_addf(render, ", %u, %u", second, micro);
	else if (second)
		render_addf(render, ", %u", second);
}

/* What follows the fields; the tzinfo's pointer is `tzinfo` bytes behind the hash. */
static struct error *add_zone(struct render *render, uint64_t object, bool has_zone,
			      unsigned int fold, uint64_t tzinfo)
{
	uint64_t zone = 0;
	struct error *err = NULL;

	if (fold && render->view->layout->str_shape != STR_PY2)
		render_add(render, ", fold=1");
	if (has_zone)
		err = mem_read_u64(render->view->mem,
				   object + (uint64_t)render->view->layout->object_size +
					   HASH_BYTES + tzinfo,
				   &zone);
	if (error_catch(&err, ERROR_FAULT))
		render_add(render, ", tzinfo=?");
	if (!err && zone) {
		render_add(render, ", tzinfo=");
		err = render_value(render, zone);
	}
	render_add(render, ")");
	return err;
}

struct error *render_date(struct render *render, uint64_t object, const struct py_type *type)
{
	uint8_t fields[5];
	struct error *err = read_fields(render, object, fields, sizeof(fields));

	(void)type;
	if (!err)
		render_addf(render, "datetime.date(%u, %u, %u)", fields[1] << 8 | fields[2],
			    fields[3], fields[4]);
	return err;
}

struct error *render_datetime(struct render *render, uint64_t object, const struct py_type *type)
{
	enum { TZINFO = 16 };
	uint8_t fields[12];
	struct error *err = read_fields(render, object, fields, sizeof(fields));

	(void)type;
	if (err)
		return err;
	render_addf(render, "datetime.datetime(%u, %u, %u, %u, %u", fields[1] << 8 | fields[2],
		    fields[3], fields[4], fields[5], fields[6]);
	add_seconds(render, fields[7], microseconds(&fields[8]));
	return add_zone(render, object, fields[0], fields[11], TZINFO);
}

struct error *render_time(struct render *render, uint64_t object, const struct py_type *type)
{
	enum { TZINFO = 8 };
	uint8_t fields[8];
	struct error *err = read_fields(render, object, fields, sizeof(fields));

	(void)type;
	if (err)
		return err;
	render_addf(render, "datetime.time(%u, %u", fields[1], fields[2]);
	add_seconds(render, fields[3], microseconds(&fields[4]));
	return add_zone(render, object, fields[0], fields[7], TZINFO);
}

struct error *render_timedelta(struct render *render, uint64_t object, const struct py_type *type)
{
	static const char *const names[] = { "days", "seconds", "microseconds" };
	const char *separator = "";
	int32_t fields[3];
	struct error *err = read_fields(render, object, fields, sizeof(fields));

	(void)type;
	if (err)
		return err;
	render_add(render, "datetime.timedelta(");
	for (size_t i = 0; i < 3; i++) {
		if (!fields[i])
			continue;
		render_addf(render, "%s%s=%d", separator, names[i], fields[i]);
		separator = ", ";
	}
	render_add(render, *separator ? ")" : "0)");
	return NULL;
}

/* datetime.timezone: the offset, a timedelta, and a name or NULL (Modules/_datetimemodule.c). */
struct error *render_timezone(struct render *render, uint64_t object, const struct py_type *type)
{
	const struct py_layout *layout = render->view->layout;
	uint64_t words[2];
	int32_t offset[3];
	struct error *err;

	(void)type;
	err = mem_read(render->view->mem, object + (uint64_t)layout->object_size, words,
		       sizeof(words));
	if (!err)
		err = read_fields(render, words[0], offset, sizeof(offset));
	if (err)
		return err;
	if (!words[1] && !offset[0] && !offset[1] && !offset[2]) {
		render_add(render, "datetime.timezone.utc");
		return NULL;
	}
	render_add(render, "datetime.timezone(");
	err = render_value(render, words[0]);
	if (!err && words[1]) {
		render_add(render, ", ");
		err = render_value(render, words[1]);
	}
	render_add(render, ")");
	return err;
}
