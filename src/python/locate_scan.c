/*
 * locate_scan.c - search writable data for a version, a cookie, pointers to interpreters.
 */
#include "locate_scan.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"

enum {
	SCAN_PAGE = 4096,
	CANDIDATES_PER_READ = 512,
	/* Words of 64 MB of data that look like pointers to writable memory: bounded for time. */
	CANDIDATES_MAX = 1 << 20,
};

static const char cookie[] = "xdebugpy"; /* _Py_Debug_Cookie, pycore_debug_offsets.h, 3.13 */

/* Reads what can be read, page by page where the whole cannot. */
static void read_pages(struct mem *mem, uint64_t addr, unsigned char *bytes, size_t size)
{
	if (!error_catch_any(mem_read(mem, addr, bytes, size)))
		return;
	for (size_t done = 0; done < size;) {
		size_t part = SCAN_PAGE - (size_t)((addr + done) % SCAN_PAGE);

		if (part > size - done)
			part = size - done;
		if (error_catch_any(mem_read(mem, addr + done, bytes + done, part)))
			memset(bytes + done, 0, part);
		done += part;
	}
}

struct error *image_data_read(const struct image *image, struct image_data *ret)
{
	size_t total = 0;

	*ret = (struct image_data) { 0 };
	for (size_t i = 0; i < image->segment_count; i++) {
		const struct image_segment *segment = &image->segments[i];
		uint64_t start = (segment->start + 7) & ~UINT64_C(7);
		size_t size;

		if (!segment->writable || segment->end <= start)
			continue;
		if (segment->end - start > SCAN_BYTES_MAX - total)
			break;
		size = (size_t)(segment->end - start);
		ret->parts[ret->count].bytes = malloc(size);
		if (!ret->parts[ret->count].bytes) {
			image_data_deinit(ret);
			return &error_nomem;
		}
		ret->parts[ret->count].addr = start;
		ret->parts[ret->count].size = size;
		read_pages(image->mem, start, ret->parts[ret->count].bytes, size);
		ret->count++;
		total += size;
	}
	return NULL;
}

void image_data_deinit(struct image_data *data)
{
	for (size_t i = 0; i < data->count; i++)
		free(data->parts[i].bytes);
	data->count = 0;
}

/* A number of at most three digits; moves *at behind it. */
static bool parse_number(const char *text, size_t size, size_t *at, int *ret)
{
	size_t start = *at;

	*ret = 0;
	while (*at < size && *at - start < 3 && text[*at] >= '0' && text[*at] <= '9')
		*ret = *ret * 10 + (text[(*at)++] - '0');
	return *at > start;
}

static bool parse_level(const char *text, size_t size, size_t *at, struct py_version *version)
{
	version->level = 0xF;
	version->serial = 0;
	if (*at < size && (text[*at] == 'a' || text[*at] == 'b')) {
		version->level = text[(*at)++] == 'a' ? 0xA : 0xB;
		return parse_number(text, size, at, &version->serial);
	}
	if (*at < size && text[*at] == 'r' && *at + 1 < size && text[*at + 1] == 'c') {
		*at += 2;
		version->level = 0xC;
		return parse_number(text, size, at, &version->serial);
	}
	return true;
}

bool version_parse_banner(const char *text, size_t size, struct py_version *ret)
{
	struct py_version version;
	size_t at = 0;

	if (size < 2 || (text[0] != '2' && text[0] != '3') || text[1] != '.')
		return false;
	version.major = text[0] - '0';
	at = 2;
	if (!parse_number(text, size, &at, &version.minor) || at >= size || text[at++] != '.' ||
	    !parse_number(text, size, &at, &version.micro) ||
	    !parse_level(text, size, &at, &version))
		return false;
	if (at < size && text[at] == '+')
		at++;
	if (size - at < 2 || text[at] != ' ' || text[at + 1] != '(')
		return false;
	*ret = version;
	return true;
}

bool scan_version(const struct image_data *data, struct py_version *ret)
{
	enum { BANNER_MAX = 24 };

	for (size_t p = 0; p < data->count; p++) {
		const char *bytes = (const char *)data->parts[p].bytes;
		size_t size = data->parts[p].size;

		for (size_t i = 0; i + BANNER_MAX <= size; i++)
			if (bytes[i + 1] == '.' && (!i || !bytes[i - 1]) &&
			    version_parse_banner(bytes + i, BANNER_MAX, ret))
				return true;
	}
	return false;
}

uint64_t scan_debug_offsets(const struct image_data *data)
{
	for (size_t p = 0; p < data->count; p++)
		for (size_t i = 0; i + 16 <= data->parts[p].size; i += 8)
			if (!memcmp(data->parts[p].bytes + i, cookie, sizeof(cookie) - 1))
				return data->parts[p].addr + i;
	return 0;
}

/* A word of the data, and what it may point to. */
struct candidate {
	uint64_t word, interp, tstate;
};

typedef ARRAY(struct candidate) candidate_array;

static struct error *collect(const struct image_data *data, const struct maps *maps,
			     candidate_array *candidates)
{
	const struct mapping *last = NULL;

	for (size_t p = 0; p < data->count; p++) {
		for (size_t i = 0; i + 8 <= data->parts[p].size; i += 8) {
			struct candidate candidate = { .word = data->parts[p].addr + i };

			memcpy(&candidate.interp, data->parts[p].bytes + i, 8);
			if (!candidate.interp || candidate.interp % 8)
				continue;
			if (!last || candidate.interp < last->start ||
			    candidate.interp >= last->end)
				last = maps_find(maps, candidate.interp);
			if (!last || !last->writable)
				continue;
			if (candidates->count >= CANDIDATES_MAX)
				return NULL;
			if (!array_push(candidates, candidate))
				return &error_nomem;
		}
	}
	return NULL;
}

/* Reads a word for each of up to CANDIDATES_PER_READ candidates; false where it cannot be read. */
static struct error *read_words(struct mem *mem, struct candidate *candidates, size_t count,
				bool second, int32_t offset, uint64_t *words, bool *ok)
{
	struct mem_range ranges[CANDIDATES_PER_READ];
	struct error *err;

	for (size_t i = 0; i < count; i++) {
		uint64_t base = second ? candidates[i].tstate : candidates[i].interp;

		ranges[i] = (struct mem_range) { .addr = base + (uint64_t)offset,
						 .len = sizeof(words[i]),
						 .buf = &words[i] };
	}
	err = mem_readv(mem, ranges, count);
	for (size_t i = 0; i < count; i++)
		ok[i] = !err && ranges[i].ok;
	return err;
}

/* Keeps those of a batch whose interpreter's first thread state points back. */
static struct error *confirm(struct mem *mem, const struct py_layout *l,
			     struct candidate *candidates, size_t count, uint64_t *ret, size_t max,
			     size_t *found)
{
	uint64_t words[CANDIDATES_PER_READ];
	bool ok[CANDIDATES_PER_READ];
	size_t kept = 0;
	struct error *err;

	err = read_words(mem, candidates, count, false, l->interp_threads_head, words, ok);
	if (err)
		return err;
	for (size_t i = 0; i < count; i++) {
		/* a type that is its own type looks like that too */
		if (!ok[i] || !words[i] || words[i] % 8 || words[i] == candidates[i].interp)
			continue;
		candidates[kept] = candidates[i];
		candidates[kept++].tstate = words[i];
	}
	err = read_words(mem, candidates, kept, true, l->tstate_interp, words, ok);
	if (err)
		return err;
	for (size_t i = 0; i < kept && *found < max; i++)
		if (ok[i] && words[i] == candidates[i].interp)
			ret[(*found)++] = candidates[i].word;
	return NULL;
}

static void candidates_deinit(candidate_array *candidates)
{
	array_deinit(candidates);
}

struct error *scan_interpreters(const struct image_data *data, struct mem *mem,
				const struct maps *maps, const struct py_layout *layout,
				uint64_t *ret, size_t max, size_t *count)
{
	CLEANUP(candidates_deinit)
	candidate_array candidates = { 0 };
	struct error *err;

	*count = 0;
	err = collect(data, maps, &candidates);
	for (size_t i = 0; !err && i < candidates.count && *count < max; i += CANDIDATES_PER_READ) {
		size_t part = candidates.count - i;

		if (part > CANDIDATES_PER_READ)
			part = CANDIDATES_PER_READ;
		err = confirm(mem, layout, candidates.items + i, part, ret, max, count);
	}
	return err;
}
