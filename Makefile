# Everything is done by these targets; `make help` lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
TABLETALK := .venv/bin/tabletalk
unexport PYTHONDONTWRITEBYTECODE  # compiled once, Rasa starts in half the time

.PHONY: help install install-dev run test check test-slow test-faults eval bench bench-parts train lint format lock clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

install: ## Make both Python environments (ours on 3.11 or later, Rasa's on 3.10)
	@sh deploy/install.sh

install-dev: ## The same, with what tests and checks need
	@sh deploy/install.sh dev

run: install ## Start everything on this machine, with sample restaurants; Ctrl-C ends it
	@exec $(TABLETALK) run

test: install-dev ## Run every test: real PostgreSQL, Redis, Rasa and browser included
	@sh deploy/test-tools.sh
	@.venv/bin/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

check: install-dev ## Check style, types and imports, and run what a change touches and needs no service
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy .
	.venv/bin/lint-imports --config tests/importlinter.ini --no-cache
	.venv/bin/python -m tests.checks
	@.venv/bin/python -m tests.checks.touched $(ARGS)

test-slow: install-dev ## Try what is tried by random examples with many more of them; takes about twenty minutes
	@.venv/bin/python -m pytest --slow $(ARGS)

test-faults: install-dev ## Try faults at full size: thousands of texts, and everything killed and frozen; takes an hour
	@.venv/bin/python -m pytest -s --faults $(ARGS)

eval: install-dev ## How well it understands: test utterances, rasa test and conversations, held to floors
	@.venv/bin/python -m tests.eval $(ARGS)

bench: ## Measure whole bookings beside a stock Rasa form bot, and the engine beside bare statements; ARGS=--quick
	@sh deploy/install.sh dev stock
	@.venv/bin/python -m bench $(ARGS)

bench-parts: install-dev ## Measure the engine under load, growth, the stream of events and the reading, each beside a floor
	@.venv/bin/python -m bench.engine
	@.venv/bin/python -m bench.growth
	@.venv/bin/python -m bench.events
	@.venv/bin/python -m bench.reading

train: install ## Train the dialogue model if its sources have changed
	@$(TABLETALK) train

lint: install-dev ## Check style, types, imports, complexity, docstrings and commit messages
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy .
	.venv/bin/lint-imports --config tests/importlinter.ini --no-cache
	.venv/bin/python -m tests.checks

format: install-dev ## Put the code into the one format
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

lock: install-dev ## Resolve the dependencies of all environments again
	sh deploy/lock.sh

clean: ## Remove the environments, the model and all data of this checkout
	rm -rf .venv .venv-rasa .venv-stock var
