# Needs Python 3.11 or newer and make; everything else is put into .venv.
# A second run installs nothing and works without a network.

PYTHON ?= python3
PORT ?= 8501
# Who may connect: this machine alone, unless told otherwise (HOST=0.0.0.0).
HOST ?= 127.0.0.1
# What `make test` hands to pytest: a room, a file or options, such as TESTS="tests/core -x".
TESTS ?= tests
# How many processes share the tests out; 0 is this one alone.
PROCESSES ?= 2

VENV := .venv
PY := $(VENV)/bin/python

# An environment whose Python has gone (upgraded, moved, half removed) is made again.
ifneq ($(wildcard $(VENV)/.app),)
ifneq ($(shell $(PY) -c "print(1)" 2>/dev/null),1)
$(shell rm -f $(VENV)/.app $(VENV)/.dev)
endif
endif

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help run test lint types format assets chromium screenshots bench clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: $(VENV)/.app ## fetch what is missing and open the app (PORT=8501 HOST=127.0.0.1)
	@$(PY) -m core.assets fetch --first || echo "Some assets are missing: the pages that need one say which. The others work."
	@echo "The course opens at http://$(HOST):$(PORT)"
	$(PY) -m streamlit run app.py --server.address $(HOST) --server.port $(PORT) --server.showEmailPrompt false

test: $(VENV)/.dev assets chromium lint types ## lint, types and every test, browser included (TESTS=tests/core for one room)
	$(PY) -m pytest -n $(PROCESSES) --dist loadfile $(TESTS)

lint: $(VENV)/.dev ## ruff: rules and formatting
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: $(VENV)/.dev ## mypy
	$(PY) -m mypy

format: $(VENV)/.dev ## mend what ruff can mend
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

assets: $(VENV)/.app ## fetch public weights and data, check each against its hash
	$(PY) -m core.assets fetch
	$(PY) -m core.assets verify

chromium: ## find a Chromium, else install one
	@scripts/chromium.sh

screenshots: $(VENV)/.dev assets chromium ## every page and view, 1280 and 390 wide, light and dark
	$(PY) -m scripts.screenshots

bench: $(VENV)/.dev assets ## every claim about speed, with its ratio
	$(PY) -m bench

clean: ## remove caches and builds; the environment and the fetched assets stay
	rm -rf build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +

$(VENV)/.app: requirements.txt
	@scripts/venv.sh "$(PYTHON)" $(VENV)
	$(PY) -m pip install --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.app
	$(PY) -m pip install --disable-pip-version-check -r requirements-dev.txt
	@touch $@
