"""Puts the results of one exercise into words: what each hidden test asked, whether it held, and a hint."""

from collections.abc import Sequence
from html import escape

from autograder.testing.run import CellResult

# Inline styles: the report has to look right in nbgrader's feedback page, in formgrader and in JupyterLab,
# which have no style sheet of ours and may remove <style> elements. Colors follow Okabe and Ito; a word
# stands beside every color.
_PASSED = ("✓", "passed", "#00664f")
_FAILED = ("✗", "failed", "#9e3d00")
_BOX = (
    "border:1px solid #c8ccd0;border-radius:6px;padding:.75em 1em;margin:.5em 0;max-width:52em;"
    "background:#fff;color:#1c1e21;font-family:system-ui,sans-serif;font-size:14px;line-height:1.45"
)
_ROW = "display:flex;gap:.6em;margin:.35em 0;padding:0"
_HINT = "background:#fff6da;border-left:4px solid #e69f00;padding:.5em .8em;margin:.7em 0"
_STATE = "font-weight:600;white-space:nowrap"
_NOTE = "color:#4a4f55;margin:.6em 0 0;overflow-wrap:anywhere"
# The one exception: on a phone nbgrader's page squeezes the code of a test cell under a heading that breaks
# into two lines, and spends a third of the width on margins. Where this element is removed, no more is lost.
_PAGE = (
    "<style>.nbgrader_cell .panel-heading{height:auto!important;overflow:hidden}"
    "#notebook-container :is(td,th){padding-right:.6em}"
    "@media(max-width:600px){#notebook-container,#notebook-container .panel-body{padding:0 .3em!important}"
    "#notebook-container .text_cell_render{padding:.3em 0}"
    "#notebook-container :is(ul,ol){padding-left:1.3em}}</style>"
)


def shared_reason(result: CellResult) -> str | None:
    """The one cause of several failures, to be told once: ten times the same line helps nobody."""
    failed = [test.reason for test in result.tests if not test.passed]
    return failed[0] if len(failed) > 1 and len(set(failed)) == 1 else None


def report_html(result: CellResult, points: float, max_points: float, notes: Sequence[str]) -> str:
    """Writes the report on one exercise; every word that comes from a student's code is escaped.

    Args:
        result: What the hidden tests found.
        points: Points earned.
        max_points: Points to be had.
        notes: What the visible checks said.
    """
    shared = shared_reason(result)
    rows = []
    for test in result.tests:
        sign, word, color = _PASSED if test.passed else _FAILED
        own_reason = test.reason if test.reason != shared else None
        reason = f'<div style="color:#4a4f55">{escape(own_reason)}</div>' if own_reason else ""
        rows.append(
            f'<li style="{_ROW}"><span style="color:{color};{_STATE}">{sign} {word}</span>'
            f'<span style="min-width:0;overflow-wrap:anywhere">{escape(test.sentence)}{reason}</span></li>'
        )
    hint = ""
    if result.misconception:
        hint = f'<div style="{_HINT}"><strong>Hint.</strong> {escape(result.misconception.hint)}</div>'
    cause = f'<p style="{_NOTE}">{escape(shared)}</p>' if shared else ""
    said = "".join(
        f'<p style="{_NOTE}"><strong>The check above:</strong> {escape(note)}</p>'
        for note in notes
        if note != shared
    )
    return (
        f'{_PAGE}<div style="{_BOX}">'
        f"<strong>{escape(result.cell)}: {points:g} of {max_points:g} points</strong>{hint}{cause}"
        f'<ul style="list-style:none;margin:.5em 0 0;padding:0">{"".join(rows)}</ul>{said}</div>'
    )


def submission_text(sentences: Sequence[str]) -> str:
    """What there is to say about the submission as a whole, as a Markdown cell."""
    lines = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f'<div style="{_BOX}"><strong>About this submission</strong><ul>{lines}</ul></div>'
