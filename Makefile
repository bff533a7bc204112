# The same words for a person and for CI. Everything behind them is tools/dev.py.
PYTHON ?= python3
export PORT ONLY ARGS

.PHONY: setup run check test e2e bench shots demo clean lock
setup run check test e2e bench shots demo clean lock:
	@$(PYTHON) tools/dev.py $@
