"""Makes one PDF of the whole book from the built site.

    python -m autograder.authoring.book_pdf _build/html _build/workbook.pdf

The pages are put into one, so that links between lessons stay links, and printed by the chromium that the
system has, with the style for paper in `book/_static/workbook.css`. The playground is left out: it needs a
screen.
"""

import posixpath
import shutil
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml
from bs4 import BeautifulSoup, Tag

from autograder.authoring.serving import served
from autograder.course import Course
from autograder.errors import CourseError

LEFT_OUT = ("book/playground",)
_JOINED = "joined.html"
_FOOTER = """
<div style="width: 100%; text-align: center; font: 8pt sans-serif"><span class="pageNumber"></span></div>
"""
# All formulas are set at once; pages of the site set them when the reader comes near.
_PAGE = """<!DOCTYPE html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
{head}
<script>window.MathJax = {{options: {{processHtmlClass: "math", ignoreHtmlClass: "bd-article"}}}};</script>
<script defer src="_static/mathjax/tex-chtml.js"></script>
</head>
<body><main class="bd-main"><div class="bd-content">{articles}</div></main></body>
</html>
"""


def join_pages(site: Path, names: list[str]) -> str:
    """One HTML page out of several.

    Args:
        site: The folder of the built site.
        names: The pages in their order, as in "book/01_batch_convolution".

    Returns:
        A page that stands at the root of the site. Anchors begin with the name of their page, and links
        between the pages lead to these anchors. What links to pages that are left out is plain text.
    """
    soups = {
        name: BeautifulSoup((site / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
        for name in names
    }
    articles = []
    for name, soup in soups.items():
        article = soup.find("article")
        for tag in article.find_all(True):
            _move(tag, name, soups)
        article["id"] = name
        article["style"] = "break-before: page"
        articles.append(str(article))
    head = soups[names[0]].head
    for tag in head.find_all(["script", "meta"]):
        tag.decompose()
    for tag in head.find_all("link"):
        _move(tag, names[0], {})
    return _PAGE.format(head=head.decode_contents(), articles="".join(articles))


def _move(tag: Tag, name: str, joined: dict[str, BeautifulSoup]) -> None:
    """Makes the addresses of a tag right for the joined page."""
    if tag.get("id"):
        tag["id"] = f"{name}:{tag['id']}"
    if tag.name == "img":
        tag.attrs.pop("loading", None)
    for attribute in ("href", "src"):
        address = tag.get(attribute)
        parts = urlsplit(address or "")
        if address is None or parts.scheme or parts.netloc:
            continue
        path = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path)))
        target = path.removesuffix(".html") if parts.path else name
        if tag.name != "a":
            tag[attribute] = path + (f"?{parts.query}" if parts.query else "")
        elif target in joined:
            tag["href"] = f"#{target}:{parts.fragment}" if parts.fragment else f"#{target}"
        else:
            del tag["href"]


def make_pdf(site: Path, names: list[str], target: Path) -> None:
    """Prints pages of the site into one PDF.

    Raises:
        CourseError: When the system has no chromium.
    """
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise CourseError("A PDF is made by chromium; install it (Debian: apt install chromium).")
    joined = site / _JOINED
    joined.write_text(join_pages(site, names), encoding="utf-8")
    try:
        with sync_playwright() as playwright, served(site) as address:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page()
            page.set_default_timeout(0)  # thousands of formulas take their time
            page.goto(f"{address}/{_JOINED}", wait_until="load")
            page.evaluate("MathJax.startup.promise")
            page.pdf(
                path=target,
                format="A4",
                outline=True,
                tagged=True,
                display_header_footer=True,
                header_template="<span></span>",
                footer_template=_FOOTER,
                margin=dict.fromkeys(("top", "bottom", "left", "right"), "18mm"),
            )
            browser.close()
    finally:
        joined.unlink()


def main() -> None:
    """Makes the PDF of the site and the file that the command line names."""
    site, target = map(Path, sys.argv[1:])
    toc = yaml.safe_load((Course().root / "_toc.yml").read_text(encoding="utf-8"))
    names = [toc["root"], *(chapter["file"] for chapter in toc["chapters"])]
    make_pdf(site, [name for name in names if name not in LEFT_OUT], target)
    print(f"The book is in {target}.")


if __name__ == "__main__":
    main()
