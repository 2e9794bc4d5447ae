# Everything starts here: `make run` and `make test` install what they need.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: help
help: ## Show this help
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | awk -F ':.*?## ' '{printf "  make %-14s %s\n", $$1, $$2}'

.PHONY: run
run: $(VENV)/.run ## Run everything in one process (ARGS=--no-sample: without the sample)
	@exec $(BIN)/python -m services $(ARGS)

.PHONY: test
test: $(VENV)/.test system ## Run all tests, with RabbitMQ and real processes, three at a time
	$(BIN)/python -m pytest -n 3 --no-loadscope-reorder $(ARGS)

.PHONY: test-fast
test-fast: $(VENV)/.test ## Run the tests that need neither a broker nor a browser
	$(BIN)/python -m pytest -m "not broker and not browser and not containers" $(ARGS)

.PHONY: test-compose
test-compose: $(VENV)/.test ## Run the journeys and the container tests on docker compose
	$(BIN)/python -m pytest -m "containers and not slow" tests/journeys tests/containers $(ARGS)

.PHONY: chaos-compose
chaos-compose: $(VENV)/.test ## Run the long rounds on docker compose: rolling restarts, outages, partitions, restore
	@notes=$$(mktemp -d); MANDAT_TEST_SCORECARD=$$notes $(BIN)/python -m pytest -m "containers and slow" tests/containers $(ARGS); \
	  result=$$?; cat $$notes/*.jsonl 2>/dev/null; rm -rf $$notes; exit $$result

.PHONY: bench
bench: $(VENV)/.test ## Measure beside bare programs (ARGS="decisions --rounds 3"; ARGS=--docs writes docs/performance.md)
	@tools/system-packages benchmarks
	$(BIN)/python -m benchmarks $(ARGS)

.PHONY: chaos
chaos: $(VENV)/.test system ## Break everything in full counts and write docs/reliability.md (hours; ARGS=FILE for one)
	MANDAT_TEST_FULL=1 $(BIN)/python -m tests.chaos.run $(ARGS)

.PHONY: lint
lint: $(VENV)/.test ## Check style, types, imports and migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/squawk --config .squawk.toml $$(git ls-files '*/migrations/*.sql')

.PHONY: fmt
fmt: $(VENV)/.test ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: docs
docs: $(VENV)/.test ## Write docs/events.md, problems.md, items.md and the golden schemas again
	$(BIN)/python -m tests.support.generate_docs

.PHONY: screens
screens: $(VENV)/.test system ## Take the pictures of docs/screens again, of a system with the sample
	$(BIN)/python -m tests.support.screens

.PHONY: words
words: $(VENV)/.test ## Bring the portal's catalogues up to date, and name what is to be translated
	$(BIN)/python -m tests.support.catalogues

.PHONY: lock
lock: ## Pin the dependencies of pyproject.toml with hashes
	@command -v uv >/dev/null || { echo "make lock needs uv on the PATH"; exit 1; }
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links -q pyproject.toml -o requirements/run.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links -q pyproject.toml --group test -o requirements/test.txt

.PHONY: secrets
secrets: $(VENV)/.run ## Make the secret files of an installation with compose (deploy/secrets)
	@$(BIN)/python -m services secrets $(or $(DEPLOY_SECRETS),deploy/secrets)

.PHONY: keys-add keys-use keys-drop
keys-add: $(VENV)/.run ## Have another key accepted: NAME=identity, delegation, pin, bank, payment or notifications (docs/operations.md)
	@$(BIN)/python -m services keys add $(NAME) $(or $(DEPLOY_SECRETS),deploy/secrets)
keys-use: $(VENV)/.run ## Have the newest key used
	@$(BIN)/python -m services keys use $(NAME) $(or $(DEPLOY_SECRETS),deploy/secrets)
keys-drop: $(VENV)/.run ## Accept the key in use alone, after `mandat keys reseal`
	@$(BIN)/python -m services keys drop $(NAME) $(or $(DEPLOY_SECRETS),deploy/secrets) --resealed

.PHONY: system
system: ## Install what the tests need beside Python (RabbitMQ, Chromium)
	@tools/system-packages tests

.PHONY: clean
clean: ## Remove the virtual environment and caches; the data of `make run` stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/.python:
	@tools/make-venv $(PYTHON) $(VENV)
	@touch $@

$(VENV)/.run: requirements/run.txt $(VENV)/.python
	@echo "Installing the packages of requirements/run.txt"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.python
	@echo "Installing the packages of requirements/test.txt"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt
	@touch $@ $(VENV)/.run
