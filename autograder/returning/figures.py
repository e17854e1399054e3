"""The figures of the class report, as SVG that stands in the page itself."""

import io
from xml.sax.saxutils import escape

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from autograder.returning.class_results import ClassResults

# Okabe and Ito's colors, which all eyes can tell apart.
_BLUE, _ORANGE, _VERMILION = "#0072B2", "#E69F00", "#D55E00"
_STYLE = {
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 12,
    "svg.hashsalt": "report",
    "svg.fonttype": "none",  # text stays text: smaller, and readable by machines
}


def distribution(results: ClassResults) -> str:
    """A histogram of the marks."""
    finals, most = results.finals, results.max_score or 1
    with matplotlib.rc_context(_STYLE):
        figure = Figure((7.5, 2.8), layout="constrained")
        axes = figure.subplots()
        bins = np.linspace(0, most, 11)
        counts, _ = np.histogram(finals, bins)
        axes.bar(bins[:-1], counts, width=most / 10, align="edge", color=_BLUE, edgecolor="white")
        axes.set(xlabel=f"points of {most:g}", ylabel="students", xlim=(0, most))
        axes.yaxis.get_major_locator().set_params(integer=True)
    told = "; ".join(f"{bins[i]:g} to {bins[i + 1]:g}: {n}" for i, n in enumerate(counts) if n)
    return _svg(figure, f"Histogram of the marks. Points, students: {told}.")


def success(results: ClassResults) -> str:
    """For each exercise, how many got full points, a part, or none."""
    names = list(results.points)[::-1]
    shares = [results.shares(name) for name in names]
    full = np.array([sum(share == 1 for share in each) for each in shares])
    none = np.array([sum(share == 0 for share in each) for each in shares])
    part = np.array([len(each) for each in shares]) - full - none
    with matplotlib.rc_context(_STYLE):
        figure = Figure((7.5, 0.9 + 0.42 * len(names)), layout="constrained")
        axes = figure.subplots()
        left = np.zeros(len(names))
        for counts, color, ink, label in (
            (full, _BLUE, "white", "full points"),
            (part, _ORANGE, "black", "a part"),
            (none, _VERMILION, "black", "none"),
        ):
            axes.barh(names, counts, left=left, color=color, edgecolor="white", label=label)
            for y, (start, count) in enumerate(zip(left, counts, strict=True)):
                if count:
                    axes.text(
                        start + count / 2, y, str(count), ha="center", va="center", fontsize=10, color=ink
                    )
            left = left + counts
        axes.set(xlabel="students")
        axes.xaxis.get_major_locator().set_params(integer=True)
        figure.legend(loc="outside upper left", ncols=3, frameon=False)
    told = "; ".join(f"{n}: {f} full, {p} a part, {z} none" for n, f, p, z in zip(names, full, part, none))  # noqa: B905
    return _svg(figure, f"Success by exercise. {told}.")


def seconds(results: ClassResults) -> str:
    """How long submissions took to grade."""
    times = [each.seconds for each in results.examinations.values()]
    with matplotlib.rc_context(_STYLE):
        figure = Figure((7.5, 2.2), layout="constrained")
        axes = figure.subplots()
        axes.hist(times, bins=20, color=_BLUE, edgecolor="white")
        axes.set(xlabel="seconds for one submission", ylabel="submissions")
        axes.yaxis.get_major_locator().set_params(integer=True)
    return _svg(
        figure, f"Histogram of seconds for one submission, from {min(times):.1f} to {max(times):.1f}."
    )


def _svg(figure: Figure, told: str) -> str:
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    drawing = text.getvalue()
    drawing = drawing[drawing.index("<svg") :]
    return drawing.replace("<svg", f'<svg role="img" aria-label="{escape(told, {chr(34): "&quot;"})}"', 1)
