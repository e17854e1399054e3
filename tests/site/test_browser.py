"""The site in a real browser: pages load cleanly, widgets move, search finds, dark mode switches."""

import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.site.conftest import SITE_FOLDER

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium (Debian: apt install chromium)")
SEARCHES = ["receptive field", "moving variance", "im2col", "dropout", "intersection over union"]
DARK = ["book/index.html", "book/10_resnet.html", "book/playground.html", "search.html"]
WIDGETS = ["convolution", "batch_normalization", "boxes", "costs"]


class _Quiet(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def address():
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(SITE_FOLDER)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield started
        started.close()


class Visit:
    """A page that is open, with everything that went wrong on it."""

    def __init__(self, browser, address, **options):
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.address = address
        self.problems = []
        self.page.on("console", lambda m: self.problems.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("requestfailed", lambda request: self.problems.append(f"failed: {request.url}"))
        self.page.on("response", self._is_there)
        self.page.on("request", self._stays_here)

    def _is_there(self, response):
        if response.status >= 400:
            self.problems.append(f"{response.status}: {response.url}")

    def _stays_here(self, request):
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.problems.append(f"another host: {request.url}")

    def open(self, path):
        self.page.goto(f"{self.address}/{path}", wait_until="load")
        return self.page


@pytest.fixture
def visit(browser, address, request):
    opened = Visit(browser, address, **getattr(request, "param", {}))
    yield opened
    opened.context.close()


PHONE = pytest.mark.parametrize("visit", [{"viewport": {"width": 390, "height": 844}}], indirect=True)


@PHONE
def test_a_page_loads_cleanly_and_fits_a_phone(visit, page_name):
    page = visit.open(page_name)
    page.wait_for_timeout(300)
    assert visit.problems == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 391


def test_every_folded_answer_opens(visit, page_name):
    page = visit.open(page_name)
    for answer in page.locator("details.answer").all():
        answer.locator("> summary").click()
        assert answer.evaluate("element => element.open")
        assert answer.evaluate("element => element.lastElementChild.getBoundingClientRect().height") > 0


def test_a_page_can_be_used_by_everyone(visit, page_name):
    assert barriers(visit.open(page_name)) == []


@pytest.mark.parametrize("visit", [{"color_scheme": "dark"}], indirect=True)
@pytest.mark.parametrize("page_name", DARK)
def test_a_page_can_be_used_by_everyone_in_dark_mode(visit, page_name):
    assert barriers(visit.open(page_name)) == []


def barriers(page):
    """What axe-core finds on a page whose answers are open, and calls serious or critical."""
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['help']}: {each['nodes'][0]['html']}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


def test_a_barrier_is_found(visit):
    page = visit.open("book/index.html")
    page.evaluate("document.querySelector('article').style.color = '#ccc'")
    assert any(each.startswith("color-contrast:") for each in barriers(page))


def test_formulas_are_set_when_the_reader_comes_near_and_not_before(visit):
    page = visit.open("book/03_batch_normalization.html")
    page.wait_for_timeout(300)
    assert page.locator("mjx-container").count() == 0
    formula = page.locator("div.math").first
    formula.scroll_into_view_if_needed()
    formula.locator("mjx-container mjx-math").wait_for(timeout=20_000)
    assert visit.problems == []


def test_icons_are_there(visit):
    page = visit.open("book/03_batch_normalization.html")
    for name in ("github", "expand", "download", "rocket", "magnifying-glass"):
        box = page.locator(f"svg.fa-{name}:visible").first.bounding_box()
        assert box["width"] > 10 and box["height"] > 10, name
    assert page.locator("[class*=' fa-']:not(svg)").count() == 0


@PHONE
def test_the_menu_opens_on_a_phone(visit):
    page = visit.open("book/index.html")
    page.locator("button.primary-toggle:visible, label.primary-toggle:visible").first.click()
    page.get_by_role("link", name="Batch normalization").first.wait_for()


@pytest.mark.parametrize("words", SEARCHES)
def test_search_finds(visit, words):
    page = visit.open(f"search.html?q={words.replace(' ', '+')}")
    page.wait_for_selector("#search-results li a", timeout=20_000)
    assert page.locator("#search-results li").count() >= 1
    assert visit.problems == []


def test_dark_mode_switches(visit):
    page = visit.open("book/index.html")

    def background():
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    page.evaluate("localStorage.clear()")
    seen = set()
    for _ in range(3):
        page.locator("button.theme-switch-button:visible").first.click()
        page.wait_for_timeout(100)
        seen.add((page.evaluate("document.documentElement.dataset.theme"), background()))
    assert {theme for theme, _ in seen} == {"light", "dark"}
    assert len({color for _, color in seen}) == 2


def _is_list(control):
    return control.evaluate("element => element.tagName") == "SELECT"


@pytest.mark.parametrize("name", WIDGETS)
def test_every_slider_and_choice_of_a_widget_changes_what_it_shows(visit, name):
    page = visit.open("book/playground.html")
    widget = page.locator(f'[data-widget="{name}"][data-ready]')
    controls = widget.locator("input[type=range], select").all()
    assert len(controls) >= 2
    for control in controls:
        before = widget.inner_html()
        control.focus()
        at_the_end = control.evaluate("element => element.tagName == 'INPUT' && element.value == element.max")
        page.keyboard.press("ArrowLeft" if at_the_end else "ArrowDown" if _is_list(control) else "ArrowRight")
        assert widget.inner_html() != before, control.evaluate("element => element.parentElement.innerText")
    assert visit.problems == []


def test_the_kernel_walks(visit):
    page = visit.open("book/playground.html")
    widget = page.locator('[data-widget="convolution"]')

    def told():
        return widget.locator("[role=status]").inner_text()

    first = told()
    assert first.startswith("Image 1, output row 1, column 1: ")
    widget.get_by_role("button", name="step").click()
    assert told().startswith("Image 1, output row 1, column 2: ")
    widget.get_by_role("button", name="back").click()
    assert told() == first
    widget.get_by_role("button", name="play").click()
    page.wait_for_timeout(900)
    assert told() != first


def test_boxes_move_by_mouse_and_by_keyboard(visit):
    page = visit.open("book/playground.html")
    widget = page.locator('[data-widget="boxes"]')
    box = widget.locator("rect.guess.guess-1")
    status = widget.locator("[role=status]")
    assert status.inner_text() == "Classification error 0, localization error 1."
    box.scroll_into_view_if_needed()
    place = box.bounding_box()
    scale = place["width"] / 100  # pixels for one unit of the drawing
    page.mouse.move(place["x"] + 40, place["y"] + 40)
    page.mouse.down()
    page.mouse.move(place["x"] + 40 - 20 * scale, place["y"] + 40 - 20 * scale, steps=4)
    page.mouse.up()
    assert status.inner_text() == "Classification error 0, localization error 0."
    box.focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    assert status.inner_text() == "Classification error 0, localization error 1."
    before = float(box.get_attribute("width"))
    page.keyboard.press("Shift+ArrowLeft")
    assert float(box.get_attribute("width")) == before - 4
    assert visit.problems == []
