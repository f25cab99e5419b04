/*
 * What stands in a program's data: a version, a cookie, words that point to an interpreter.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "python/locate_scan.h"
#include "support/fake.h"
#include "support/fake_objects.h"
#include "support/fake_threads.h"
#include "support/guarded.h"

enum { DATA_BYTES = 4096 };

/* The text ends where memory ends. */
static bool parse(const char *text, struct py_version *version)
{
	size_t size = strlen(text);

	return version_parse_banner(memcpy(guarded(size), text, size), size, version);
}

Test(locate_scan, banners)
{
	static const struct {
		const char *text;
		struct py_version version;
	} rows[] = {
		{ "2.7.18 (default, Oct 10 2021)", { 2, 7, 18, 0xF, 0 } },
		{ "3.12.0rc1 (main", { 3, 12, 0, 0xC, 1 } },
		{ "3.13.0+ (heads/3.13", { 3, 13, 0, 0xF, 0 } },
		{ "3.14.0a7 (main", { 3, 14, 0, 0xA, 7 } },
		{ "3.15.0b12+ (main", { 3, 15, 0, 0xB, 12 } },
		{ "3.8.123 (", { 3, 8, 123, 0xF, 0 } },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct py_version version;

		cr_assert(parse(rows[i].text, &version), "%s", rows[i].text);
		cr_assert_eq(py_version_compare(&version, &rows[i].version), 0, "%s", rows[i].text);
	}
}

Test(locate_scan, what_is_no_banner)
{
	static const char *const texts[] = {
		"",          "3",           "3.",           "3.12",
		"3.12.",     "3.12.1",      "3.12.1 ",      "3.12.1(main",
		"3.12.1 m",  "4.0.0 (main", "3.12.0r1 (m",  "3.12.0rc (main",
		"3.12.0a (", "3.x.1 (main", "3.12.1++ (m",  "3.1234.1 (main",
		"2..1 (",    "3.12.-1 (",   "33.12.1 (mai", "3.12.1+",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct py_version version;

		cr_assert(!parse(texts[i], &version), "%s", texts[i]);
	}
}

/* One part of data that ends where memory ends. */
static void make_data(struct image_data *data, uint64_t addr, size_t size)
{
	*data = (struct image_data) { .count = 1 };
	data->parts[0].addr = addr;
	data->parts[0].size = size;
	data->parts[0].bytes = guarded(size);
}

static bool finds_version(struct image_data *data, size_t at, const char *text)
{
	struct py_version version;
	bool found;

	memcpy(data->parts[0].bytes + at, text, strlen(text));
	found = scan_version(data, &version);
	memset(data->parts[0].bytes + at, 0, strlen(text));
	return found && version.minor == 11;
}

Test(locate_scan, a_version_in_the_data)
{
	static const char text[] = "3.11.2 (main, Mar 13 2023, 12:18:29) [GCC 12.2.0]";
	struct image_data data;

	make_data(&data, 0x1000, DATA_BYTES);
	cr_assert(!finds_version(&data, 0, ""));
	cr_assert(finds_version(&data, 0, text));
	cr_assert(finds_version(&data, 1237, text));
	cr_assert(finds_version(&data, DATA_BYTES - sizeof(text), text));
	/* not in the middle of a text */
	cr_assert(!finds_version(&data, 100, "x3.11.2 (main, Mar 13 2023"));
	/* cut by the end */
	cr_assert(!finds_version(&data, DATA_BYTES - 7, "3.11.2 "));
	data.parts[0].size = 3;
	cr_assert(!finds_version(&data, 0, "3.1"));
}

Test(locate_scan, the_cookie_of_debug_offsets)
{
	struct image_data data;

	make_data(&data, 0x1000, DATA_BYTES);
	cr_assert_eq(scan_debug_offsets(&data), 0);
	memcpy(data.parts[0].bytes + 641, "xdebugpy", 8); /* not where a struct begins */
	cr_assert_eq(scan_debug_offsets(&data), 0);
	memcpy(data.parts[0].bytes + 2048, "xdebugpy", 8);
	cr_assert_eq(scan_debug_offsets(&data), 0x1000 + 2048);
	memset(data.parts[0].bytes, 0, DATA_BYTES);
	memcpy(data.parts[0].bytes + DATA_BYTES - 8, "xdebugpy", 8); /* without a struct */
	cr_assert_eq(scan_debug_offsets(&data), 0);
}

/* An interpreter, and data in which words point to it and to much else. */
struct world {
	struct fake py;
	struct maps maps;
	struct image_data data;
	uint64_t interp, found[8];
	size_t count;
};

static bool start(struct world *world, size_t index)
{
	char text[128];

	*world = (struct world) { 0 };
	if (!fake_start(&world->py, index))
		return false;
	snprintf(text, sizeof(text), "%llx-%llx rw-p 00000000 00:00 0\n",
		 (unsigned long long)FAKE_BASE, (unsigned long long)FAKE_BASE + FAKE_ARENA_BYTES);
	cr_assert_null(maps_parse(text, &world->maps));
	world->interp = fake_interp(&world->py, 0);
	make_data(&world->data, 0x1000, DATA_BYTES);
	return true;
}

static void end(struct world *world)
{
	maps_deinit(&world->maps);
	munmap(world->data.parts[0].bytes, DATA_BYTES + GUARD_PAGE);
	fake_deinit(&world->py);
}

#define EACH_WORLD(world) for (size_t index_ = 0; start(&(world), index_); end(&(world)), index_++)

static void put(struct world *world, size_t at, uint64_t word)
{
	memcpy(world->data.parts[0].bytes + at, &word, sizeof(word));
}

static size_t scan(struct world *world, size_t max)
{
	cr_assert_null(scan_interpreters(&world->data, &world->py.mem, &world->maps,
					 &world->py.layout, world->found, max, &world->count));
	return world->count;
}

Test(locate_scan, words_that_point_to_an_interpreter)
{
	struct world world;

	EACH_WORLD(world)
	{
		fake_thread(&world.py, world.interp, 1, 1, 0);
		cr_assert_eq(scan(&world, 8), 0);
		put(&world, 16, world.interp);
		put(&world, 24, world.interp + 8);
		put(&world, 32, world.interp + 1);
		put(&world, 40, FAKE_BASE + FAKE_ARENA_BYTES - 8);
		put(&world, 48, 0x1000);
		put(&world, 56, UINT64_MAX - 7);
		put(&world, DATA_BYTES - 8, world.interp);
		cr_assert_eq(scan(&world, 8), 2, "%s: %zu", fake_layout_name(&world.py.layout),
			     world.count);
		cr_assert_eq(world.found[0], 0x1000 + 16);
		cr_assert_eq(world.found[1], 0x1000 + DATA_BYTES - 8);
		cr_assert_eq(scan(&world, 1), 1);
		cr_assert_eq(scan(&world, 0), 0);
	}
}

Test(locate_scan, one_without_threads_is_none)
{
	struct world world;

	EACH_WORLD(world)
	{
		put(&world, 16, world.interp);
		cr_assert_eq(scan(&world, 8), 0);
	}
}

/* Where the fields lie so, `type` points to itself as an interpreter and its thread do. */
Test(locate_scan, a_type_that_is_its_own_type_is_none)
{
	struct world world;

	EACH_WORLD(world)
	{
		uint64_t type = fake_alloc(&world.py, (size_t)world.py.layout.interp_size);

		put(&world, 16, type);
		fake_put_u64(&world.py, type, world.py.layout.interp_threads_head, type);
		fake_put_u64(&world.py, type, world.py.layout.tstate_interp, type);
		cr_assert_eq(scan(&world, 8), 0, "%s", fake_layout_name(&world.py.layout));
	}
}

Test(locate_scan, more_words_than_one_read_takes)
{
	struct world world;

	EACH_WORLD(world)
	{
		world.data.parts[0].size = DATA_BYTES;
		fake_thread(&world.py, world.interp, 1, 1, 0);
		for (size_t at = 0; at < DATA_BYTES; at += 8)
			put(&world, at, FAKE_BASE + FAKE_PAGE);
		put(&world, DATA_BYTES - 16, world.interp);
		cr_assert_eq(scan(&world, 8), 1);
		cr_assert_eq(world.found[0], 0x1000 + DATA_BYTES - 16);
		world.py.gone = true;
		cr_assert_eq(scan_interpreters(&world.data, &world.py.mem, &world.maps,
					       &world.py.layout, world.found, 8, &world.count),
			     &error_gone);
	}
}

Test(locate_scan, data_is_read_page_by_page_where_it_cannot_be_read_whole)
{
	struct fake py;
	struct image image = { .mem = &py.mem, .segment_count = 3 };
	struct image_data data;
	uint64_t start;

	cr_assert(fake_start(&py, 0));
	start = fake_alloc(&py, (size_t)4 * FAKE_PAGE);
	start = (start + FAKE_PAGE - 1) / FAKE_PAGE * FAKE_PAGE;
	memset(fake_at(&py, start), 'a', (size_t)3 * FAKE_PAGE);
	fake_unmap(&py, start + FAKE_PAGE);
	image.segments[0] = (struct image_segment) { start, start + FAKE_PAGE, 0, false, true };
	image.segments[1] =
		(struct image_segment) { start + 3, start + 3 * FAKE_PAGE - 3, 0, true, false };
	image.segments[2] = (struct image_segment) { start + 6, start + 5, 0, true, false };
	cr_assert_null(image_data_read(&image, &data));
	cr_assert_eq(data.count, 1, "what is not writable, or empty, is left out");
	cr_assert_eq(data.parts[0].addr, start + 8, "words are where words can be");
	cr_assert_eq(data.parts[0].size, 3 * FAKE_PAGE - 8 - 3);
	cr_assert_eq(data.parts[0].bytes[FAKE_PAGE - 9], 'a');
	cr_assert_eq(data.parts[0].bytes[FAKE_PAGE - 8], 0);
	cr_assert_eq(data.parts[0].bytes[2 * FAKE_PAGE - 9], 0);
	cr_assert_eq(data.parts[0].bytes[2 * FAKE_PAGE - 8], 'a');
	image_data_deinit(&data);
	/* more than any program has */
	image.segments[1].end = start + SCAN_BYTES_MAX + 16;
	cr_assert_null(image_data_read(&image, &data));
	cr_assert_eq(data.count, 0);
	fake_deinit(&py);
}
