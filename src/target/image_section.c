/*
 * image_section.c - what only the file of an image holds: sections and local symbols.
 *
 * The file is as untrusted as the process: libelf checks that what it reads lies in the file, sizes
 * are bounded here, and an address counts only when it lies in a segment of the image.
 */
#include <gelf.h>
#include <libelf.h>
#include <string.h>

#include "base/cleanup.h"
#include "target/image.h"

enum { TABLE_BYTES_MAX = 512 << 20 }; /* the symbols of the largest programs take a tenth */

static void elf_endp(Elf **elf)
{
	elf_end(*elf);
}

/* NULL when it is no ELF file. No mmap: a file that is cut short while mapped would kill us. */
static Elf *begin(int fd)
{
	(void)elf_version(EV_CURRENT);
	return elf_begin(fd, ELF_C_READ, NULL);
}

static bool is_symbol(const struct image *image, const GElf_Sym *symbol)
{
	return symbol->st_name && symbol->st_shndx != SHN_UNDEF && symbol->st_shndx != SHN_ABS &&
	       GELF_ST_TYPE(symbol->st_info) <= STT_FUNC &&
	       image_holds(image, image->bias + symbol->st_value, 0);
}

/* The symbols of one section. */
static bool find_in_table(const struct image *image, Elf *elf, Elf_Scn *section,
			  const GElf_Shdr *header, const char *name, uint64_t *addr)
{
	GElf_Shdr names;
	Elf_Data *data;
	size_t count;

	if (header->sh_size > TABLE_BYTES_MAX || header->sh_entsize != sizeof(Elf64_Sym) ||
	    !gelf_getshdr(elf_getscn(elf, header->sh_link), &names) ||
	    names.sh_size > TABLE_BYTES_MAX)
		return false;
	data = elf_getdata(section, NULL);
	count = data ? data->d_size / sizeof(Elf64_Sym) : 0;
	for (size_t i = 0; i < count && i < INT32_MAX; i++) {
		const char *found;
		GElf_Sym symbol;

		if (!gelf_getsym(data, (int)i, &symbol) || !is_symbol(image, &symbol))
			continue;
		found = elf_strptr(elf, header->sh_link, symbol.st_name);
		if (found && !strcmp(found, name)) {
			*addr = image->bias + symbol.st_value;
			return true;
		}
	}
	return false;
}

static bool find_symbol(const struct image *image, int fd, const char *name, uint64_t *addr)
{
	CLEANUP(elf_endp)
	Elf *elf = begin(fd);
	Elf_Scn *section = NULL;

	while (elf && (section = elf_nextscn(elf, section))) {
		GElf_Shdr header;

		if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB &&
		    find_in_table(image, elf, section, &header, name, addr))
			return true;
	}
	return false;
}

struct error *image_file_symbol(const struct image *image, int pid, int fd, const char *name,
				uint64_t *addr)
{
	CLEANUP(closep)
	int debug = -1;

	if (find_symbol(image, fd, name, addr))
		return NULL;
	error_destroy(image_open_debug_file(image, pid, fd, &debug));
	if (debug >= 0 && find_symbol(image, debug, name, addr))
		return NULL;
	return error_create(ERROR_NOT_FOUND, "no symbol %s in the file of %s", name, image->path);
}

struct error *image_file_section(const struct image *image, int fd, const char *name,
				 uint64_t *addr, uint64_t *size)
{
	CLEANUP(elf_endp)
	Elf *elf = begin(fd);
	Elf_Scn *section = NULL;
	size_t names;

	if (elf && elf_getshdrstrndx(elf, &names) != 0)
		elf_end(take_ptr(elf));
	while (elf && (section = elf_nextscn(elf, section))) {
		GElf_Shdr header;
		const char *found;

		if (!gelf_getshdr(section, &header) || !(header.sh_flags & SHF_ALLOC))
			continue;
		found = elf_strptr(elf, names, header.sh_name);
		if (!found || strcmp(found, name) != 0 ||
		    !image_holds(image, image->bias + header.sh_addr, header.sh_size))
			continue;
		*addr = image->bias + header.sh_addr;
		*size = header.sh_size;
		return NULL;
	}
	return error_create(ERROR_NOT_FOUND, "no section %s in the file of %s", name, image->path);
}
