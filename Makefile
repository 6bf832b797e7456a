# What a developer, or a small shop, types. `make` alone lists it.
#
# Needed beforehand: Python 3.11 or later, git, make. All else goes into .venv, or comes from Debian.

PORT ?= 8080
FACTURES_DATA ?= .local
export PORT FACTURES_DATA

DEMO_LANG ?= fr
# Each process of tests starts a PostgreSQL and a RabbitMQ of its own, so a file's tests stay in one of them.
# Tests run in a random order; the run prints its seed, and SEED=... repeats that order. In CI it is always the
# same: what failed there, or did not, can be repeated.
WORKERS ?= 2
SEED ?= $(if $(CI),84165089)
# The files in the order of the run, not those with the most tests first: see tests/conftest.py.
PYTEST := .venv/bin/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(if $(SEED),--randomly-seed=$(SEED))

# Set up again exactly when what it depends on has changed.
FINGERPRINT := $(shell cat pyproject.toml constraints.txt setup/*.sh setup/*.txt | sha256sum | cut -c1-16)
READY := .venv/.ready-$(FINGERPRINT)
READY_TO_TEST := .venv/.ready-to-test-$(FINGERPRINT)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help setup setup-test demo run test test-web test-long test-unit chaos bench bench-quick lint format schemas screens env-example up down clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## Install what running needs (quick when there is nothing to do)

setup-test: $(READY_TO_TEST) ## Install what testing and linting need, RabbitMQ, Postfix and promtool included

$(READY):
	@sh setup/venv.sh standalone
	@sh setup/pango.sh
	@rm -f .venv/.ready-* && touch $@

$(READY_TO_TEST): $(READY)
	@sh setup/venv.sh test,lint
	@sh setup/rabbitmq.sh
	@sh setup/postfix.sh
	@sh setup/moto.sh
	@sh setup/prometheus.sh
	@sh setup/chromium.sh
	@touch $@

demo: setup ## The whole story on sample data, into demo-output/ (DEMO_LANG=fr or en)
	.venv/bin/python -m services.standalone demo --lang $(DEMO_LANG)

run: export FACTURES_DEMO ?= on
# At INFO each step of each invoice is a line, and the login is a thousand lines up before anybody has read it.
run: export LOG_LEVEL ?= WARNING
run: setup ## All services in one process on PORT (8080), data in FACTURES_DATA (.local/); a new folder begins with an invented shop, FACTURES_DEMO=off with none
	.venv/bin/python -m services.standalone run

test: setup-test ## All tests, on private PostgreSQL, RabbitMQ and SMTP servers (SEED=, WORKERS=, ARGS=)
	$(PYTEST) -m "not long" $(ARGS)

test-long: setup-test ## The tests of whole deployments that take minutes each, which `make test` leaves out
	$(PYTEST) -m long --timeout 900 $(ARGS)

test-web: setup-test ## The pages in a real browser (part of `make test`)
	$(PYTEST) -m "not long" tests/web $(ARGS)

MINUTES ?= 10
chaos: setup-test ## All services under load while everything is killed, paused and cut off; do the books close? (MINUTES=, SEED=)
	.venv/bin/python -m tests.chaos --minutes $(MINUTES) --seed $(or $(SEED),1)

bench: setup-test ## What of its physical limit each path reaches, and lists of a million invoices (ARGS=--write: into docs/performance.md)
	.venv/bin/python -m bench $(ARGS)

bench-quick: setup-test ## The same in under two minutes, with smaller rounds and without the lists
	.venv/bin/python -m bench --quick $(ARGS)

screens: setup-test ## Take the pictures of the pages for the README anew, into docs/screens/
	.venv/bin/python -m tests.web.portraits docs/screens

# Without proving that each rule between packages can fail: that takes as long as all the others.
test-unit: setup-test ## The tests that need no server, in seconds
	$(PYTEST) $(wildcard tests/unit tests/architecture) --ignore tests/architecture/test_contracts.py $(ARGS)

lint: setup-test ## Style, types and the rules between packages
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo

format: setup-test ## Put the style right
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

schemas: setup ## Write what describes the messages anew: JSON Schemas, docs/asyncapi.json, tables of docs/messages.md
	.venv/bin/python -m shared.bus.rabbitmq.reference

env-example: setup-test ## Write .env.example anew, from the settings
	.venv/bin/python -m tests.architecture.env_example > .env.example.new
	mv .env.example.new .env.example

up: ## The services as containers, with their own PostgreSQL and RabbitMQ
	docker compose up --build

down: ## Stop the containers; their data stays
	docker compose down

clean: ## Remove what can be made again (never the data in FACTURES_DATA, nor .venv)
	rm -rf build dist demo-output *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	find services shared tests -name __pycache__ -type d -exec rm -rf {} +
