"""Turns ``[@key]`` into a link to the work, and the line ``[@references]`` into the list of works cited.

The works stand in ``book/references.bib``, once for the whole book.
"""

import re
from functools import cache
from pathlib import Path

from pybtex.database import Entry, Person, parse_file
from pybtex.exceptions import PybtexError

from autograder.authoring.percent import SourceCell
from autograder.errors import CourseError

_CITATION = re.compile(r"\[@([\w:-]+(?:; *@[\w:-]+)*)\]")
_LIST = re.compile(r"^\[@references\]$", re.MULTILINE)


@cache
def read_bibliography(path: Path) -> dict[str, Entry]:
    """Reads the works by their keys.

    Raises:
        CourseError: When the file is not BibTeX, or a key stands in it twice.
    """
    if not path.is_file():
        return {}
    try:
        return dict(parse_file(str(path), bib_format="bibtex").entries)
    except PybtexError as error:
        raise CourseError(f"Not right as BibTeX: {error}.", path, getattr(error, "lineno", None)) from None


def cited_keys(text: str) -> list[str]:
    """Keys cited in a text, in order of their first citation."""
    keys = [key.strip(" @") for match in _CITATION.finditer(text) for key in match[1].split(";")]
    return [key for key in dict.fromkeys(keys) if key != "references"]


def expand_citations(cell: SourceCell, bibliography: dict[str, Entry], cited: list[str]) -> str:
    """Writes out the citations of one prose cell.

    Args:
        cell: The cell.
        bibliography: Works by key.
        cited: Keys cited in the whole notebook: what the list of references shows.

    Raises:
        CourseError: For a key that the bibliography lacks.
    """
    for offset, line in enumerate(cell.text.splitlines(), start=1):
        for key in cited_keys(line):
            if key not in bibliography:
                raise cell.error(f"[@{key}] is not in book/references.bib.", offset)
    entries = sorted(
        (bibliography[key] for key in cited), key=lambda entry: (short_name(entry), entry.fields["title"])
    )
    text = _LIST.sub(lambda _: "\n".join(f"- {full_reference(entry)}" for entry in entries), cell.text)
    return _CITATION.sub(
        lambda match: "; ".join(
            f"[{short_name(bibliography[key])}]({address(bibliography[key])})" for key in cited_keys(match[0])
        ),
        text,
    )


def short_name(entry: Entry) -> str:
    """Authors and year, as in "Ioffe and Szegedy, 2015"."""
    names = [_last(person) for person in _people(entry)]
    who = " and ".join(names) if len(names) < 3 else f"{names[0]} et al."
    return f"{who}, {entry.fields['year']}"


def address(entry: Entry) -> str:
    """Where the work is found: its DOI, else arXiv, else its page."""
    fields = entry.fields
    if "doi" in fields:
        return f"https://doi.org/{fields['doi']}"
    return f"https://arxiv.org/abs/{fields['eprint']}" if "eprint" in fields else fields["url"]


def full_reference(entry: Entry) -> str:
    """One line of the list of references."""
    fields = entry.fields
    people = ", ".join(" ".join([*p.first_names, *p.middle_names, _last(p)]) for p in _people(entry))
    venue = next(
        (fields[key] for key in ("journal", "booktitle", "publisher", "howpublished") if key in fields), None
    )
    label = (
        f"doi:{fields['doi']}"
        if "doi" in fields
        else f"arXiv:{fields['eprint']}"
        if "eprint" in fields
        else "web page"
    )
    place = f" {_plain(venue)}." if venue else ""
    title = _plain(fields["title"])
    stop = "" if title.endswith(("?", "!", ".")) else "."
    return f"{people} ({fields['year']}). *{title}*{stop}{place} [{label}]({address(entry)})"


def _people(entry: Entry) -> list[Person]:
    return entry.persons.get("author") or entry.persons.get("editor", [])


def _last(person: Person) -> str:
    return _plain(" ".join([*person.prelast_names, *person.last_names]))


def _plain(text: str) -> str:
    """Removes the braces by which BibTeX keeps capitals."""
    return text.replace("{", "").replace("}", "")
