/*
 * image_symbol.c - dynamic symbols, through the hash tables that the loader itself uses.
 *
 * DT_GNU_HASH (first in binutils 2.17.50, 2006; its layout is in glibc's elf/dl-lookup.c):
 *	u32 bucket count, u32 first hashed symbol, u32 bloom words, u32 bloom shift;
 *	u64 bloom[]; u32 buckets[]; u32 chain[], a hash each, the lowest bit ends a chain
 * DT_HASH (System V ABI): u32 bucket count, u32 chain count; u32 buckets[]; u32 chain[], by symbol
 *
 * A lookup takes about six reads. Chains are bounded, names are compared in the string table only.
 */
#include <elf.h>
#include <string.h>

#include "target/image.h"

enum {
	NAME_BYTES_MAX = 512, /* longest name asked for, with its NUL */
	CHAIN_MAX = 4096,     /* symbols of one bucket: linkers aim at four and fewer */
	CHAIN_PIECE = 16,     /* hashes read at a time */
	PAGE_LEAST = 4096,
};

struct query {
	const struct image *image;
	const char *name;
	size_t name_bytes; /* with its NUL */
	Elf64_Sym symbol;  /* out */
};

/* Whether the symbol of that number is defined and has the name. */
static struct error *query_try(struct query *query, uint64_t number, bool *found)
{
	const struct image *image = query->image;
	Elf64_Sym symbol;
	char name[NAME_BYTES_MAX];
	struct error *err;

	err = mem_read(image->mem, image->symtab + number * sizeof(symbol), &symbol,
		       sizeof(symbol));
	if (err || symbol.st_name >= image->strtab_size ||
	    query->name_bytes > image->strtab_size - symbol.st_name)
		return err;
	err = mem_read(image->mem, image->strtab + symbol.st_name, name, query->name_bytes);
	if (err || memcmp(name, query->name, query->name_bytes) != 0)
		return err;
	if (symbol.st_shndx == SHN_UNDEF || symbol.st_shndx == SHN_ABS ||
	    ELF64_ST_TYPE(symbol.st_info) == STT_TLS ||
	    !image_holds(image, image->bias + symbol.st_value, 0))
		return NULL;
	query->symbol = symbol;
	*found = true;
	return NULL;
}

static uint32_t gnu_hash_of(const char *name)
{
	uint32_t hash = 5381;

	for (; *name; name++)
		hash = hash * 33 + (unsigned char)*name;
	return hash;
}

/* Follows a chain from its first symbol to the one that ends it. */
static struct error *gnu_walk(struct query *query, uint64_t chain, uint64_t number, uint32_t hash,
			      bool *found)
{
	uint32_t piece[CHAIN_PIECE];
	size_t have = 0, next = 0;

	for (size_t steps = 0; steps < CHAIN_MAX; steps++, number++) {
		uint32_t link;

		if (next == have) {
			uint64_t addr = chain + steps * sizeof(link);
			size_t room = (size_t)(PAGE_LEAST - addr % PAGE_LEAST) / sizeof(link);
			struct error *err;

			have = room && room < CHAIN_PIECE ? room : CHAIN_PIECE;
			next = 0;
			err = mem_read(query->image->mem, addr, piece, have * sizeof(link));
			if (err)
				return err;
		}
		link = piece[next++];
		if ((link | 1) == (hash | 1)) {
			struct error *err = query_try(query, number, found);

			if (err || *found)
				return err;
		}
		if (link & 1)
			return NULL;
	}
	return &error_torn;
}

static struct error *gnu_find(struct query *query, bool *found)
{
	struct mem *mem = query->image->mem;
	uint64_t table = query->image->gnu_hash;
	uint32_t header[4], hash = gnu_hash_of(query->name), bucket;
	uint64_t word, buckets, chain;
	struct error *err = mem_read(mem, table, header, sizeof(header));

	if (err || !header[0])
		return err;
	if (header[2]) {
		err = mem_read_u64(mem, table + 16 + (hash / 64 & (header[2] - 1)) * 8ull, &word);
		if (err || !(word >> (hash % 64) & word >> ((hash >> (header[3] % 32)) % 64) & 1))
			return err;
	}
	buckets = table + 16 + header[2] * 8ull;
	err = mem_read_u32(mem, buckets + hash % header[0] * 4ull, &bucket);
	if (err || bucket < header[1] || !bucket)
		return err;
	chain = buckets + header[0] * 4ull + (bucket - header[1]) * 4ull;
	return gnu_walk(query, chain, bucket, hash, found);
}

static uint32_t sysv_hash_of(const char *name)
{
	uint32_t hash = 0;

	for (; *name; name++) {
		uint32_t high;

		hash = (hash << 4) + (unsigned char)*name;
		high = hash & 0xf0000000;
		hash = (hash ^ high >> 24) & ~high;
	}
	return hash;
}

static struct error *sysv_find(struct query *query, bool *found)
{
	struct mem *mem = query->image->mem;
	uint64_t table = query->image->sysv_hash;
	uint32_t header[2], number;
	struct error *err = mem_read(mem, table, header, sizeof(header));

	if (err || !header[0])
		return err;
	err = mem_read_u32(mem, table + 8 + sysv_hash_of(query->name) % header[0] * 4ull, &number);
	for (size_t steps = 0; !err && number; steps++) {
		if (number >= header[1] || steps == CHAIN_MAX)
			return &error_torn;
		err = query_try(query, number, found);
		if (err || *found)
			return err;
		err = mem_read_u32(mem, table + 8 + (header[0] + (uint64_t)number) * 4, &number);
	}
	return err;
}

struct error *image_symbol(const struct image *image, const char *name, uint64_t *addr,
			   uint64_t *size)
{
	struct query query = { .image = image, .name = name, .name_bytes = strlen(name) + 1 };
	struct error *err = NULL;
	bool found = false;

	if (image->symtab && image->strtab && query.name_bytes <= NAME_BYTES_MAX) {
		if (image->gnu_hash)
			err = gnu_find(&query, &found);
		else if (image->sysv_hash)
			err = sysv_find(&query, &found);
	}
	if (err && err->kind == ERROR_GONE)
		return err;
	if (!found) {
		error_destroy(err);
		return error_create(ERROR_NOT_FOUND, "no symbol %s in %s", name, image->path);
	}
	*addr = image->bias + query.symbol.st_value;
	if (size)
		*size = query.symbol.st_size;
	return NULL;
}
