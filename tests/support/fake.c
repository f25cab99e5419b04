/*
 * fake.c - the arena of a fake interpreter, and the memory reader over it.
 */
#include "support/fake.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BEFORE = 64 /* bytes before each object: its dict pointer, its GC head */ };

/* Shapes newer than the newest row, by the version that has them. */
static const struct {
	int major, minor;
	unsigned int flavour;
} newer[] = {
	{ 3, 14, 0 },
	{ 3, 14, PY_FREE_THREADED },
	{ 3, 15, 0 },
	{ 3, 15, PY_FREE_THREADED },
};

enum { NEWER_COUNT = sizeof(newer) / sizeof(newer[0]), LAYOUTS_MAX = 128 };

static void die(const char *what)
{
	fprintf(stderr, "fake target: %s\n", what);
	abort();
}

static void must(struct error *err)
{
	if (err)
		die(error_message(err));
}

static size_t fill_layouts(struct py_layout *layouts)
{
	size_t count = 0;

	for (size_t i = 0; i < layout_row_count && count + 1 < LAYOUTS_MAX; i++) {
		const struct layout_row *row = &layout_rows[i];

		must(layout_from_tables(&row->version, row->flavour, &layouts[count++]));
		if (layouts[count - 1].str_shape == STR_PY2)
			must(layout_from_tables(&row->version, row->flavour | PY_UCS4,
						&layouts[count++]));
	}
	for (size_t i = 0; i < NEWER_COUNT && count < LAYOUTS_MAX; i++) {
		struct py_version version = { newer[i].major, newer[i].minor, 0, 0xF, 0 };
		struct py_version newest = version;

		if (!error_catch_any(
			    layout_from_tables(&version, newer[i].flavour, &layouts[count]))) {
			count++;
			continue;
		}
		for (newest.micro = 255; newest.minor > 0; newest.minor--) {
			if (!error_catch_any(
				    layout_from_tables(&newest, newer[i].flavour, &layouts[count])))
				break;
		}
		layouts[count].version = version;
		layout_set_shapes(&layouts[count++]);
	}
	return count;
}

const struct py_layout *fake_layout(size_t index)
{
	static struct py_layout layouts[LAYOUTS_MAX];
	static size_t count;

	if (!count)
		count = fill_layouts(layouts);
	return index < count ? &layouts[index] : NULL;
}

const char *fake_layout_name(const struct py_layout *layout)
{
	static char name[PY_VERSION_TEXT_SIZE];

	return layout_version_text(&layout->version, layout->flavour, name);
}

/* True when all of the range can be read. */
static bool is_mapped(const struct fake *py, uint64_t addr, size_t len)
{
	uint64_t offset = addr - FAKE_BASE;

	if (addr < FAKE_BASE || offset > FAKE_ARENA_BYTES || len > FAKE_ARENA_BYTES - offset)
		return false;
	for (uint64_t page = offset / FAKE_PAGE; page * FAKE_PAGE < offset + len; page++) {
		if (py->unmapped[page])
			return false;
	}
	return true;
}

static struct error *fake_readv(struct mem *mem, struct mem_range *ranges, size_t count)
{
	struct fake *py = (struct fake *)mem;

	mem->calls++;
	if (py->before_read)
		py->before_read(py, py->before_read_arg);
	if (py->gone)
		return &error_gone;
	for (size_t i = 0; i < count; i++) {
		ranges[i].ok = !ranges[i].len || is_mapped(py, ranges[i].addr, ranges[i].len);
		if (ranges[i].ok && ranges[i].len)
			memcpy(ranges[i].buf, py->bytes + (ranges[i].addr - FAKE_BASE),
			       ranges[i].len);
	}
	return NULL;
}

static const struct mem_ops fake_ops = { .readv = fake_readv };

void fake_init(struct fake *py, const struct py_layout *layout)
{
	*py = (struct fake) { .mem.ops = &fake_ops, .layout = *layout, .version = 1 };
	py->view = (struct py_view) { .mem = &py->mem, .layout = &py->layout };
	py->bytes = calloc(1, FAKE_ARENA_BYTES);
	if (!py->bytes)
		die("out of memory");
	py->used = FAKE_PAGE;
}

void fake_deinit(struct fake *py)
{
	free(py->bytes);
	py->bytes = NULL;
}

bool fake_start(struct fake *py, size_t index)
{
	const struct py_layout *layout = fake_layout(index);

	if (layout)
		fake_init(py, layout);
	return layout;
}

uint64_t fake_alloc(struct fake *py, size_t size)
{
	size_t start = (py->used + 15) / 16 * 16 + BEFORE;

	if (size > FAKE_ARENA_BYTES || start > FAKE_ARENA_BYTES - size)
		die("the arena is full");
	py->used = start + size;
	return FAKE_BASE + start;
}

uint64_t fake_alloc_at_edge(struct fake *py, size_t size)
{
	size_t pages = (size + BEFORE + FAKE_PAGE - 1) / FAKE_PAGE;
	size_t end = ((py->used + FAKE_PAGE - 1) / FAKE_PAGE + pages) * FAKE_PAGE;

	if (end + FAKE_PAGE > FAKE_ARENA_BYTES)
		die("the arena is full");
	py->unmapped[end / FAKE_PAGE] = true;
	py->used = end + FAKE_PAGE;
	return FAKE_BASE + end - size;
}

void *fake_at(struct fake *py, uint64_t addr)
{
	if (addr < FAKE_BASE || addr - FAKE_BASE >= FAKE_ARENA_BYTES)
		die("an address outside the arena");
	return py->bytes + (addr - FAKE_BASE);
}

void fake_put(struct fake *py, uint64_t addr, int32_t offset, const void *bytes, size_t len)
{
	if (offset < 0 || !len)
		return;
	(void)fake_at(py, addr + (uint64_t)offset + len - 1);
	memcpy(fake_at(py, addr + (uint64_t)offset), bytes, len);
}

void fake_put_u64(struct fake *py, uint64_t addr, int32_t offset, uint64_t value)
{
	fake_put(py, addr, offset, &value, sizeof(value));
}

void fake_put_u32(struct fake *py, uint64_t addr, int32_t offset, uint32_t value)
{
	fake_put(py, addr, offset, &value, sizeof(value));
}

void fake_put_u8(struct fake *py, uint64_t addr, int32_t offset, uint8_t value)
{
	fake_put(py, addr, offset, &value, sizeof(value));
}

uint64_t fake_get_u64(struct fake *py, uint64_t addr, int32_t offset)
{
	uint64_t value;

	memcpy(&value, fake_at(py, addr + (uint64_t)offset), sizeof(value));
	return value;
}

void fake_unmap(struct fake *py, uint64_t addr)
{
	py->unmapped[(addr - FAKE_BASE) / FAKE_PAGE] = true;
}

void fake_map(struct fake *py, uint64_t addr)
{
	py->unmapped[(addr - FAKE_BASE) / FAKE_PAGE] = false;
}
