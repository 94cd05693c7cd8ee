# `make` or `make help` lists what there is to do.
SHELL := /bin/bash -o pipefail
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
COVERAGE := 80
VARIANT ?= all
PARALLEL ?= 2
# The tests of a file stay together: they share a server and its databases.
PYTEST = $(BIN)/python -m pytest --numprocesses $(PARALLEL) --dist loadfile -q
COMPILE = $(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml

.DEFAULT_GOAL := help
.PHONY: help setup demo up down test check lint lint-fix unit-test int-test bench mutants chaos docs picture image lock clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  %-12s %s\n", $$1, $$2 }'

$(STAMP): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.5' || echo "uv cannot be had; pip will do"
	@if [ -x $(BIN)/uv ]; then install="$(BIN)/uv pip install --quiet --python $(BIN)/python"; \
	else install="$(BIN)/python -m pip install --quiet --disable-pip-version-check"; fi; \
	$$install --no-deps --require-hashes --requirement requirements.lock && $$install --no-deps --editable .
	@touch $(STAMP)

setup: $(STAMP) ## Install docmill and what it needs into .venv

demo: setup ## Run the example lab reports through the medical-report pipeline
	@$(BIN)/docmill demo

up: setup ## Run a worker in the foreground, with the embedded PostgreSQL unless DATABASE_URL is set
	@$(BIN)/docmill worker

down: setup ## Stop the embedded PostgreSQL
	@$(BIN)/docmill down

test: setup ## Run all tests that need no network; print the coverage of the unit tests, then of all
	@$(MAKE) --no-print-directory unit-test
	$(PYTEST) tests --ignore=tests/unit --cov=docmill --cov-append --cov-report=
	@echo "all tests, all of docmill:"
	@$(BIN)/coverage report --format=total | sed 's/$$/ % of the lines are covered/'

unit-test: setup ## Run the unit tests; they must cover at least 80 % of all lines
	$(PYTEST) tests/unit --cov=docmill --cov-report=
	@echo "unit tests alone, all of docmill:"
	@$(BIN)/coverage report --format=total --fail-under=$(COVERAGE) | sed 's/$$/ % of the lines are covered/'

int-test: setup ## Run the tests on a real PostgreSQL alone
	$(PYTEST) tests/integration

lint: setup ## Check style, types, imports and docstrings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check
	$(BIN)/interrogate --quiet --fail-under 100 --ignore-init-method --ignore-magic --ignore-private --ignore-semiprivate --ignore-nested-functions src

lint-fix: setup ## Apply the fixes that ruff knows
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

check: lint ## All checks that run no test

docs: setup ## Write the reference pages from the code, and build the documentation into site/
	$(BIN)/python docs/generate.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

picture: setup ## Run the demo, and put its output into README.md and docs/images
	$(BIN)/python docs/picture.py

bench: setup ## Run every benchmark; each ends with lines of JSON
	@for script in documents privacy markers medical insights books novel llm engine; do echo "== $$script"; $(BIN)/python bench/$$script.py || exit 1; done

mutants: setup ## Take out each guard of the engine, one by one; a test must turn red
	$(BIN)/python -m tests.mutants

chaos: setup ## Kill, stop, cut off and restart everything for SECONDS (60), by SEED; nothing may be lost, doubled or stuck
	$(BIN)/python -m tests.chaos $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED))

bench-%: setup
	@$(BIN)/python bench/$*.py

image: ## Build the production image with docker, podman or buildah; VARIANT=core for the small one
	@if docker info >/dev/null 2>&1; then build="docker build"; \
	elif command -v podman >/dev/null; then build="podman build --format docker"; \
	elif command -v buildah >/dev/null; then build="buildah build --format docker"; \
	else echo "An image needs docker, podman or buildah; install one of them."; exit 1; fi; \
	$$build --file deploy/Dockerfile --build-arg VARIANT=$(VARIANT) --tag docmill:$(VARIANT) .

lock: setup ## Write the locks anew: the newest versions that pyproject.toml allows
	$(COMPILE) --extra all --group dev --group docs --output-file requirements.lock
	$(COMPILE) --extra all --output-file deploy/all.lock
	$(COMPILE) --output-file deploy/core.lock
	@! grep -nE "https?://" requirements.lock deploy/*.lock

clean: ## Remove the virtual environment and all caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage htmlcov
