# Two commands: `make run` serves, `make test` proves. Both install what is missing first.
# System packages come from apt.txt, Python packages from requirements*.txt; nothing else is needed.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8080
export PORT

.DEFAULT_GOAL := help
.PHONY: help run test test-sqlite lint types bench shots lighthouse system system-tests

help: ## what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: system $(VENV)/.run ## install, migrate, load the demonstration into an empty database, serve
	@exec $(BIN)/python run.py --demo

test: system-tests $(VENV)/.test ## lint, types, arrows, and the suite on SQLite and PostgreSQL
	@$(MAKE) --no-print-directory lint types
	$(BIN)/pytest -n 2 --database sqlite
	$(BIN)/pytest -n 2 --database postgresql -m "not browser and not pure"

test-sqlite: $(VENV)/.test ## the suite on SQLite only, for quick turns
	$(BIN)/pytest -n 2 --database sqlite

lint: $(VENV)/.test ## ruff and the arrows between the floors
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache

types: $(VENV)/.test ## mypy, strict in domain/ and services/
	$(BIN)/mypy

bench: $(VENV)/.test ## measurements on this machine into docs/benchmarks/
	$(BIN)/python -m tests.benchmarks

shots: system-tests $(VENV)/.test ## screenshots of every screen into docs/shots/
	$(BIN)/python -m tests.shots

lighthouse: system-tests $(VENV)/.test ## Lighthouse (npm) on home, list, desk and form into docs/lighthouse.md
	$(BIN)/python -m tests.lighthouse

system: ## system packages for running
	@PYTHON="$(PYTHON)" ./install-system.sh run

system-tests: ## system packages for running and testing
	@PYTHON="$(PYTHON)" ./install-system.sh test

$(VENV)/.venv:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.packages: $(VENV)/.venv requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.run: $(VENV)/.packages $(wildcard app/translations/*/LC_MESSAGES/*.po)
	$(BIN)/pybabel -q compile -d app/translations
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements-test.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-test.txt
	@touch $@
