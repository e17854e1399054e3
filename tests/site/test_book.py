"""The site as a whole: the pages of _toc.yml and no others, and links that Colab opens."""

import re
import subprocess

import pytest

COLAB = "https://colab.research.google.com"
COLAB_LINK = re.compile(rf"{re.escape(COLAB)}/github/([\w.-]+/[\w.-]+)/blob/([\w./-]+?)/([^?#]+\.ipynb)")


def colab_links(page):
    """Addresses on Colab to which the page links, each once."""
    return sorted(
        {tag["href"] for tag in page.soup.find_all("a", href=True) if tag["href"].startswith(COLAB)}
    )


def wrong_colab_link(address, repository_url, branch, known):
    """Says what is wrong with a link to Colab; an empty text when nothing is."""
    match = COLAB_LINK.fullmatch(address)
    if not match:
        return f"{address}: not of the form {COLAB}/github/<owner>/<repository>/blob/<branch>/<path>.ipynb"
    if repository_url != f"https://github.com/{match[1]}" or branch != match[2]:
        return f"{address}: not the repository and branch of _config.yml"
    return "" if match[3] in known else f"{address}: {match[3]} is not in the repository"


@pytest.fixture(scope="session")
def committed(repository):
    """Paths that are in the repository or will be with the next commit."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=repository, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("this copy of the project has no git history to ask which files belong to it")
    return {name for name in listed.stdout.split("\0") if name and (repository / name).is_file()}


def test_has_the_pages_of_the_table_of_contents_and_no_others(site, toc_pages):
    own = {"index.html", "search.html", "genindex.html"}
    assert {name for name in site.pages if name not in own} == {f"{name}.html" for name in toc_pages}


def test_gives_away_the_sources_of_its_pages_and_no_others(site, toc_pages):
    sources = {name.removeprefix("_sources/") for name in site.files if name.startswith("_sources/")}
    assert {name.rsplit(".", 1)[0] for name in sources} == set(toc_pages)


def test_titles_are_unique(site):
    # The forwarding page at the root shares the title of the book.
    titles = [page.soup.title.get_text() for name, page in site.pages.items() if name != "index.html"]
    assert len(set(titles)) == len(titles)


def test_forwarding_page_has_the_title_of_the_book(site, config):
    assert site.pages["index.html"].soup.title.get_text() == config["title"]


def test_colab_links_open_files_of_the_repository(page, config, committed):
    repository = config["repository"]
    wrong = [
        wrong_colab_link(address, repository["url"], repository["branch"], committed)
        for address in colab_links(page)
    ]
    assert list(filter(None, wrong)) == []


def test_every_lesson_opens_itself_on_colab(site, config, repository):
    lessons = [path.stem for path in sorted((repository / "book").glob("[0-9][0-9]_*.ipynb"))]
    assert lessons
    for stem in lessons:
        page = site.pages[f"book/{stem}.html"]
        assert any(address.endswith(f"/book/{stem}.ipynb") for address in colab_links(page)), stem


def test_the_page_of_references_has_every_link_to_another_host(site, config):
    listed = {tag["href"] for tag in site.pages["book/references.html"].soup.select("article a[href]")}
    missing = {
        (name, tag["href"])
        for name, page in site.pages.items()
        for tag in page.soup.find_all("a", href=re.compile("^[a-z]+://"))
        if tag["href"] not in listed and not tag["href"].startswith((COLAB, config["repository"]["url"]))
    }
    assert missing == set()


def test_every_lesson_was_run(site, repository):
    for path in sorted((repository / "book").glob("[0-9][0-9]_*.ipynb")):
        assert site.pages[f"book/{path.stem}.html"].soup.select(".cell_output"), path.name


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        (f"{COLAB}/github/a/b/blob/main/book/x.ipynb", ""),
        (f"{COLAB}/github/a/b/book/x.ipynb", "not of the form"),
        (f"{COLAB}/github/a/b/blob/main/book/x.py", "not of the form"),
        (f"{COLAB}/drive/a/b/blob/main/book/x.ipynb", "not of the form"),
        (f"{COLAB}/github/c/b/blob/main/book/x.ipynb", "not the repository"),
        (f"{COLAB}/github/a/b/blob/dev/book/x.ipynb", "not the repository"),
        (f"{COLAB}/github/a/b/blob/main/book/y.ipynb", "not in the repository"),
    ],
)
def test_a_wrong_colab_link_is_found(address, fault):
    found = wrong_colab_link(address, "https://github.com/a/b", "main", {"book/x.ipynb"})
    assert fault in found
    assert bool(found) == bool(fault)
