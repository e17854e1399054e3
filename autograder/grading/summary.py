"""Shows results in the terminal."""

from statistics import mean

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.grading.batch import Outcome
from autograder.grading.examination import Examination


def needs_a_person(examination: Examination) -> bool:
    """Whether somebody should look at a submission: it could not be read, or was repaired or cut short."""
    return bool(examination.unreadable or examination.repairs or examination.remarks)


def show_summary(console: Console, outcome: Outcome) -> None:
    """Prints a table of the exercises, and the submissions that need a person's eye."""
    examinations = outcome.examinations
    table = Table(title=f"{len(examinations)} submissions")
    for heading in ("exercise", "mean", "full", "none", "most frequent misconception"):
        table.add_column(heading, justify="right" if heading in ("mean", "full", "none") else "left")
    names = next(iter(examinations.values())).cells
    for name in names:
        results = [examination.cells[name] for examination in examinations.values()]
        known = [result.misconception.name for result in results if result.misconception]
        most = max(sorted(set(known)), key=known.count, default="")
        table.add_row(
            name,
            f"{mean(result.share for result in results):.0%}",
            str(sum(result.share == 1 for result in results)),
            str(sum(result.share == 0 for result in results)),
            f"{most} ({known.count(most)})" if most else "",
        )
    console.print(table)
    for student, examination in examinations.items():
        if needs_a_person(examination):
            console.print(f"[bold]{escape(student)}[/bold]: {escape(' '.join(examination.sentences))}")
    if not all(examination.sandbox for examination in examinations.values()):
        console.print("[bold]These submissions were run WITHOUT A SANDBOX.[/bold]")
    console.print(
        f"{len(outcome.examined)} submissions run, {len(examinations) - len(outcome.examined)} known before; "
        f"marks of {len(outcome.written)} students written."
    )


def show_examination(console: Console, examination: Examination) -> None:
    """Prints the report on one notebook."""
    for sentence in examination.sentences:
        console.print(escape(sentence))
    for result in examination.cells.values():
        console.print(f"\n[bold]{escape(result.cell)}[/bold]  {result.share:.0%}")
        for test in result.tests:
            sign = "[green]✓ passed[/green]" if test.passed else "[red]✗ failed[/red]"
            console.print(f"  {sign}  {escape(test.sentence)}")
            if test.reason:
                console.print(f"            {escape(test.reason)}")
        if result.misconception:
            console.print(f"  [bold]Hint:[/bold] {escape(result.misconception.hint)}")
