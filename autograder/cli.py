"""The ``autograder`` command."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from autograder.course import REPOSITORY, Course
from autograder.errors import CourseError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def autograder(
    context: typer.Context,
    course: Annotated[Path, typer.Option(help="The checkout of the course.")] = REPOSITORY,
) -> None:
    """Makes the course's notebooks and grades what students hand in."""
    if not (course / "_config.yml").is_file():
        raise CourseError(f"{course} is no checkout of the course: it has no _config.yml.")
    context.obj = Course(course.resolve())


@app.command()
def notebooks(
    context: typer.Context,
    check: Annotated[
        bool, typer.Option(help="Write nothing; fail when a notebook is not what its source gives.")
    ] = False,
) -> None:
    """Makes all notebooks from their sources: lessons, solutions, and the exercises that students get."""
    from autograder.authoring.build import (
        changed_notebooks,
        render_notebooks,
        stale_notebooks,
        write_notebooks,
    )

    course, console = context.obj, Console(highlight=False)
    with console.status("Reading the sources") as status:
        rendered = render_notebooks(course, lambda name: status.update(f"Making notebooks: {name}"))
    if check:
        differing = changed_notebooks(rendered) + stale_notebooks(course, rendered)
        if differing:
            names = ", ".join(str(path.relative_to(course.root)) for path in differing)
            raise CourseError(
                f"Not what the sources give: {names}. Run 'make notebooks' and commit the result."
            )
        console.print(f"All {len(rendered)} notebooks are what their sources give.")
        return
    written = write_notebooks(course, rendered)
    for path in written:
        console.print(f"{'Wrote' if path.exists() else 'Removed'} {path.relative_to(course.root)}")
    console.print(f"{len(rendered)} notebooks, {len(written)} changed.")


def main() -> None:
    """Runs the command; what a person can put right is told in one sentence, with exit status 2."""
    try:
        app()
    except CourseError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
