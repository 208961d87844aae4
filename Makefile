# Every task of this repository. Each one calls a script; scripts/README.md describes them.

SAMPLE ?= 20
MINUTES ?= 10
SECONDS ?= 60
PREFIX ?= /usr/local

.DEFAULT_GOAL := help
.PHONY: help setup build install quickstart test test-fast ci lint format words docs reference bench sweeps simulate power-cuts \
	wal-stress fuzz contact-sheet

help: ## list the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

setup: ## install what a build and the tests need (Debian)
	scripts/setup --tests

build: ## build the release command and print its path
	scripts/build

install: ## install the command, its completions and its man page (PREFIX=/usr/local)
	scripts/install --prefix "$(PREFIX)"

quickstart: ## build, and land a sample batch in a scratch repository
	scripts/quickstart

test: ## install what is missing and run all tests
	scripts/test

test-fast: ## run the quick unit tests
	scripts/test --fast

ci: ## run what CI runs: all tests, with warnings as errors
	.ci/run

lint: ## check the format of the Swift code
	scripts/lint

reference: ## build the library's reference into .build/documentation
	scripts/documentation

format: ## format the Swift code
	scripts/lint --fix

words: ## check that documents and scripts are written in plain English
	scripts/check-words

docs: ## write the generated pages, docs/errors.md and docs/configuration.md
	LEDGERCTL_WRITE_DOCS=1 swift test --filter 'RunnerTests\.(FaultTableTests|PagesTests)'

bench: ## run the benchmarks
	benchmarks/ledger/run
	benchmarks/million/run

sweeps: ## disturb the release command at random points (SAMPLE=20)
	binary=$$(scripts/build) && \
	scripts/kill-sweep "$$binary" --sample $(SAMPLE) && \
	scripts/git-sweep "$$binary" --sample $(SAMPLE) && \
	scripts/damage-sweep "$$binary" --sample $(SAMPLE) && \
	scripts/sync-order "$$binary" --kills 3 --folders 3

simulate: ## play simulated histories of the whole runner (MINUTES=10)
	scripts/simulate --minutes $(MINUTES)

power-cuts: ## play histories of power cuts under SQLite (SAMPLE=20)
	scripts/power-cuts $(SAMPLE)

wal-stress: ## write, checkpoint and read one ledger from many processes (SECONDS=60)
	scripts/wal-stress --seconds $(SECONDS)

fuzz: ## fuzz each reader of outside input (SECONDS=60)
	scripts/fuzz $(SECONDS)

contact-sheet: ## draw the sample images beside their palettes, in .build/contact-sheet.png
	scripts/contact-sheet .build/contact-sheet.png
