"""A small checkout with one lesson and one assignment, for tests that break it in one place."""

from pathlib import Path

import pytest

from autograder.course import Course

LESSON = """\
# %% [markdown]
# # Means
#
# Follows [@ioffe2015]. [Assignment](colab:exercises/01_means/01_means.ipynb)

# %%
import numpy as np

# %% include
from convlab.means import center

# %% figure alt="Two bars." tags=["hide-input"]
center(np.arange(3.0))

# %% [markdown]
# ## References
#
# [@references]
"""

ASSIGNMENT = '''\
# %% [markdown]
# # Assignment 1: Means

# %%
import numpy as np

# %% solution mean
def mean(x):
    """Average the numbers."""
    ### BEGIN SOLUTION
    return np.sum(x) / np.size(x)
    ### END SOLUTION

# %% test mean points=2
assert mean([1, 3]) == 2, "Divide by the count."

# %% written why [markdown] points=1
# Because the sum grows with the count.
'''

CONVLAB = '''\
"""Means."""

import numpy as np

OFFSET = 1


def center(x):
    """Subtract the mean."""
    return x - np.mean(x)


def shifted(x):
    """Needs a name of its module."""
    return center(x) + OFFSET
'''

BIBLIOGRAPHY = """\
@inproceedings{ioffe2015,
  author = {Sergey Ioffe and Christian Szegedy},
  title = {Batch {N}ormalization},
  booktitle = {ICML},
  year = {2015},
  eprint = {1502.03167}
}
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name, text in {
        "_config.yml": "repository:\n  url: https://github.com/owner/name\n  branch: main\n",
        "book/01_means.py": LESSON,
        "book/references.bib": BIBLIOGRAPHY,
        "convlab/means.py": CONVLAB,
        "solutions/01_means/01_means.py": ASSIGNMENT,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def course(checkout: Path) -> Course:
    return Course(checkout)
