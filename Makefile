# The two doors of a newcomer are `make demo` and `make test`; those of a commit are `make check` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
.DEFAULT_GOAL := help

.PHONY: help demo serve test chromium check audit fuzz format bench lock clean

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/'

$(VENV)/.runtime: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "borsellino needs Python 3.11 or newer"; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { echo "python3 has no venv module: install it (Debian: apt install python3-venv)"; exit 2; }
	@echo "Installing what the lock file names..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.development: requirements-dev.txt requirements-schemas.txt $(VENV)/.runtime
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-schemas.txt
	@touch $@

demo: $(VENV)/.runtime ## set everything up and run the main job
	@$(BIN)/borsellino demo

serve: $(VENV)/.runtime ## run the HTTP API and its worker on this machine, with the demonstration
	@$(BIN)/borsellino serve --demo

test: $(VENV)/.development chromium ## set everything up and run every test
	@$(BIN)/pytest -n 2

# The pages are looked at in the distribution's own browser. Where it may not be installed, those tests say so and are skipped.
chromium:
	@command -v chromium chromium-browser google-chrome > /dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null \
		&& echo "Installing Chromium for the tests of the pages..." && apt-get -qq update \
		&& DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends chromium > /dev/null; } \
		|| echo "No Chromium, and it cannot be installed from here: the tests of the pages in a browser are skipped."

check: $(VENV)/.development ## format, lint, types, import contracts, documentation
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive api reports wallet plans network ledger config migrations wsgi.py
	@$(BIN)/lint-imports --no-logo > /dev/null || $(BIN)/lint-imports
	@$(BIN)/mypy
	@$(BIN)/pytest -p no:randomly tests/docs

audit: $(VENV)/.development ## ask whether a known hole is in what we use; needs the network, and fails where it cannot ask
	@$(BIN)/pip-audit --strict --disable-pip --require-hashes --requirement requirements-dev.txt

fuzz: $(VENV)/.development ## ask the API whatever its document allows and forbids, at length, as every role
	@BORSELLINO_EXAMPLES=$${BORSELLINO_EXAMPLES:-200} $(BIN)/pytest -n 2 --timeout 0 tests/api/contract/test_document.py

format: $(VENV)/.development ## format and sort imports
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

bench: $(VENV)/.development ## measure, side by side with the yardstick
	@$(BIN)/python -m benchmarks

lock: $(VENV)/.development ## renew the lock files
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --upgrade --group build pyproject.toml -o requirements.txt
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --upgrade --group build --group dev -c requirements.txt pyproject.toml -o requirements-dev.txt
	@$(BIN)/uv pip compile --quiet --no-deps --generate-hashes --no-header --upgrade requirements-schemas.in -o requirements-schemas.txt

clean: ## remove what the commands above made in this folder
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
