"""What the documents say about the grader is what the grader does."""

import re
from dataclasses import fields

from typer.testing import CliRunner

from autograder.cli import app
from autograder.course import REPOSITORY
from autograder.sandbox import Limits

PAGE = (REPOSITORY / "book" / "for_instructors.md").read_text(encoding="utf-8")


def test_the_page_for_instructors_states_every_limit_and_its_default():
    rows = dict(re.findall(r"^\| `(\w+)` \| ([\d.]+) \|", PAGE, re.MULTILINE))
    assert {name: float(value) for name, value in rows.items()} == {
        field.name: float(field.default) for field in fields(Limits)
    }


def test_the_page_for_instructors_names_the_options_of_the_command():
    help_text = CliRunner().invoke(app, ["grade", "--help"], env={"COLUMNS": "200", "TERM": "dumb"}).output
    options = set(re.findall(r"--[a-z-]+", help_text)) - {"--help"}
    assert options == set(re.findall(r"^\| `(--[a-z-]+)", PAGE, re.MULTILINE))
