# Every target sets up what it needs. `make` alone lists them.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
export UV_PYTHON_DOWNLOADS := never
# Compiled files are kept, whatever the environment says: a start takes half the time.
unexport PYTHONDONTWRITEBYTECODE
PYTHON ?=
export PYTHON
py := .venv/bin/python
manage := $(py) -W ignore::RuntimeWarning manage.py
api := docs/openapi.yaml
# ARGS is passed on: make run ARGS=--gate, make test ARGS="-k status -x".
ARGS ?=
ROUNDS ?= 20
# Long files come first (tests/conftest.py): the workers end together.
BOTH_CORES := -n 2 --dist loadscope --no-loadscope-reorder --durations=12 --durations-min=5

.PHONY: help run demo drill test fuzz soak rounds check fmt openapi messages lock vendor bench

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/.run ## start everything on this machine; Ctrl-C stops it
	@$(py) manage.py up $(ARGS)

demo: .venv/.run ## start everything and play an incident to look at
	@(sleep 2; for i in $$(seq 600); do \
	    [ -e $${DATA_DIR:-var}/run/address ] && exec $(manage) drill; sleep 0.2; done) & \
	exec $(py) manage.py up $(ARGS)

drill: .venv/.run ## play an incident against the running system
	@$(py) manage.py drill $(ARGS)

# Two workers halve the time of the whole suite; a few tests are sooner done without.
test: .venv/.dev ## run all tests; ARGS goes to pytest
	@.ci/test-programs
	@$(py) -m pytest $(if $(ARGS),$(ARGS),$(BOTH_CORES)) $(ALSO)

fuzz: .venv/.dev ## 10,000 made-up messages for each parser
	@FUZZ_EXAMPLES=10000 $(py) -m pytest tests/intake/test_fuzz.py -n 2 $(ARGS)

# Forty minutes; shorter: make soak ARGS="--minutes 3 --kill-every 1 --steady 0". As delivered, as for bench.
soak: .venv/.dev .venv/measured/.run ## 200 people in a room while its process is killed; counts what anybody missed
	@BENCH_PYTHON=.venv/measured/bin/python $(py) -m bench.soak $(ARGS)

rounds: .venv/.dev ## kill and restart real processes, ROUNDS times
	@for round in $$(seq $(ROUNDS)); do echo "round $$round"; $(py) -m pytest -m platform -x $(ARGS) || exit 1; done

check: .venv/.dev ## formatting, lint, types, layers, migrations, API description, locks
	@echo "ruff";         .venv/bin/ruff format --check --quiet . && .venv/bin/ruff check --quiet .
	@echo "types";        .venv/bin/mypy --no-error-summary .
	@echo "layers";       .venv/bin/lint-imports --no-logo > .venv/lint-imports.txt || { cat .venv/lint-imports.txt; exit 1; }
	@echo "migrations";   $(manage) makemigrations --check --dry-run --verbosity 1 > .venv/migrations.txt || { cat .venv/migrations.txt; exit 1; }
	@echo "openapi";      $(manage) spectacular --validate --fail-on-warn --file .venv/openapi.yaml && diff -u $(api) .venv/openapi.yaml || { echo "Write it again: make openapi"; exit 1; }
	@echo "templates";    .venv/bin/djlint --lint --quiet templates
	@echo "locks";        $(py) .ci/lock_drift.py

fmt: .venv/.dev ## format the code and mend what lint can mend
	@.venv/bin/ruff check --fix --quiet . || true
	@.venv/bin/ruff format .

openapi: .venv/.dev ## write the API description again
	@$(manage) spectacular --validate --fail-on-warn --file $(api)

messages: ## compile what customers read in other languages (needs gettext)
	@for words in locale/*/LC_MESSAGES/django.po; do msgfmt --check-format -o $${words%.po}.mo $$words || exit 1; done

lock: ## write the lock files again from pyproject.toml (needs uv)
	@uv pip compile --quiet --universal --generate-hashes --no-emit-index-url pyproject.toml -o requirements.lock
	@uv pip compile --quiet --universal --generate-hashes --no-emit-index-url pyproject.toml --group dev -o requirements-dev.lock

vendor: ## fetch and build static/vendor again (needs Node)
	@npm ci --silent
	@npm run --silent vendor

# What is measured runs with what it is delivered with: tools for development would fill its memory.
bench: .venv/.dev .venv/measured/.run ## measure, beside baselines on the same machine
	@.ci/apt wrk nginx-light || true
	@BENCH_PYTHON=.venv/measured/bin/python $(py) -m bench $(ARGS)

.venv/measured/.run: requirements.lock
	@VENV=.venv/measured .ci/environment run

.venv/.run: requirements.lock
	@.ci/environment run

.venv/.dev: requirements-dev.lock requirements.lock
	@.ci/environment dev
