/*
 * elf_image.h - an ELF file in the memory of a target, built by a test, with every lie it needs.
 *
 * One page-aligned piece of memory at ELF_BASE, of which the first ELF_SIZE bytes can be read; the
 * rest, and everything else, is not mapped. The parts lie at fixed places, so that a test can
 * change any of them.
 */
#ifndef TESTS_SUPPORT_ELF_IMAGE_H
#define TESTS_SUPPORT_ELF_IMAGE_H

#include <elf.h>
#include <string.h>

#include "target/mem.h"

enum {
	ELF_SIZE = 0x4000,
	ELF_NOTE = 0x800,
	ELF_DYNAMIC = 0x1000,
	ELF_STRTAB = 0x1800,
	ELF_STRTAB_SIZE = 0x100,
	ELF_SYMTAB = 0x2000,
	ELF_HASH = 0x3000,
	ELF_SYMBOLS = 4,    /* the first is the empty one */
	ELF_VALUE = 0x3800, /* st_value of symbol 1; of each next one 16 more */
};

/* Where it seems to be mapped: the header says address 0 for its first byte. */
#define ELF_BASE UINT64_C(0x7f1234560000)

struct elf_image {
	struct mem mem; /* first: a struct mem * is a struct elf_image * */
	union {
		unsigned char bytes[ELF_SIZE];
		struct {
			Elf64_Ehdr header;
			Elf64_Phdr program[3]; /* PT_LOAD, PT_DYNAMIC, PT_NOTE */
		};
	};
};

static inline struct error *elf_image_readv(struct mem *mem, struct mem_range *ranges, size_t count)
{
	const struct elf_image *elf = (const struct elf_image *)mem;

	mem->calls++;
	for (size_t i = 0; i < count; i++) {
		uint64_t at = ranges[i].addr - ELF_BASE;

		ranges[i].ok = at <= ELF_SIZE && ranges[i].len <= ELF_SIZE - at;
		if (ranges[i].ok)
			memcpy(ranges[i].buf, elf->bytes + at, ranges[i].len);
	}
	return NULL;
}

static inline Elf64_Dyn *elf_image_dynamic(struct elf_image *elf)
{
	return (Elf64_Dyn *)(elf->bytes + ELF_DYNAMIC);
}

static inline Elf64_Sym *elf_image_symbols(struct elf_image *elf)
{
	return (Elf64_Sym *)(elf->bytes + ELF_SYMTAB);
}

static inline uint32_t *elf_image_hash(struct elf_image *elf)
{
	return (uint32_t *)(elf->bytes + ELF_HASH);
}

/* Symbols "alpha", "beta" and "gamma"; no hash table yet. Addresses are as glibc leaves them. */
static inline void elf_image_init(struct elf_image *elf)
{
	static const struct mem_ops ops = { .readv = elf_image_readv };
	static const char names[] = "\0alpha\0beta\0gamma";
	static const uint32_t offsets[ELF_SYMBOLS] = { 0, 1, 7, 12 };
	Elf64_Dyn *dynamic = elf_image_dynamic(elf);
	Elf64_Sym *symbols = elf_image_symbols(elf);

	*elf = (struct elf_image) { .mem.ops = &ops };
	memcpy(elf->header.e_ident, ELFMAG "\2\1\1", 7);
	elf->header.e_type = ET_DYN;
	elf->header.e_phoff = sizeof(elf->header);
	elf->header.e_phentsize = sizeof(elf->program[0]);
	elf->header.e_phnum = 3;
	elf->program[0] = (Elf64_Phdr) {
		.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_filesz = ELF_SIZE, .p_memsz = ELF_SIZE
	};
	elf->program[1] = (Elf64_Phdr) { .p_type = PT_DYNAMIC,
					 .p_offset = ELF_DYNAMIC,
					 .p_vaddr = ELF_DYNAMIC,
					 .p_filesz = 0x800,
					 .p_memsz = 0x800 };
	elf->program[2] = (Elf64_Phdr) { .p_type = PT_NOTE,
					 .p_offset = ELF_NOTE,
					 .p_vaddr = ELF_NOTE,
					 .p_filesz = 36,
					 .p_memsz = 36,
					 .p_align = 4 };
	memcpy(elf->bytes + ELF_NOTE, "\4\0\0\0\24\0\0\0\3\0\0\0GNU\0abcdefghijklmnopqrst", 36);
	dynamic[0] = (Elf64_Dyn) { DT_SYMTAB, { ELF_BASE + ELF_SYMTAB } };
	dynamic[1] = (Elf64_Dyn) { DT_STRTAB, { ELF_BASE + ELF_STRTAB } };
	dynamic[2] = (Elf64_Dyn) { DT_STRSZ, { ELF_STRTAB_SIZE } };
	memcpy(elf->bytes + ELF_STRTAB, names, sizeof(names));
	for (uint32_t i = 1; i < ELF_SYMBOLS; i++)
		symbols[i] = (Elf64_Sym) { .st_name = offsets[i],
					   .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT),
					   .st_shndx = 1,
					   .st_value = ELF_VALUE + 16 * (i - 1),
					   .st_size = 8 };
}

/* DT_HASH with one bucket: gamma -> beta -> alpha. */
static inline void elf_image_sysv(struct elf_image *elf)
{
	static const uint32_t table[] = { 1, ELF_SYMBOLS, /* bucket */ 3, /* chain */ 0, 0, 1, 2 };

	elf_image_dynamic(elf)[3] = (Elf64_Dyn) { DT_HASH, { ELF_BASE + ELF_HASH } };
	memcpy(elf->bytes + ELF_HASH, table, sizeof(table));
}

/* DT_GNU_HASH with one bucket and a filter that lets all pass. */
static inline void elf_image_gnu(struct elf_image *elf)
{
	uint32_t *table = elf_image_hash(elf);

	elf_image_dynamic(elf)[3] = (Elf64_Dyn) { DT_GNU_HASH, { ELF_BASE + ELF_HASH } };
	memcpy(table, (uint32_t[]) { 1, 1, 1, 6, UINT32_MAX, UINT32_MAX, 1 }, 28);
	for (uint32_t i = 1; i < ELF_SYMBOLS; i++) {
		const char *name =
			(char *)elf->bytes + ELF_STRTAB + elf_image_symbols(elf)[i].st_name;
		uint32_t hash = 5381;

		for (; *name; name++)
			hash = hash * 33 + (unsigned char)*name;
		table[6 + i] = (hash & ~1u) | (i == ELF_SYMBOLS - 1);
	}
}

#endif
