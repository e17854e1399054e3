"""Takes from a notebook's JSON what may survive: texts of cells, and what helps to recognize them."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import Any

from autograder.rebuild.decoding import AGAIN, UnreadableError, decode_notebook

# Pasted photographs of a derivation are part of a written answer. Not SVG, which may hold scripts.
_IMAGES = {"image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8\xff"}
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Limits:
    """What a submitted notebook may measure at most.

    Attributes:
        file_bytes: The file, outputs included.
        cells: Number of cells.
        cell_characters: The text of one cell; a longer one is left out.
        characters: The texts of all cells together.
    """

    file_bytes: int = 64 * 2**20
    cells: int = 2000
    cell_characters: int = 200_000
    characters: int = 4_000_000


@dataclass(frozen=True)
class SubmittedCell:
    """One cell as the student handed it in.

    Attributes:
        index: Its place, counted from 0.
        kind: "code" or "text".
        source: Its text.
        cell_id: Its id, or "".
        settings: nbgrader's entry in its metadata; None when there is none.
        tags: Its tags.
        images: Pasted images by name, each as {type: base64}.
    """

    index: int
    kind: str
    source: str
    cell_id: str = ""
    settings: dict[str, Any] | None = None
    tags: tuple[str, ...] = ()
    images: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def grade_id(self) -> str:
        """Nbgrader's name for the cell, or ""."""
        name = (self.settings or {}).get("grade_id")
        return name if isinstance(name, str) else ""


@dataclass
class Reading:
    """What could be read of a submitted notebook.

    Attributes:
        cells: Its cells, in order.
        repairs: Sentences about what had to be repaired.
        damaged: Whether the end of the file could not be read.
    """

    cells: list[SubmittedCell]
    repairs: list[str]
    damaged: bool = False


def read_cells(content: bytes, limits: Limits) -> Reading:
    """Reads the cells of a submitted notebook.

    Raises:
        UnreadableError: When there are none to be read; the message is a sentence for the student.
    """
    if len(content) > limits.file_bytes:
        raise UnreadableError(
            f"The file is larger than {limits.file_bytes // 2**20} MB. Clear its outputs (Kernel > Restart "
            "Kernel and Clear Outputs of All Cells), save it, and hand it in again."
        )
    data, repairs, damaged = decode_notebook(content)
    entries, found = _entries(data)
    repairs += found
    if len(entries) > limits.cells:
        raise UnreadableError(f"The notebook has {len(entries)} cells; at most {limits.cells} are read.")
    cells, strange, textless, long = [], 0, 0, 0
    for entry in entries:
        if not isinstance(entry, dict):
            strange += 1
            continue
        cell, has_text = _cell(entry, len(cells))
        textless += not has_text
        if len(cell.source) > limits.cell_characters:
            long += 1
            cell = SubmittedCell(cell.index, cell.kind, "", cell.cell_id, cell.settings)
        cells.append(cell)
    if sum(len(cell.source) for cell in cells) > limits.characters:
        raise UnreadableError(
            f"The cells hold more than {limits.characters} characters; at most so many are read."
        )
    if strange:
        repairs.append(
            f"Left out, because no cells: {_count(strange, 'entry', 'entries')} in the list of cells."
        )
    if textless:
        repairs.append(f"Read as empty, because without text: {_count(textless, 'cell', 'cells')}.")
    if long:
        limit = limits.cell_characters
        repairs.append(f"Left out, because of more than {limit} characters: {_count(long, 'cell', 'cells')}.")
    repairs += _language(data)
    return Reading(cells, repairs, damaged)


def _entries(data: dict[str, Any]) -> tuple[list[Any], list[str]]:
    """The list of cells, wherever the notebook's format keeps it."""
    version, entries = data.get("nbformat"), data.get("cells")
    if isinstance(entries, list):
        if version == 4:
            return entries, []
        said = f"says that its format is {version}" if isinstance(version, int) else "does not say its format"
        return entries, [f"The notebook {said}; it has been read as format 4."]
    worksheets = data.get("worksheets")
    if isinstance(worksheets, list):  # formats 2 and 3
        lists = [
            sheet["cells"]
            for sheet in worksheets
            if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list)
        ]
        return [cell for cells in lists for cell in cells], [
            "The notebook is in the old format 3; it has been converted to format 4."
        ]
    raise UnreadableError(f"The file is no notebook: it has no list of cells. {AGAIN}")


def _cell(entry: dict[str, Any], index: int) -> tuple[SubmittedCell, bool]:
    """Reads one cell; also tells whether it had a text at all."""
    metadata = entry["metadata"] if isinstance(entry.get("metadata"), dict) else {}
    source = _text(entry.get("source", entry.get("input")))
    kind = entry.get("cell_type")
    if isinstance(kind, str):
        is_code = kind.strip().lower() == "code"
    else:
        is_code = "outputs" in entry or "execution_count" in entry
    if kind == "heading" and source:
        level = entry.get("level")
        source = "#" * (level if level in (1, 2, 3, 4, 5, 6) else 1) + " " + source
    settings, tags = metadata.get("nbgrader"), metadata.get("tags")
    cell = SubmittedCell(
        index,
        "code" if is_code else "text",
        source or "",
        _text(entry.get("id")) or _text(metadata.get("id")) or "",  # Colab keeps ids in the metadata
        settings if isinstance(settings, dict) else None,
        tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        {} if is_code else _images(entry.get("attachments")),
    )
    return cell, source is not None


def _text(value: Any) -> str | None:
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str):
        return None
    # NUL and half characters cannot be stored or sent; line ends are written one way.
    return _NOT_TEXT.sub("\ufffd", value).replace("\r\n", "\n").replace("\r", "\n")


def _images(attachments: Any) -> dict[str, dict[str, str]]:
    images: dict[str, dict[str, str]] = {}
    for name, bundle in attachments.items() if isinstance(attachments, dict) else ():
        for kind, signature in _IMAGES.items():
            data = bundle.get(kind) if isinstance(bundle, dict) else None
            try:
                if isinstance(data, str) and base64.b64decode(data.strip(), validate=True).startswith(
                    signature
                ):
                    images[_text(name)] = {kind: data.strip()}
            except (binascii.Error, ValueError):
                continue
    return images


def _language(data: dict[str, Any]) -> list[str]:
    """Tells of a notebook that was set to another language than Python."""
    metadata = data.get("metadata")
    for entry, key in (("kernelspec", "language"), ("language_info", "name")):
        chosen = metadata.get(entry) if isinstance(metadata, dict) else None
        language = chosen.get(key) if isinstance(chosen, dict) else None
        if isinstance(language, str) and language and not language.lower().startswith(("python", "ipython")):
            shown = re.sub(r"[^\w+#. -]", "", language[:40], flags=re.ASCII)
            return [f"The notebook was set to run with {shown or 'something else'}; it runs with Python."]
    return []


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
