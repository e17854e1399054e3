"""The ``autograder`` command."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, TimeElapsedColumn

from autograder.course import REPOSITORY, Course
from autograder.errors import CourseError
from autograder.files import write_whole

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
        bool,
        typer.Option("--check", help="Write nothing; fail when a notebook is not what its source gives."),
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


@app.command()
def execute(
    context: typer.Context,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Lessons at once; one for each core by default, four at most.")
    ] = None,
    cache: Annotated[
        Path | None, typer.Option(help="Folder of the outputs; the one that `make book` uses by default.")
    ] = None,
) -> None:
    """Executes the lessons whose outputs are not kept from before, several at once.

    May be interrupted and started again.
    """
    from autograder.authoring.execute import Workers, execute_lessons

    course, console = context.obj, Console(highlight=False)
    shared = Workers.of_machine(workers)
    threads = f"{shared.threads} thread{'s' if shared.threads > 1 else ''}"
    with console.status(f"Executing lessons, {shared.count} at once on {threads} each"):
        executed = execute_lessons(course, cache or course.outputs, shared, console.print)
    console.print(f"{len(course.lessons)} lessons, {executed} executed.")


@app.command()
def collect(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(help="The zip archive of Moodle or Canvas, or a folder.")],
    assignment: Annotated[
        str | None, typer.Option(help="What everything answers; told from each file by default.")
    ] = None,
    roster: Annotated[
        Path | None, typer.Option(help="CSV file of the students; grading/roster.csv by default.")
    ] = None,
) -> None:
    """Copies what a learning platform gives to grading/submitted, under the students' ids.

    Ends with status 1 when a file needs a person: nobody fits its name, or it cannot be read.
    """
    from autograder.collecting import collect as collect_class
    from autograder.collecting import read_roster
    from autograder.collecting.summary import show_collected

    course, console = context.obj, Console(highlight=False)
    chosen = context.obj.assignment(assignment) if assignment else None
    students = read_roster(roster or course.grading / "roster.csv")
    with console.status("Reading") as status:
        outcome = collect_class(
            course, source, students, chosen, lambda place: status.update(f"Reading {escape(place)}")
        )
    show_collected(console, outcome)
    if outcome.problems:
        raise typer.Exit(1)


@app.command()
def grade(
    context: typer.Context,
    assignment: Annotated[str, typer.Argument(help="Name of the assignment.")],
    student: Annotated[str, typer.Option(help="Only students whose id matches this pattern.")] = "*",
    workers: Annotated[int | None, typer.Option(min=1, help="Workers; one for each core by default.")] = None,
    scheduler: Annotated[str | None, typer.Option(help="Address of a running dask scheduler.")] = None,
    no_sandbox: Annotated[
        bool, typer.Option("--no-sandbox", help="Run students' code without walls.")
    ] = False,
) -> None:
    """Grades what was handed in and writes the marks into the gradebook.

    May be interrupted and started again.

    Ends with status 0 when all is done, 1 when somebody should look at a submission, 2 when grading could
    not go on.
    """
    from autograder.grading.batch import Order, grade_class
    from autograder.grading.summary import needs_a_person, show_summary

    console = Console(highlight=False)
    chosen = context.obj.assignment(assignment)
    order = Order(student, workers, scheduler, sandbox=not no_sandbox)
    with Progress(*Progress.get_default_columns(), TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task("Reading", total=None)
        outcome = grade_class(
            context.obj,
            chosen,
            order,
            lambda doing, done, total: progress.update(task, description=doing, completed=done, total=total),
        )
    show_summary(console, outcome)
    if outcome.problems or any(map(needs_a_person, outcome.examinations.values())):
        raise typer.Exit(1)


@app.command()
def marks(
    context: typer.Context,
    assignments: Annotated[list[str] | None, typer.Argument(help="Assignments; all by default.")] = None,
    kind: Annotated[str, typer.Option("--format", help="csv, canvas or moodle.")] = "csv",
    output: Annotated[
        Path | None, typer.Option(help="The file to write; grading/marks-FORMAT.csv by default.")
    ] = None,
    roster: Annotated[
        Path | None, typer.Option(help="CSV file of the students; grading/roster.csv where there is one.")
    ] = None,
    missing: Annotated[str, typer.Option(help="Who handed in nothing gets: empty or zero.")] = "empty",
) -> None:
    """Writes the marks as a file that a learning platform imports.

    Ends with status 1 when a person still has to grade written answers.
    """
    from autograder.collecting import read_roster
    from autograder.returning.formats import Format, marks_file
    from autograder.returning.marks import read_marks

    course, console = context.obj, Console(highlight=False)
    if kind not in list(Format):
        raise CourseError(f"There is no format {kind!r}; there are: {', '.join(Format)}.")
    if missing not in ("empty", "zero"):
        raise CourseError(f"--missing is empty or zero, not {missing!r}.")
    for stem in assignments or ():
        course.assignment(stem)
    usual = course.grading / "roster.csv"
    path = roster or (usual if usual.is_file() else None)
    known = read_marks(course, assignments or [], read_roster(path) if path else None)
    target = output or course.grading / f"marks-{kind}.csv"
    write_whole(target, marks_file(known, Format(kind), missing == "zero"))
    handed_in = sum(mark.score is not None for mark in known)
    console.print(f"{len(known)} marks, {handed_in} of them for something handed in, in {target}")
    waiting = sorted({f"{mark.student.id} ({mark.assignment})" for mark in known if mark.waits})
    if waiting:
        console.print(f"[bold]Written answers wait for a person:[/bold] {escape(', '.join(waiting))}")
        raise typer.Exit(1)


@app.command()
def report(
    context: typer.Context,
    assignment: Annotated[str, typer.Argument(help="Name of the assignment.")],
    names_by_id: Annotated[
        bool, typer.Option("--names-by-id", help="Call the students' pages by their ids.")
    ] = False,
) -> None:
    """Writes a report on the class, and a page for each student that can be sent to them."""
    from autograder.returning.class_results import read_results
    from autograder.returning.report import write_report

    course, console = context.obj, Console(highlight=False)
    chosen = course.assignment(assignment)
    with console.status("Reading results") as status:
        results = read_results(course, chosen)
        path = write_report(
            course, results, names_by_id, lambda student: status.update(f"Writing {escape(student)}")
        )
    console.print(f"The report on {len(results.examinations)} students: {path}")
    console.print(f"A page for each of them: {path.parent / 'students'}")
    if results.not_graded:
        console.print(f"[bold]Not graded yet:[/bold] {escape(', '.join(results.not_graded))}")
        raise typer.Exit(1)


@app.command()
def publish(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(help="Where to write it: an empty folder, or the one of last time.")
    ],
    repository: Annotated[
        str | None, typer.Option(help="https://github.com/OWNER/NAME that students will find it at.")
    ] = None,
    branch: Annotated[str, typer.Option(help="The branch that links point to.")] = "main",
    with_solutions: Annotated[
        list[str] | None, typer.Option(help="An assignment whose solution is published; may be repeated.")
    ] = None,
) -> None:
    """Writes the course as students get it: no solution, no hidden test, no grader."""
    from autograder.authoring.links import repository_at
    from autograder.publishing import publish as publish_course

    console = Console(highlight=False)
    place = repository_at(repository, branch) if repository else None
    with console.status("Looking for anything that must not get out"):
        changed = publish_course(context.obj, folder, place, with_solutions or ())
    for path in changed:
        console.print(f"{'Wrote' if path.exists() else 'Removed'} {escape(str(path))}")
    console.print(f"{len(changed)} files changed in {folder}.")


@app.command()
def check(
    context: typer.Context,
    notebook: Annotated[Path, typer.Argument(help="The notebook to grade.")],
    assignment: Annotated[str | None, typer.Option(help="Its assignment; by default, its file name.")] = None,
    no_sandbox: Annotated[bool, typer.Option("--no-sandbox", help="Run the code without walls.")] = False,
) -> None:
    """Grades one notebook for its owner, without a gradebook."""
    from autograder.grading.examine import Examiner
    from autograder.grading.settings import read_config, read_limits
    from autograder.grading.summary import show_examination
    from autograder.rebuild import Template, rebuild

    console = Console(highlight=False)
    try:
        content = notebook.read_bytes()
    except OSError as error:
        raise CourseError(f"Cannot be read: {error.strerror}.", notebook) from None
    chosen = context.obj.assignment(assignment or notebook.stem)
    limits, sandbox = read_limits(read_config(context.obj))
    rebuilt = rebuild(content, Template.of(chosen))
    with console.status("Running the notebook and the hidden tests"):
        examiner = Examiner.start(limits, sandbox and not no_sandbox)
        try:
            examination = examiner.examine(chosen, rebuilt)
        finally:
            examiner.close()
    show_examination(console, examination)
    if examination.unreadable:
        raise typer.Exit(1)


def main() -> None:
    """Runs the command; what a person can put right is told in one sentence, with exit status 2."""
    try:
        app()
    except CourseError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("Interrupted. What is done is kept; start again to go on.", file=sys.stderr)
        sys.exit(130)
