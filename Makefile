# zhenggai: build, run, test.  `make help` lists the targets.
#
# Objects go to build/ (variants: build/asan, build/tsan, build/faults).
# V=1 shows the commands, WERROR=1 makes warnings errors (CI does).

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.SECONDARY:
.DEFAULT_GOAL := all

VARIANT ?=
B := build$(if $(VARIANT),/$(VARIANT))

CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(origin CXX),default)
CXX := g++
endif
PYTHON ?= /usr/bin/python3

# Silent lines unless V=1.
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(2)';)

# ---- flags ------------------------------------------------------------------
OPT := -O2 -g
ifeq ($(VARIANT),asan)
OPT := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined \
       -fno-omit-frame-pointer
endif
ifeq ($(VARIANT),tsan)
OPT := -O1 -g -fsanitize=thread -fno-omit-frame-pointer
endif
ifeq ($(VARIANT),fuzz)
CC := clang
CXX := clang++
OPT := -O1 -g -fsanitize=address,undefined,fuzzer-no-link \
       -fno-sanitize-recover=undefined -fno-omit-frame-pointer
endif
ifneq ($(filter asan tsan faults,$(VARIANT)),)
DEFS += -DZG_FAULTS
endif
CI_WERROR := $(if $(or $(CI),$(WERROR)),-Werror)
WARN := -Wall -Wextra -Wshadow -Wpointer-arith -Wvla -Wformat=2 $(CI_WERROR)
CWARN := $(WARN) -Wstrict-prototypes -Wmissing-prototypes
LLHTTP_INC ?= /usr/share/include/llhttp
LLHTTP_SRC ?= /usr/share/llhttp
# System headers (-isystem) so that our warnings are ours alone.
XML_INC ?= /usr/include/libxml2
INC := -I. -isystem $(LLHTTP_INC) -isystem $(XML_INC)
CPPFLAGS := -D_GNU_SOURCE $(DEFS) $(INC)
CFLAGS := -std=c11 $(OPT) $(CWARN) -fstack-protector-strong -pthread
CXXFLAGS := -std=c++17 $(OPT) $(WARN) -fstack-protector-strong -pthread
DEPFLAGS = -MMD -MP

ICU_LIBS := -licui18n -licuuc -licudata
INDEX_LIBS := -lxapian -lroaring $(ICU_LIBS) -lxml2 -lxxhash -llz4 -lm
DAEMON_LIBS := -luv -lcjson
CLI_LIBS := -lcurl -lcjson -lzip $(ICU_LIBS) -lm

# ---- sources ----------------------------------------------------------------
INDEX_SRC := $(wildcard index/*.c)
INDEX_CXX := $(wildcard index/*.cc)
QUERY_SRC := $(wildcard query/*.c)
DAEMON_SRC := $(wildcard daemon/*.c)
CLI_SRC := $(wildcard tools/cli/*.c)
CORPUS_SRC := $(wildcard tools/corpus/*.c)
BENCH_SRC := $(filter-out tools/bench/bare_sqlite.c,$(wildcard tools/bench/*.c))
UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNIT_LIB_SRC := $(filter-out $(UNIT_SRC),$(wildcard tests/unit/*.c)) \
                $(wildcard tests/unit/*.cc)

obj = $(patsubst %,$(B)/obj/%.o,$(1))
INDEX_OBJ := $(call obj,$(INDEX_SRC) $(INDEX_CXX))
QUERY_OBJ := $(call obj,$(QUERY_SRC))
DAEMON_OBJ := $(call obj,$(DAEMON_SRC))
LLHTTP_OBJ := $(patsubst %,$(B)/obj/llhttp/%.o,api http llhttp)
CLI_OBJ := $(call obj,$(CLI_SRC))
CORPUS_OBJ := $(call obj,$(CORPUS_SRC))
BENCH_OBJ := $(call obj,$(BENCH_SRC))
UNIT_LIB_OBJ := $(call obj,$(UNIT_LIB_SRC))
UNIT_BIN := $(patsubst tests/unit/%.c,$(B)/unit/%,$(UNIT_SRC))

LIB_INDEX := $(B)/libzgindex.a
LIB_QUERY := $(B)/libzgquery.a
LIB_DAEMON := $(B)/libzgdaemon.a
LIB_CLI := $(B)/libzgcli.a
LIB_CORPUS := $(B)/libzgcorpus.a

PROGRAMS := $(B)/zhenggaid $(B)/zhenggai $(B)/zhenggai-corpus \
            $(B)/zhenggai-bench $(B)/bare-xapian

.PHONY: all
all: $(PROGRAMS)

# ---- rules ------------------------------------------------------------------
$(B)/obj/%.c.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(CPPFLAGS) $(CFLAGS) $(DEPFLAGS) -c $< -o $@

$(B)/obj/%.cc.o: %.cc
	@mkdir -p $(@D)
	$(call say,CXX,$<)$(CXX) $(CPPFLAGS) $(CXXFLAGS) $(DEPFLAGS) -c $< -o $@

# Debian's sources of llhttp, compiled where they lie (their warnings are
# not ours).
$(B)/obj/llhttp/%.o: $(LLHTTP_SRC)/%.c
	@mkdir -p $(@D)
	$(call say,CC,llhttp/$*.c)$(CC) $(OPT) -w -I$(LLHTTP_INC) -c $< -o $@

# Archives are made anew: a renamed source must not linger in them.
define archive
	@mkdir -p $(@D)
	$(call say,AR,$(notdir $@))rm -f $@ && ar rcs $@ $^
endef
$(LIB_INDEX): $(INDEX_OBJ); $(archive)
$(LIB_QUERY): $(QUERY_OBJ); $(archive)
$(LIB_DAEMON): $(filter-out %/main.c.o,$(DAEMON_OBJ)) $(LLHTTP_OBJ); $(archive)
$(LIB_CLI): $(filter-out %/main.c.o,$(CLI_OBJ)); $(archive)
$(LIB_CORPUS): $(filter-out %/main.c.o,$(CORPUS_OBJ)); $(archive)

link = $(call say,LD,$(notdir $@))$(CXX) $(OPT) -pthread -o $@ $^
$(B)/zhenggaid: $(filter %/main.c.o,$(DAEMON_OBJ)) $(LIB_DAEMON) $(LIB_QUERY) $(LIB_INDEX)
	$(link) $(DAEMON_LIBS) $(INDEX_LIBS)
$(B)/zhenggai: $(filter %/main.c.o,$(CLI_OBJ)) $(LIB_CLI) $(LIB_INDEX)
	$(link) $(CLI_LIBS) $(INDEX_LIBS)
$(B)/zhenggai-corpus: $(filter %/main.c.o,$(CORPUS_OBJ)) $(LIB_CORPUS) $(LIB_INDEX)
	$(link) -lcjson $(INDEX_LIBS)
$(B)/zhenggai-bench: $(BENCH_OBJ) $(LIB_CORPUS) $(LIB_INDEX)
	$(link) $(CLI_LIBS) $(INDEX_LIBS)
$(B)/bare-xapian: $(B)/obj/tools/bench/bare_xapian.cc.o $(LIB_INDEX)
	$(link) -lcjson $(INDEX_LIBS)
# A peer of the bench and of its test alone: not part of `all`.
$(B)/bare-sqlite: $(B)/obj/tools/bench/bare_sqlite.c.o $(LIB_INDEX)
	$(link) -lcjson -lsqlite3 $(INDEX_LIBS)

$(B)/unit/%: $(B)/obj/tests/unit/%.c.o $(UNIT_LIB_OBJ) $(LIB_DAEMON) $(LIB_CLI) $(LIB_CORPUS) $(LIB_QUERY) $(LIB_INDEX)
	@mkdir -p $(@D)
	$(call say,LD,unit/$*)$(CXX) $(OPT) -pthread -o $@ $^ -lcmocka $(DAEMON_LIBS) $(CLI_LIBS) $(INDEX_LIBS)

$(B)/bench-tally: $(B)/obj/tests/bench/tally.c.o $(LIB_QUERY) $(LIB_INDEX)
	$(link) $(INDEX_LIBS)

# Its loops are worth vectors, which -O2 makes only where it costs no bytes.
ifeq ($(VARIANT),)
$(B)/obj/query/pass.c.o $(B)/obj/index/cube_fill.c.o: OPT += -O3
endif

# The table of pinyin readings, made from ICU's data, is part of the program.
$(B)/pinyin-table: $(call obj,tools/pinyin/main.c)
	$(link) $(ICU_LIBS)
$(B)/pinyin.txt: $(B)/pinyin-table
	$(call say,GEN,pinyin.txt)$< >$@.part && mv $@.part $@
$(B)/obj/index/pinyin_data.c.o: $(B)/pinyin.txt
$(B)/obj/index/pinyin_data.c.o: CPPFLAGS += -DZG_PINYIN_FILE='"$(B)/pinyin.txt"'

# The default taxonomy is part of the program (.incbin).
$(B)/obj/index/taxonomy_default.c.o: index/taxonomy.ini

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)

# ---- packages ---------------------------------------------------------------
# Asks dpkg first: does nothing (and needs no root) when all is there.
PACKAGES := gcc g++ make pkg-config libxapian-dev libuv1-dev libcjson-dev \
  libroaring-dev libicu-dev libxml2-dev libzip-dev node-llhttp uthash-dev \
  libxxhash-dev liblz4-dev libcurl4-openssl-dev poppler-utils curl
TEST_PACKAGES := libcmocka-dev python3 python3-pytest xapian-tools \
  libsqlite3-dev
BENCH_PACKAGES := groonga-httpd groonga-bin
FUZZ_PACKAGES := clang libclang-rt-14-dev
.PHONY: deps deps-test deps-bench deps-fuzz deps-format
deps: WANT = $(PACKAGES)
deps-test: WANT = $(PACKAGES) $(TEST_PACKAGES)
deps-bench: WANT = $(PACKAGES) $(TEST_PACKAGES) $(BENCH_PACKAGES)
deps-fuzz: WANT = $(PACKAGES) $(FUZZ_PACKAGES)
deps-format: WANT = clang-format
deps deps-test deps-bench deps-fuzz deps-format:
	@missing=; for p in $(WANT); do \
	  dpkg-query -W -f='$${Status}\n' $$p 2>/dev/null | grep -q 'ok installed' \
	    || missing="$$missing $$p"; \
	done; \
	[ -z "$$missing" ] && exit 0; \
	echo "installing:$$missing"; \
	sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	$$sudo apt-get update -qq && \
	$$sudo env DEBIAN_FRONTEND=noninteractive \
	  apt-get install -y -qq --no-install-recommends $$missing >/dev/null

# ---- run --------------------------------------------------------------------
RUN_DIR ?= build/demo
RUN_PORT ?= 7700
.PHONY: run
run: deps
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@tools/run-demo $(B) $(RUN_DIR) $(RUN_PORT)

# ---- tests ------------------------------------------------------------------
# Unit programs that need the faults on purpose (asan and tsan have them too).
FAULT_TESTS := test_store_faults test_store_merge test_store_crash
.PHONY: test unit e2e check-layers asan tsan unit-faults
test: deps-test
	@$(MAKE) --no-print-directory -j$$(nproc) all units
	@$(MAKE) --no-print-directory VARIANT=faults -j$$(nproc) all
	@$(MAKE) --no-print-directory check-layers
	@$(MAKE) --no-print-directory unit unit-faults
	@$(MAKE) --no-print-directory e2e
	@$(MAKE) --no-print-directory crash-short
	@$(MAKE) --no-print-directory fuzz-short

.PHONY: units
units: $(UNIT_BIN)
unit: $(UNIT_BIN)
	@tests/run-units $(B)/unit
unit-faults:
	@$(MAKE) --no-print-directory VARIANT=faults -j$$(nproc) \
	  $(FAULT_TESTS:%=build/faults/unit/%)
	@tests/run-units build/faults/unit $(FAULT_TESTS)
e2e: all $(B)/bare-sqlite
	@ZG_BUILD=$(B) $(PYTHON) -m pytest -q -p no:cacheprovider tests/daemon
check-layers:
	@tests/check-layers

# Crash loops need the named crash points, which only this variant has.
.PHONY: crash crash-short
crash:
	@$(MAKE) --no-print-directory VARIANT=faults -j$$(nproc) all
	@$(PYTHON) tests/crash.py --build build/faults --rounds $(or $(ROUNDS),100)
crash-short:
	@$(MAKE) --no-print-directory VARIANT=faults -j$$(nproc) all
	@$(PYTHON) tests/crash.py --build build/faults --rounds 30

asan tsan: deps-test
	@$(MAKE) --no-print-directory VARIANT=$@ -j$$(nproc) all units
	@$(MAKE) --no-print-directory VARIANT=$@ unit e2e

# Fuzzers run in build/fuzz (clang).  FUZZ_SECONDS each, new inputs are kept in
# build/fuzz/found; the short form runs the checked-in seeds and a fixed number
# of mutations from a fixed seed, so that it is the same every time.
FUZZ_SECONDS ?= 600
FUZZ_RUNS ?= 3000
FUZZERS := text html
FUZZ_SEEDS_text := tests/fuzz/seeds/text
FUZZ_SEEDS_html := tests/pages
.PHONY: fuzz fuzz-short fuzz-build $(FUZZERS:%=fuzz-%) $(FUZZERS:%=fuzz-short-%)
fuzz-build: deps-fuzz
	@$(MAKE) --no-print-directory VARIANT=fuzz -j$$(nproc) \
	  $(FUZZERS:%=build/fuzz/fuzz-%)
fuzz: $(FUZZERS:%=fuzz-%)
fuzz-short: $(FUZZERS:%=fuzz-short-%)
$(FUZZERS:%=fuzz-%): fuzz-%: fuzz-build
	@mkdir -p build/fuzz/found/$*
	@build/fuzz/fuzz-$* -max_total_time=$(FUZZ_SECONDS) -timeout=10 \
	  -artifact_prefix=build/fuzz/ -print_final_stats=1 -verbosity=0 \
	  build/fuzz/found/$* $(FUZZ_SEEDS_$*)
$(FUZZERS:%=fuzz-short-%): fuzz-short-%: fuzz-build
	@rm -rf build/fuzz/short-$* && mkdir -p build/fuzz/short-$*
	@build/fuzz/fuzz-$* -seed=1 -runs=$(FUZZ_RUNS) -timeout=10 -verbosity=0 \
	  -artifact_prefix=build/fuzz/ build/fuzz/short-$* $(FUZZ_SEEDS_$*) \
	  >build/fuzz/short-$*.log 2>&1 || { cat build/fuzz/short-$*.log; exit 1; }
	@echo "fuzz-$*: $(FUZZ_RUNS) runs, clean"
$(B)/fuzz-%: $(B)/obj/tests/fuzz/fuzz_%.c.o $(call obj,tests/fuzz/fuzz.c tests/fuzz/check.c tests/fuzz/mutate.c) $(LIB_INDEX)
	$(call say,LD,$(notdir $@))$(CXX) $(OPT) -fsanitize=fuzzer -pthread -o $@ $^ $(INDEX_LIBS)

# Precision and recall of the parser: on generated bulletins of a new seed (or
# SEED=n), and on those written by hand.  FLAGS='--by layout --show 5'
.PHONY: parser-score parser-score-hand score-raise
parser-score: all
	@ZG_BUILD=$(B) $(PYTHON) tests/score.py --generate $(or $(N),300) \
	  $(if $(SEED),--seed $(SEED)) $(FLAGS)
parser-score-hand: all
	@ZG_BUILD=$(B) $(PYTHON) tests/score.py tests/samples \
	  tests/genre tests/genre/no tests/genre/unseen tests/genre/unseen/no $(FLAGS)
# The seed and sizes are those of tests/daemon/test_score.py.
score-raise: all
	@ZG_BUILD=$(B) $(PYTHON) tests/score.py --generate 150 --look-alikes 48 \
	  --seed 20241101 --raise tests/score.min.json --set generated
	@ZG_BUILD=$(B) $(PYTHON) tests/score.py tests/samples tests/genre \
	  tests/genre/no tests/genre/unseen tests/genre/unseen/no \
	  --raise tests/score.min.json --set by_hand --margin 0.03

# ---- bench ------------------------------------------------------------------
# SIZE=small|medium|large, KEEP=DIR (the next run on it only asks),
# BENCH_FLAGS='--skip sqlite --reload zhenggai'.  The plots and the figures as
# JSON are in build/bench; bench-readme puts the latter into the README.
SIZE ?= small
PERF = $(if $(shell command -v perf),--perf)
BENCH := $(B)/zhenggai-bench
.PHONY: bench bench-large bench-duckdb bench-readme
bench: deps-bench bench-duckdb
	@$(MAKE) --no-print-directory -j$$(nproc) all $(B)/bare-sqlite
	@mkdir -p build/bench
	@$(BENCH) --size $(SIZE) $(if $(KEEP),--keep $(KEEP)) $(PERF) \
	  --plots build/bench/$(SIZE) --json build/bench/$(SIZE).json \
	  $(BENCH_FLAGS)
bench-large:
	@$(MAKE) --no-print-directory bench SIZE=large \
	  BENCH_FLAGS='--queries 100 $(BENCH_FLAGS)'
bench-readme:
	@$(PYTHON) tools/bench/readme_table.py --write README.md \
	  $(or $(wildcard build/bench/medium.json build/bench/large.json),\
	    build/bench/small.json)
# DuckDB comes from npm by name; without npm or its registry it is left out.
DUCKDB := $(B)/duckdb
bench-duckdb:
	@mkdir -p $(DUCKDB) && cp tools/bench/duckdb.mjs $(DUCKDB)
	@[ -d $(DUCKDB)/node_modules/@duckdb/node-api ] || \
	  { command -v npm >/dev/null && \
	    timeout 300 npm install --prefix $(DUCKDB) --no-audit --no-fund \
	      --loglevel=error @duckdb/node-api >/dev/null; } || \
	  echo 'no npm, or its registry is not reachable: DuckDB is left out'

.PHONY: bench-parse
bench-parse: deps
	@$(MAKE) --no-print-directory -j$$(nproc) $(B)/zhenggai-bench
	@$(B)/zhenggai-bench --parse $(or $(FILE),tests/samples/yunze-transport-2018.txt)

# Counting groups beside a plain loop over the same columns.
.PHONY: bench-tally
bench-tally: deps
	@$(MAKE) --no-print-directory -j$$(nproc) $(B)/bench-tally
	@$(B)/bench-tally $(or $(ROWS),1000000)

# ---- house keeping ----------------------------------------------------------
.PHONY: format clean help
format: deps-format
	@clang-format -i $$(git ls-files '*.c' '*.h' '*.cc')
clean:
	@rm -rf build
help:
	@printf '%s\n' \
	  'make run           install, build, start the daemon on the samples' \
	  'make test          install, build, all tests' \
	  'make               build  (V=1 shows commands, WERROR=1)' \
	  'make unit | unit-faults | e2e | crash | check-layers   parts of the tests' \
	  'make asan | tsan   the tests under the sanitizers' \
	  'make fuzz          libFuzzer, FUZZ_SECONDS=600 each; fuzz-short in tests' \
	  'make parser-score  how right the parser is (SEED=n N=300 FLAGS=...)' \
	  'make parser-score-hand   the same on bulletins written by hand' \
	  'make bench         speed beside its peers (SIZE=small|medium KEEP=DIR)' \
	  'make bench-large   the same with a million findings' \
	  'make bench-readme  their figures into the README' \
	  'make bench-parse   how long a bulletin takes to parse (FILE=...)' \
	  'make deps          install the packages that are missing' \
	  'make format clean'
