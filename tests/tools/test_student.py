"""A student in JupyterLab: writes the answers, runs the cells, presses Validate."""

import shutil

import pytest

from autograder.course import REPOSITORY, Course
from tests.faults.notebooks import Notebooks, pack, position
from tests.tools.servers import make_lab

pytestmark = [
    pytest.mark.xdist_group("student_in_lab"),
    pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here to start JupyterLab with"),
]

ASSIGNMENTS = {assignment.stem: assignment for assignment in Course(REPOSITORY).assignments}
NUMPY, KERAS = "03_batch_normalization", "07_vgg"
WRONG = ("variance = x.var(axis=axes)", "variance = x.std(axis=axes)")


@pytest.fixture(scope="module")
def server(checkout, tmp_path_factory):
    """What ``make lab`` starts."""
    with make_lab(checkout, tmp_path_factory.mktemp("home")) as started:
        yield started


@pytest.fixture
def lab(server, page):
    """Opens the student's copy of an assignment."""
    from tests.tools.lab import Lab

    def opened(stem):
        return Lab(page, server, f"work/{stem}/{stem}.ipynb")

    return opened


def _streams(cells):
    return [
        output for cell in cells for output in cell.get("outputs", []) if output["output_type"] == "stream"
    ]


def _errors(cells):
    return [
        output for cell in cells for output in cell.get("outputs", []) if output["output_type"] == "error"
    ]


@pytest.mark.parametrize("stem", [NUMPY, KERAS])
def test_an_assignment_is_written_checked_and_validated(lab, stem, pictures):
    notebooks = Notebooks(ASSIGNMENTS[stem])
    work = lab(stem)
    work.screenshot(pictures, f"lab-{stem}")
    for name in [*notebooks.functions, *notebooks.written]:
        work.write(position(notebooks.release, name), notebooks.answer(name))
    work.restart_and_run_all()
    work.screenshot(pictures, f"lab-{stem}-done")
    sources = ["".join(cell["source"]) for cell in work.cells]
    assert sources == [cell["source"] for cell in notebooks.answered["cells"]]
    assert _errors(work.cells) == []
    assert _streams(work.cells) == []  # neither does a check print, nor TensorFlow on its way in
    assert "Success! Your notebook passes all the tests." in work.validate()


def test_validate_says_which_check_fails_and_what_to_look_at(lab, server, pictures):
    notebooks = Notebooks(ASSIGNMENTS[NUMPY])
    notebook = notebooks.answered
    cell = notebook["cells"][position(notebook, "batchnorm_train")]
    assert cell["source"].count(WRONG[0]) == 1
    cell["source"] = cell["source"].replace(*WRONG)
    (server.folder / "work" / NUMPY / f"{NUMPY}.ipynb").write_bytes(pack(notebook))
    work = lab(NUMPY)
    said = work.validate(pictures)
    assert "def check_batchnorm_train():" in said
    assert "variance: the mean squared deviations are 4 and 400. Yours: [ 2. 20.]" in said
    assert "Is it the variance or its root?" in said
    assert "check_update_moving_average" not in said  # nothing else has failed


@pytest.mark.slow
@pytest.mark.parametrize("stem", ASSIGNMENTS)
def test_every_solved_assignment_is_valid(server, stem):
    path = f"work/{stem}/{stem}.ipynb"
    (server.folder / path).write_bytes(pack(Notebooks(ASSIGNMENTS[stem]).answered))
    assert server.ask("assignments/validate", {"path": path}) == {"success": True, "value": {}}
