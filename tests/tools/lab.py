"""JupyterLab in a browser, by the hands of somebody who works with it."""

import json
import re
import time
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.tools.servers import Server

SECONDS = 180  # a notebook that imports TensorFlow on a busy machine
expect.set_options(timeout=SECONDS * 1000)


class Lab:
    """A notebook that is open in JupyterLab.

    Attributes:
        page: The browser's page.
        path: The notebook's file.
    """

    def __init__(self, page: Page, server: Server, notebook: str) -> None:
        """Opens a notebook; its name is relative to the server's folder."""
        self.page, self.path = page, server.folder / notebook
        page.set_default_timeout(SECONDS * 1000)
        page.goto(server.address(f"lab/tree/{notebook}?reset"))
        self._panel = page.locator(".jp-NotebookPanel")
        expect(self._panel.locator(".jp-Cell").first).to_be_visible()
        expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle")

    @property
    def cells(self) -> list[dict]:
        """The cells as they are saved."""
        return json.loads(self.path.read_bytes())["cells"]

    def select(self, number: int) -> None:
        """Makes a cell the active one, by the keyboard."""
        keyboard = self.page.keyboard
        keyboard.press("Escape")
        while (now := self._active()) != number:
            keyboard.press("ArrowDown" if now < number else "ArrowUp")
            self._becomes(now + (1 if now < number else -1))

    def write(self, number: int, text: str) -> None:
        """Replaces the text of a cell."""
        self.select(number)
        keyboard = self.page.keyboard
        keyboard.press("Enter")
        expect(self._panel.locator(".jp-Notebook")).to_have_class(re.compile("jp-mod-editMode"))
        keyboard.press("Control+a")
        keyboard.insert_text(text)
        keyboard.press("Escape")

    def restart_and_run_all(self) -> None:
        """Kernel, Restart Kernel and Run All Cells; then saves."""
        before = sum(1 for cell in self.cells if cell["cell_type"] == "code")
        self.menu("Kernel", "Restart Kernel and Run All Cells…")
        self.page.locator(".jp-Dialog button.jp-mod-accept").click()
        deadline = time.monotonic() + SECONDS
        while True:
            self.save()
            code = [cell for cell in self.cells if cell["cell_type"] == "code"]
            assert len(code) == before
            if all(cell["execution_count"] for cell in code if "".join(cell["source"]).strip()):
                return
            assert time.monotonic() < deadline, "the cells do not come to an end"
            self.page.wait_for_timeout(300)

    def save(self) -> None:
        """Saves, and waits until the file is written."""
        before = self.path.stat().st_mtime_ns
        pressed, deadline = 0.0, time.monotonic() + SECONDS
        while self.path.stat().st_mtime_ns == before or not self.path.read_bytes().endswith(b"}\n"):
            assert time.monotonic() < deadline, "the notebook is not saved"
            if time.monotonic() > pressed + 2:  # a busy JupyterLab may not hear the keys
                self.page.keyboard.press("Control+s")
                pressed = time.monotonic()
            self.page.wait_for_timeout(20)

    def validate(self, pictures: Path | None = None) -> str:
        """Presses nbgrader's button; returns what it says."""
        self._panel.locator(".jp-Toolbar").get_by_text("Validate", exact=True).click()
        dialog = self.page.locator(".jp-Dialog")
        expect(dialog).to_contain_text("Validation Results")
        text = dialog.inner_text()
        self.screenshot(pictures, "validate")
        if pictures:
            dialog.locator("pre").last.scroll_into_view_if_needed()
            self.screenshot(pictures, "validate-error")
        dialog.locator("button.jp-mod-accept").click()
        return text

    def menu(self, *names: str) -> None:
        """Chooses from the menus."""
        first, *others = names
        self.page.locator(".lm-MenuBar-item").get_by_text(first, exact=True).click()
        for name in others:
            self.page.locator(".lm-Menu-itemLabel").get_by_text(name, exact=True).click()

    def screenshot(self, folder: Path | None, name: str) -> None:
        """Writes a picture of the page, if somebody wants to look."""
        if folder:
            self.page.screenshot(path=folder / f"{name}.png")

    def _active(self) -> int:
        text = self.page.locator("#jp-main-statusbar").get_by_text(re.compile(r"^Cell \d+/\d+$")).inner_text()
        return int(text.split()[1].split("/")[0]) - 1

    def _becomes(self, number: int) -> None:
        bar = self.page.locator("#jp-main-statusbar")
        expect(bar.get_by_text(re.compile(rf"^Cell {number + 1}/\d+$"))).to_be_visible()
