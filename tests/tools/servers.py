"""Servers that tests start on loopback and end again, with all that they have started."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import psutil

from autograder.course import REPOSITORY

START_SECONDS = 120  # a busy machine takes its time
END_SECONDS = 30
_TOKEN = "of-the-tests"
# A free port, no browser, a known token; Lab asks no other host for news or for extensions.
_SETTINGS = f"""
c = get_config()
c.ServerApp.ip = "127.0.0.1"
c.ServerApp.port = 0
c.ServerApp.open_browser = False
c.ServerApp.allow_root = True
c.IdentityProvider.token = "{_TOKEN}"
c.LabApp.extension_manager = "readonly"
"""
_LAB_SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}
}


@dataclass(frozen=True)
class Server:
    """A Jupyter server that runs.

    Attributes:
        folder: What it shows: the course.
        url: Its address, with a slash at the end.
        log: What it and its children have written.
        pid: Its process.
    """

    folder: Path
    url: str
    log: Path
    pid: int

    def address(self, path: str) -> str:
        """Where a browser has to go."""
        return f"{self.url}{path}{'&' if '?' in path else '?'}token={_TOKEN}"

    def answers(self) -> bool:
        """Whether it does so already: it tells its address before it listens there."""
        try:
            return bool(self.ask("api/status"))
        except URLError:
            return False

    def ask(self, path: str, data: Mapping | None = None) -> object:
        """Asks the server for something, as its pages do."""
        body = None if data is None else json.dumps(data).encode()
        headers = {"Authorization": f"token {_TOKEN}", "Content-Type": "application/json"}
        with urlopen(Request(self.url + path, body, headers), timeout=120) as reply:
            return json.load(reply)


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of somebody with an empty home folder and nothing set that concerns Jupyter or make."""
    dropped = ("JUPYTER", "IPYTHON", "MAKE", "MFLAGS", "GNUMAKE", "PYTEST", "TF_", "COVERAGE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    # A name that only what is started here carries: no process may be left that has it.
    return {**kept, "HOME": str(home), "PYTHONPATH": str(REPOSITORY), **more}


@contextmanager
def make_lab(course: Path, home: Path, settings: str = "", **more: str) -> Iterator[Server]:
    """Starts ``make lab`` in a course folder.

    Args:
        course: A folder with the Makefile.
        home: An empty folder; everything that Jupyter writes for its user goes there.
        settings: Lines to add to Jupyter's own settings.
        more: Environment variables.
    """
    config = home / ".jupyter"
    config.mkdir(parents=True)
    (config / "jupyter_server_config.py").write_text(_SETTINGS + settings)
    for name, values in _LAB_SETTINGS.items():
        extension, _, plugin = name.partition(":")
        place = config / "lab" / "user-settings" / extension / f"{plugin}.jupyterlab-settings"
        place.parent.mkdir(parents=True)
        place.write_text(json.dumps(values))
    variables = environment(home, JUPYTER_RUNTIME_DIR=str(home / "runtime"), **more)
    command = ["make", "lab", f"PY={sys.executable}"]
    with running(command, course, variables, home / "log.txt") as process:
        about = wait_for(lambda: _about(home / "runtime"), process, home / "log.txt")
        server = Server(course, about["url"], home / "log.txt", about["pid"])
        wait_for(server.answers, process, server.log)
        yield server


def _about(folder: Path) -> dict | None:
    """What a server says about itself as soon as it can be asked."""
    for path in folder.glob("jpserver-*.json"):
        with contextlib.suppress(json.JSONDecodeError):  # half written
            return json.loads(path.read_text())
    return None


@contextmanager
def running(
    command: list[str], folder: Path, variables: dict[str, str], log: Path
) -> Iterator[subprocess.Popen]:
    """Runs a program until the block ends, and makes sure that nothing which it started stays behind."""
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        end(process, variables["HOME"])


def end(process: subprocess.Popen, home: str) -> None:
    """Ends a program politely; what is left after that is killed, and told."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    deadline = time.monotonic() + END_SECONDS
    while left := started_with(home):
        process.poll()  # or it would stay a zombie
        if time.monotonic() > deadline:
            break
        time.sleep(0.1)
    for each in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            each.kill()
    process.wait()
    assert not left, f"did not end by themselves: {left}"


def started_with(home: str) -> list[psutil.Process]:
    """Living processes with this home folder: a program's children, and theirs, wherever they belong now."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and process.environ().get("HOME") == home:
                found.append(process)
        except psutil.Error:  # it has ended meanwhile, or is somebody else's
            continue
    return found


def wait_for(condition: Callable, process: subprocess.Popen, log: Path, seconds: float = START_SECONDS):
    """Waits until something is so, and returns it; shows the program's log when that does not happen."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"waited in vain for {process.args}:\n{log.read_text()[-4000:]}")
        time.sleep(0.05)
    return value
