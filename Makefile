# Thin: the plain commands stand in the README.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip --quiet --disable-pip-version-check
JOBS ?= 2
QUICK := tests/domain tests/gateways tests/store tests/services tests/house

.PHONY: help run test quick check bench faults words language lock
help: ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: .venv/run.stamp ## set everything up and start the practice installation (PORT=8000)
	@$(BIN)/anlaufstelle practice

test: .venv/dev.stamp ## set everything up and run all tests, a real browser included
	@$(BIN)/python -m tests.get_browser
	$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy
	$(BIN)/coverage erase
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal --cov=booking/domain --cov=booking/services --cov-branch --cov-report=
	$(BIN)/coverage report --skip-covered

quick: .venv/dev.stamp ## rules, services and the house itself on SQLite, under a minute
	$(BIN)/python -m pytest -n $(JOBS) -q -m "not slow and not browser and not faults" -k "not postgres" $(QUICK)

check: test ## everything CI does

bench: .venv/dev.stamp ## one table of times, as ratios to a bare route of the same server; cover plans beside their optimum
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.cover

faults: .venv/dev.stamp ## kill the server 200 times and look what is left
	FAULT_ROUNDS=200 $(BIN)/python -m pytest -m faults

words: .venv/dev.stamp ## collect the sentences, update and check the catalogues
	$(BIN)/python -m tests.words

language: .venv/dev.stamp ## begin a language, or check one: make language LANG=uk
	$(BIN)/python -m tests.words $(LANG)

lock: .venv/dev.stamp ## write the lock files anew (needs uv)
	uv pip compile -q --universal --no-emit-index-url --no-emit-find-links --generate-hashes --no-header --python-version 3.11 --extra build pyproject.toml -o requirements.txt
	uv pip compile -q --universal --no-emit-index-url --no-emit-find-links --generate-hashes --no-header --python-version 3.11 --extra dev pyproject.toml -o requirements-dev.txt

.venv/bin/pip:
	@echo "Setting up (1/3): a virtual environment in .venv"
	@$(PYTHON) -m venv .venv || { echo "Python's venv is missing. On Debian: sudo apt install python3-venv"; exit 1; }

.venv/run.stamp: requirements.txt pyproject.toml | .venv/bin/pip
	@echo "Setting up (2/3): the packages, about half a minute"
	@$(PIP) install --require-hashes -r requirements.txt
	@echo "Setting up (3/3): the programme itself"
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/run.stamp
	@echo "Setting up: the packages for tests"
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@
