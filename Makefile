# One command a habit. `make help` lists them.
PYTHON ?= python3
PORT ?= 8000
EXCHANGE ?= simulated
DAYS ?=
COVERAGE ?= --cov

VENV := .venv
SAM_VENV := .venv-sam
BIN := $(CURDIR)/$(VENV)/bin
SAM := $(CURDIR)/$(SAM_VENV)/bin/sam
# uv is the one tool that is not pinned here: it writes the pins. peewee has no wheel that empyrical would
# take, and only its download of factors from the network would import it.
PIN := uv pip compile --quiet --universal --generate-hashes --no-header --no-strip-extras \
	--no-emit-package peewee 	--python-version 3.11 $(if $(UPGRADE),--upgrade)

# The names of what was set on the command line: a command refuses those that it does not know.
GIVEN = $(strip $(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(name))))

# DATABASE_URL stays in the environment, where no list of processes shows its password.
export PYTHONPATH := $(CURDIR)/layers/common:$(CURDIR)
export SAM_CLI_TELEMETRY := 0
export AWS_DEFAULT_REGION ?= us-east-1

.DEFAULT_GOAL := help
.PHONY: help run serve test unit bench lint style types imports template sql forge format hooks build \
	openapi docs schema pin recordings check-strategy status migrate downgrade reconcile clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.done ## Trade on this machine: EXCHANGE=simulated|recorded:DIR|live DAYS=n DATABASE_URL=... [DEMO=yes]
	@MAKE_SETTINGS='$(GIVEN)' EXCHANGE='$(EXCHANGE)' DAYS='$(DAYS)' $(BIN)/python -m local.demo.run

serve: $(VENV)/.done ## Serve the API with the schedules running: PORT=8000, and the settings of run
	@MAKE_SETTINGS='$(GIVEN)' EXCHANGE='$(EXCHANGE)' PORT='$(PORT)' $(BIN)/python -m local.demo.serve

test: lint unit ## Everything that the integration runs: lint, types, tests and their coverage: COVERAGE= runs without

unit: $(VENV)/.done $(SAM_VENV)/.done
	$(BIN)/python -m pytest -n 2 $(COVERAGE)

bench: $(VENV)/.done ## Measure the speed against floors: ONLY=name[,name] ROWS=n ROUNDS=n
	@ONLY='$(ONLY)' ROWS='$(ROWS)' ROUNDS='$(ROUNDS)' $(BIN)/python -m benchmarks

lint: style types imports template sql forge ## Style, types, import rules, template, migrations, forge files

style: $(VENV)/.done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.done
	$(BIN)/mypy

imports: $(VENV)/.done
	$(BIN)/lint-imports

template: $(SAM_VENV)/.done
	$(SAM) validate --lint

sql: $(VENV)/.done
	$(BIN)/squawk migrations/versions/*/*.sql

# What the code forge reads, against the schemas that the checker brings with it.
forge: $(VENV)/.done
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/*_*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/pre-commit validate-config

format: $(VENV)/.done ## Rewrite the Python files in the house style
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

hooks: $(VENV)/.done ## Run before each commit what of `make lint` its files concern
	$(BIN)/pre-commit install

build: $(SAM_VENV)/.done ## Build what `sam deploy` uploads
	PATH="$(CURDIR)/$(SAM_VENV)/bin:$$PATH" $(SAM) build

openapi: $(VENV)/.done ## Write docs/openapi.json from the routes and their models
	$(BIN)/python -m operations.openapi

docs: openapi ## Write what is generated in docs/: openapi.json, the keys in strategies.md
	$(BIN)/python -m operations.strategies_page

schema: $(VENV)/.done ## Write migrations/schema.sql from the revisions
	$(BIN)/python -m operations.schema

pin: ## Pin with hashes what the requirements*.in files name: UPGRADE=1 takes newer versions
	for file in requirements-*.in */requirements.in */*/requirements.in; do \
		(cd "$$(dirname "$$file")" && $(PIN) "$$(basename "$$file")" -o "$$(basename "$$file" .in).txt") || exit; \
	done

check-strategy: $(VENV)/.done ## Check a strategy of your own before it trades: FILE=my_strategies/longshot.py
	@MAKE_SETTINGS='$(GIVEN)' $(BIN)/python -m operations.strategy_check

recordings: $(VENV)/.done ## What is read of the recorded answers, and where the official client differs
	@$(BIN)/python -m tests.polymarket.report

status: $(VENV)/.done ## Which schema a database has, what is pending, what migrate and downgrade would do: DATABASE_URL=...
	@MAKE_SETTINGS='$(GIVEN)' $(BIN)/python -m operations.status

migrate: $(VENV)/.done ## Bring a database to the newest schema: DATABASE_URL=... [DRY_RUN=1] [TIME_ZONE=...] [BACKUP=no]
	@MAKE_SETTINGS='$(GIVEN)' $(BIN)/python -m operations.migrate

downgrade: $(VENV)/.done ## Take a database back to schema v1, as it was, or to a revision: DATABASE_URL=... [DRY_RUN=1] [TO=...] [BACKUP=no]
	@MAKE_SETTINGS='$(GIVEN)' $(BIN)/python -m operations.downgrade

reconcile: $(VENV)/.done ## Check every number of a database, or of the last run: DATABASE_URL=...
	@MAKE_SETTINGS='$(GIVEN)' $(BIN)/python -m operations.reconcile

clean: ## Remove what the commands made: virtualenvs, builds, the local database
	rm -rf $(VENV) $(SAM_VENV) .aws-sam .local .coverage .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

# The files name every dependency with its hashes, so pip has nothing to resolve: --no-deps.
$(VENV)/.done: requirements-dev.txt requirements-oracles.txt
	@echo 'Installing the development tools into $(VENV) (once)'
	@$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "Python 3.11 or newer, please: make PYTHON=..."'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --no-deps --require-hashes --only-binary :all: \
		-r requirements-dev.txt -r requirements-oracles.txt
	@touch $@

$(SAM_VENV)/.done: requirements-sam.txt
	@echo 'Installing the SAM CLI into $(SAM_VENV) (once)'
	@$(PYTHON) -m venv $(SAM_VENV)
	@$(SAM_VENV)/bin/python -m pip install -qq --no-deps --require-hashes --only-binary :all: -r requirements-sam.txt
	@touch $@
