"""Lets Lighthouse judge pages of the built site, as a desktop computer and as a phone.

    npm install --global lighthouse
    python -m benchmarks.lighthouse book/index.html book/03_batch_normalization.html

Serves `_build/html` on this machine as public hosts do: compressed, and with a time for which a browser may
keep what it has. Each page is judged three times; the table shows the medians. Lighthouse counts how long the
processor is busy, so nothing else should be running. The exit status is 1 when a median is below 95.
"""

import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from autograder.authoring.serving import Quiet, served
from autograder.course import REPOSITORY

WANTED = 95
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
PAGES = [
    "book/index.html",
    "book/03_batch_normalization.html",
    "book/06_zfnet.html",
    "book/10_resnet.html",
]
_TEXT = (".html", ".css", ".js", ".svg", ".json", ".txt")
_FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


@cache
def _compressed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes())


class _Host(Quiet):
    """Serves a folder as public hosts do."""

    def do_GET(self) -> None:  # noqa: N802 - http.server calls it by this name
        """Sends a file, compressed if it is text."""
        path = Path(self.translate_path(self.path))
        if path.is_dir() and self.path.endswith("/"):
            path /= "index.html"
        if not path.is_file() or path.suffix not in _TEXT:
            super().do_GET()
            return
        body = _compressed(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self) -> None:
        """Adds what every answer has."""
        self.send_header("Cache-Control", "public, max-age=31536000")
        super().end_headers()


def judge(address: str, phone: bool) -> dict:
    """What Lighthouse says about a page, whole.

    Raises:
        RuntimeError: Lighthouse could not judge it; says why.
    """
    call = ["lighthouse", address, "--quiet", "--output=json", f"--chrome-flags={_FLAGS}"]
    call += [f"--only-categories={','.join(CATEGORIES)}", *([] if phone else ["--preset=desktop"])]
    done = subprocess.run(call, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise RuntimeError(f"Lighthouse ended with {done.returncode} at {address}:\n{done.stderr}")
    return json.loads(done.stdout)


def scores(reports: list[dict]) -> dict[str, int]:
    """The medians of the scores, from 0 to 100."""
    return {
        name: round(statistics.median(100 * report["categories"][name]["score"] for report in reports))
        for name in CATEGORIES
    }


def main(
    pages: Annotated[list[str] | None, typer.Argument(help="Pages of the site.")] = None,
    times: Annotated[int, typer.Option(min=1, help="How often each page is judged.")] = 3,
    reports: Annotated[Path | None, typer.Option(help="A folder for the whole reports, as JSON.")] = None,
) -> None:
    """Prints the table."""
    if missing := [name for name in ("lighthouse", "chromium") if shutil.which(name) is None]:
        sys.exit(f"Not found: {', '.join(missing)} (npm install --global lighthouse; apt install chromium).")
    site = REPOSITORY / "_build" / "html"
    if not (site / "index.html").is_file():
        sys.exit("There is no site yet: run `make book`.")
    os.environ.setdefault("CHROME_PATH", shutil.which("chromium"))
    console, fine = Console(), True
    table = Table(
        Column("page", overflow="fold"), "seen on", *(name.replace("-", " ") for name in CATEGORIES)
    )
    with served(site, _Host) as address:
        for page in pages or PAGES:
            for phone in (False, True):
                device = "phone" if phone else "desktop"
                with console.status(f"{page} on a {device}"):
                    found = [judge(f"{address}/{page}", phone) for _ in range(times)]
                for number, report in enumerate(found if reports else []):
                    reports.mkdir(parents=True, exist_ok=True)
                    name = f"{Path(page).stem}-{device}-{number}.json"
                    (reports / name).write_text(json.dumps(report), encoding="utf-8")
                medians = scores(found)
                fine &= min(medians.values()) >= WANTED
                table.add_row(page, device, *(str(medians[name]) for name in CATEGORIES))
    console.print(table)
    sys.exit(not fine)


if __name__ == "__main__":
    typer.run(main)
