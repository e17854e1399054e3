"""Every page: nothing from another host, no dead link, no picture without words, no broken formula."""

import gzip
import posixpath
import re
from urllib.parse import unquote, urlsplit

import pytest

# Relations of <link> that make a browser fetch something; the others (canonical, next, search) only inform.
FETCHED_LINKS = {"stylesheet", "icon", "shortcut", "apple-touch-icon", "preload", "modulepreload", "prefetch"}
FETCHED_LINKS |= {"preconnect", "dns-prefetch", "manifest"}
CSS_ADDRESS = re.compile(r"url\(\s*[\"']?([^\"')]+)|@import\s+[\"']([^\"']+)")
CODE = ["pre", "code", "script", "style", "textarea"]


def is_foreign(address):
    return address.startswith("//") or urlsplit(address).scheme in {"http", "https", "ws", "wss", "ftp"}


def css_addresses(text):
    return [first or second for first, second in CSS_ADDRESS.findall(text)]


def fetched_addresses(page):
    """Everything that a browser fetches by itself when it shows the page."""
    for tag in page.soup.find_all(True):
        for attribute in ("src", "poster", "data", "background"):
            if tag.get(attribute):
                yield tag[attribute]
        for candidate in tag.get("srcset", "").split(","):
            if candidate.strip():
                yield candidate.split()[0]
        if tag.name == "link" and FETCHED_LINKS & set(tag.get("rel", [])):
            yield tag.get("href", "")
        if tag.name in {"image", "use"}:
            yield tag.get("href") or tag.get("xlink:href") or ""
        yield from css_addresses(tag.get("style", ""))
        if tag.name == "style":
            yield from css_addresses(tag.get_text())


def foreign_resources(page):
    return [address for address in fetched_addresses(page) if is_foreign(address)]


def foreign_addresses_in_scripts(page):
    """Addresses of other hosts in the page's own scripts: a script may fetch what it names."""
    scripts = (tag.get_text() for tag in page.soup.find_all("script", src=False))
    return [address for text in scripts for address in re.findall(r"(?:https?:)?//[\w-]+\.[\w.-]+", text)]


def dead_links(page, site):
    """Links and sources inside the site whose file or anchor does not exist."""
    dead = []
    for tag in page.soup.find_all(True):
        for address in filter(None, (tag.get("href"), tag.get("src"))):
            parts = urlsplit(address)
            if parts.scheme or parts.netloc or address == "#":
                continue
            folder = posixpath.dirname(page.path)
            path = (
                posixpath.normpath(posixpath.join(folder, unquote(parts.path))) if parts.path else page.path
            )
            if path not in site.files:
                dead.append(f"{address}: no such file")
            elif path in site.pages and unquote(parts.fragment) not in {"", *site.pages[path].anchors}:
                dead.append(f"{address}: no such anchor")
    return dead


def pictures_without_words(page):
    return [tag.get("src", "")[:80] for tag in page.soup.find_all("img") if not tag.get("alt", "").strip()]


def unread_formulas(page):
    """Dollar signs that are left in prose: a formula that was not recognized as one."""
    article = page.soup.find("article") or page.soup
    hidden = article.find_all([*CODE, "mjx-container"]) + article.select(".math, .cell_output")
    inside = {id(text) for tag in hidden for text in tag.find_all(string=True)}
    return [
        text.strip()[:80] for text in article.find_all(string=True) if "$" in text and id(text) not in inside
    ]


def impossible_formulas(page):
    r"""Formulas that MathJax refuses: Sphinx puts several lines into `split`, which takes no `\tag`."""
    formulas = (tag.get_text() for tag in page.soup.select(".math"))
    return [text.strip()[:80] for text in formulas if r"\tag" in text and r"\begin{split}" in text]


def test_shows_nothing_from_another_host(page):
    assert foreign_resources(page) == []


def test_names_no_other_host_in_its_scripts(page):
    assert foreign_addresses_in_scripts(page) == []


def test_has_no_dead_link(page, site):
    assert dead_links(page, site) == []


def test_has_words_for_every_picture(page):
    assert pictures_without_words(page) == []


def test_has_a_description_for_search_engines(page):
    (tag,) = page.soup.find_all("meta", attrs={"name": "description"})
    assert 20 <= len(tag["content"]) <= 160


def test_is_light(page, site_folder):
    pictures = {tag["src"] for tag in page.soup.find_all("img") if "/_images/" in tag["src"]}
    place = (site_folder / page.path).parent
    sent = [page.text.encode(), *((place / picture).read_bytes() for picture in pictures)]
    # Servers compress what is text, as pages and drawings are.
    assert sum(len(gzip.compress(each)) for each in sent) < 600_000


def test_has_a_title_and_a_language(page):
    assert page.soup.title is not None
    assert page.soup.title.get_text().strip()
    assert page.soup.html.get("lang") == "en"


def test_has_formulas_that_can_be_shown(page):
    assert unread_formulas(page) == []
    assert impossible_formulas(page) == []


def test_shows_no_error_and_no_warning_of_a_cell(page):
    assert [tag.get_text()[:200] for tag in page.soup.select(".output.stderr, .output.traceback")] == []


def test_style_sheets_take_nothing_from_another_host(site, site_folder):
    foreign = {
        name: [a for a in css_addresses((site_folder / name).read_text(encoding="utf-8")) if is_foreign(a)]
        for name in site.files
        if name.endswith(".css")
    }
    assert {name: addresses for name, addresses in foreign.items() if addresses} == {}


# The checks themselves: each finds what it is for, and only that.


@pytest.mark.parametrize(
    "fault",
    [
        '<script src="https://cdn.example.org/x.js"></script>',
        '<script src="//cdn.example.org/x.js"></script>',
        '<link rel="stylesheet" href="https://example.org/x.css">',
        '<link rel="preconnect" href="https://example.org">',
        '<img alt="x" srcset="picture.png 1x, https://example.org/x.png 2x">',
        '<p style="background: url(https://example.org/x.png)">x</p>',
        "<style>@import 'https://example.org/x.css';</style>",
        '<iframe src="https://example.org"></iframe>',
    ],
)
def test_a_resource_of_another_host_is_found(make_site, fault):
    page = make_site(page=f'<a href="https://example.org">a link is fine</a>{fault}').pages["page.html"]
    assert len(foreign_resources(page)) == 1


def test_an_address_in_a_script_is_found(make_site):
    page = make_site(page='<script>const a = "https://cdn.example.org/x"; // a note</script>').pages[
        "page.html"
    ]
    assert foreign_addresses_in_scripts(page) == ["https://cdn.example.org"]


def test_a_dead_link_is_found(make_site):
    text = '<p id="here"><a href="{}">x</a><a href="https://example.org/none">x</a></p>'
    for address in ("#here", "other.html", "other.html#there", "./other.html?x=1#there", "picture.png", "#"):
        site = make_site(page=text.format(address), other='<p id="there">x</p>')
        assert dead_links(site.pages["page.html"], site) == []
    for address in ("#there", "none.html", "other.html#here", "../other.html", "/other.html"):
        site = make_site(page=text.format(address), other='<p id="there">x</p>')
        assert len(dead_links(site.pages["page.html"], site)) == 1, address


def test_a_picture_without_words_is_found(make_site):
    page = make_site(page='<img src="a"><img src="b" alt=" "><img src="c" alt="c">').pages["page.html"]
    assert pictures_without_words(page) == ["a", "b"]


def test_a_broken_formula_is_found(make_site):
    good = r'<p>x <code>$x$</code> <span class="math">\(x\)</span> <div class="math">\[x \tag{1}\]</div></p>'
    page = make_site(page=good).pages["page.html"]
    assert (unread_formulas(page), impossible_formulas(page)) == ([], [])
    bad = r'<p>so $x$ is</p><div class="math">\[\begin{split}x \\ y \tag{1}\end{split}\]</div>'
    page = make_site(page=bad).pages["page.html"]
    assert (len(unread_formulas(page)), len(impossible_formulas(page))) == (1, 1)
