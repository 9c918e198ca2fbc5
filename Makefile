# make demo: see it.  make test: check it.  Both first do whatever set-up is missing.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.PHONY: demo test setup format lint types imports tests clean help

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PORT ?= 8000
WORKERS ?= 2
export LIGHTFM_NO_CFLAGS := 1
export MLFLOW_DISABLE_TELEMETRY := true
export DO_NOT_TRACK := true

help:
	@echo "make demo    set-up if needed, then make the demo world, train on it and serve it on 127.0.0.1:$(PORT)"
	@echo "make test    set-up if needed, then every check that CI runs"
	@echo "make setup   the virtual environment in $(VENV) (PYTHON=... picks the interpreter)"
	@echo "make format  let ruff format and mend the code"
	@echo "make clean   remove what make and the demo made"

demo: $(READY)
	@echo "== demo: the demo world, trained and served (Ctrl-C stops it)"
	$(BIN)/karmapath demo --port $(PORT)

test: lint types imports tests
	@echo "== all checks passed"

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@echo "== set-up: virtual environment in $(VENV) (three to four minutes, about 3.5 GB)"
	@python=""; for candidate in $(PYTHON) python3.11 python3.12 python3.13 python3; do \
	  if "$$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then python="$$candidate"; break; fi; \
	done; \
	if [ -z "$$python" ]; then echo "No Python 3.11, 3.12 or 3.13 found: install one, or name it: make setup PYTHON=/path/to/python3.11" >&2; exit 1; fi; \
	echo "== set-up: using $$("$$python" --version)"; \
	"$$python" -m venv $(VENV)
	$(BIN)/pip install -qq --disable-pip-version-check --constraint constraints.txt --editable '.[train,text,postgres,redis,client,traces,office,scale,spark,dev]'
	@touch $@
	@echo "== set-up: done"

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lint: $(READY)
	@echo "== style (ruff)"
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	@echo "== types (mypy --strict)"
	$(BIN)/mypy

imports: $(READY)
	@echo "== imports go one way (import-linter)"
	$(BIN)/lint-imports

tests: $(READY)
	@echo "== tests with coverage (pytest)"
	$(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile --doctest-modules features models recommender api experiments tests --cov --cov-report=term

clean:
	rm -rf $(VENV) .karmapath .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage test-output *.egg-info
