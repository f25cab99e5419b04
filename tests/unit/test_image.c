/*
 * ELF images in the memory of a target: a sound one, and every way to lie about one.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "support/elf_image.h"
#include "target/image.h"

enum { CALLS_MAX = 20000 }; /* a bucket's bound, at three reads a symbol, and some */

static struct elf_image elf;
static struct image image;

static void expect_symbol(const char *name, uint64_t value)
{
	uint64_t addr = 0, size = 0;
	struct error *err = image_symbol(&image, name, &addr, &size);

	cr_assert_null(err, "%s: %s", name, err ? error_message(err) : "");
	cr_expect_eq(addr, ELF_BASE + value, "%s at %lx", name, addr);
	cr_expect_eq(size, 8);
}

static void expect_no_symbol(const char *name)
{
	uint64_t addr = 1, calls = elf.mem.calls;
	struct error *err = image_symbol(&image, name, &addr, NULL);

	cr_assert(err, "%s at %lx", name, addr);
	cr_expect_eq(err->kind, ERROR_NOT_FOUND);
	cr_expect_eq(addr, 1, "unchanged");
	cr_expect_lt(elf.mem.calls - calls, CALLS_MAX);
	error_destroy(err);
}

static void start(void (*hash)(struct elf_image *elf))
{
	elf_image_init(&elf);
	hash(&elf);
}

static void load(void)
{
	struct error *err = image_init(&image, &elf.mem, ELF_BASE);

	cr_assert_null(err, "%s", err ? error_message(err) : "");
	image.path = "/lib/crafted.so";
}

static void check_sound(void)
{
	load();
	expect_symbol("alpha", ELF_VALUE);
	expect_symbol("beta", ELF_VALUE + 16);
	expect_symbol("gamma", ELF_VALUE + 32);
	expect_no_symbol("alph");
	expect_no_symbol("alphaa");
	expect_no_symbol("");
}

Test(image, gnu_hash)
{
	start(elf_image_gnu);
	check_sound();
	cr_expect_eq(image.bias, ELF_BASE);
	cr_expect_eq(image.segment_count, 1);
	cr_expect(image.segments[0].executable && !image.segments[0].writable);
	cr_expect_eq(image.segments[0].end, ELF_BASE + ELF_SIZE);
	cr_expect_eq(image.build_id_size, 20);
	cr_expect_arr_eq(image.build_id, "abcdefghijklmnopqrst", 20);
}

Test(image, sysv_hash)
{
	start(elf_image_sysv);
	check_sound();
}

Test(image, a_lookup_takes_a_handful_of_reads)
{
	start(elf_image_gnu);
	load();
	elf.mem.calls = 0;
	expect_symbol("gamma", ELF_VALUE + 32);
	cr_expect_leq(elf.mem.calls, 6);
}

/* musl's loader, and the vdso. */
Test(image, a_dynamic_section_with_addresses_of_the_file)
{
	start(elf_image_gnu);
	for (int i = 0; i < 4; i++)
		if (elf_image_dynamic(&elf)[i].d_tag != DT_STRSZ)
			elf_image_dynamic(&elf)[i].d_un.d_ptr -= ELF_BASE;
	check_sound();
}

Test(image, tables_outside_of_the_image_are_not_looked_at)
{
	start(elf_image_gnu);
	elf_image_dynamic(&elf)[0].d_un.d_ptr = ELF_BASE + ELF_SIZE + 0x100000;
	load();
	cr_expect_eq(image.symtab, 0);
	expect_no_symbol("alpha");
}

Test(image, a_dynamic_section_without_end)
{
	start(elf_image_gnu);
	elf.program[1].p_memsz = UINT64_MAX / 2;
	for (size_t i = 4; i < (ELF_SIZE - ELF_DYNAMIC) / sizeof(Elf64_Dyn); i++)
		elf_image_dynamic(&elf)[i].d_tag = DT_NEEDED;
	load();
	cr_expect_lt(elf.mem.calls, 100);
}

Test(image, a_cycle_in_a_sysv_chain)
{
	start(elf_image_sysv);
	elf_image_hash(&elf)[4] = 3; /* behind alpha comes gamma */
	load();
	expect_symbol("alpha", ELF_VALUE);
	expect_no_symbol("delta");
}

Test(image, a_sysv_chain_that_leads_outside)
{
	static const uint32_t numbers[] = { 4, 5, 1000000, UINT32_MAX };

	start(elf_image_sysv);
	load();
	for (size_t i = 0; i < 4; i++) {
		elf_image_hash(&elf)[2] = numbers[i];
		expect_no_symbol("alpha");
		elf_image_hash(&elf)[1] = UINT32_MAX; /* it may: the table claims to be huge */
		expect_no_symbol("alpha");
	}
	elf_image_hash(&elf)[0] = 0;
	expect_no_symbol("alpha");
	elf_image_hash(&elf)[0] = UINT32_MAX;
	expect_no_symbol("alpha");
}

Test(image, a_gnu_chain_without_end)
{
	start(elf_image_gnu);
	memset(elf.bytes + ELF_HASH + 28, 0, ELF_SIZE - ELF_HASH - 28);
	load();
	expect_no_symbol("alpha");
}

Test(image, a_gnu_hash_with_impossible_counts)
{
	start(elf_image_gnu);
	load();
	for (size_t i = 0; i < 4; i++) {
		uint32_t sound = elf_image_hash(&elf)[i];

		elf_image_hash(&elf)[i] = UINT32_MAX;
		expect_no_symbol("delta");
		elf_image_hash(&elf)[i] = sound;
	}
	elf_image_hash(&elf)[0] = 0;
	expect_no_symbol("alpha");
	start(elf_image_gnu);
	elf_image_hash(&elf)[6] = UINT32_MAX; /* the bucket */
	expect_no_symbol("alpha");
	elf_image_hash(&elf)[6] = 0;
	expect_no_symbol("alpha");
}

Test(image, a_filter_that_says_no)
{
	start(elf_image_gnu);
	memset(&elf_image_hash(&elf)[4], 0, 8);
	load();
	expect_no_symbol("alpha");
}

Test(image, a_table_without_a_filter)
{
	start(elf_image_gnu);
	elf_image_hash(&elf)[2] = 0;
	memmove(&elf_image_hash(&elf)[4], &elf_image_hash(&elf)[6], 16);
	check_sound();
}

Test(image, names_outside_of_the_string_table)
{
	start(elf_image_sysv);
	elf_image_symbols(&elf)[1].st_name = UINT32_MAX;
	elf_image_symbols(&elf)[2].st_name = ELF_STRTAB_SIZE - 3;
	memcpy(elf.bytes + ELF_STRTAB + ELF_STRTAB_SIZE - 3, "beta", 5);
	load();
	expect_no_symbol("alpha");
	expect_no_symbol("beta");
	image.strtab_size = UINT64_MAX;
	expect_no_symbol("alpha");
	expect_symbol("beta", ELF_VALUE + 16);
	expect_symbol("gamma", ELF_VALUE + 32);
}

Test(image, symbols_that_are_no_address)
{
	Elf64_Sym *symbols = elf_image_symbols(&elf);

	start(elf_image_gnu);
	symbols[1].st_shndx = SHN_UNDEF;
	symbols[2].st_info = ELF64_ST_INFO(STB_GLOBAL, STT_TLS);
	symbols[3].st_shndx = SHN_ABS;
	load();
	expect_no_symbol("alpha");
	expect_no_symbol("beta");
	expect_no_symbol("gamma");
	symbols[1].st_shndx = 1;
	symbols[1].st_value = ELF_SIZE + 1;
	expect_no_symbol("alpha");
	symbols[1].st_value = UINT64_MAX;
	expect_no_symbol("alpha");
	symbols[1].st_value = ELF_SIZE; /* where a symbol like _end points */
	expect_symbol("alpha", ELF_SIZE);
}

Test(image, names_too_long_to_be_asked_for)
{
	char name[4096];

	start(elf_image_gnu);
	load();
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	expect_no_symbol(name);
}

static void expect_no_image(const char *why)
{
	struct error *err = image_init(&image, &elf.mem, ELF_BASE);

	cr_assert(err, "%s", why);
	cr_expect(err->kind == ERROR_OTHER || err->kind == ERROR_FAULT, "%s", why);
	error_destroy(err);
	start(elf_image_gnu);
}

Test(image, what_is_no_image)
{
	start(elf_image_gnu);
	elf.header.e_ident[0] = 'M';
	expect_no_image("magic");
	elf.header.e_ident[EI_CLASS] = ELFCLASS32;
	expect_no_image("32 bits");
	elf.header.e_ident[EI_DATA] = ELFDATA2MSB;
	expect_no_image("the other byte order");
	elf.header.e_type = ET_CORE;
	expect_no_image("a core");
	elf.header.e_phentsize = 1;
	expect_no_image("size of a program header");
	elf.header.e_phnum = 0;
	expect_no_image("no program headers");
	elf.header.e_phnum = IMAGE_SEGMENTS_MAX + 1;
	expect_no_image("many program headers");
	elf.header.e_phoff = UINT64_MAX - 8;
	expect_no_image("program headers elsewhere");
	elf.header.e_phoff = ELF_SIZE - sizeof(Elf64_Phdr);
	expect_no_image("program headers cut off");
	elf.program[0].p_type = PT_NULL;
	expect_no_image("no segment");
	elf.program[0].p_offset = 0x1000;
	expect_no_image("its first page is not mapped");
	elf.program[0].p_memsz = UINT64_MAX;
	expect_no_image("a segment round the end of memory");
}

Test(image, a_bad_dynamic_section_or_note_is_left_out)
{
	start(elf_image_gnu);
	elf.program[1].p_vaddr = 0x100000;
	elf.program[2].p_vaddr = UINT64_MAX - 4;
	load();
	cr_expect_eq(image.symtab, 0);
	cr_expect_eq(image.build_id_size, 0);
	expect_no_symbol("alpha");
}

Test(image, notes_that_lie)
{
	static const struct {
		uint32_t name, desc, type;
		uint64_t size;
	} notes[] = {
		{ UINT32_MAX, 20, 3, 36 },
		{ 4, UINT32_MAX, 3, 36 },
		{ 4, 21, 3, 36 },
		{ 4, 65, 3, 4096 },
		{ 4, 0, 3, 36 },
		{ 5, 20, 3, 40 },
		{ 4, 20, 4, 36 },
		{ 4, 20, 3, 35 },
		{ 4, 20, 3, 11 },
		{ 4, 20, 3, 0 },
		{ UINT32_MAX - 3, 3, 3, 36 },
		{ 4, 20, 3, UINT64_MAX },
	};

	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
		start(elf_image_gnu);
		memcpy(elf.bytes + ELF_NOTE, &notes[i], 12);
		elf.program[2].p_filesz = elf.program[2].p_memsz = notes[i].size;
		load();
		/* The last one is cut, but its start is sound. */
		cr_expect_eq(image.build_id_size, notes[i].size == UINT64_MAX ? 20 : 0, "%zu", i);
	}
}

Test(image, the_build_id_may_be_the_second_note)
{
	start(elf_image_gnu);
	memmove(elf.bytes + ELF_NOTE + 20, elf.bytes + ELF_NOTE, 36);
	memcpy(elf.bytes + ELF_NOTE, "\4\0\0\0\3\0\0\0\1\0\0\0XXX\0abc\0", 20);
	elf.program[2].p_memsz = 56;
	load();
	cr_expect_eq(image.build_id_size, 20);
	cr_expect_arr_eq(image.build_id, "abcdefghijklmnopqrst", 20);
}

Test(image, holds)
{
	start(elf_image_gnu);
	load();
	cr_expect(image_holds(&image, ELF_BASE, ELF_SIZE));
	cr_expect(image_holds(&image, ELF_BASE + ELF_SIZE, 0));
	cr_expect_not(image_holds(&image, ELF_BASE, ELF_SIZE + 1));
	cr_expect_not(image_holds(&image, ELF_BASE + ELF_SIZE, 1));
	cr_expect_not(image_holds(&image, ELF_BASE - 1, 1));
	cr_expect_not(image_holds(&image, ELF_BASE + 1, UINT64_MAX));
}
