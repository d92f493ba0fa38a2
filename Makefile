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
say = $(if $(V),,@printf '  %-5s %s\n' $(1) $(patsubst $(CURDIR)/%,%,$(2)))

# --- flags --------------------------------------------------------------------------------------

LIBRARIES := libuv libcurl jansson libpq libcrypto
pkg_cflags = $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(1) 2>/dev/null))
pkg_libs = $(shell pkg-config --libs $(1) 2>/dev/null)
LIBS := $(call pkg_libs,$(LIBRARIES))
AZSIM_LIBS := $(call pkg_libs,libmicrohttpd libpq jansson libssl libcrypto) -lpthread
TEST_LIBS := $(call pkg_libs,cmocka) -lpthread -lm

CPPFLAGS_ALL := -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -Ilib -Idaemon \
    $(call pkg_cflags,$(LIBRARIES))
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

LAYERS := base flow azure pg plan resource spec net
LIB_SRC := $(foreach layer,$(LAYERS),$(wildcard lib/$(layer)/*.c))
DAEMON_SRC := $(filter-out daemon/main/%,$(wildcard daemon/*/*.c))
MAIN_SRC := $(wildcard daemon/main/*.c)
AZSIM_SRC := $(wildcard tests/azure/*.c)
BENCH_SRC := $(wildcard tests/bench/*.c)
SUPPORT_SRC := $(wildcard tests/unit/support/*.c)
TEST_SRC := $(filter-out tests/unit/support/%,$(wildcard tests/unit/*/test_*.c) \
    $(foreach d,flow plan config prop,$(wildcard tests/$(d)/test_*.c)))
ALL_SRC := $(LIB_SRC) $(DAEMON_SRC) $(MAIN_SRC) $(AZSIM_SRC) $(BENCH_SRC) $(SUPPORT_SRC) $(TEST_SRC)
HEADERS := $(wildcard lib/*/*.h daemon/*/*.h)
TEST_HEADERS := $(wildcard tests/*/*.h tests/*/*/*.h)

obj = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
LIB_A := $(BUILD)/libpgdrift.a
DAEMON_A := $(BUILD)/libdaemon.a
SUPPORT_A := $(BUILD)/libsupport.a
PROGRAMS := $(patsubst daemon/main/%.c,$(BUILD)/%,$(MAIN_SRC))
AZSIM := $(if $(AZSIM_SRC),$(BUILD)/azsim)
TESTS := $(patsubst %.c,$(BUILD)/%,$(TEST_SRC))
BENCHES := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(BENCH_SRC))

# --- build --------------------------------------------------------------------------------------

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all azsim tests benches help deps demo check bench unit e2e fmt fmt-check lint layers \
    install uninstall clean FORCE

all: $(PROGRAMS) ## build pgdriftd and pgdrift into build/

azsim: $(AZSIM) ## build the local Azure

tests: $(TESTS) $(AZSIM) ## build every test program

benches: $(BENCHES)

# Content stamps: objects depend on the flags they were compiled with, archives on their members.
stamp = @mkdir -p $(dir $(1)); printf '%s\n' '$(subst ','\'',$(2))' | cmp -s - $(1) || \
    printf '%s\n' '$(subst ','\'',$(2))' >$(1)
$(BUILD)/flags: FORCE
	$(call stamp,$@,$(compile) $(link) $(shell $(CC) -dumpfullversion -dumpversion))
$(BUILD)/members: FORCE
	$(call stamp,$@,$(LIB_SRC) $(DAEMON_SRC) $(AZSIM_SRC) $(SUPPORT_SRC))

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(compile) $(if $(filter tests/%,$<),-Itests) -MMD -MP -c -o $@ $<

$(LIB_A): $(call obj,$(LIB_SRC))
$(DAEMON_A): $(call obj,$(DAEMON_SRC))
$(SUPPORT_A): $(call obj,$(SUPPORT_SRC))
$(LIB_A) $(DAEMON_A) $(SUPPORT_A): $(BUILD)/members
	$(call say,AR,$@)
	@rm -f $@
	$(Q)ar rcs $@ $(filter %.o,$^)

$(PROGRAMS): $(BUILD)/%: $(BUILD)/obj/daemon/main/%.o $(DAEMON_A) $(LIB_A)
	$(call say,LINK,$@)
	$(Q)$(link) -o $@ $(filter %.o,$^) $(DAEMON_A) $(LIB_A) $(LIBS)

$(BUILD)/azsim: $(call obj,$(AZSIM_SRC)) $(LIB_A) $(BUILD)/members
	$(call say,LINK,$@)
	$(Q)$(link) -o $@ $(filter %.o,$^) $(LIB_A) $(AZSIM_LIBS) $(LIBS)

$(TESTS): $(BUILD)/%: $(BUILD)/obj/%.o $(SUPPORT_A) $(DAEMON_A) $(LIB_A)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(link) -o $@ $< $(SUPPORT_A) $(DAEMON_A) $(LIB_A) $(LIBS) $(TEST_LIBS)

$(BENCHES): $(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%.o $(SUPPORT_A) $(DAEMON_A) $(LIB_A)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(link) -o $@ $< $(SUPPORT_A) $(DAEMON_A) $(LIB_A) $(LIBS) -lpthread -lm

-include $(patsubst %.c,$(BUILD)/obj/%.d,$(ALL_SRC))

clean: ## remove build/
	$(Q)rm -rf build
