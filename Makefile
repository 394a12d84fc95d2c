# The same commands for a person and for CI. They need Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LOCKED := --quiet --no-deps --require-hashes
# uv is ten times as quick. It does not read pip's configuration: where it reaches no index, pip goes on.
UV := $(BIN)/uv pip install $(LOCKED) --python $(BIN)/python --system-certs
PIP := $(BIN)/pip install $(LOCKED) --disable-pip-version-check

.PHONY: demo test test-services lint fix words bench soak lock
.DEFAULT_GOAL := demo
# The demo and the tests start hundreds of processes; without kept bytecode each start takes three times as long.
unexport PYTHONDONTWRITEBYTECODE
export UV_COMPILE_BYTECODE ?= 1

$(READY): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit("opsportal needs Python 3.11 or newer; set PYTHON=python3.11." if sys.version_info < (3, 11) else 0)'
	@echo "Installing into $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.txt > $(VENV)/uv.txt
	@$(PIP) -r $(VENV)/uv.txt
	@$(UV) -r requirements.txt 2> $(VENV)/uv.log || $(PIP) -r requirements.txt
	@touch $@

demo: $(READY)
	@exec $(BIN)/python manage.py demo $(if $(PORT),--port $(PORT)) $(if $(ONCE),--once)

test: $(READY)
	@$(BIN)/python tests/chromium.py
	@$(BIN)/python -m pytest -n 4 --dist worksteal $(or $(TESTS),--ignore=tests/demo)
	@$(if $(TESTS),,exec $(BIN)/python -m pytest tests/demo)

test-services: $(READY)
	@exec $(BIN)/python -m tests.services $(TESTS)

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/cfn-lint 'cloudformation/**/*.yaml' 'bench/graph/*.yaml' --ignore-templates 'cloudformation/**/blueprint.yaml' 'bench/graph/blueprint.yaml'

fix: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

words: $(READY)
	@exec $(BIN)/python -m tests.locale

bench: $(READY)
	@exec $(BIN)/python -m bench

soak: $(READY)
	@$(BIN)/python tests/chromium.py
	@SOAK=1 exec $(BIN)/python -m pytest -n 3 --dist worksteal tests/live tests/outside --timeout=1800

lock: $(READY)
	$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --python-version 3.11 -o requirements.txt --quiet
