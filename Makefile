# Two commands: `make train` and `make test`. Each sets up what it needs.
# Paths are relative, so a folder with a space in its name is no trouble.

PYTHON ?= python3
BIN := .venv/bin

# Whether .venv can be used: it has pip, its Python is still there, and is the one that was asked
# for, if one was. If not, it is made anew.
WHICH := import sys; print(sys.base_prefix, sys.version)
ASKED := $(filter-out file default undefined,$(origin PYTHON))
BROKEN := $(shell there=$$($(BIN)/python -c '$(WHICH)' 2>/dev/null) \
	&& $(BIN)/python -c 'import pip' 2>/dev/null \
	&& { [ -z '$(ASKED)' ] || [ "$$there" = "$$($(PYTHON) -c '$(WHICH)')" ]; } || echo broken)

.PHONY: train test soak test-extras test-container lint docs gpu-check gpu-bundle clean anew

train: .venv/installed
	$(BIN)/python -m w2v train --output vectors.bin --plot loss.png
	$(BIN)/python -m w2v neighbors vectors.bin string file error thread --topn 6

test: .venv/tested
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -m 'not soak and not alone and not extras'
	$(BIN)/python -m pytest -m alone

# What takes too long to be run each time.
soak: .venv/tested
	$(BIN)/python -m pytest -m soak

# With the libraries of gigabytes that load what is exported: sentence-transformers and spaCy.
test-extras: .venv/tested
	$(BIN)/python -m pip install --quiet --disable-pip-version-check sentence-transformers spacy
	$(BIN)/python -m pytest -m extras

# As a user without a home who can write to nothing but /tmp. Needs root on Linux.
test-container: .venv/tested
	$(BIN)/python -m tests.support.container $(CURDIR)/$(BIN)/python -m pytest -p no:cacheprovider

lint: .venv/tested
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy

# The pages and the docstrings as a site, site/index.html; a link that leads nowhere is an error.
docs: .venv/documented
	$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going -c docs -d build/doctrees . site

# On a machine with a GPU, under ten minutes: a first look, all tests on both backends, the
# benchmarks. Takes the Python that has CuPy: .venv's if there is one, else $(PYTHON), and installs
# nothing. GPU_CHECK="-o FOLDER --parts smoke,speed" for another folder, or some of it.
GPU_PYTHON ?= $(if $(wildcard $(BIN)/python),$(BIN)/python,$(PYTHON))
GPU_CHECK ?=
GPU_BUNDLE ?=

gpu-check:
	@$(GPU_PYTHON) -m benchmarks gpu $(GPU_CHECK)

# For such a machine without internet: tree, data and wheels in build/gpu-bundle.tar. There, in an
# empty folder: tar xf gpu-bundle.tar && sh gpu-check.sh
gpu-bundle: .venv/installed
	@$(BIN)/python -m benchmarks.gpu.bundle $(GPU_BUNDLE)

define environment
@$(PYTHON) -c 'import ensurepip, venv' || { echo 'make: $(PYTHON) cannot make environments:' \
    'on Debian and Ubuntu, apt install python3-venv; or name another, PYTHON=…' >&2; exit 1; }
$(if $(BROKEN),$(PYTHON) -m venv --clear .venv)
endef

.venv/installed: pyproject.toml $(if $(BROKEN),anew)
	$(environment)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

# All at once: installing twice takes twice as long.
.venv/tested: pyproject.toml $(if $(BROKEN),anew)
	$(environment)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch .venv/installed $@

.venv/documented: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	@touch $@

clean:
	rm -rf .venv build dist site .pytest_cache .mypy_cache .ruff_cache vectors.bin loss.png
