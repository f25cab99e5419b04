/*
 * locate.c - find the interpreter in a process.
 *
 * From the sure to the laborious: a dynamic symbol of any image (looked up in the target's memory,
 * so no file is needed), a symbol or section of the image's file (a static program that exports
 * nothing), what stands in the writable data (stripped of everything). What was found is only
 * believed after locate_verify().
 */
#include "locate.h"

#include <limits.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "locate_gc.h"
#include "locate_scan.h"
#include "locate_verify.h"

enum { DEBUG_OFFSETS_MAX = 4096 /* bytes; 3.15's struct takes 888 */ };

/* An image that may hold an interpreter, and what is known of it. */
struct suspect {
	const struct process *process;
	struct mem *mem;
	const struct maps *maps;
	const struct image *image;
	uint64_t runtime;        /* _PyRuntime; 0 unknown */
	uint64_t tstate_current; /* _PyThreadState_Current (to 3.6); 0 unknown */
	bool has_symbols;
};

static uint64_t symbol(const struct image *image, const char *name)
{
	uint64_t addr;

	return error_catch_any(image_symbol(image, name, &addr, NULL)) ? 0 : addr;
}

/* What the symbols tell of the build. */
static unsigned int flavour_of(const struct image *image)
{
	unsigned int flavour = 0;

	/* only with Py_REF_DEBUG, which Py_DEBUG implies (Include/object.h) */
	if (symbol(image, "_Py_NegativeRefcount"))
		flavour |= PY_DEBUG;
	if (symbol(image, "PyUnicodeUCS4_FromObject"))
		flavour |= PY_UCS4;
	return flavour;
}

/* Py_Version holds PY_VERSION_HEX as an unsigned long (3.11 and later). */
static bool version_by_symbol(const struct suspect *suspect, struct py_version *ret)
{
	uint64_t addr = symbol(suspect->image, "Py_Version"), hexversion;

	if (!addr || error_catch_any(mem_read_u64(suspect->mem, addr, &hexversion)) ||
	    hexversion >> 24 != 3)
		return false;
	*ret = py_version_from_hex((uint32_t)hexversion);
	return true;
}

static struct error *heads_by_scan(const struct suspect *suspect, const struct image_data *data,
				   struct py_location *location)
{
	return scan_interpreters(data, suspect->mem, suspect->maps, &location->layout,
				 location->heads, LOCATION_HEADS_MAX, &location->head_count);
}

/* Heads of the list of interpreters for location->layout, and whether all of it fits. */
static struct error *try_layout(const struct suspect *suspect, const struct image_data *data,
				struct py_location *location)
{
	struct error *err = NULL;

	location->runtime = suspect->runtime;
	location->head_count = 0;
	location->tstate_current = suspect->tstate_current;
	if (suspect->runtime && location->layout.runtime_interpreters_head >= 0) {
		location->heads[0] =
			suspect->runtime + (uint64_t)location->layout.runtime_interpreters_head;
		location->head_count = 1;
	} else {
		err = heads_by_scan(suspect, data, location);
	}
	if (!err)
		err = locate_verify(suspect->mem, location);
	if (err)
		return err;
	locate_calibrate_gilstate(suspect->mem, location);
	location->gc_collecting =
		location->layout.gc_collecting < 0
			? locate_gc_collecting(suspect->image, suspect->mem, suspect->process->pid)
			: 0;
	return NULL;
}

static struct error *unsupported(const struct suspect *suspect, const struct py_version *version,
				 unsigned int flavour)
{
	char text[PY_VERSION_TEXT_SIZE];

	return error_create(
		ERROR_UNSUPPORTED,
		"found Python %s in %s, but its structures fit no known layout, and it has "
		"no debug information to read them by",
		layout_version_text(version, flavour, text), suspect->image->path);
}

/* The interpreter's own debug information, or that of its separate debug file. */
static struct error *try_dwarf(const struct suspect *suspect, const struct image_data *data,
			       const struct py_version *version, unsigned int flavour,
			       struct py_location *location)
{
	CLEANUP(closep)
	int fd = -1;
	struct error *err;

	err = image_open_file(suspect->image, suspect->process->pid, &fd);
	if (!err)
		err = layout_from_dwarf(fd, version, flavour, &location->layout);
	if (error_catch_any(err))
		return unsupported(suspect, version, flavour);
	err = try_layout(suspect, data, location);
	if (error_catch(&err, ERROR_TORN))
		err = unsupported(suspect, version, flavour);
	return err;
}

static struct error *try_tables(const struct suspect *suspect, const struct image_data *data,
				const struct py_version *version, struct py_location *location)
{
	unsigned int flavour = flavour_of(suspect->image);
	const unsigned int flavours[] = { flavour, flavour ^ PY_DEBUG, flavour ^ PY_UCS4,
					  flavour ^ PY_DEBUG ^ PY_UCS4 };
	size_t tries = version->major == 2 ? 4 : 2;
	struct error *err = NULL;

	for (size_t i = 0; i < tries; i++) {
		err = layout_from_tables(version, flavours[i], &location->layout);
		if (!err)
			err = try_layout(suspect, data, location);
		if (!err || (err->kind != ERROR_TORN && err->kind != ERROR_UNSUPPORTED))
			return err;
		error_destroy(err);
	}
	return try_dwarf(suspect, data, version, flavour, location);
}

static struct error *try_debug_offsets(const struct suspect *suspect, const struct image_data *data,
				       const void *table, size_t size, struct py_location *location)
{
	unsigned int flavour = flavour_of(suspect->image) & ~(unsigned int)PY_UCS4;
	struct error *err;

	err = layout_from_debug_offsets(table, size, flavour, &location->layout);
	if (!err)
		err = try_layout(suspect, data, location);
	if (error_catch(&err, ERROR_TORN))
		err = error_create(ERROR_UNSUPPORTED,
				   "the _Py_DebugOffsets of the Python in %s do not fit its memory",
				   suspect->image->path);
	return err;
}

/* Is there an interpreter in this image, and can it be read? */
static struct error *try_suspect(struct suspect *suspect, struct py_location *location)
{
	CLEANUP(image_data_deinit)
	struct image_data data = { 0 };
	unsigned char table[DEBUG_OFFSETS_MAX];
	struct py_version version;
	struct error *err;

	if (suspect->runtime &&
	    !error_catch_any(mem_read(suspect->mem, suspect->runtime, table, sizeof(table))) &&
	    !memcmp(table, "xdebugpy", 8))
		return try_debug_offsets(suspect, &data, table, sizeof(table), location);
	err = image_data_read(suspect->image, &data);
	if (err)
		return err;
	if (!suspect->runtime && !suspect->tstate_current) {
		suspect->runtime = scan_debug_offsets(&data);
		if (suspect->runtime && !error_catch_any(mem_read(suspect->mem, suspect->runtime,
								  table, sizeof(table))))
			return try_debug_offsets(suspect, &data, table, sizeof(table), location);
		suspect->runtime = 0;
	}
	if (!version_by_symbol(suspect, &version) && !scan_version(&data, &version)) {
		if (!suspect->has_symbols)
			return &error_torn;
		return error_create(ERROR_NOT_READY, "its Python is still starting");
	}
	return try_tables(suspect, &data, &version, location);
}

static void by_dynamic_symbols(struct suspect *suspect)
{
	suspect->runtime = symbol(suspect->image, "_PyRuntime");
	if (!suspect->runtime)
		suspect->tstate_current = symbol(suspect->image, "_PyThreadState_Current");
	suspect->has_symbols = suspect->runtime || suspect->tstate_current ||
			       symbol(suspect->image, "PyInterpreterState_Head");
}

static uint64_t file_symbol(const struct suspect *suspect, int fd, const char *name)
{
	uint64_t addr;

	return error_catch_any(
		       image_file_symbol(suspect->image, suspect->process->pid, fd, name, &addr))
		       ? 0
		       : addr;
}

static void by_file(struct suspect *suspect)
{
	CLEANUP(closep)
	int fd = -1;
	uint64_t size;

	if (error_catch_any(image_open_file(suspect->image, suspect->process->pid, &fd)))
		return;
	suspect->runtime = file_symbol(suspect, fd, "_PyRuntime");
	/* pycore_debug_offsets.h, _GENERATE_DEBUG_SECTION: .PyRuntime begins with _PyRuntime */
	if (!suspect->runtime &&
	    error_catch_any(
		    image_file_section(suspect->image, fd, ".PyRuntime", &suspect->runtime, &size)))
		suspect->runtime = 0;
	if (!suspect->runtime)
		suspect->tstate_current = file_symbol(suspect, fd, "_PyThreadState_Current");
	suspect->has_symbols = suspect->runtime || suspect->tstate_current;
}

/* The best that was found in an image where reading it failed: better than "no Python". */
static void keep_error(struct error **kept, struct error *err)
{
	if (err->kind == ERROR_TORN || err->kind == ERROR_FAULT ||
	    (*kept && (*kept)->kind == ERROR_UNSUPPORTED)) {
		error_destroy(err);
		return;
	}
	error_destroy(*kept);
	*kept = err;
}

enum how { BY_DYNAMIC_SYMBOLS, BY_FILE, BY_DATA, HOW_COUNT };

/*
 * One pass over the images. A program of any name may hold a stripped interpreter, so all are
 * searched in every way; libraries that are not Python's are not worth the laborious ones.
 */
static bool pass(enum how how, const struct suspect *common, const struct image_list *images,
		 struct py_location *location, struct error **kept)
{
	for (size_t i = 0; i < images->count; i++) {
		struct suspect suspect = *common;
		struct error *err;

		suspect.image = &images->items[i];
		if (how != BY_DYNAMIC_SYMBOLS && i > 0 && !strstr(suspect.image->path, "python"))
			continue;
		if (how == BY_DYNAMIC_SYMBOLS)
			by_dynamic_symbols(&suspect);
		else if (how == BY_FILE)
			by_file(&suspect);
		if (how != BY_DATA && !suspect.has_symbols)
			continue;
		err = try_suspect(&suspect, location);
		if (!err) {
			log_line(1, "python", "found in %s", suspect.image->path);
			return true;
		}
		keep_error(kept, err);
	}
	return false;
}

struct error *locate_python(const struct process *process, struct mem *mem, struct py_location *ret)
{
	CLEANUP(maps_deinit)
	struct maps maps = { 0 };
	CLEANUP(image_list_deinit)
	struct image_list images = { 0 };
	const struct suspect common = { .process = process, .mem = mem, .maps = &maps };
	struct error *err, *kept = NULL;

	err = maps_read(process->pid, &maps);
	if (!err)
		err = image_list_read(mem, &maps, process->exe_inode, &images);
	if (err)
		return err;
	for (int how = 0; how < HOW_COUNT; how++) {
		if (pass((enum how)how, &common, &images, ret, &kept)) {
			error_destroy(kept);
			return NULL;
		}
		if (kept && kept->kind != ERROR_UNSUPPORTED && how == BY_DYNAMIC_SYMBOLS)
			break; /* it is there, and only not ready */
	}
	if (!kept)
		kept = error_create(ERROR_NOT_PYTHON, "it runs no Python interpreter");
	return error_prefix(kept, "process %d (%s)", process->pid,
			    process->argc ? process->argv[0] : process->exe);
}
