# sonde: `make help` says what can be made.

CC      = gcc
CFLAGS  = -O2 -g
LDFLAGS =
PREFIX  = /usr/local
DESTDIR =
SAN     =
BUILD   = build$(if $(SAN),-$(subst $(comma),-,$(SAN)))
comma  := ,

cflags  = -std=gnu11 -D_GNU_SOURCE -Iinclude -I$(BUILD)/made -Wall -Wextra -Wmissing-prototypes -Wvla \
          -fno-strict-aliasing $(san) $(CFLAGS)
san     = $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
libs    = -ldw -lelf -lyajl -lmicrohttpd -lprotobuf-c -lzstd -lz -lncursesw -ltinfo -lm -lpthread

sources := $(sort $(wildcard src/*.c src/*/*.c))
objects := $(sources:%.c=$(BUILD)/%.o) $(BUILD)/made/profile.pb-c.o
embedded := $(sort $(wildcard src/*/*.js src/*/*.css src/*/*.html))
library := $(BUILD)/libsonde.a
support := $(sort $(wildcard tests/support/*.c))
fakes   := $(sort $(wildcard tests/support/fake*.c))
tests   := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(sort $(wildcard tests/unit/test_*.c)))
benches := $(BUILD)/bench/limit $(BUILD)/bench/recording
fuzzers := $(patsubst tests/fuzz/%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))

quiet := $(if $(V),,@)
say   := @$(if $(V),: ,echo " ")

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all help demo check check-all unit lint fuzz valgrind bench bench-quick coverage golden
.PHONY: install uninstall clean

all: $(BUILD)/sonde ## build the program

help: ## this list
	@awk -F': .*## |: ## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile
	@echo 'Variables: CC CFLAGS LDFLAGS PREFIX DESTDIR BUILD, SAN=address,undefined, V=1 (whole commands)'

$(BUILD)/sonde: $(BUILD)/src/main.o $(library)
	$(say) LD $@
	$(quiet)$(CC) $(cflags) $(LDFLAGS) -o $@ $^ $(libs)

$(library): $(filter-out %/main.o,$(objects)) $(embedded:%=$(BUILD)/%.o)
	$(say) AR $@
	$(quiet)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/%.o: %.c $(BUILD)/flags | $(BUILD)/headers
	@mkdir -p $(@D)
	$(say) CC $<
	$(quiet)$(CC) $(cflags) $(extra) -MD -MP -c -o $@ $<

# The messages of pprof.
$(BUILD)/made/%.pb-c.c: src/output/%.proto | $(BUILD)/headers
	@mkdir -p $(@D)
	$(say) PROTOC $<
	$(quiet)protoc-c --proto_path=src/output --c_out=$(@D) $<

$(BUILD)/made/%.o: $(BUILD)/made/%.c $(BUILD)/flags
	$(say) CC $<
	$(quiet)$(CC) $(cflags) -MD -MP -c -o $@ $<

$(BUILD)/src/output/pprof.o $(BUILD)/tests/unit/test_pprof.o: $(BUILD)/made/profile.pb-c.c

# What pages are made of, as it stands in the tree: src/ROOM/a.js is embed_ROOM_a_js (base/embed.h).
$(embedded:%=$(BUILD)/%.o): $(BUILD)/%.o: % $(BUILD)/flags
	@mkdir -p $(@D)
	$(say) EMBED $<
	$(quiet)printf '.section .rodata\n.globl %s, %s_end\n%s: .incbin "%s"\n%s_end: .byte 0\n%s\n' \
		$(embed_name) $(embed_name) $(embed_name) $< $(embed_name) '.section .note.GNU-stack,"",%progbits' | \
		$(CC) -x assembler -c -o $@ -
embed_name = embed_$(subst -,_,$(subst .,_,$(subst /,_,$(<:src/%=%))))

$(tests): $(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(support:%.c=$(BUILD)/%.o) $(library)
	@mkdir -p $(@D)
	$(say) LD $@
	$(quiet)$(CC) $(cflags) $(LDFLAGS) -o $@ $^ -lcriterion $(libs)

$(BUILD)/tests/%.o: extra = -Itests -Isrc -DTESTS_DIR='"$(CURDIR)/tests"'

# Another compiler or other flags than last time: everything is made anew.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(cflags) $(LDFLAGS)' | cmp -s - $@ || echo '$(CC) $(cflags) $(LDFLAGS)' >$@
FORCE:

# Once: says which Debian packages are missing, all of them, before the compiler stumbles.
$(BUILD)/headers:
	@scripts/check-headers $(CC)
	@mkdir -p $(@D) && touch $@

demo: ## install what the build lacks, build, profile a program
	scripts/install-deps build
	$(MAKE) all
	scripts/demo $(BUILD)/sonde

unit: $(tests) $(benches) ## build the unit tests, and what bench is built of

check: ## every unit test, and the integration tests on every Python of this machine
	scripts/install-deps build test
	$(MAKE) all unit
	scripts/run-tests $(BUILD)

check-all: ## bring every Python and consumer that can be had, then the same tests: a skip is a failure
	scripts/install-deps build test
	scripts/get-pythons
	scripts/get-consumers
	$(MAKE) all unit
	SONDE_CHECK_ALL=1 scripts/run-tests $(BUILD)

lint: ## formatting, static analysis, direction of includes, man pages
	scripts/install-deps build lint
	$(MAKE) all
	scripts/lint $(BUILD)

fuzz: ## each fuzzer for FUZZ_SECONDS (60)
	scripts/install-deps build fuzz
	$(MAKE) BUILD=build-fuzz CC=clang SAN=address,undefined CFLAGS='-O1 -g -fsanitize=fuzzer-no-link' \
		$(fuzzers:%=build-fuzz/%)
	scripts/fuzz build-fuzz $(fuzzers)

$(fuzzers:%=$(BUILD)/%): $(BUILD)/%: $(BUILD)/tests/fuzz/%.o $(fakes:%.c=$(BUILD)/%.o) $(library)
	@mkdir -p $(@D)
	$(say) LD $@
	$(quiet)$(CC) $(cflags) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(libs)

valgrind: ## one dump and one recording under valgrind
	scripts/install-deps build valgrind
	$(MAKE) all
	scripts/valgrind $(BUILD)/sonde

$(benches): $(BUILD)/bench/%: $(BUILD)/bench/%.o $(library)
	$(say) LD $@
	$(quiet)$(CC) $(cflags) $(LDFLAGS) -o $@ $^ $(libs)

bench: all $(benches) ## sonde beside the bare limit and other profilers (takes long)
	scripts/get-peers || true
	bench/run $(BUILD)
	bench/harm $(BUILD)/sonde
	bench/reports $(BUILD)

bench-quick: all $(benches) ## the essentials of it, in two minutes
	bench/run --quick $(BUILD)

coverage: ## lines that the unit tests reach, a file each
	$(MAKE) BUILD=build-coverage CFLAGS='-O0 -g --coverage' unit
	scripts/coverage build-coverage

golden: $(tests) ## write the expected outputs of the unit tests anew
	for test in $(tests); do SONDE_GOLDEN_WRITE=1 $$test --quiet || exit 1; done
	git diff --stat -- tests/golden

install: all ## into PREFIX, below DESTDIR
	install -D -m 755 $(BUILD)/sonde $(DESTDIR)$(PREFIX)/bin/sonde
	install -d $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1
	for shell in bash zsh fish; do $(BUILD)/sonde completions $$shell >$(BUILD)/sonde.$$shell || exit 1; done
	install -D -m 644 $(BUILD)/sonde.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/sonde
	install -D -m 644 $(BUILD)/sonde.zsh $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_sonde
	install -D -m 644 $(BUILD)/sonde.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/sonde.fish

uninstall: ## what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/sonde
	rm -f $(patsubst man/%,$(DESTDIR)$(PREFIX)/share/man/man1/%,$(wildcard man/*.1))
	rm -f $(DESTDIR)$(PREFIX)/share/bash-completion/completions/sonde
	rm -f $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_sonde
	rm -f $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/sonde.fish

clean: ## remove what was built
	rm -rf build build-*

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
