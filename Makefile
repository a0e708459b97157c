# Needs make, Node.js 20 with npm and Python 3.11 to 3.13. Everything else lands in .venv and .cache.

BIN := .venv/bin
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11

.NOTPARALLEL:
.PHONY: help setup models assets run dev test check chaos bench lock clean

help:
	@echo 'make run     start the appliance on http://127.0.0.1:8080, watching ./inbox (sample photos where it is empty)'
	@echo 'make dev     the same, started again whenever the code or what pages load has changed'
	@echo 'make test    set up every real server and run all tests'
	@echo 'make check   lint, formatting, types and imports'
	@echo 'make chaos   workers killed at random over many files, for some minutes'
	@echo 'make bench   how fast and how good, against named peers, in some minutes'
	@echo 'make setup   the environment in .venv with what `image-renamer` needs'
	@echo 'make models  build the vision models from their packages'
	@echo 'make assets  bundle what the dashboard loads, and the plugin for WordPress'
	@echo 'make lock    choose the versions in requirements.lock and requirements-dev.lock'
	@echo 'make clean   remove everything that make made, but not ./data and ./inbox'

setup: .venv/.runtime .venv/.installed
	@:

models: setup
	@$(BIN)/python -m scripts.build_models

assets: setup
	@$(BIN)/python -m scripts.build_assets
	@$(BIN)/python -m scripts.build_plugin

run: models assets
	@$(BIN)/python -m scripts.sample_photos inbox
	@exec $(BIN)/image-renamer --data ./data serve --watch ./inbox

dev: .venv/.development models assets
	@exec $(BIN)/python -m scripts.dev

test: .venv/.development models assets
	@$(BIN)/python -m scripts.debian_packages
	@$(BIN)/python -m scripts.fetch_wordpress
	@$(MAKE) --no-print-directory check
	@$(BIN)/python -m scripts.other_pythons
	$(BIN)/pytest -n 4 --dist worksteal || { [ $$? -eq 1 ] && echo 'What failed beside others is tried once more, alone.' && \
	  $(BIN)/pytest --last-failed --last-failed-no-failures none; }

check: .venv/.development .venv/.installed
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

chaos: .venv/.development .venv/.installed
	@$(BIN)/python -m scripts.debian_packages
	@$(BIN)/python -m scripts.fetch_wordpress
	@$(BIN)/python -m scripts.fetch_pillow_images
	RENAMER_TEST_POSTS=50000 RENAMER_TEST_FILES=2000 RENAMER_TEST_KILLS=60 RENAMER_TEST_IMAGES=.cache/pillow-images RENAMER_TEST_DAMAGES=700 \
	  RENAMER_TEST_FAULTS=1500 RENAMER_TEST_SECONDS=60 RENAMER_TEST_EVERY=1 \
	  RENAMER_TEST_CLIENTS=200 RENAMER_TEST_CUTS=200 \
	  RENAMER_TEST_CALLS=renameat2,linkat,unlinkat,fsync,fdatasync,copy_file_range,pwrite64 \
	  $(BIN)/pytest -n 2 tests/chaos tests/connectors/test_drop_clients.py tests/connectors/test_sftp_remote.py --timeout 3600

bench: .venv/.development models assets
	@$(BIN)/python -m scripts.debian_packages --benchmarks
	$(BIN)/python -m benchmarks rename
	$(BIN)/python -m benchmarks naming
	$(BIN)/python -m benchmarks learning
	$(BIN)/python -m benchmarks titles
	$(BIN)/python -m benchmarks pipeline
	$(BIN)/python -m benchmarks plan
	$(BIN)/python -m benchmarks provider
	$(BIN)/python -m benchmarks watch
	$(BIN)/python -m benchmarks s3
	$(BIN)/python -m benchmarks serve
	$(BIN)/python -m benchmarks sftp

lock: .venv/.development
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) pyproject.toml --group dev -o requirements-dev.lock

clean:
	rm -rf .venv .cache .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist
	rm -rf appliance/vision/models appliance/web/static connectors/wordpress/plugin.zip node_modules

# A pyenv shim exists for every version but runs only some, and Debian ships Python without venv: each is tried.
.venv/.created:
	@for python in python3 python3.13 python3.12 python3.11; do \
	  if $$python -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then \
	    echo "Making .venv with $$($$python --version)."; $$python -m venv .venv && touch $@ && exit 0; exit 1; \
	  fi; \
	done; \
	echo 'No Python 3.11, 3.12 or 3.13 with its venv module was found; install one (Debian: apt install python3-venv).' >&2; exit 1

.venv/.runtime: requirements.lock | .venv/.created
	@echo 'Installing what the program needs.'
	@$(PIP) install --require-hashes -r requirements.lock
	@touch $@

.venv/.development: requirements-dev.lock | .venv/.created
	@echo 'Installing what the tests and checks need.'
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@ .venv/.runtime

# The installed metadata holds the version, whose source is the changelog.
.venv/.installed: pyproject.toml CHANGELOG.md | .venv/.runtime
	@echo 'Installing image-renamer.'
	@$(PIP) install --no-deps -e .
	@touch $@
