"""The site on paper: nothing is cut, answers are open, and one page holds the book for the PDF."""

import pytest
from bs4 import BeautifulSoup

from autograder.authoring.book_pdf import join_pages
from tests.site.conftest import needs_chromium

# A4 without its margins, in pixels as a browser counts them.
PAPER = {"viewport": {"width": 650, "height": 950}}
# What is wider than the place it has, and so would be cut.
CUT = """
[...document.querySelectorAll("article pre, article table, article div.math, article img")]
    .filter(each => each.checkVisibility() && each.scrollWidth > each.clientWidth + 1
        || each.getBoundingClientRect().right > innerWidth + 1)
    .map(each => each.outerHTML.slice(0, 200))
"""


@pytest.fixture
def paper(visit):
    """A function that opens a page as it is printed."""

    def open_page(name):
        page = visit.open(name)
        page.emulate_media(media="print")
        return page

    return open_page


@needs_chromium
@pytest.mark.parametrize("visit", [PAPER], indirect=True)
def test_nothing_is_cut(paper, page_name):
    assert paper(page_name).evaluate(CUT) == []


@needs_chromium
@pytest.mark.parametrize("visit", [PAPER], indirect=True)
def test_what_would_be_cut_is_found(paper):
    page = paper("book/03_batch_normalization.html")
    page.add_style_tag(content="article pre { white-space: pre !important; font-size: 16pt !important; }")
    assert page.evaluate(CUT) != []


@needs_chromium
@pytest.mark.parametrize("visit", [PAPER], indirect=True)
def test_answers_are_open_and_folded_code_and_the_frame_of_the_site_are_away(paper):
    page = paper("book/03_batch_normalization.html")
    heights = page.locator("details.answer > :nth-child(2)").evaluate_all(
        "all => all.map(each => each.getBoundingClientRect().height)"
    )
    assert heights and min(heights) > 10
    assert page.locator("h1:visible").all_inner_texts() == ["Batch normalization"]
    away = "nav, header, footer, button, details.hide, a.headerlink"
    assert [each for each in page.locator(away).all() if each.is_visible()] == []


def test_pages_are_joined_with_their_links(tmp_path):
    (tmp_path / "book").mkdir()
    link = '<link rel="stylesheet" href="../_static/x.css?v=1">'
    page = f"<html><head><title>{{}}</title>{link}</head><body>{{}}</body></html>"
    first = """<article><h2 id="x">A</h2><a href="b.html#x">to b</a><a href="b.html">b</a><a href="#x">x</a>
        <a href="https://example.org/">out</a><a href="c.html">c</a>
        <img src="../_images/p.svg" loading="lazy"></article>"""
    (tmp_path / "book/a.html").write_text(page.format("A", first))
    (tmp_path / "book/b.html").write_text(
        page.format("B", '<nav id="y"></nav><article><h2 id="x">B</h2></article>')
    )
    soup = BeautifulSoup(join_pages(tmp_path, ["book/a", "book/b"]), "html.parser")
    assert [tag.get("href") for tag in soup.find_all("a")] == [
        "#book/b:x",
        "#book/b",
        "#book/a:x",
        "https://example.org/",
        None,
    ]
    assert {tag["id"] for tag in soup.find_all(id=True)} == {"book/a", "book/a:x", "book/b", "book/b:x"}
    assert soup.find("link")["href"] == "_static/x.css?v=1"
    assert soup.find("img").attrs == {"src": "_images/p.svg"}
    assert soup.title.get_text() == "A"
