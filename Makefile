# make demo: set up and code the sample articles with the shipped model; make test: set up and run the tests.
PYTHON ?= python3
BIN = .venv/bin

.PHONY: demo test check train clean

demo:
	$(PYTHON) -m venv .venv && $(BIN)/pip install -q -c constraints.txt -e . && $(BIN)/coder code data/articles

test:
	$(PYTHON) -m venv .venv && $(BIN)/pip install -q -c constraints.txt -e '.[dev]' && $(BIN)/python -m pytest

check:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/coder corpus check

train:
	$(BIN)/coder train

clean:
	rm -rf .venv data/built build dist
