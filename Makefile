# The only list of commands; `make` prints it. Needs git, make and Python 3.11, 3.12 or 3.13.
#   PYTHON=python3.12   the Python that .venv is made from (default: the first fitting one on the PATH)
#   PY=python           use this environment as it is, make no .venv (conda: `conda activate cnn-workbook`)
#   FORCE=1             work even though nothing changed
#   WORKERS=1           how many tests, or lessons, run at once (default: one for each core, four at most)

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help env book pdf test test-slow notebooks check-site lint format lock lab clean

VENV := .venv
WORKERS ?= auto
# TensorFlow's notes about the machine it runs on belong neither on a page nor in a test report. Some of them no
# setting silences; they come from C++, and the kernels' settings (below, _kernels) keep them out of notebooks.
export TF_CPP_MIN_LOG_LEVEL ?= 3
# The site is the same whether or not the machine has a GPU; Colab runs the lessons' GPU profile. Students in
# JupyterLab (make lab) use what they have.
book pdf test test-slow: export CUDA_VISIBLE_DEVICES ?= -1
# Python's hash order and the user's own Python and IPython settings stay out of what is built.
export PYTHONHASHSEED = 0
_book lab: export IPYTHONDIR = $(CURDIR)/_build/ipython
export PYTHONNOUSERSITE = 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1

ifdef PY
env:
else
PY := $(VENV)/bin/python
env: $(VENV)/ready
endif

help: ## print this list
	@echo "The first command that needs it makes the environment $(VENV): some minutes, three gigabytes."
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

book: env ## sources to notebooks to the checked site in _build/html; warnings and failing cells are errors
	@state=$$(.ci/state "$$($(PY) -V)"); \
	if [ -z "$(FORCE)" ] && [ -n "$$state" ] && [ "$$state" = "$$(cat _build/book-state 2>/dev/null)" ] \
	    && [ -f _build/html/index.html ]; then \
	    echo "Nothing changed since the site was built (make book FORCE=1 builds it again)."; \
	else \
	    $(MAKE) --no-print-directory _book PY="$(PY)" && \
	    if [ "$$state" = "$$(.ci/state "$$($(PY) -V)")" ]; then echo "$$state" >_build/book-state; fi; \
	fi
	@echo
	@echo "The site is in _build/html. Open _build/html/index.html in a browser, or serve it:"
	@echo "    python3 -m http.server --bind 127.0.0.1 --directory _build/html 8000"
	@echo "and go to http://127.0.0.1:8000/"

# Every build reads all pages anew, so that no warning and no page of an earlier build survives; what takes
# long, the execution of the lessons, comes from a cache that knows their code. It is filled before Sphinx runs,
# which would execute one lesson after another. Another lock or another Python
# may give other results: then the cache goes too.
.PHONY: _book
_book: notebooks _kernels
	@mkdir -p _build && rm -rf _build/book-state _build/html _build/.doctrees _build/jupyter_execute
	@{ $(PY) -V; cat requirements.lock; } >_build/cache-key.new; \
	if ! cmp -s _build/cache-key.new _build/cache-key; then rm -rf _build/.jupyter_cache; fi; \
	mv _build/cache-key.new _build/cache-key
	$(PY) -m autograder execute $(if $(filter-out auto,$(WORKERS)),--workers $(WORKERS))
	$(PY) -c "import jupyter_book.cli.main as m; m.main()" build . -W -n --keep-going
	@$(MAKE) --no-print-directory check-site PY="$(PY)"

# Settings of the kernels: what TensorFlow's C++ says goes to the terminal, not into the notebook.
.PHONY: _kernels
_kernels:
	@mkdir -p _build/ipython/profile_default
	@printf '%s\n' "c.IPKernelApp.capture_fd_output = False" "c.HistoryManager.enabled = False" \
	    >_build/ipython/profile_default/ipython_kernel_config.py

pdf: book ## the book as one PDF, _build/workbook.pdf; needs chromium
	$(PY) -m autograder.authoring.book_pdf _build/html _build/workbook.pdf

test: env ## ruff, then all tests but the slow ones
	@state=$$(.ci/state "$$($(PY) -V)"); \
	if [ -z "$(FORCE)" ] && [ -n "$$state" ] && [ "$$state" = "$$(cat _build/test-state 2>/dev/null)" ]; then \
	    echo "Nothing changed since the tests last passed (make test FORCE=1 runs them again)."; \
	else \
	    rm -f _build/test-state && \
	    $(MAKE) --no-print-directory lint PY="$(PY)" && \
	    $(PY) -m pytest -m "not slow" -n $(WORKERS) --maxprocesses 4 --dist loadgroup --ignore tests/site && \
	    mkdir -p _build && echo "$$state" >_build/test-state; \
	fi

test-slow: env ## the tests that take minutes
	$(PY) -m pytest -m slow -n $(WORKERS) --maxprocesses 4 --dist loadgroup --ignore tests/site

check-site: env ## check the built site: links, anchors, images, Colab links, no other host (part of make book)
	@test -f _build/html/index.html || { echo "There is no site in _build/html: run make book." >&2; exit 1; }
	$(PY) -m pytest -q -n $(WORKERS) --maxprocesses 4 --dist loadgroup tests/site

notebooks: env ## turn lesson and assignment sources into notebooks, and assignments into exercises/
	$(PY) -m autograder notebooks

lint: env ## check style and formatting, change nothing
	$(PY) -m ruff check
	$(PY) -m ruff format --check

format: env ## repair what ruff can repair, and format
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

# uv comes from an environment of its own: nothing else needs it.
lock: ## pin everything anew in requirements.lock; UPGRADE=1 takes the newest versions that fit
	$(FIND_PYTHON) "$$python" -m venv _build/uv
	_build/uv/bin/python -m pip install --quiet uv==0.13.9
	_build/uv/bin/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
	    --fork-strategy fewest --no-emit-index-url --no-emit-find-links \
	    --custom-compile-command "make lock" --quiet $(if $(UPGRADE),--upgrade) -o requirements.lock

lab: env _kernels ## open JupyterLab; assignments are copied to work/ first and never overwritten there
	@mkdir -p work; for folder in exercises/*/; do \
	    name=$$(basename "$$folder"); [ -e "work/$$name" ] || cp -R "$$folder" "work/$$name"; done
	$(PY) -m jupyterlab

clean: ## remove what was built and all caches (the environment .venv stays)
	rm -rf _build .pytest_cache .ruff_cache *.egg-info
	find autograder convlab tests book solutions -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment. The first file is a copy of the lock that .venv was made from: another lock makes .venv anew,
# so that nothing stays in it that the lock does not name. A plain `git checkout` changes dates only: no new .venv.
FITS := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
define FIND_PYTHON
@python=; for each in "$(PYTHON)" python3 python3.13 python3.12 python3.11; do \
    if [ -n "$$each" ] && "$$each" -c "$(FITS)" >/dev/null 2>&1; then python=$$each; break; fi; \
    if [ -n "$(PYTHON)" ]; then break; fi; \
done; \
if [ -z "$$python" ]; then \
    echo "No fitting Python: $(if $(PYTHON),$(PYTHON) is not,found none that is) version 3.11, 3.12 or 3.13 with" \
        "its venv module. Install one (Debian, Ubuntu: apt install python3 python3-venv) or name it:" \
        "make PYTHON=/path/to/python3.12" >&2; exit 1; \
fi;
endef

$(VENV)/lock: requirements.lock
	@if cmp -s requirements.lock $@; then touch $@; else $(MAKE) --no-print-directory _venv; fi

.PHONY: _venv
_venv:
	$(FIND_PYTHON) echo "Making $(VENV) with $$("$$python" -V)." && rm -f $(VENV)/lock $(VENV)/ready \
	    && "$$python" -m venv --clear $(VENV)
	$(VENV)/bin/python -m pip install -r requirements.lock
	@cp requirements.lock $(VENV)/lock

# Nothing is fetched for this: the lock holds setuptools. The last line has Matplotlib look for its fonts now;
# otherwise the first lesson would print that it does so.
$(VENV)/ready: $(VENV)/lock pyproject.toml
	$(VENV)/bin/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@$(VENV)/bin/python -c "import matplotlib.font_manager"
	@touch $@
