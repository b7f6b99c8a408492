# The portal's commands. A bare Debian machine needs Python 3.11 with its venv module, and make.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PORT ?= 8000

.PHONY: help run reset test check journey drill bench format clean

help:
	@echo "make run    the demo park on http://127.0.0.1:$(PORT)/ (PORT=8001 changes it)"
	@echo "make reset  throw the demo data away; the next make run starts afresh"
	@echo "make test   install what the tests need, then run all of them"
	@echo "make check  lint, types, layers, migrations, templates"
	@echo "make journey  the main path in a real browser, on SQLite and on PostgreSQL and Redis"
	@echo "make drill  the kill and load drills in full"
	@echo "make bench  the benchmarks, as ratios to their own baselines"

$(VENV)/.run: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "Python 3.11 or newer is missing: apt-get install -y python3 python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { echo "Python's venv module is missing: apt-get install -y python3-venv"; exit 1; }
	@echo "Installing what the portal runs on …"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt || { echo "What requirements.txt names could not be installed; pip says above why (is there a package index?)"; exit 1; }
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@echo "Installing what the tests and checks need …"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt || { echo "What requirements-dev.txt names could not be installed; pip says above why (is there a package index?)"; exit 1; }
	@touch $@

run: $(VENV)/.run
	@DEMO_MODE=$${DEMO_MODE:-1} $(BIN)/python manage.py start --port $(PORT)

reset:
	@if [ -n "$$DATABASE_URL$$VAR_DIR" ]; then $(MAKE) -s $(VENV)/.run && DEMO_MODE=1 $(BIN)/python manage.py demo --reset; else rm -rf var; fi
	@echo "The demo data is gone; make run starts afresh."

.PHONY: system
system:
	@missing=""; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	command -v redis-server >/dev/null || missing="$$missing redis-server"; \
	command -v pdftoppm >/dev/null || missing="$$missing poppler-utils"; \
	command -v soffice >/dev/null || missing="$$missing libreoffice-calc-nogui"; \
	ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$$missing postgresql"; \
	if [ -n "$$missing" ]; then \
	  echo "Installing$$missing …"; \
	  sudo=""; if [ "$$(id -u)" != 0 ]; then sudo="sudo"; fi; \
	  $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing >/dev/null \
	  || { echo "These Debian packages are missing and could not be installed:$$missing"; exit 1; }; \
	fi

test: $(VENV)/.dev system
	@$(BIN)/python -m tests.run

journey: $(VENV)/.dev system
	@$(BIN)/python -m pytest tests/journeys -m journey

drill: $(VENV)/.dev system
	@DRILL_FULL=1 $(BIN)/python -m pytest tests/drills -m drill -s

bench: $(VENV)/.dev system
	@$(BIN)/python -m bench

check: $(VENV)/.dev
	@echo "ruff"; $(BIN)/ruff check .
	@echo "format"; $(BIN)/ruff format --check --quiet . || { echo "run: make format"; exit 1; }
	@echo "layers"; $(BIN)/lint-imports --no-cache >/tmp/lint-imports.$$$$ || { cat /tmp/lint-imports.$$$$; exit 1; }
	@echo "types"; DEMO_MODE=1 $(BIN)/mypy parkportal enterprises supplies testing investment
	@echo "migrations"; DEMO_MODE=1 $(BIN)/python manage.py makemigrations --check --dry-run
	@echo "system checks"; DEMO_MODE=1 $(BIN)/python manage.py check
	@echo "deploy checks"; $(BIN)/python -m tests.deploy_check
	@echo "templates"; $(BIN)/djade --check $$(git ls-files 'templates/*.html') && $(BIN)/djhtml --check --tabwidth 2 $$(git ls-files 'templates/*.html') >/dev/null

format: $(VENV)/.dev
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .
	@$(BIN)/djade $$(git ls-files 'templates/*.html'); $(BIN)/djhtml --tabwidth 2 $$(git ls-files 'templates/*.html') >/dev/null 2>&1; true
