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
_HINT = "background:#fff6da;border-left:4px solid #e69f00;padding:.5em .8em;margin:.7em 0 0"
_STATE = "font-weight:600;white-space:nowrap"
_NOTE = "color:#4a4f55;margin:.6em 0 0;overflow-wrap:anywhere"


def report_html(result: CellResult, points: float, max_points: float, notes: Sequence[str]) -> str:
    """Writes the report on one exercise; every word that comes from a student's code is escaped.

    Args:
        result: What the hidden tests found.
        points: Points earned.
        max_points: Points to be had.
        notes: Further remarks, one sentence each.
    """
    reasons = {test.reason for test in result.tests if not test.passed}
    # One cause for every failure is told once: ten times the same line helps nobody.
    shared = (
        reasons.pop() if len(reasons) == 1 and sum(not test.passed for test in result.tests) > 1 else None
    )
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
    sentences = dict.fromkeys(sentence for sentence in (shared, *notes) if sentence)
    remarks = "".join(f'<p style="{_NOTE}">{escape(sentence)}</p>' for sentence in sentences)
    return (
        f'<div style="{_BOX}"><strong>{escape(result.cell)}: {points:g} of {max_points:g} points</strong>'
        f'<ul style="list-style:none;margin:.5em 0 0;padding:0">{"".join(rows)}</ul>{hint}{remarks}</div>'
    )


def submission_text(sentences: Sequence[str]) -> str:
    """What there is to say about the submission as a whole, as a Markdown cell."""
    lines = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f'<div style="{_BOX}"><strong>About this submission</strong><ul>{lines}</ul></div>'
