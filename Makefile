# The one door. Every target sets up .venv by itself from constraints.txt.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Prefect and Scrapy phone nobody from here.
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false

# The annotated documents to learn from; the checking half is for estimates only.
LEARNT := dev tuning training ordinary topics-dev topics-tuning

.PHONY: demo test check lint eval bench reference train train-belief clean help

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "partnernetz needs Python 3.11 or newer: set PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $(STAMP)

demo: $(STAMP) ## serve the sample sites, run everything on them, show the network
	$(BIN)/partnernetz demo

test: $(STAMP) ## run the tests, a process for each core
	$(BIN)/python -m pytest -n auto --dist loadfile

lint: $(STAMP) ## style, types, the contract of the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test ## everything that must pass before a change lands

eval: $(STAMP) ## score the extraction on the annotated corpora
	for corpus in dev tuning checking topics-dev topics-tuning topics-checking; do \
	  echo "$$corpus" && $(BIN)/partnernetz evaluate data/annotated/$$corpus.jsonl --intervals \
	    --floors data/annotated/floors.json || exit 1; \
	done
	$(BIN)/partnernetz evaluate data/annotated/checking.jsonl --calibration

train: $(STAMP) ## learn the models from the annotated corpora, the checking half left out
	$(BIN)/python -m flows.training $(addprefix data/annotated/,$(addsuffix .jsonl,$(LEARNT)))
	$(BIN)/python -m flows.belief_training

train-belief: $(STAMP) ## learn how often texts err from what `make train` wrote, and show how sure belief is
	$(BIN)/python -m flows.belief_training

bench: $(STAMP) ## measure speed as ratios against a reference of the same run
	$(BIN)/python -m pytest -m bench tests/bench -s

reference: $(STAMP) ## rebuild data/reference from its named sources
	$(BIN)/python -m partnernetz.reference

clean: ## remove what the targets made
	rm -rf $(VENV) partnernetz-demo dist build
