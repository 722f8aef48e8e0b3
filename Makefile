# One command a habit. `make help` lists them.
PYTHON ?= python3

# Relative, like every path below: the folder's own may have spaces.
VENV := .venv
SAM_VENV := .venv-sam
BIN := $(VENV)/bin
SAM := $(SAM_VENV)/bin/sam
RUNS := $(VENV)/.runs
TESTS := $(VENV)/.tests
SAM_READY := $(SAM_VENV)/.ready
AUDIT_VENV := .venv-audit
AUDIT := $(AUDIT_VENV)/.ready
RIVALS_VENV := .venv-rivals
RIVALS := $(RIVALS_VENV)/.ready
# For tools that say nothing until they are done.
SHOWN := $(BIN)/python -m local.heartbeat
# uv is the one tool that is not pinned here: it writes the pins. peewee has no wheel that empyrical would
# take, and only its download of factors from the network would import it.
PIN := uv pip compile --quiet --universal --generate-hashes --no-header --no-strip-extras \
	--no-emit-package peewee --python-version 3.11 $(if $(UPGRADE),--upgrade)
# Each after those that it reads.
PINNED := layers/common/requirements migrations/requirements layers/research/requirements \
	tests/packaging/requirements requirements-run requirements-dev requirements-oracles requirements-rivals requirements-sam requirements-audit

# The names of what was set on the command line: a command refuses those that it does not know.
GIVEN = $(strip $(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(name))))

# make hands settings on in the environment, those of its command line too: no shell reads what is in
# them. Keep DATABASE_URL out of the command line, which every list of processes shows.
export PYTHONPATH := $(CURDIR)/layers/common:$(CURDIR)
export SAM_CLI_TELEMETRY := 0
export AWS_DEFAULT_REGION ?= us-east-1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run serve sam-api token report test unit coverage compiled audit bench lint style types imports \
	template sql forge format hooks build openapi docs schema authorities pin python psql calibrate recordings \
	check-strategy status backup migrate downgrade reconcile bare-root clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(RUNS) ## Trade on this machine: EXCHANGE=simulated|recorded:DIR|live DAYS=n DATABASE_URL=... [DEMO=yes] [FRESH=yes]
	@MAKE_SETTINGS='$(GIVEN)' $(BIN)/python -m local.start run

serve: $(RUNS) ## Serve the API with the schedules running: PORT=8000, and the settings of run
	@MAKE_SETTINGS='$(GIVEN)' $(BIN)/python -m local.start serve

sam-api: $(RUNS) build ## Serve the API from containers, as `sam local` runs what `make build` builds: PORT=8000 EXCHANGE=...
	@MAKE_SETTINGS='$(GIVEN)' $(BIN)/python -m local.start sam-api

token: $(RUNS) ## Print a token for the API of serve, for twelve hours: SCOPE=read|trade|admin
	@MAKE_SETTINGS='$(GIVEN)' $(BIN)/python -m local.aws.token

report: $(RUNS) ## Write .local/report.html, a page about the last run: [PORTFOLIOS=1,Random] [DATABASE_URL=...]
	@MAKE_SETTINGS='$(GIVEN)' $(BIN)/python -m operations.report

test: lint unit ## Everything that the integration runs: lint, types, tests

# Half of a test's time waits for the database or a process: three fill two cores.
unit: $(TESTS) $(SAM_READY)
	$(BIN)/python -m pytest -n 3

coverage: $(TESTS) $(SAM_READY) ## Run the tests and tell which lines and branches they do not reach
	$(BIN)/python -m pytest -n 3 --cov

# Each worker would else compile all modules of the tests, with their assertions spelled out.
compiled: $(TESTS)
	$(BIN)/python -m pytest --collect-only -n 0 > /dev/null

audit: $(AUDIT) ## Check the templates for what is insecure, by checkov; the integration runs it too
	LOG_LEVEL=ERROR $(AUDIT_VENV)/bin/checkov --config-file .checkov.yaml --file template.yaml stacks/*.yaml

bench: $(TESTS) $(RIVALS) ## Measure the speed against floors: ONLY=name[,name] ROWS=n ROUNDS=n
	@$(BIN)/python -m benchmarks

lint: style types imports template sql forge ## Style, types, import rules, template, migrations, forge files

style: $(TESTS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(TESTS)
	$(SHOWN) "Checking types" $(BIN)/mypy

imports: $(TESTS)
	$(SHOWN) "Checking imports" $(BIN)/lint-imports

template: $(TESTS) $(SAM_READY)
	$(SHOWN) "Checking the templates" $(SAM_VENV)/bin/cfn-lint --append-rules cfn_lint_serverless.rules -- \
		template.yaml stacks/*.yaml

sql: $(TESTS)
	$(BIN)/squawk migrations/versions/*/*.sql

# What the code forge reads, against the schemas that the checker brings with it.
forge: $(TESTS)
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/*_*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/pre-commit validate-config

format: $(TESTS) ## Rewrite the Python files in the house style
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

hooks: $(TESTS) ## Run before each commit what of `make lint` its files concern
	$(BIN)/pre-commit install

build: $(SAM_READY) ## Build what `sam deploy` uploads
	PATH="$$PWD/$(SAM_VENV)/bin:$$PATH" $(SAM) build

openapi: $(RUNS) ## Write docs/openapi.json from the routes and their models
	$(BIN)/python -m operations.openapi

docs: $(TESTS) ## Write what is generated: openapi.json, its examples and the command line's models of it, the keys in strategies.md, cli.md
	$(BIN)/python -m tests.api.answers
	$(BIN)/python -m operations.openapi
	$(BIN)/python -m operations.strategies_page
	$(BIN)/python -m operations.client_models
	$(BIN)/python -m operations.cli_page

schema: $(RUNS) ## Write migrations/schema.sql from the revisions
	$(BIN)/python -m operations.schema

authorities: $(TESTS) ## Take RDS's certificate authorities into the layer, from the npm package that operations/authorities.py pins
	$(BIN)/python -m operations.authorities

pin: ## Pin with hashes what the requirements*.in files name: UPGRADE=1 takes newer versions
	for file in $(PINNED); do \
		(cd "$$(dirname "$$file")" && $(PIN) "$$(basename "$$file").in" -o "$$(basename "$$file").txt") || exit; \
	done

python: $(RUNS) ## A Python that can import everything here
	@$(BIN)/python

psql: $(RUNS) ## PostgreSQL's terminal on the database of the last run
	@$(BIN)/python -m local.postgres.psql

check-strategy: $(RUNS) ## Check a strategy of your own before it trades: FILE=my_strategies/longshot.py
	@MAKE_SETTINGS='$(GIVEN)' $(BIN)/python -m operations.strategy_check

calibrate: $(TESTS) ## How often the comparison is right, on simulated histories: SERIES=n SEED=n
	@$(BIN)/python -m benchmarks.calibration

recordings: $(TESTS) ## What is read of the recorded answers, and where the official client differs
	@$(BIN)/python -m tests.polymarket.report

status: $(RUNS) ## Which schema a database has, what is pending, what migrate and downgrade would do: DATABASE_URL=...
	@MAKE_SETTINGS='$(GIVEN)' $(BIN)/python -m operations.status

backup: $(RUNS) ## Take a backup of a database into .local/backups, by pg_dump: DATABASE_URL=...
	@MAKE_SETTINGS='$(GIVEN)' $(BIN)/python -m operations.backup

migrate: $(RUNS) ## Bring a database to the newest schema: DATABASE_URL=... [DRY_RUN=1] [TIME_ZONE=...] [SERVER_TIME_ZONE=...] [BACKUP=no]
	@MAKE_SETTINGS='$(GIVEN)' $(BIN)/python -m operations.migrate

downgrade: $(RUNS) ## Take a database back to schema v1, as it was, or to a revision: DATABASE_URL=... [DRY_RUN=1] [TO=...] [BACKUP=no]
	@MAKE_SETTINGS='$(GIVEN)' $(BIN)/python -m operations.downgrade

reconcile: $(RUNS) ## Check every number of a database, or of the last run: DATABASE_URL=...
	@MAKE_SETTINGS='$(GIVEN)' $(BIN)/python -m operations.reconcile

bare-root: ## Run both commands of README on a Debian with next to nothing, as root: [SUITE=trixie] [INTERPRETER=DIR] [SHORT=yes]
	@"$(PYTHON)" -m tests.packaging.bare_root

clean: ## Remove what the commands made: virtualenvs, builds, the local database; backups and reports stay
	@"$(PYTHON)" -m local.clean

# The files name every dependency with its hashes, so pip has nothing to resolve.
$(RUNS): requirements-run.txt
	$(call installed,$(VENV),$^)
	@"$(PYTHON)" -m local.entry_point $(VENV)

$(TESTS): requirements-dev.txt requirements-oracles.txt | $(RUNS)
	$(call installed,$(VENV),$^)

$(SAM_READY): requirements-sam.txt
	$(call installed,$(SAM_VENV),$^)

$(AUDIT): requirements-audit.txt
	$(call installed,$(AUDIT_VENV),$^)

# Where it cannot be installed, `make bench` measures all but it, and says so.
$(RIVALS): requirements-rivals.txt | $(TESTS)
	@"$(PYTHON)" -m local.install $(RIVALS_VENV) $^ && touch $@ || true

define installed
@"$(PYTHON)" -c 'import sys; sys.version_info < (3, 11) and sys.exit("Python 3.11 or newer is needed, and $(PYTHON) is %d.%d: make PYTHON=python3.13, for instance" % sys.version_info[:2])'
@"$(PYTHON)" -m local.install $(1) $(2)
@touch $@
endef
