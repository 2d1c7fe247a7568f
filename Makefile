# Every command a person or CI needs. `make help` lists them. Needs git, make, and root or sudo on Debian 12.
.DEFAULT_GOAL := help
PRESET ?= $(if $(CI),ci,release)
JOBS ?= $(shell nproc)
PYTHON := .venv/bin/python
WARPSMITH := build/release/warpsmith
DEMO_DIR ?= dataset/demo
COUNT ?= 10000
VALIDATE_DIR ?= dataset/validate
export PYTHONPATH := $(CURDIR)/python

help: ## List the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 26

setup: ## Install the Debian packages and the virtual environment that are missing
	@scripts/setup.sh

setup-clang:
	@scripts/setup.sh --clang

setup-llvm: ## Install LLVM 22 (optional): checks compile faster with it, and records can hold LLVM IR
	@scripts/setup.sh --llvm

build: setup ## Build build/release/warpsmith and the tests
	@cmake --preset $(PRESET) $(if $(VERBOSE),,--log-level=WARNING)
	@cmake --build build/release -j $(JOBS)

demo: build ## Generate COUNT=10000 kernels for both devices with backward code, and show the statistics
	$(WARPSMITH) generate -n $(COUNT) -d cpu,cuda -b -o $(DEMO_DIR)
	@echo "dataset: $(abspath $(DEMO_DIR))"
	$(WARPSMITH) stats $(DEMO_DIR)

test: build ## Run every test: unit, golden, oracle against real Warp, Python
	@$(PYTHON) scripts/run_tests.py --build build/release --jobs $(JOBS)

parity: build ## Compare COUNT=10000 generated kernels with real Warp, byte for byte
	$(WARPSMITH) parity --generate $(COUNT)

parity-examples: build ## Compare Warp's examples, and write what does not match yet to docs/parity_examples.md
	$(PYTHON) -m warpsmith.parity warp.examples --stub --markdown docs/parity_examples.md

parity-corpus: build ## Compare what importing each file of Warp's wheel makes, from snapshots; writes docs/parity_corpus.md
	$(PYTHON) -m warpsmith.parity warp --engine snapshot --stub --census --markdown docs/parity_corpus.md

parity-suites: build ## Run Warp's test suites and examples (hours), compare the modules they make; writes docs/parity_suites.md
	$(PYTHON) -m warpsmith.suites data/parity/suites.txt -o build/suites --jobs $(JOBS)
	$(PYTHON) -m warpsmith.parity build/suites --census --markdown docs/parity_suites.md

launch-parity: build ## Launch Warp's examples and COUNT generated kernels from C++ and from Python, compare every bit
	$(PYTHON) -m warpsmith.launch_parity warp.examples
	$(PYTHON) -m warpsmith.launch_parity --generate $(if $(filter file,$(origin COUNT)),500,$(COUNT))

validate: build ## Generate COUNT=10000 kernels; compile, run, check gradients, plant faults; prints the table of faults
	$(WARPSMITH) generate -n $(COUNT) -o $(VALIDATE_DIR) --fresh
	$(WARPSMITH) validate $(VALIDATE_DIR) --run --gradients

bench: build ## Measure speed beside real Warp and zstd, in one run
	@cmake --build build/release -j $(JOBS) --target stages_bench verify_bench
	$(PYTHON) bench/run.py
	$(PYTHON) bench/verify_bench.py

fuzz: setup-clang ## Fuzz each target for FUZZ_SECONDS (60) under the sanitizers
	@scripts/fuzz.sh

portability: setup-clang build ## Same bytes from a gcc and a clang build
	@scripts/portability.sh

goldens-update: build ## Rewrite the [oracle] sections of the goldens from real Warp
	$(PYTHON) scripts/update_goldens.py

format: setup-clang ## Format the C++ sources
	git ls-files 'src/**.h' 'src/**.cpp' 'fuzz/**.cpp' 'bench/**.cpp' | xargs -r clang-format -i

clean: ## Remove everything that was built (the virtual environment stays)
	rm -rf build

.PHONY: help setup setup-clang setup-llvm build demo test parity launch-parity parity-examples parity-corpus parity-suites validate bench fuzz portability goldens-update format clean
