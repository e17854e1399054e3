"""From sources to notebooks: what comes out, and that it comes out whole or not at all."""

import nbformat
import pytest

from autograder.authoring.build import changed_notebooks, render_notebooks, stale_notebooks, write_notebooks
from autograder.errors import CourseError


def _read(path):
    return nbformat.read(path, as_version=nbformat.NO_CONVERT)


def _build(course):
    return write_notebooks(course, render_notebooks(course))


def test_all_three_notebooks_are_written_and_valid(course):
    assert sorted(path.name for path in _build(course)) == ["01_means.ipynb"] * 3 + ["references.md"]
    for path in course.root.rglob("*.ipynb"):
        nbformat.validate(_read(path))


def test_a_second_build_changes_nothing(course):
    _build(course)
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in course.root.rglob("*.ipynb")}
    assert _build(course) == []
    assert before == {
        path: (path.read_bytes(), path.stat().st_mtime_ns) for path in course.root.rglob("*.ipynb")
    }


def test_a_changed_source_shows_as_a_difference(course):
    _build(course)
    lesson = course.root / "book/01_means.py"
    lesson.write_text(lesson.read_text().replace("# # Means", "# # Averages"))
    assert changed_notebooks(render_notebooks(course)) == [lesson.with_suffix(".ipynb")]


def test_a_notebook_without_its_source_is_removed(course):
    stale = course.root / "book/09_gone.ipynb"
    stale.write_text("{}")
    rendered = render_notebooks(course)
    assert stale_notebooks(course, rendered) == [stale]
    write_notebooks(course, rendered)
    assert not stale.exists()


def test_an_include_cell_holds_the_function_itself(course):
    _build(course)
    sources = [cell.source for cell in _read(course.root / "book/01_means.ipynb").cells]
    assert 'def center(x):\n    """Subtract the mean."""\n    return x - np.mean(x)' in sources
    assert not any("convlab" in source for source in sources)


def test_a_figure_carries_its_description(course):
    _build(course)
    figures = [cell for cell in _read(course.root / "book/01_means.ipynb").cells if "mystnb" in cell.metadata]
    assert [cell.metadata["mystnb"]["image"]["alt"] for cell in figures] == ["Two bars."]
    # Folded on the site, in JupyterLab and in Colab.
    assert figures[0].metadata["tags"] == ["hide-input"]
    assert figures[0].metadata["jupyter"] == {"source_hidden": True}
    assert figures[0].metadata["cellView"] == "form"


def test_links_and_citations_are_written_out(course):
    _build(course)
    cells = _read(course.root / "book/01_means.ipynb").cells
    colab = "https://colab.research.google.com/github/owner/name/blob/main"
    assert cells[0].source.splitlines()[2] == f"[Open in Colab]({colab}/book/01_means.ipynb)"
    assert f"[Assignment]({colab}/exercises/01_means/01_means.ipynb)" in cells[0].source
    assert "[Ioffe and Szegedy, 2015](https://arxiv.org/abs/1502.03167)" in cells[0].source
    assert "- Sergey Ioffe, Christian Szegedy (2015). *Batch Normalization*. ICML." in cells[-1].source


def test_the_list_of_references_says_which_lessons_cite_a_work(course):
    _build(course)
    (line,) = [each for each in (course.root / "book/references.md").read_text().splitlines() if "- " in each]
    assert line.startswith("- Sergey Ioffe, Christian Szegedy (2015). *Batch Normalization*. ICML. [")
    assert line.endswith(" Lesson [1](01_means.ipynb).")


def test_colab_gives_a_gpu_and_jupyter_the_kernel(course):
    _build(course)
    metadata = _read(course.root / "book/01_means.ipynb").metadata
    assert metadata["accelerator"] == "GPU"
    assert metadata["kernelspec"]["name"] == "python3"


def test_graded_cells_carry_nbgraders_metadata(course):
    _build(course)
    cells = {cell.id: cell for cell in _read(course.root / "solutions/01_means/01_means.ipynb").cells}
    assert cells["mean"].metadata["nbgrader"] == {
        "grade": False,
        "grade_id": "mean",
        "locked": False,
        "schema_version": 3,
        "solution": True,
        "task": False,
    }
    assert cells["test_mean"].metadata["nbgrader"]["points"] == 2
    assert cells["why"].metadata["nbgrader"]["grade"] and cells["why"].metadata["nbgrader"]["solution"]


def test_the_release_has_stubs_and_no_answers(course):
    _build(course)
    text = (course.root / "exercises/01_means/01_means.ipynb").read_text()
    assert "YOUR CODE HERE" in text and "YOUR ANSWER HERE" in text
    assert "np.size" not in text and "grows with the count" not in text and "SOLUTION" not in text


def test_the_solution_opens_the_release_in_colab(course):
    _build(course)
    assert "blob/main/exercises/01_means/01_means.ipynb" in (
        course.root / "solutions/01_means/01_means.ipynb"
    ).read_text(encoding="utf-8")


@pytest.mark.parametrize("broken", ["book/01_means.py", "solutions/01_means/01_means.py"])
def test_nothing_is_written_when_one_source_is_wrong(course, broken):
    path = course.root / broken
    path.write_text(path.read_text() + "\n# %% nonsense\nx = 1\n")
    with pytest.raises(CourseError):
        _build(course)
    assert list(course.root.rglob("*.ipynb")) == []
    assert list(course.root.rglob("*.tmp")) == []


def test_the_list_of_references_also_has_every_other_link_and_says_what_is_there(course):
    lesson = course.root / "book/01_means.py"
    link = '[a page](https://example.org/x "means of all kinds")'
    lesson.write_text(
        lesson.read_text().replace("# # Means", f"# # Means\n#\n# {link}, {link}; `[no](https://x.org)`")
    )
    (course.root / "book/how_to.md").write_text(f"# How\n\n{link}\n")
    text = render_notebooks(course)[course.root / "book/references.md"].decode()
    assert text.splitlines()[-1] == (
        "- [a page](https://example.org/x): means of all kinds. "
        "Lesson [1](01_means.ipynb). [How to](how_to.md)."
    )
    assert text.count("example.org") == 1
    assert "x.org)`" not in text
