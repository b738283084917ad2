# Two commands: `make train` and `make test`. Each sets up what it needs.
# Paths are relative, so a folder with a space in its name is no trouble.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: train test lint clean

train: .venv/installed
	$(BIN)/python -m w2v train --output vectors.bin --plot loss.png
	$(BIN)/python -m w2v neighbors vectors.bin string file error thread --topn 6

test: .venv/tested
	$(BIN)/python -m pytest

lint: .venv/tested
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/tested: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache vectors.bin loss.png
