# One word sets up, one word checks. `make help` lists the words.
PORT ?= 8000
BANK_PORT ?= 8001
PROCESSES ?= 2
IN = .venv/bin/

.DEFAULT_GOAL := help
.PHONY: help run reset test check messages lock pictures bench simulate clean

help: ## list these words
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run: .venv/.run ## start everything here, with sample data: portal, bank, outbox, back office (PORT=8000)
	@$(IN)python -m parason demo --port $(PORT) --bank-port $(BANK_PORT)

reset: .venv/.run ## forget the data of `make run`
	@$(IN)python -m parason reset

test: .venv/.dev ## all tests, the browser's too, on a real PostgreSQL (PROCESSES=2)
	@sh bin/browser
	$(IN)python -m pytest -n $(PROCESSES) --dist loadscope

check: .venv/.dev ## style, types, layers, migrations, translations, templates, sizes
	$(IN)ruff check
	$(IN)ruff format --check --quiet
	$(IN)mypy
	$(IN)lint-imports --no-logo
	$(IN)python bin/manage makemigrations --check --dry-run --verbosity 0
	$(IN)python bin/messages check
	$(IN)python bin/templates
	$(IN)python bin/sizes

messages: .venv/.dev ## collect the strings to be translated into the catalogues
	$(IN)python bin/messages update

lock: .venv/.dev ## write the lock files anew from pyproject.toml
	sh bin/lock

pictures: .venv/.dev ## make the README's screenshots anew
	@sh bin/browser
	$(IN)python bin/pictures

bench: .venv/.dev ## measure whole purchases: docs/performance.md
	$(IN)python bench/journey.py

STEPS ?= 100000
simulate: export PARASON_SIM_STEPS = $(STEPS)
simulate: .venv/.dev ## purchases under every fault, audited against the bank, for as long as wished (STEPS=100000)
	$(IN)python -m pytest tests/sim -q

clean: ## remove everything that these words made, except data
	rm -rf .venv .uv .static .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build

.venv/.run: requirements.lock bin/bootstrap
	@sh bin/bootstrap $$(test -e .venv/.dev && echo requirements-dev.lock || echo requirements.lock)
	@touch $@

.venv/.dev: requirements-dev.lock pyproject.toml bin/bootstrap
	@sh bin/bootstrap requirements-dev.lock
	@touch $@ .venv/.run
