/*
 * image.c - the headers of an ELF file, read where it is mapped.
 *
 * Nothing here opens a file. What comes from the target is untrusted: counts are bounded, and
 * addresses are kept only when they lie in a segment.
 *
 * glibc's loader writes run-time addresses into the dynamic section (elf/dl-load.c via
 * ADJUST_DYN_INFO in get-dynamic-info.h); musl and the vdso leave those of the file. Which of the
 * two it is shows in which of them lies in a segment.
 */
#include "target/image.h"

#include <elf.h>
#include <string.h>

enum {
	PAGE_LEAST = 4096,       /* of all architectures that we know; mapping granularity */
	NOTES_BYTES_MAX = 4096,  /* a build id stands in the first 100 bytes in practice */
	DYNAMIC_PIECE = 64,      /* entries read at a time; most files have about 30 */
	DYNAMIC_MAX = 64 * 1024, /* entries; each DT_NEEDED takes one */
};

/* What is read first: the file header and, as a rule, all program headers in the same page. */
struct elf_headers {
	Elf64_Ehdr file;
	Elf64_Phdr program[IMAGE_SEGMENTS_MAX];
	size_t program_count;
};

static struct error *headers_read(struct mem *mem, uint64_t start, struct elf_headers *ret)
{
	const Elf64_Ehdr *file = &ret->file;
	struct error *err = mem_read(mem, start, &ret->file, sizeof(ret->file));

	if (err)
		return err;
	if (memcmp(file->e_ident, ELFMAG, SELFMAG) != 0 || file->e_ident[EI_CLASS] != ELFCLASS64 ||
	    file->e_ident[EI_DATA] != ELFDATA2LSB ||
	    (file->e_type != ET_DYN && file->e_type != ET_EXEC) ||
	    file->e_phentsize != sizeof(ret->program[0]))
		return error_create(ERROR_OTHER, "no 64-bit ELF file");
	if (!file->e_phnum || file->e_phnum > IMAGE_SEGMENTS_MAX)
		return error_create(ERROR_OTHER, "ELF file with %u program headers", file->e_phnum);
	ret->program_count = file->e_phnum;
	return mem_read(mem, start + file->e_phoff, ret->program,
			ret->program_count * sizeof(ret->program[0]));
}

/* The file's first page is mapped at `start`: that fixes where everything else is. */
static bool find_bias(const struct elf_headers *headers, uint64_t start, uint64_t *bias)
{
	for (size_t i = 0; i < headers->program_count; i++) {
		const Elf64_Phdr *program = &headers->program[i];

		if (program->p_type == PT_LOAD && program->p_offset < PAGE_LEAST) {
			*bias = start - (program->p_vaddr - program->p_offset);
			return true;
		}
	}
	return false;
}

static bool image_add_segment(struct image *image, const Elf64_Phdr *program)
{
	uint64_t start = image->bias + program->p_vaddr;
	uint64_t end;

	if (__builtin_add_overflow(start, program->p_memsz, &end))
		return false;
	image->segments[image->segment_count++] = (struct image_segment) {
		.start = start,
		.end = end,
		.offset = program->p_offset,
		.writable = program->p_flags & PF_W,
		.executable = program->p_flags & PF_X,
	};
	return true;
}

/* An address of the dynamic section, relocated or not; 0 when it lies nowhere. */
static uint64_t image_dynamic_addr(const struct image *image, uint64_t value)
{
	if (image_holds(image, value, 1))
		return value;
	return image_holds(image, image->bias + value, 1) ? image->bias + value : 0;
}

static void image_take_dynamic(struct image *image, const Elf64_Dyn *entry)
{
	switch (entry->d_tag) {
	case DT_SYMTAB:
		image->symtab = image_dynamic_addr(image, entry->d_un.d_ptr);
		break;
	case DT_STRTAB:
		image->strtab = image_dynamic_addr(image, entry->d_un.d_ptr);
		break;
	case DT_STRSZ:
		image->strtab_size = entry->d_un.d_val;
		break;
	case DT_GNU_HASH:
		image->gnu_hash = image_dynamic_addr(image, entry->d_un.d_ptr);
		break;
	case DT_HASH:
		image->sysv_hash = image_dynamic_addr(image, entry->d_un.d_ptr);
		break;
	default:
		break;
	}
}

static struct error *image_read_dynamic(struct image *image, const Elf64_Phdr *program)
{
	uint64_t addr = image->bias + program->p_vaddr;
	uint64_t left = program->p_memsz / sizeof(Elf64_Dyn);

	if (left > DYNAMIC_MAX)
		left = DYNAMIC_MAX;
	while (left) {
		Elf64_Dyn entries[DYNAMIC_PIECE];
		size_t count = left < DYNAMIC_PIECE ? (size_t)left : DYNAMIC_PIECE;
		struct error *err = mem_read(image->mem, addr, entries, count * sizeof(entries[0]));

		if (err)
			return err;
		for (size_t i = 0; i < count; i++) {
			if (entries[i].d_tag == DT_NULL)
				return NULL;
			image_take_dynamic(image, &entries[i]);
		}
		addr += count * sizeof(entries[0]);
		left -= count;
	}
	return NULL;
}

/* Looks for NT_GNU_BUILD_ID in the bytes of a PT_NOTE segment. */
static void image_take_notes(struct image *image, const unsigned char *notes, size_t size,
			     size_t align)
{
	size_t at = 0;

	while (size - at >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr note;
		size_t name, desc, next;

		memcpy(&note, notes + at, sizeof(note));
		if (note.n_namesz > size || note.n_descsz > size)
			return;
		name = at + sizeof(note);
		desc = (name + note.n_namesz + align - 1) / align * align;
		next = (desc + note.n_descsz + align - 1) / align * align;
		if (desc + note.n_descsz > size)
			return;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof("GNU") &&
		    !memcmp(notes + name, "GNU", sizeof("GNU")) && note.n_descsz &&
		    note.n_descsz <= IMAGE_BUILD_ID_MAX) {
			memcpy(image->build_id, notes + desc, note.n_descsz);
			image->build_id_size = note.n_descsz;
			return;
		}
		if (next > size)
			return;
		at = next;
	}
}

static struct error *image_read_notes(struct image *image, const Elf64_Phdr *program)
{
	unsigned char notes[NOTES_BYTES_MAX];
	size_t size = program->p_memsz < sizeof(notes) ? (size_t)program->p_memsz : sizeof(notes);
	struct error *err = mem_read(image->mem, image->bias + program->p_vaddr, notes, size);

	if (!err)
		image_take_notes(image, notes, size, program->p_align == 8 ? 8 : 4);
	return err;
}

/* The dynamic section and the notes: a file without them, or with bad ones, is still an image. */
static struct error *image_read_tables(struct image *image, const struct elf_headers *headers)
{
	for (size_t i = 0; i < headers->program_count; i++) {
		const Elf64_Phdr *program = &headers->program[i];
		struct error *err = NULL;

		if (program->p_type == PT_DYNAMIC)
			err = image_read_dynamic(image, program);
		else if (program->p_type == PT_NOTE && !image->build_id_size)
			err = image_read_notes(image, program);
		if (err && !error_catch(&err, ERROR_FAULT))
			return err;
	}
	return NULL;
}

bool image_holds(const struct image *image, uint64_t addr, uint64_t size)
{
	for (size_t i = 0; i < image->segment_count; i++) {
		const struct image_segment *segment = &image->segments[i];

		if (addr >= segment->start && addr <= segment->end && size <= segment->end - addr)
			return true;
	}
	return false;
}

struct error *image_init(struct image *image, struct mem *mem, uint64_t start)
{
	struct elf_headers headers;
	struct error *err = headers_read(mem, start, &headers);
	struct image made = { .mem = mem, .path = "", .start = start };

	if (err)
		return err;
	if (!find_bias(&headers, start, &made.bias))
		return error_create(ERROR_OTHER, "ELF file without a segment for its first page");
	for (size_t i = 0; i < headers.program_count; i++)
		if (headers.program[i].p_type == PT_LOAD &&
		    !image_add_segment(&made, &headers.program[i]))
			return error_create(ERROR_OTHER, "ELF file with an impossible segment");
	made.map_end = (made.segments[0].end + PAGE_LEAST - 1) & ~(uint64_t)(PAGE_LEAST - 1);
	err = image_read_tables(&made, &headers);
	if (!err)
		*image = made;
	return err;
}
