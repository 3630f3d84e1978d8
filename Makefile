# make run: open the course. make test: everything that is checked. Both install what they need into .venv.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test check bench oracle clean

run: .venv/run
	@$(BIN)/tutor

test: .venv/dev check
	$(BIN)/pytest -n 2

check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports

bench: .venv/dev
	$(BIN)/python -m bench

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/run: pyproject.toml .venv/bin/python
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/dev: pyproject.toml .venv/bin/python
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ .venv/run

clean:
	rm -rf .venv tutor/_data
