"""Formgrader in JupyterLab, by the hands of an instructor."""

from playwright.sync_api import Locator, Page, expect

from tests.tools.lab import SECONDS
from tests.tools.servers import Server


class Formgrader:
    """Formgrader's pages in their tab of JupyterLab.

    Attributes:
        page: The browser's page.
        tab: What is in the tab.
    """

    def __init__(self, page: Page, server: Server) -> None:
        """Opens JupyterLab and, from its menu, Formgrader."""
        self.page, self.tab = page, page.frame_locator("iframe.jp-IFrame, .jp-IFrame iframe, iframe")
        page.set_default_timeout(SECONDS * 1000)
        page.goto(server.address("lab?reset"))
        page.locator(".lm-MenuBar-item").get_by_text("Nbgrader", exact=True).click()
        page.locator(".lm-Menu-itemLabel").get_by_text("Formgrader", exact=True).click()
        page.keyboard.press("Control+b")  # the file browser goes, and there is room
        expect(self.row("")).not_to_contain_text("Loading")

    def row(self, text: str) -> Locator:
        """The first row of the page's table that has a text in it."""
        return self.tab.locator("#main-table tr").filter(has_text=text).first

    def press(self, text: str, button: str) -> str:
        """Presses a button in a row of the table; returns the title and the text of what opens."""
        self.row(text).locator(f".{button} a").click()
        dialog = self.tab.locator(".modal.in")
        expect(dialog.locator(".modal-title")).to_be_visible()
        said = dialog.inner_text()
        dialog.locator(".modal-footer button").click()
        expect(dialog).to_have_count(0)
        return said

    def go(self, *links: str) -> None:
        """Follows links, one after the other."""
        for link in links:
            (frame,) = [each for each in self.page.frames if "/formgrader/" in each.url]
            before = frame.url
            self.tab.get_by_role("link", name=link, exact=True).first.click()
            frame.wait_for_url(
                lambda url, before=before: url != before
            )  # the old page may have the next link

    def give(self, cell: str, points: float, comment: str) -> None:
        """Gives points and a comment on the manual grading page, by the keyboard."""
        # The page listens as soon as it has asked for the points that are there; then it sets these hints.
        self.tab.locator(f"input.extra-credit[id='{cell}_extra_credit'][placeholder]").wait_for()
        self.tab.locator(f"textarea[id='{cell}-comment'][placeholder]").wait_for()
        score = self.tab.locator(f"input.score[id='{cell}']")
        with self.page.expect_response(lambda reply: "/api/grade/" in reply.url and reply.ok):
            score.fill(f"{points:g}")
            score.press("Tab")
        field = self.tab.locator(f"textarea[id='{cell}-comment']")
        with self.page.expect_response(lambda reply: "/api/comment/" in reply.url and reply.ok):
            field.fill(comment)
            field.press("Tab")
