"""Shows in the terminal what was collected."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.collecting.collect import Collected


def show_collected(console: Console, outcome: Collected) -> None:
    """Prints what was taken from where, and what needs a person."""
    table = Table(title="Collected")
    for heading in ("student", "assignment", "from"):
        table.add_column(heading, overflow="fold")
    for (student, stem), place in outcome.new.items():
        table.add_row(escape(student), stem, escape(place))
    if outcome.new:
        console.print(table)
    for place, later in outcome.passed_over.items():
        console.print(f"[dim]{escape(place)}: not taken, for {escape(later)} is later[/dim]")
    for place, problem in outcome.problems.items():
        console.print(f"[bold red]not collected[/bold red] [bold]{escape(place)}[/bold]: {escape(problem)}")
    for stem, missing in outcome.missing.items():
        if missing:
            console.print(f"{stem}: nothing from {escape(', '.join(missing))}")
    console.print(
        f"{len(outcome.new)} submissions taken, {len(outcome.unchanged)} were there already, "
        f"{len(outcome.problems)} files need a person."
    )
