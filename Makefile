# SPDX-License-Identifier: Apache-2.0
# One verb a line; each does what its comment says, on a machine with Debian 12 or 13, git, make and Python 3.11+.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
# Most tests wait for services: more workers than cores keep those busy.
WORKERS := 3
# Each worker has services of its own (tests/conftest.py).
SIDE_BY_SIDE = --numprocesses $(WORKERS) --no-loadscope-reorder

# A wrong port is said before anything is installed.
ifneq ($(and $(PORT),$(filter demo screenshots,$(MAKECMDGOALS))),)
ifeq ($(shell grep -Ex '[0-9]{1,5}' <<< '$(subst ','\'',$(PORT))' | awk '$$1 >= 1 && $$1 <= 65535'),)
$(error PORT=$(PORT) is no port: a number from 1 to 65535 is, such as PORT=8051)
endif
endif

.PHONY: help setup demo test test-unit test-long lint format figures try-figure up down status screenshots
.PHONY: bench bench-drain bench-publisher faults scenarios pins clean clean-lab

help: ## show this list
	@printf 'kvmgrid: make <verb>\n\n'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Its words go to standard error: the benchmarks print one line of JSON and nothing else.
setup: ## install what tests and lint need: OS packages, the virtual environment, the lab
	@deploy/setup test >&2
	@$(PYTHON) -m deploy.lab build >&2

demo: ## run the whole pipeline here with three real VMs and a simulated fleet, until Ctrl-C (PORT=8050)
	@deploy/setup demo >&2
	@$(PYTHON) -m deploy.lab build >&2
	@exec $(PYTHON) -m deploy.demo $(if $(PORT),--port $(PORT))

test: setup ## run every test but the long ones, against real services of the lab
	@$(PYTHON) -m pytest -m "not long" $(SIDE_BY_SIDE)

test-unit: ## run the tests that need no service, in less than a minute
	@deploy/setup test
	@$(PYTHON) -m pytest -m "not long" $(SIDE_BY_SIDE) tests/unit tests/architecture

test-long: setup ## run the long tests too
	@$(PYTHON) -m pytest --hypothesis-profile=thorough

lint: ## ruff, mypy --strict, import-linter, codespell; eslint and tsc for the assets
	@deploy/setup test
	@$(PYTHON) -m ruff check
	@$(PYTHON) -m ruff format --check
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports --no-cache
	@.venv/bin/codespell
	@node tests/javascript/node_modules/eslint/bin/eslint.js --config tests/javascript/eslint.config.mjs dashboard/assets
	@node tests/javascript/node_modules/typescript/bin/tsc --project tests/javascript

format: ## let ruff format and repair what it can
	@$(PYTHON) -m ruff format
	@$(PYTHON) -m ruff check --fix

up: setup ## start broker, database and libvirt of the lab for development
	@$(PYTHON) -m deploy.lab up

down: ## stop what `make up` started
	@$(PYTHON) -m deploy.lab down

status: ## show what `make up` started
	@$(PYTHON) -m deploy.lab status

figures: ## write what follows from declared figures: tables of docs/, the next migration (NAME=what_is_new)
	@deploy/setup test
	@$(PYTHON) -m deploy.figures $(NAME)

try-figure: setup ## measure a figure here and show it as stored, from a database that is thrown away (NAME=load_1m)
	@$(PYTHON) -m deploy.figures.trial $(or $(NAME),$(error NAME is missing: make try-figure NAME=load_1m))

screenshots: setup ## make the pictures of the README from a running demo (PORT=8050)
	@$(PYTHON) -m deploy.screenshots http://127.0.0.1:$(or $(PORT),8050) docs/images --host hv009 --range now-24h

scenarios: setup ## drive known loads and compare what was stored with the truth (NAMES="vm_cpu disk_busy")
	@$(PYTHON) -m deploy.scenarios $(NAMES)

faults: setup ## strike every part and count what is lost, twice or wrong: a table (SEEDS="1 2 3" NAMES="F1 P4")
	@$(PYTHON) -m tests.faults.run $(if $(SEEDS),--seeds $(SEEDS)) $(if $(NAMES),--names $(NAMES)) $(if $(FUZZ),--fuzz $(FUZZ))

bench: setup ## measure every figure beside its ceiling (about ten minutes): a table, and build/bench.json
	@$(PYTHON) -m tests.benchmark.bench $(if $(QUICK),--quick)

bench-drain: setup ## measure the consumer: VM rows per second beside the raw COPY of the same rows (JSON)
	@$(PYTHON) -m tests.benchmark.drain

bench-publisher: setup ## measure the publisher: CPU per tick and memory with 100 paused VMs (JSON)
	@$(PYTHON) -m tests.benchmark.publisher

pins: ## write requirements/ anew from pyproject.toml (needs uv)
	@compile="uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate"; \
	$$compile pyproject.toml --all-extras --group dev -o requirements/development.txt; \
	compile="$$compile -c requirements/development.txt"; \
	$$compile --group build -o requirements/build.txt; \
	compile="$$compile pyproject.toml"; \
	$$compile --extra publisher --extra consumer --extra dashboard --extra loadgen -o requirements/container.txt; \
	$$compile --extra publisher --extra libvirt --extra consumer --extra dashboard --extra loadgen -o requirements/demo.txt; \
	$$compile --extra publisher --extra libvirt -o requirements/publisher.txt

clean: ## remove what the build left in this folder
	@[ ! -e .venv/pyvenv.cfg ] || flock --nonblock .venv/pyvenv.cfg true || \
		{ echo "a demo runs from .venv: end it first, with Ctrl-C" >&2; exit 1; }
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache tests/*/node_modules dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

clean-lab: ## remove the lab's root folders and guest images from the cache, but those in use
	@python3 -c 'from deploy.lab.rootfs import clean, say; clean(progress=say)'
