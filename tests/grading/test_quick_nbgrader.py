"""What is quick must do the same."""

import os
import subprocess
import sys
from pathlib import Path

import nbgrader.api
import pytest
from sqlalchemy import inspect

from autograder.grading.quick_nbgrader import alembic_version, quick_nbgrader


@pytest.fixture
def alembic_on_path(monkeypatch):
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)


def test_the_version_of_a_new_gradebook_is_nbgraders(alembic_on_path):
    assert alembic_version() == nbgrader.api.get_alembic_version()


def test_a_new_gradebook_is_nbgraders(tmp_path, alembic_on_path):
    def tables(name):
        with nbgrader.api.Gradebook(f"sqlite:///{tmp_path}/{name}.db") as gradebook:
            return {
                (name, column["name"])
                for name in inspect(gradebook.engine).get_table_names()
                for column in inspect(gradebook.engine).get_columns(name)
            }

    with quick_nbgrader():
        quick = tables("quick")
        assert tables("quick") == quick  # opened once more, with tables that are there
    assert quick == tables("stock")
    assert nbgrader.api.get_alembic_version is not alembic_version
    assert "create_all" not in vars(nbgrader.api.Base.metadata)


def test_the_grader_does_not_import_the_slow_check_of_addresses():
    code = (
        "import sys, autograder.grading.batch, autograder.grading.gradebook, jsonschema\n"
        "assert 'rfc3987_syntax' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
