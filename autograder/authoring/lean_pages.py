"""A Sphinx extension that makes the pages of the site light, and gives each a description for search engines.

The theme loads on every page what few pages need, and lets it hold up the first thing that a reader sees:
1.5 MB of script that draw a dozen icons, the rules of two thousand icons, the search index. After the build,
each page's icons are put into the page, what nothing uses any more is left out, scripts wait for the page,
and figures get their size, so that a browser can load them when they come near. `_config.yml` names this
module.
"""

import re
from functools import cached_property
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from autograder.authoring.lean_code import make_code_lean, plain_kinds

_SCRIPTS_OF_SEARCH = re.compile(
    r'\s*<script src="[^"]*(?:searchtools|language_data|searchindex)\.js[^"]*"></script>'
)
_SCRIPT_OF_ICONS = re.compile(r'\s*<script defer src="[^"]*scripts/fontawesome\.js[^"]*"></script>')
_OPTIONS = re.compile(r'<script src="[^"]*documentation_options\.js[^"]*"></script>')
_SCRIPT = re.compile(r"<script (?![^>]*\b(?:defer|async)\b)(?=[^>]*\bsrc=)")
_ICON = re.compile(r'<(i|span) class="([^"]*\bfa-[^"]*)"([^>]*)></\1>')
_PICTURE = re.compile(r'<img (?![^>]*\bloading=)[^>]*\bsrc="([^"]*_images/[^"]+\.svg)"')
_SIZE = re.compile(r'<svg [^>]*?\bwidth="([\d.]+)pt" height="([\d.]+)pt"')
_FORMULA = re.compile(r'<(?:span|div) class="[^"]*\bmath\b')
_SCRIPT_OF_FORMULAS = re.compile(r'\s*<script [^>]*\bsrc="([^"]*)(mathjax/[^"]*)"></script>')
_PRELOAD = re.compile(r'\s*<link rel="preload" as="script"[^>]*>')
_PIXELS_OF_A_POINT = 4 / 3
_ICON_RULE = re.compile(r'\.fa-[\w-]+:before(?:,\.fa-[\w-]+:before)*\{content:"[^"]*"\}')
_STYLES_OF_ICONS = {"solid": ("fa-solid", "fas"), "brands": ("fa-brands", "fab")}
_LENGTH = 155  # search engines show no more of a description


def setup(app: Sphinx) -> dict[str, bool]:
    """Connects the extension to Sphinx."""
    app.connect("html-page-context", _describe)
    app.connect("build-finished", _finish, priority=900)  # after the theme, which writes files there too
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def description(doctree: nodes.document | None) -> str:
    """The beginning of a page's first paragraph of text, cut at a word; empty when there is none."""
    for paragraph in doctree.findall(nodes.paragraph) if doctree else ():
        text = " ".join(paragraph.astext().split())
        if len(text) > 60:
            return (
                text if len(text) <= _LENGTH else text[: text.rindex(" ", 0, _LENGTH - 1)].rstrip(",;:") + "…"
            )
    return ""


def _describe(app: Sphinx, name: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    text = description(doctree) or f"{context.get('title') or 'Search'}: {app.config.project}"
    context["metatags"] = (
        context.get("metatags", "") + f'\n<meta name="description" content="{escape(text)}" />'
    )


def _finish(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.name == "html":
        make_lean(Path(app.outdir))


def make_lean(site: Path) -> None:
    """Rewrites the pages of a built site, and leaves out the files that no page needs then.

    Raises:
        ValueError: When the theme's pages are not as this module knows them: another version of the theme.
    """
    static = site / "_static"
    icons = Icons(static / "scripts" / "fontawesome.js")
    plain = plain_kinds((static / "pygments.css").read_text(encoding="utf-8"))
    options = (static / "documentation_options.js").read_text(encoding="utf-8")
    for page in sorted(site.rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        if page.is_relative_to(static) or not _OPTIONS.search(text):
            continue  # a template, or the page that forwards to the book
        text = make_code_lean(_lean(page, text, icons, options), plain)
        page.write_text(text, encoding="utf-8")
    theme = static / "styles" / "pydata-sphinx-theme.css"
    rules, number = _ICON_RULE.subn("", theme.read_text(encoding="utf-8"))
    if not number:
        raise ValueError(f"{theme} has no rules of icons any more: is there a new version of the theme?")
    theme.write_text(rules, encoding="utf-8")
    for file in (static / "scripts").glob("fontawesome.js*"):
        if not file.name.endswith(".LICENSE.txt"):
            file.unlink()


def _lean(page: Path, text: str, icons: "Icons", options: str) -> str:
    """One page without what it does not need."""
    text, number = _SCRIPT_OF_ICONS.subn("", text)
    if number != 1:
        raise ValueError(f"{page} does not load the script of icons: is there a new version of the theme?")
    if page.name != "search.html":
        text = _SCRIPTS_OF_SEARCH.sub("", text)
    # late_formulas.js loads what draws formulas when the first of them comes near.
    late = r'<script defer src="\1late_formulas.js" data-formulas="\1\2"></script>'
    text = _SCRIPT_OF_FORMULAS.sub(late if _FORMULA.search(text) else "", text)
    text = _PRELOAD.sub("", text)
    # A script of the page uses the options at once; the other scripts can wait until the page is there.
    text = _OPTIONS.sub(lambda _: f"<script>{options}</script>", text)
    text = _SCRIPT.sub("<script defer ", text)
    text = _ICON.sub(lambda match: icons.drawing(match[2], match[3]), text)
    return _PICTURE.sub(lambda match: _with_size(match, page), text)


def _with_size(match: re.Match[str], page: Path) -> str:
    """The beginning of an <img> with its size: nothing moves when it comes, so it may come late."""
    size = _SIZE.search((page.parent / match[1]).read_text(encoding="utf-8"))
    if size is None:
        raise ValueError(f"{match[1]} does not say how large it is: is there a new version of Matplotlib?")
    width, height = (round(float(points) * _PIXELS_OF_A_POINT) for points in size.groups())
    return match[0].replace("<img ", f'<img loading="lazy" width="{width}" height="{height}" ', 1)


class Icons:
    """The drawings of Font Awesome, read from the script that the theme brings."""

    def __init__(self, script: Path) -> None:
        """Notes where the script is."""
        self._script = script

    @cached_property
    def _text(self) -> str:
        return self._script.read_text(encoding="utf-8")

    def drawing(self, classes: str, attributes: str) -> str:
        """An icon as a drawing in the page.

        Args:
            classes: The classes of the icon, as in "fa-solid fa-list fa-lg".
            attributes: Its other attributes.

        Raises:
            ValueError: When the script has no such icon.
        """
        names = classes.split()
        style = next((style for style, marks in _STYLES_OF_ICONS.items() if set(marks) & set(names)), None)
        name = next(
            each for each in names if each.startswith("fa-") and each not in ("fa-solid", "fa-brands")
        )
        found = re.findall(
            rf'(?<![\w-])"?{re.escape(name.removeprefix("fa-"))}"?:\[(\d+),(\d+),\[[^\]]*\],"\w+","([^"]+)"\]',
            self._text,
        )
        if style is None or not found:
            raise ValueError(f"The theme has no icon of the classes {classes!r}.")
        width, height, path = found[-1]  # after brands and outlines come the solid ones
        kept = " ".join(["svg-inline--fa", *names])
        attributes = re.sub(r'\s+title="[^"]*"', "", attributes)  # the button around it has a name of its own
        return (
            f'<svg class="{kept}" viewBox="0 0 {width} {height}" aria-hidden="true"{attributes}>'
            f'<path fill="currentColor" d="{path}"/></svg>'
        )
