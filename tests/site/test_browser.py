"""The site in a real browser: pages load cleanly, widgets move, search finds, dark mode switches."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.site.conftest import needs_chromium

pytestmark = needs_chromium
SEARCHES = ["receptive field", "moving variance", "im2col", "dropout", "intersection over union"]
DARK = ["book/index.html", "book/10_resnet.html", "book/playground.html", "search.html"]
WIDGETS = ["convolution", "batch_normalization", "boxes", "costs"]
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


# Thousands of colored words of code take axe-core half a minute on a page: they are looked at in one section.
NO_CODE = {"exclude": [["div.highlight"]]}
WITH_CODE = {"include": [["#the-four-equations"]]}
EACH_MODE = pytest.mark.parametrize(
    "visit", [{"color_scheme": "light"}, {"color_scheme": "dark"}], indirect=True
)


def barriers(page, context):
    """What axe-core finds on a page whose answers are open, and calls serious or critical."""
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    # Buttons fade into the dark mode, and what is unfolded fades in; what counts is where they end.
    page.evaluate(
        """document.getAnimations()
            .filter(each => each.effect.getComputedTiming().endTime !== Infinity)
            .forEach(each => each.finish())"""
    )
    found = Axe().run(page, context=context, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{each['id']}: {each['help']}: {each['nodes'][0]['html']}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


def test_a_page_can_be_used_by_everyone(visit, page_name):
    assert barriers(visit.open(page_name), NO_CODE) == []


@pytest.mark.parametrize("visit", [{"color_scheme": "dark"}], indirect=True)
@pytest.mark.parametrize("name", DARK)
def test_a_page_can_be_used_by_everyone_in_dark_mode(visit, name):
    assert barriers(visit.open(name), NO_CODE) == []


@EACH_MODE
def test_code_can_be_read_by_everyone(visit):
    assert barriers(visit.open("book/03_batch_normalization.html"), WITH_CODE) == []


def test_a_barrier_is_found(visit):
    page = visit.open("book/index.html")
    page.evaluate("document.querySelector('article').style.color = '#ccc'")
    assert any(each.startswith("color-contrast:") for each in barriers(page, NO_CODE))


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
