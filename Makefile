# pgdriftd. `make help` lists the targets; sources are found by wildcard, so a new file needs no line here.
#
#   make                        release build in build/          make V=1     show the commands
#   make DEBUG=1                build/debug/                     make CC=clang   build/clang/
#   make SAN=address,undefined  build/san/                       flavours combine: build/san-clang/

ifeq ($(origin CC),default)
CC = gcc
endif
empty :=
space := $(empty) $(empty)
flavour := $(subst $(space),-,$(strip $(if $(DEBUG),debug) $(if $(SAN),san) \
             $(if $(findstring clang,$(CC)),clang)))
BUILD ?= build$(if $(flavour),/$(flavour))
VERSION := $(shell sed -n 's/^\#define PGDRIFT_VERSION "\(.*\)"$$/\1/p' lib/base/version.h)

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $(1) '$(2)')

# --- flags --------------------------------------------------------------------------------------

LIBRARIES := libuv libcurl jansson libpq libcrypto
pkg_cflags = $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(1) 2>/dev/null))
pkg_libs = $(shell pkg-config --libs $(1) 2>/dev/null)
LIBS := $(call pkg_libs,$(LIBRARIES))
AZSIM_LIBS := $(call pkg_libs,libmicrohttpd libpq jansson libssl libcrypto) -lpthread
TEST_LIBS := $(call pkg_libs,cmocka libmicrohttpd) -lpthread -lm

CPPFLAGS_ALL := -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -Ilib -Idaemon \
    $(call pkg_cflags,$(LIBRARIES))
TEST_INCLUDES := -Itests -Itests/unit -Itests/azure
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wmissing-prototypes -Wvla -Wconversion \
    -Wstrict-prototypes -Werror
x86 := $(filter x86_64-%,$(shell $(CC) -dumpmachine 2>/dev/null))
HARDEN := -fPIE -fstack-protector-strong -fstack-clash-protection $(if $(x86),-fcf-protection)
ifdef SAN
OPTIMISE := -O1 -g -fno-omit-frame-pointer -fsanitize=$(SAN) -fno-sanitize-recover=all
else ifdef DEBUG
OPTIMISE := -Og -g3
else
OPTIMISE := -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif
CFLAGS_ALL := -std=c11 $(WARNINGS) $(HARDEN) $(OPTIMISE) $(CPPFLAGS_ALL)
LDFLAGS_ALL := -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed \
    $(if $(SAN),-fsanitize=$(SAN))
compile = $(CC) $(CFLAGS_ALL) $(CPPFLAGS) $(CFLAGS)
link = $(CC) $(CFLAGS_ALL) $(CFLAGS) $(LDFLAGS_ALL) $(LDFLAGS)

# --- sources ------------------------------------------------------------------------------------

# Layers, each after those that it stands on. below_X: what a unit test of X may link, top first, so
# that the linker holds the direction too, and a test does not wait for layers above its own.
LAYERS := base field flow plan azure pg resource config net
below_base := base
below_field := field base
below_flow := flow base
below_plan := plan base
below_azure := azure flow base
below_pg := pg flow base
below_resource := resource azure pg plan flow field base
below_config := config $(below_resource)
below_net := net flow base
layer_src = $(wildcard lib/$(1)/*.c lib/$(1)/*/*.c)
LIB_SRC := $(foreach layer,$(LAYERS),$(call layer_src,$(layer)))
DAEMON_SRC := $(filter-out daemon/main/%,$(wildcard daemon/*/*.c))
MAIN_SRC := $(wildcard daemon/main/*.c)
CONFORMANCE_SRC := $(wildcard tests/azure/conformance/*.c)
AZSIM_SRC := $(filter-out $(CONFORMANCE_SRC),$(wildcard tests/azure/*.c tests/azure/*/*.c))
BENCH_SRC := $(wildcard tests/bench/*.c)
SUPPORT_SRC := $(wildcard tests/unit/support/*.c)
TEST_SRC := $(filter-out tests/unit/support/%,$(wildcard tests/unit/*/test_*.c) \
    $(foreach d,flow plan config prop engine,$(wildcard tests/$(d)/test_*.c)))
ALL_SRC := $(LIB_SRC) $(DAEMON_SRC) $(MAIN_SRC) $(AZSIM_SRC) $(CONFORMANCE_SRC) $(BENCH_SRC) $(SUPPORT_SRC) $(TEST_SRC)
HEADERS := $(wildcard lib/*/*.h lib/*/*/*.h daemon/*/*.h)
TEST_HEADERS := $(wildcard tests/*/*.h tests/*/*/*.h)

obj = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
LIB_A := $(BUILD)/libpgdrift.a
DAEMON_A := $(BUILD)/libdaemon.a
SUPPORT_A := $(BUILD)/libsupport.a
layer_archives = $(patsubst %,$(BUILD)/lib/%.a,$(1))
PROGRAMS := $(patsubst daemon/main/%.c,$(BUILD)/%,$(MAIN_SRC))
AZSIM := $(if $(AZSIM_SRC),$(BUILD)/azsim)
CONFORMANCE := $(if $(CONFORMANCE_SRC),$(BUILD)/conformance)
TESTS := $(patsubst %.c,$(BUILD)/%,$(TEST_SRC))
BENCHES := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(BENCH_SRC))

# --- build --------------------------------------------------------------------------------------

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all azsim tests benches help deps demo check bench unit e2e nightly fmt schema fmt-check lint layers \
    install uninstall clean FORCE

all: $(PROGRAMS) ## build pgdriftd and pgdrift into build/

azsim: $(AZSIM) ## build the local Azure

tests: $(TESTS) $(AZSIM) $(CONFORMANCE) ## build every test program

benches: $(BENCHES)

# Content stamps: objects depend on the flags they were compiled with, archives on their members.
stamp = @mkdir -p $(dir $(1)); printf '%s\n' '$(subst ','\'',$(2))' | cmp -s - $(1) || \
    printf '%s\n' '$(subst ','\'',$(2))' >$(1)
ifneq ($(shell pkg-config --exists $(LIBRARIES) 2>/dev/null || echo absent),)
flags_need = @echo 'libraries are missing: run make deps' >&2; false
endif
$(BUILD)/flags: FORCE
	$(flags_need)
	$(call stamp,$@,$(compile) $(link) $(shell $(CC) -dumpfullversion -dumpversion))
$(BUILD)/members: FORCE
	$(call stamp,$@,$(LIB_SRC) $(DAEMON_SRC) $(AZSIM_SRC) $(CONFORMANCE_SRC) $(SUPPORT_SRC))

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(compile) $(if $(filter tests/%,$<),$(TEST_INCLUDES)) -MMD -MP -c -o $@ $<

$(LIB_A): $(call obj,$(LIB_SRC))
$(DAEMON_A): $(call obj,$(DAEMON_SRC))
$(SUPPORT_A): $(call obj,$(SUPPORT_SRC))
$(foreach layer,$(LAYERS),$(eval \
    $(call layer_archives,$(layer)): $(call obj,$(call layer_src,$(layer)))))
$(LIB_A) $(DAEMON_A) $(SUPPORT_A) $(call layer_archives,$(LAYERS)): $(BUILD)/members
	$(call say,AR,$@)
	@mkdir -p $(@D)
	@rm -f $@
	$(Q)ar rcs $@ $(filter %.o,$^)

$(PROGRAMS): $(BUILD)/%: $(BUILD)/obj/daemon/main/%.o $(DAEMON_A) $(LIB_A)
	$(call say,LINK,$@)
	$(Q)$(link) -o $@ $(filter %.o,$^) $(DAEMON_A) $(LIB_A) $(LIBS)

$(BUILD)/azsim: $(call obj,$(AZSIM_SRC)) $(call layer_archives,base) $(BUILD)/members
	$(call say,LINK,$@)
	$(Q)$(link) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(AZSIM_LIBS) $(LIBS)

$(BUILD)/conformance: $(call obj,$(CONFORMANCE_SRC)) $(call layer_archives,base) $(BUILD)/members
	$(call say,LINK,$@)
	$(Q)$(link) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LIBS)

# A unit test of a layer links what is below it; any other test links everything.
test_archives = $(or $(call layer_archives,$(below_$(word 3,$(subst /, ,$(1))))),$(DAEMON_A) $(LIB_A))
$(foreach test,$(TEST_SRC),$(eval \
    $(BUILD)/$(test:.c=): $(SUPPORT_A) $(call test_archives,$(test))))
$(TESTS): $(BUILD)/%: $(BUILD)/obj/%.o
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(link) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LIBS) $(TEST_LIBS)

$(BENCHES): $(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%.o $(SUPPORT_A) $(DAEMON_A) $(LIB_A)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(link) -o $@ $< $(SUPPORT_A) $(DAEMON_A) $(LIB_A) $(LIBS) -lpthread -lm

-include $(patsubst %.c,$(BUILD)/obj/%.d,$(ALL_SRC))

clean: ## remove build/
	$(Q)rm -rf build

# --- what a person calls ------------------------------------------------------------------------

help: ## print this
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile
	@printf '\n  V=1 shows commands; DEBUG=1, SAN=address,undefined, CC=clang choose another build;\n'
	@printf '  make check T=unit/base runs matching tests only; make demo KEEP=1 leaves it running.\n'

deps: ## install what is missing (apt-get, with sudo where not root)
	$(Q)tests/deps.sh check

# The packages may only now have arrived: what follows them is a make of its own.
demo: ## build the phonebill-auth plan on a local Azure, sabotage it, watch it heal
	$(Q)tests/deps.sh demo
	$(Q)$(MAKE) --no-print-directory all azsim
	$(Q)BUILD='$(abspath $(BUILD))' tests/demo/demo.sh

# What tests started ends with this make: see tests/run/guard.sh.
with_make := ONLY_WITH=$$PPID

check: ## run every test and check, with gcc, clang and sanitizers (T=part: matching tests only)
	$(Q)MAKE='$(MAKE)' $(with_make) tests/run/check.sh $(T)

unit: tests ## run the unit, flow, plan, config, property and engine tests of this build
	$(Q)BUILD='$(abspath $(BUILD))' $(with_make) tests/run/tests.sh unit/ flow/ plan/ config/ prop/ engine/

e2e: all tests ## run the end-to-end stories on this build
	$(Q)BUILD='$(abspath $(BUILD))' $(with_make) tests/run/tests.sh e2e/ azure/

# As many kinds as `make check`, but long. FIRST=N: the same worlds again; else others every night.
nightly: all tests ## the long variants: 3,000 worlds of each property test, every fault at every call, 60 kills (an hour or so)
	$(Q)export PROP_WORLDS=3000 PROP_FIRST="$${FIRST:-$$(($$(date +%s) / 86400 * 3000))}" ROUNDS=60 ENGINE_MATRIX=full ENGINE_STORM=1000; \
	    echo "first world: $$PROP_FIRST"; BUILD='$(abspath $(BUILD))' $(with_make) \
	    TEST_TIMEOUT="$${TEST_TIMEOUT:-14400}" tests/run/tests.sh prop/ engine/ e2e/test_kill

bench: ## measure against the bars, beside curl and pg_dump
	$(Q)tests/deps.sh demo
	$(Q)$(MAKE) --no-print-directory all azsim benches
	$(Q)BUILD='$(abspath $(BUILD))' tests/bench/bench.sh

# --- taste is a program -------------------------------------------------------------------------

fmt: ## format all sources in place
	$(Q)clang-format -i $(ALL_SRC) $(HEADERS) $(TEST_HEADERS)

schema: $(BUILD)/pgdrift ## write config/schema/ anew from the field tables
	$(Q)for name in settings desired; do \
	    $(BUILD)/pgdrift schema $$name >config/schema/$$name.schema.json || exit 1; done

fmt-check: ## fail where the formatter would change something
	$(Q)clang-format --dry-run --Werror $(ALL_SRC) $(HEADERS) $(TEST_HEADERS)

lint: banned sizes names circles rules tidy cppcheck ## banned functions, sizes, names, circles, clang-tidy, cppcheck

.PHONY: banned sizes names circles rules tidy cppcheck include-direction headers
banned sizes names circles rules:
	$(Q)tests/lint/$@.sh

layers: include-direction headers ## includes point downwards, headers compile alone

include-direction:
	$(Q)tests/lint/layers.sh

headers:
	$(Q)tests/lint/headers.sh '$(compile) $(TEST_INCLUDES)' $(HEADERS) $(TEST_HEADERS)

# One stamp for each source, so that only what changed is looked at again.
TIDY := $(patsubst %.c,$(BUILD)/lint/%.tidy,$(ALL_SRC))
tidy: $(TIDY)
$(BUILD)/lint/%.tidy: %.c .clang-tidy
	$(call say,TIDY,$<)
	@mkdir -p $(@D)
	$(Q)$(compile) $(TEST_INCLUDES) -MM -MP -MT $@ -MF $(@:.tidy=.d) $<
	$(Q)clang-tidy --quiet $< -- -std=c11 $(CPPFLAGS_ALL) $(TEST_INCLUDES) >$@.out 2>$@.err || \
	    { cat $@.out; grep -v 'warnings\? generated' $@.err; exit 1; } >&2
	@rm -f $@.out $@.err; touch $@
-include $(TIDY:.tidy=.d)

cppcheck:
	$(call say,CHECK,all sources)
	@mkdir -p $(BUILD)/lint/cppcheck
	$(Q)cppcheck --quiet --std=c11 --library=posix --enable=warning,performance,portability \
	    --library=tests/lint/cppcheck.cfg --inline-suppr --suppressions-list=tests/lint/cppcheck.txt --error-exitcode=1 \
	    --cppcheck-build-dir=$(BUILD)/lint/cppcheck -j2 -Ilib -Idaemon $(TEST_INCLUDES) \
	    -D_POSIX_C_SOURCE=200809L $(ALL_SRC)

# --- install ------------------------------------------------------------------------------------

PREFIX ?= /usr/local
bindir ?= $(PREFIX)/bin
sbindir ?= $(PREFIX)/sbin
mandir ?= $(PREFIX)/share/man
sysconfdir ?= /etc
exampledir ?= $(PREFIX)/share/doc/pgdriftd/examples
unitdir ?= $(PREFIX)/lib/systemd/system
sysusersdir ?= $(PREFIX)/lib/sysusers.d
catalogdir ?= $(PREFIX)/lib/systemd/catalog
completiondir ?= $(PREFIX)/share/bash-completion/completions
# The one directory besides the daemon from which the unit lets code be executed.
libexecdirs := /usr/lib/$(shell $(CC) -print-multiarch 2>/dev/null)

PAGES := $(wildcard daemon/doc/*.[1-9])
COMPLETION := $(wildcard daemon/doc/pgdrift.bash)
CONFIGS := $(patsubst config/%,%,$(wildcard config/*.json))
SCHEMAS := $(patsubst config/%,%,$(wildcard config/schema/*.json))
# Documents act on somebody's cloud: they are installed as examples, to be copied on purpose.
EXAMPLES := $(patsubst config/%,%,$(wildcard config/desired.d/*))
keep_or_install = { test -e '$(DESTDIR)$(sysconfdir)/pgdriftd/$(1)' && echo 'kept: $(sysconfdir)/pgdriftd/$(1)' || \
    install -D -m 644 config/$(1) '$(DESTDIR)$(sysconfdir)/pgdriftd/$(1)'; }
substitute = sed -e 's|@bindir@|$(bindir)|g' -e 's|@sbindir@|$(sbindir)|g' \
    -e 's|@sysconfdir@|$(sysconfdir)|g' -e 's|@libdir@|$(libexecdirs)|g' \
    -e 's|@exampledir@|$(exampledir)|g' \
    -e 's|@version@|$(VERSION)|g'
page_dir = $(DESTDIR)$(mandir)/man$(subst .,,$(suffix $(1)))

install: all ## install below PREFIX (/usr/local) and DESTDIR; an existing configuration is kept
	install -D -m 755 $(BUILD)/pgdriftd '$(DESTDIR)$(sbindir)/pgdriftd'
	install -D -m 755 $(BUILD)/pgdrift '$(DESTDIR)$(bindir)/pgdrift'
	install -d '$(DESTDIR)$(unitdir)' '$(DESTDIR)$(sysconfdir)/pgdriftd/desired.d'
	$(substitute) systemd/pgdriftd.service >'$(DESTDIR)$(unitdir)/pgdriftd.service'
	chmod 644 '$(DESTDIR)$(unitdir)/pgdriftd.service'
	install -D -m 644 systemd/pgdriftd.sysusers '$(DESTDIR)$(sysusersdir)/pgdriftd.conf'
	install -D -m 644 systemd/pgdriftd.catalog '$(DESTDIR)$(catalogdir)/pgdriftd.catalog'
	$(foreach page,$(PAGES),install -d '$(call page_dir,$(page))' && \
	    $(substitute) $(page) >'$(call page_dir,$(page))/$(notdir $(page))' && \
	    chmod 644 '$(call page_dir,$(page))/$(notdir $(page))' &&) :
	$(if $(COMPLETION),install -D -m 644 $(COMPLETION) '$(DESTDIR)$(completiondir)/pgdrift')
	$(foreach file,$(CONFIGS),$(call keep_or_install,$(file)) &&) :
	$(foreach file,$(SCHEMAS),install -D -m 644 config/$(file) '$(DESTDIR)$(sysconfdir)/pgdriftd/$(file)' &&) :
	$(foreach file,$(EXAMPLES),install -D -m 644 config/$(file) '$(DESTDIR)$(exampledir)/$(file)' &&) :
	$(if $(DESTDIR),,@printf '%s\n' 'Now: systemd-sysusers; journalctl --update-catalog;' \
	    'systemctl daemon-reload; systemctl enable --now pgdriftd')

uninstall: ## remove what install put there; configuration and state stay
	rm -f '$(DESTDIR)$(sbindir)/pgdriftd' '$(DESTDIR)$(bindir)/pgdrift' \
	    '$(DESTDIR)$(unitdir)/pgdriftd.service' '$(DESTDIR)$(sysusersdir)/pgdriftd.conf' \
	    '$(DESTDIR)$(catalogdir)/pgdriftd.catalog' '$(DESTDIR)$(completiondir)/pgdrift' \
	    $(foreach page,$(PAGES),'$(call page_dir,$(page))/$(notdir $(page))') \
	    $(foreach file,$(EXAMPLES),'$(DESTDIR)$(exampledir)/$(file)')
