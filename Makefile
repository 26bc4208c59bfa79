# Every target works on a fresh machine: what it needs is made first. `make` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Each worker, and each process that a test starts, would compile the same modules again if none kept the bytecode.
PARALLEL := env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest
# Tests that start real parts wait most of the time, so more of them than there are cores run side by side.
WORKERS ?= 4
SOURCES := app_config infra bootstrap local_cloud ignition policy examples tests bench

.DEFAULT_GOAL := help
.PHONY: help previews programs report compare setup fmt lint types test test-fast check bench up down lock

help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  \033[1m%-9s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: programs $(READY) ## Build the environment and get the pinned engine and parts (minutes at first, seconds afterwards)
	@$(BIN)/python -m local_cloud.engine

# In the background: the build of programs takes minutes, and so does the Python environment, which waits for the network.
# The last step of `setup` waits for what is not done by then.
programs:
	@test -e $(READY) || $(PYTHON) -m local_cloud.engine --before-python &

$(READY): requirements.lock pyproject.toml
	@echo "==> Python environment in $(VENV) (pinned, verified by hash)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

fmt: $(READY) ## Format and fix what can be fixed
	@$(BIN)/ruff check --fix --quiet $(SOURCES) || true
	@$(BIN)/ruff format $(SOURCES)

lint: $(READY) ## Style, formatting, the direction of imports, and the workflows
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/lint-imports
	@$(BIN)/zizmor --offline --quiet --no-progress .github/workflows
	@$(BIN)/python -m local_cloud.engine.actionlint

types: $(READY) ## Strict types
	@$(BIN)/pyright

test: setup ## Every test
	@$(PARALLEL) --numprocesses=$(WORKERS)

test-fast: setup ## The tests that start no real parts: unit and conformance
	@$(PARALLEL) --numprocesses=logical tests/unit tests/conformance

check: lint types test ## What CI runs

previews: setup ## Preview every stack with no credentials, warnings refused, as CI does
	@for stack in dev prod local; do $(BIN)/ignition preview $$stack --strict || exit; done

report: setup ## What STACK changes against BASE, into report/STACK (STACK=prod BASE=main unless given)
	@$(BIN)/ignition report "$${STACK:-prod}" --base "$${BASE:-main}" --out "report/$${STACK:-prod}"

compare: setup ## The operations of a real preview of STACK (live.json, state.json) beside those of the preview without credentials
	@$(BIN)/ignition preview "$$STACK" --state state.json --json > offline.json
	@$(BIN)/ignition operations live.json --approved offline.json

bench: setup ## Speed and memory, side by side with the alternative
	@$(BIN)/python -m bench

up: setup ## The whole platform on this machine
	@$(BIN)/ignition up

down: $(READY) ## Stop it; the data stays
	@$(BIN)/ignition down

lock: ## Pin every dependency with its hashes
	@$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate --quiet --output-file requirements.lock
