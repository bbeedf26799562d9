# Two commands, each alone on a fresh machine with Python 3.8 to 3.11 and a C++ compiler:
#
#     make study    train the networks of the first study, write study/report.html
#     make test     run all tests
#
# and a third, for those who doubt the figures in docs/benchmarks.md:
#
#     make bench    measure training steps beside PyTorch's, for an hour or so; it can be interrupted
#
# and two for those who have a checkout of upstream YANN, see patches/README.md:
#
#     make check-patches YANN=CHECKOUT PYTHON27=PYTHON2.7    check the patches for it
#     make side-by-side  YANN=CHECKOUT PYTHON27=PYTHON2.7    train the same networks in both
#
# All make the virtual environment .venv first and install into it, once.
# PYTHON=/path/to/python3.11 chooses the Python; OUT=folder where the study goes.

BIN := .venv/bin
OUT := study
# What nosetests runs, and its options
TESTS := tests
NOSE :=
# A checkout of upstream YANN, and a Python 2.7 that runs it
YANN :=
PYTHON27 := build/python2.7/bin/python
# Options of the benchmarks, such as --only lenet
BENCH :=

.PHONY: help study test bench check-patches side-by-side lint doctest docs notebooks wheel clean

help:
	@sed -n '/^$$/q; s/^# \{0,1\}//p' Makefile

study: .venv/installed-study
	$(BIN)/yann-weightnorm study run --out $(OUT)

test: .venv/installed-all
	$(BIN)/nosetests --capture-output $(NOSE) $(TESTS)

bench: .venv/installed-peers
	$(BIN)/python -m benchmarks $(BENCH)

check-patches: .venv/installed-all
	$(BIN)/python -m patches.check --yann '$(YANN)' --python '$(PYTHON27)'

side-by-side: .venv/installed-all
	$(BIN)/python -m patches.side_by_side --yann '$(YANN)' --python '$(PYTHON27)'

lint: .venv/installed-all
	$(BIN)/ruff check .

doctest: .venv/installed-all
	$(BIN)/nosetests $(NOSE) --with-doctest yann_weightnorm

docs: .venv/installed-all
	@rm -rf docs/reference
	$(BIN)/sphinx-build -W -n -q -E -b html docs docs/_build/html
	$(BIN)/python docs/check_pages.py docs/_build/html

# Runs the lessons of examples/tutorials anew; LESSONS="mlp gan" those alone.
notebooks: .venv/installed-all
	$(BIN)/python docs/notebooks.py $(LESSONS)

wheel: .venv/made
	$(BIN)/python -m pip wheel -q --no-deps -w dist .

clean:
	rm -rf .venv build dist docs/_build docs/reference yann_weightnorm.egg-info

# An extra's mark is newer than setup.py once its packages are there.
.venv/installed-%: .venv/made setup.py pyproject.toml
	@echo 'Installing yann_weightnorm[$*] and what it needs; the first time takes minutes.'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[$*]'
	@touch $@

# Order only: a venv that is there stays as it is.
.venv/made: | .ci/venv
	@PYTHON='$(PYTHON)' .ci/venv
	@touch $@

.PRECIOUS: .venv/made .venv/installed-%
