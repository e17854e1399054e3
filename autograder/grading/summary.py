"""Shows results in the terminal."""

from statistics import mean

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from autograder.grading.batch import Outcome
from autograder.grading.examination import Examination
from autograder.grading.feedback import shared_reason


def needs_a_person(examination: Examination) -> bool:
    """Whether somebody should look at a submission: it could not be read, or was repaired or cut short."""
    return bool(examination.unreadable or examination.repairs or examination.remarks)


def show_summary(console: Console, outcome: Outcome) -> None:
    """Prints a table of the exercises, and the submissions that need a person's eye."""
    examinations = outcome.examinations
    table = Table(title=f"{len(examinations)} submissions")
    for heading in ("exercise", "mean", "full", "none", "most frequent misconception"):
        table.add_column(heading, justify="right" if heading in ("mean", "full", "none") else "left")
    names = next(iter(examinations.values())).cells if examinations else ()
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
    for student, problem in outcome.problems.items():
        console.print(f"[bold]{escape(student)}[/bold] [bold red]not graded[/bold red]: {escape(problem)}")
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
    if examination.unreadable:
        return
    for result in examination.cells.values():
        passed = sum(test.passed for test in result.tests)
        console.print(
            f"\n[bold]{escape(result.cell)}[/bold]  {result.share:.0%}  "
            f"[dim]({passed} of {len(result.tests)} tests passed)[/dim]"
        )
        shared = shared_reason(result)
        lines = Table.grid(padding=(0, 2, 0, 0))
        if result.misconception:
            lines.add_row("[bold yellow]! hint[/bold yellow]", escape(result.misconception.hint))
        if shared:
            lines.add_row("", escape(shared))
        for test in result.tests:
            sign = "[green]✓ passed[/green]" if test.passed else "[red]✗ failed[/red]"
            lines.add_row(sign, escape(test.sentence))
            if test.reason and test.reason != shared:
                lines.add_row("", f"[dim]{escape(test.reason)}[/dim]")
        console.print(Padding(lines, (0, 0, 0, 2), expand=False))
