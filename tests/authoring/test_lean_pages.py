"""What the extension takes out of the theme's pages, and what it must not touch."""

import pytest
from bs4 import BeautifulSoup
from docutils import nodes

from autograder.authoring.lean_code import make_code_lean, plain_kinds
from autograder.authoring.lean_pages import description, make_lean

ICONS = """
list:[512,512,[],"f03a","M0 0L1 1"],"arrow-left":[448,512,[],"f060","M2 2L3 3"],
list:[512,512,[],"f03a","M4 4L5 5"],github:[496,512,[],"f09b","M6 6L7 7"]
"""
PYGMENTS = """
html[data-theme="light"] .highlight pre { line-height: 125%; }
html[data-theme="light"] .highlight { background: #fefefe; color: #080808 }
html[data-theme="light"] .highlight .k { color: #6730C5 } /* Keyword */
html[data-theme="light"] .highlight .n { color: #080808 } /* Name */
html[data-theme="light"] .highlight .p { color: #080808 } /* Punctuation */
html[data-theme="light"] .highlight .gs { font-weight: bold }
html[data-theme="dark"] .highlight { background: #2b2b2b; color: #F8F8F2 }
html[data-theme="dark"] .highlight .k { color: #DCC6E0 } /* Keyword */
html[data-theme="dark"] .highlight .n { color: #F8F8F2 } /* Name */
html[data-theme="dark"] .highlight .p { color: #00E0E0 } /* Punctuation */
"""
HEAD = """
<link rel="preload" as="script" href="{up}_static/scripts/bootstrap.js">
<script src="{up}_static/documentation_options.js?v=1"></script>
<script defer src="{up}_static/scripts/fontawesome.js?digest=1"></script>
<script src="{up}_static/searchtools.js"></script>
<script src="{up}_static/language_data.js?v=1"></script>
<script src="{up}searchindex.js"></script>
<script src="{up}_static/doctools.js"></script>
<script async="async" src="{up}_static/mathjax/tex-mml-chtml.js"></script>
"""
PAGE = (
    '<html><head>{head}</head><body><i class="fa-solid fa-list fa-lg" title="Menu"></i>{body}</body></html>'
)
PICTURE = '<img alt="A curve" src="../_images/figure.svg">'
FORMULA = '<span class="math notranslate">x</span>'


@pytest.fixture
def site(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    write("_static/scripts/fontawesome.js", ICONS)
    write("_static/scripts/fontawesome.js.LICENSE.txt", "licence")
    write("_static/documentation_options.js", "const DOCUMENTATION_OPTIONS = {};")
    write("_static/pygments.css", PYGMENTS)
    write("_static/styles/pydata-sphinx-theme.css", '.a{color:red}.fa-list:before{content:"x"}.b{color:blue}')
    write("_static/webpack-macros.html", PAGE.format(head=HEAD.format(up=""), body=""))
    write(
        "_images/figure.svg",
        '<?xml version="1.0"?><svg width="72pt" height="36pt" viewBox="0 0 72 36"></svg>',
    )
    write("index.html", '<meta http-equiv="Refresh" content="0; url=book/index.html">')
    write("search.html", PAGE.format(head=HEAD.format(up=""), body=""))
    write("book/lesson.html", PAGE.format(head=HEAD.format(up="../"), body=PICTURE + FORMULA))
    write("book/setup.html", PAGE.format(head=HEAD.format(up="../"), body="<p>No formula.</p>"))
    return tmp_path


def soup(site, name):
    return BeautifulSoup((site / name).read_text(), "html.parser")


def scripts(site, name):
    return [tag["src"].split("?")[0] for tag in soup(site, name).find_all("script", src=True)]


def test_only_the_search_page_loads_the_search(site):
    make_lean(site)
    assert scripts(site, "book/setup.html") == ["../_static/doctools.js"]
    assert "searchindex.js" in scripts(site, "search.html")
    assert "_static/searchtools.js" in scripts(site, "search.html")


def test_only_pages_with_formulas_load_what_draws_them_and_late(site):
    make_lean(site)
    assert not any("formulas" in each for each in scripts(site, "book/setup.html"))
    (tag,) = [tag for tag in soup(site, "book/lesson.html").find_all("script") if tag.get("data-formulas")]
    assert tag["src"] == "../_static/late_formulas.js"
    assert tag["data-formulas"] == "../_static/mathjax/tex-mml-chtml.js"


def test_scripts_wait_for_the_page_but_options_are_there_at_once(site):
    make_lean(site)
    page = soup(site, "book/lesson.html")
    assert all(tag.has_attr("defer") or tag.has_attr("async") for tag in page.find_all("script", src=True))
    assert [tag.string for tag in page.find_all("script", src=False)] == ["const DOCUMENTATION_OPTIONS = {};"]
    assert not page.find_all("link", rel="preload")


def test_icons_become_drawings_of_the_solid_kind(site):
    make_lean(site)
    page = soup(site, "book/lesson.html")
    (icon,) = page.find_all("svg")
    assert icon["class"] == ["svg-inline--fa", "fa-solid", "fa-list", "fa-lg"]
    assert icon["aria-hidden"] == "true" and not icon.has_attr("title")
    assert icon.path["d"] == "M4 4L5 5"
    assert not page.find_all("i")
    assert [each.name for each in (site / "_static" / "scripts").iterdir()] == ["fontawesome.js.LICENSE.txt"]
    assert (site / "_static/styles/pydata-sphinx-theme.css").read_text() == ".a{color:red}.b{color:blue}"


def test_pictures_get_their_size_in_pixels_and_may_come_late(site):
    make_lean(site)
    picture = soup(site, "book/lesson.html").find("img")
    assert (picture["width"], picture["height"], picture["loading"]) == ("96", "48", "lazy")
    assert picture["alt"] == "A curve"


def test_pages_that_are_none_stay_as_they_are(site):
    names = "index.html", "_static/webpack-macros.html"
    before = [(site / name).read_text() for name in names]
    make_lean(site)
    assert [(site / name).read_text() for name in names] == before


@pytest.mark.parametrize(
    "name, old, new, says",
    [
        ("book/setup.html", "fontawesome.js", "icons.js", "does not load the script of icons"),
        ("book/setup.html", "fa-list", "fa-unheard-of", "no icon of the classes"),
        ("_static/styles/pydata-sphinx-theme.css", ".fa-list:before", ".x", "no rules of icons"),
        ("_images/figure.svg", "72pt", "72px", "does not say how large it is"),
    ],
)
def test_a_theme_that_is_not_as_known_is_an_error(site, name, old, new, says):
    path = site / name
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(ValueError, match=says):
        make_lean(site)


def _document(*paragraphs):
    document = nodes.document(None, None)
    document += [nodes.paragraph("", text) for text in paragraphs]
    return document


def test_the_description_is_the_first_paragraph_that_says_something():
    text = "A layer that normalizes its inputs trains with learning rates that others do not survive."
    assert description(_document("Colab", text, "Another paragraph " * 9)) == text


def test_a_long_description_ends_at_a_word():
    text = description(_document("normalization, " * 20))
    assert len(text) <= 155 and text.endswith("normalization…")


def test_a_page_without_text_has_no_description():
    assert description(None) == "" and description(_document("Short.")) == ""


def test_words_are_plain_that_have_the_color_of_code_in_both_modes():
    assert plain_kinds(PYGMENTS) == {"n"}


def test_code_keeps_its_text_and_its_colors_and_says_how_long_it_is():
    code = (
        '<span></span><span class="k">def</span> <span class="n">f</span><span class="p">():</span>\n    1\n'
    )
    page = f'<p><span class="n">n</span></p><div class="highlight"><pre>{code}</pre></div>'
    lean = make_code_lean(page, frozenset({"n"}))
    assert BeautifulSoup(lean, "html.parser").get_text() == BeautifulSoup(page, "html.parser").get_text()
    assert lean.startswith('<p><span class="n">n</span></p>')  # no code, so left alone
    assert '<pre style="--lines: 2">' in lean
    assert '<span class="k">def</span> f<span class="p">():</span>' in lean


def test_a_style_sheet_that_is_not_as_known_is_an_error():
    with pytest.raises(ValueError, match="not as before"):
        plain_kinds(".highlight{color:#080808}")
