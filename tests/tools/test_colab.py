"""A notebook that has been on Colab and back earns what it earned before."""

import hashlib

import nbformat
import pytest

from autograder.course import REPOSITORY, Course
from autograder.rebuild import Template, rebuild
from tests.faults.notebooks import Notebooks, cell, code, graded, pack
from tests.grading.courses import STEM
from tests.grading.courses import Course as Class

pytestmark = pytest.mark.xdist_group("colab")  # its tests share a grader's run

NOTEBOOKS = Notebooks(Course(REPOSITORY).assignment(STEM))


def saved_by_colab(notebook: dict, *, keeps_nbgrader: bool) -> dict:
    """What Colab makes of a notebook when it is opened from a repository, run and downloaded.

    Args:
        notebook: The notebook as it was written; it is changed.
        keeps_nbgrader: Whether the cells keep nbgrader's metadata. Colab does so for cells that it opened
            from a file; what is copied in Colab, cell by cell or notebook by notebook, may lose them.
    """
    for number, each in enumerate(notebook["cells"]):
        name = hashlib.sha256(each["source"].encode()).hexdigest()[:12]
        kept = (
            {"nbgrader": each["metadata"]["nbgrader"]} if keeps_nbgrader and each in graded(notebook) else {}
        )
        each["metadata"] = {"id": name, **kept}
        each.pop("id", None)
        if each["cell_type"] == "code":
            each["metadata"] |= {
                "colab": {"base_uri": "https://localhost:8080/", "height": 34},
                "outputId": f"{number:08x}-0000-4000-8000-{name}",
                "executionInfo": {
                    "status": "ok",
                    "timestamp": 1763632800000 + number,
                    "user_tz": -60,
                    "elapsed": 412,
                    "user": {"displayName": "Anna Müller", "userId": "01234567890123456789"},
                },
            }
            each["execution_count"] = number + 1
            each["outputs"] = [
                {"output_type": "stream", "name": "stdout", "text": ["done\n"]},
                {
                    "output_type": "execute_result",
                    "execution_count": number + 1,
                    "data": {"text/plain": ["1.0"], "application/vnd.google.colaboratory.intrinsic+json": {}},
                    "metadata": {},
                },
            ]
        each["source"] = each["source"].splitlines(keepends=True)
    # A cell of the student's own, with a form, and the empty one that Colab adds at the end.
    form = '#@title Settings { display-mode: "form" }\nlearning_rate = 0.1  #@param {type:"number"}'
    notebook["cells"].insert(1, code(form, cellView="form", id="form"))
    notebook["cells"].append(code("", id="empty"))
    notebook["metadata"] = {
        "colab": {"provenance": [{"file_id": "https://github.com/o/n/blob/main/x.ipynb", "timestamp": 1}]},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python"},
        "accelerator": "GPU",
        "widgets": {"application/vnd.jupyter.widget-state+json": {}},
    }
    notebook["nbformat"], notebook["nbformat_minor"] = 4, 0
    return notebook


TRIPS = {
    "stayed": lambda notebook: notebook,
    "went": lambda notebook: saved_by_colab(notebook, keeps_nbgrader=True),
    "lost": lambda notebook: saved_by_colab(notebook, keeps_nbgrader=False),
}


def right() -> dict:
    return NOTEBOOKS.answered


def half() -> dict:
    """One exercise is not done, and one question not answered."""
    notebook = NOTEBOOKS.answered
    for name in (NOTEBOOKS.functions[1], NOTEBOOKS.written[0]):
        cell(notebook, name)["source"] = cell(NOTEBOOKS.release, name)["source"]
    return notebook


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The same work three times: from JupyterLab, from Colab, and from Colab without nbgrader's metadata."""
    submissions = {
        f"{work.__name__}-{trip}": pack(go(work())) for work in (right, half) for trip, go in TRIPS.items()
    }
    course = Class.make(tmp_path_factory.mktemp("class") / "course", submissions)
    report = course.grade("--workers", "2")
    assert report.status in (0, 1), report.complaint  # 1: there were names to restore
    return course


def test_full_marks_with_and_without_the_trip(course):
    full = sum(each["metadata"]["nbgrader"]["points"] for each in map(_test_cell, NOTEBOOKS.tests))
    points = course.points()
    assert points["right-stayed"] == full > 0
    assert points["right-went"] == points["right-lost"] == full


def _test_cell(name):
    return cell(NOTEBOOKS.release, name)


@pytest.mark.parametrize("trip", ["went", "lost"])
@pytest.mark.parametrize("work", ["right", "half"])
def test_every_mark_is_the_same(course, work, trip):
    marks = course.marks()
    assert marks[f"{work}-{trip}"]["grades"] == marks[f"{work}-stayed"]["grades"]


def test_half_of_the_work_earns_less(course):
    points = course.points()
    assert points["half-stayed"] < points["right-stayed"]


@pytest.mark.parametrize("trip", TRIPS)
def test_written_answers_reach_the_person_who_grades_them(course, trip):
    path = course.grading / "autograded" / f"right-{trip}" / STEM / f"{STEM}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for name in NOTEBOOKS.written:
        assert _source(notebook, name) == NOTEBOOKS.answer(name)


@pytest.mark.parametrize("keeps_nbgrader", [True, False])
@pytest.mark.parametrize("assignment", Course(REPOSITORY).assignments, ids=lambda assignment: assignment.stem)
def test_every_assignment_survives_the_trip(assignment, keeps_nbgrader):
    notebooks, template = Notebooks(assignment), Template.of(assignment)
    stayed = rebuild(pack(notebooks.answered), template).notebook
    went = rebuild(pack(saved_by_colab(notebooks.answered, keeps_nbgrader=keeps_nbgrader)), template).notebook
    for name in [*notebooks.functions, *notebooks.written, *notebooks.tests]:
        assert _source(went, name) == _source(stayed, name)


def _source(notebook, name):
    named = [each for each in notebook.cells if each.metadata.get("nbgrader", {}).get("grade_id") == name]
    (found,) = named
    return found.source


def test_the_trip_changes_what_it_says_it_changes():
    before, after = NOTEBOOKS.answered, saved_by_colab(NOTEBOOKS.answered, keeps_nbgrader=False)
    assert not graded(after)
    assert len(graded(saved_by_colab(NOTEBOOKS.answered, keeps_nbgrader=True))) == len(graded(before))
    ids = {each["metadata"]["id"] for each in after["cells"]}
    assert ids.isdisjoint(each["id"] for each in before["cells"])
