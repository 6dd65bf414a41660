# make demo     see it work            make test    everything that must hold
# make setup    the tools for working  make lint    the quick part of it
# make bench    figures                make fuzz    the laws, for longer
# make agree    the engines on a million flows
# make cover    that no branch of the policy and the judgement is untried
# make lock     newer dependencies     make wheel   a package in dist/
# PYTHON=python3.12 chooses the Python that makes .venv.
.NOTPARALLEL:
.PHONY: demo test setup lint bench fuzz agree cover lock clean wheel
.DEFAULT_GOAL := demo

export PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2
EXAMPLES ?= 5000
FLOWS ?= 1000000
KILLS ?= 200
TIME ?= 900

demo:
	@requirements/setup base
	@$(BIN)/tactful demo

setup:
	@requirements/setup dev

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict src
	$(BIN)/lint-imports

test: lint
	$(BIN)/python -W error -m pytest -q -n $(WORKERS)

# Every benchmark prints its ratios; one that cannot run says why, and the others still run.
BENCHMARKS = $(filter-out benchmarks/whole_process.py,$(wildcard benchmarks/*.py))
bench:
	@requirements/setup bench
	@failed=; for each in $(BENCHMARKS); do \
	  echo "== $$each"; $(BIN)/python "$$each" || failed="$$failed $$each"; done; \
	  test -z "$$failed" || { echo "did not run:$$failed" >&2; exit 1; }

fuzz: setup
	HYPOTHESIS_PROFILE=fuzz TACTFUL_EXAMPLES=$(EXAMPLES) $(BIN)/python -W error -m pytest -q -n $(WORKERS) tests/laws
	HYPOTHESIS_PROFILE=fuzz TACTFUL_KILLS=$(KILLS) $(BIN)/python -W error -m pytest -q -n $(WORKERS) tests/web
	$(MAKE) agree

# The engines agree on so many flows made by chance; fails if there is no time for all of them.
agree: setup
	$(BIN)/python -W error -m tests.laws.agreement $(FLOWS) $(TIME)

# Every branch of these two packages, by the tests that are about them.
COVERED = src/tactful/policy,src/tactful/appropriateness
ABOUT_THEM = $(addprefix tests/,policy appropriateness packs explain service laws line testing)
cover: setup
	$(BIN)/python -W error -m coverage run --branch --source=$(COVERED) -m pytest -q $(ABOUT_THEM)
	$(BIN)/python -m coverage report --show-missing --skip-covered --fail-under=100

COMPILE = $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --no-header --upgrade
lock: setup
	$(COMPILE) pyproject.toml --group build -o requirements/base.lock
	$(COMPILE) pyproject.toml --group dev -c requirements/base.lock -o requirements/dev.lock
	$(COMPILE) pyproject.toml --group build --extra bench --extra serve -c requirements/base.lock -o requirements/bench.lock

wheel: setup
	$(BIN)/python -m build --no-isolation --outdir dist

clean:
	rm -rf .venv .setup.lock .coverage build dist out .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
