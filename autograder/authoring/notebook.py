"""Makes one output-free notebook from one percent source."""

import hashlib
from collections import Counter
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.authoring import citations, links
from autograder.authoring.include import expand_include, names_defined
from autograder.authoring.percent import SourceCell, read_source
from autograder.authoring.short_form import Form, cell_metadata, check_exercises, parse_form

# Colab reads "accelerator" and gives the notebook a GPU; Jupyter ignores both entries.
_METADATA = {
    "accelerator": "GPU",
    "colab": {"provenance": [], "toc_visible": True},
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def make_notebook(source: Path, root: Path, opens: str, generated: set[Path], graded: bool) -> NotebookNode:
    """Builds the notebook of a lesson, or of an assignment with its solutions.

    Args:
        source: The percent source.
        root: The checkout.
        opens: The path, in the repository, of the notebook that "Open in Colab" opens.
        generated: Files that the whole build writes, which links may point to.
        graded: Whether this is an assignment: only there are solution, test and written cells allowed.

    Raises:
        CourseError: With file and line, for anything in the source that is not right.
    """
    cells = read_source(source)
    forms = [parse_form(cell) for cell in cells]
    if graded:
        check_exercises(cells, forms)
    for cell, form in zip(cells, forms, strict=True):
        if form.grade_id and not graded:
            raise cell.error(f"A lesson has no {form.word} cells; exercises stand in solutions/.")
    repository = links.read_repository(root / "_config.yml")
    bibliography = citations.read_bibliography(root / "book" / "references.bib")
    cited = citations.cited_keys("\n".join(cell.text for cell in cells if cell.kind == "markdown"))
    notebook = nbformat.v4.new_notebook(metadata=nbformat.from_dict(_METADATA))
    defined: set[str] = set()
    used_ids: Counter[str] = Counter()
    for index, (cell, form) in enumerate(zip(cells, forms, strict=True)):
        if cell.kind == "markdown":
            text = citations.expand_citations(cell, bibliography, cited)
            text = links.expand_links(cell, text, repository, root, generated)
        else:
            text = expand_include(cell, root, defined) if form.word == "include" else cell.text
            try:
                defined |= names_defined(text)
            except SyntaxError as error:
                raise cell.error(f"This is not Python: {error.msg}.", error.lineno or 0) from None
        if index == 0:
            text = links.add_colab_line(cell, text, repository.colab(opens))
        new = nbformat.v4.new_markdown_cell if cell.kind == "markdown" else nbformat.v4.new_code_cell
        notebook.cells.append(
            new(text, id=_cell_id(cell, form, used_ids), metadata=cell_metadata(cell, form))
        )
    nbformat.validate(notebook)
    return notebook


def _cell_id(cell: SourceCell, form: Form, used: Counter[str]) -> str:
    """An id made from the source alone: the grade_id, or a digest of the text and a count."""
    if form.grade_id:
        return form.grade_id
    digest = hashlib.sha256(f"{cell.kind}\n{cell.title}\n{cell.text}".encode()).hexdigest()[:10]
    used[digest] += 1
    return f"{digest}-{used[digest]}"


def notebook_bytes(notebook: NotebookNode) -> bytes:
    """The notebook as it is written to disk."""
    return (nbformat.writes(notebook).rstrip("\n") + "\n").encode()
