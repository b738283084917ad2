# Two commands: `make train` and `make test`. Each sets up what it needs.
# Paths are relative, so a folder with a space in its name is no trouble.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: train test lint gpu-check clean

train: .venv/installed
	$(BIN)/python -m w2v train --output vectors.bin --plot loss.png
	$(BIN)/python -m w2v neighbors vectors.bin string file error thread --topn 6

test: .venv/tested
	$(BIN)/python -m pytest

lint: .venv/tested
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy

# On a machine with a GPU, under ten minutes: all tests on both backends, then the benchmarks.
# Takes the Python that has CuPy: .venv's if there is one, else $(PYTHON), and installs nothing.
GPU_PYTHON ?= $(if $(wildcard $(BIN)/python),$(BIN)/python,$(PYTHON))

gpu-check:
	@$(GPU_PYTHON) -m benchmarks.gpu --which
	@if $(GPU_PYTHON) -c "import pytest, hypothesis, scipy" 2>/dev/null; \
	then timeout 300 $(GPU_PYTHON) -m pytest; \
	else echo "pytest, hypothesis or scipy is missing: no tests, only benchmarks"; fi; \
	tests=$$?; $(GPU_PYTHON) -m benchmarks.gpu && exit $$tests

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/tested: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache vectors.bin loss.png
