# Two commands do everything: `make demo` and `make test`.
#   make demo [ARGS="--no-serve --json"]   a whole park, a year of it, one proof, one page
#   make test                              every gate and every test
#   make check                             the gates without the tests
#   make bench                             speed and memory, as ratios, against benchmarks/baseline.json
#   make lock                              resolve the two lock files anew (needs uv)
#   make web                               build the page's scripts anew (needs npm)
#   make client                            write the client of the interface anew

PYTHON ?= python3
VENV := .venv
TEST := .venv-test
ARGS ?=
PIP := -m pip --disable-pip-version-check --no-input install --quiet

.PHONY: demo test check bench docs lock web client clean

demo: $(VENV)/.ready
	@$(VENV)/bin/taihang demo $(ARGS)

test: check $(TEST)/.ready
	$(TEST)/bin/pytest --quiet --numprocesses auto --dist loadfile $(ARGS)

check: $(TEST)/.ready
	$(TEST)/bin/ruff format --check --quiet .
	$(TEST)/bin/ruff check --quiet .
	$(TEST)/bin/lint-imports --no-logo 2>/dev/null || $(TEST)/bin/lint-imports
	$(TEST)/bin/basedpyright --warnings
	$(TEST)/bin/deptry .
	$(TEST)/bin/vulture
	$(TEST)/bin/python -m sphinx --quiet -W -b html docs docs/_build

bench: $(TEST)/.ready
	$(TEST)/bin/python benchmarks/run.py $(ARGS)

docs: $(TEST)/.ready
	$(TEST)/bin/python -m sphinx --quiet -W -b html docs docs/_build

# The platform alone: what a park installs. Everything comes from the hash-pinned lock file.
$(VENV)/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python $(PIP) --require-hashes --only-binary :all: -r requirements.lock
	$(VENV)/bin/python $(PIP) --no-deps --no-build-isolation --editable .
	@$(VENV)/bin/python -m pip --quiet uninstall --yes setuptools 2>/dev/null || true # came with the environment; nothing uses it
	@touch $@

# The platform with the tools that check it.
$(TEST)/.ready: requirements-test.lock pyproject.toml
	$(PYTHON) -m venv $(TEST)
	$(TEST)/bin/python $(PIP) --require-hashes --only-binary :all: -r requirements-test.lock
	$(TEST)/bin/python $(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command "make lock" --group pyproject.toml:build pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command "make lock" --group pyproject.toml:build --group pyproject.toml:dev pyproject.toml -o requirements-test.lock

web:
	cd web && npm ci --ignore-scripts && npm run build

client: $(TEST)/.ready
	$(TEST)/bin/python -m taihang.interfaces.api.make_client > src/taihang_client/__init__.py.part
	$(TEST)/bin/ruff format --quiet --stdin-filename __init__.py - < src/taihang_client/__init__.py.part > src/taihang_client/__init__.py
	rm src/taihang_client/__init__.py.part

clean:
	rm -rf $(VENV) $(TEST) demo-park docs/_build benchmarks/out
