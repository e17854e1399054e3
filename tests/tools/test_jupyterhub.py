"""A JupyterHub with the configuration that the repository offers: from the release to the feedback.

Needs programs that are no part of the project's environment. On the PATH there must be ``jupyterhub``, from
an environment that has the course's packages too (requirements.lock, then ``pip install jupyterhub``), and
``configurable-http-proxy`` (``npm install configurable-http-proxy``).

What this test changes in the configuration is what one machine without accounts for students asks for: any
name may log in, and all servers run as the same system user.
"""

import json
import os
import shutil
import socket
import time
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from bs4 import BeautifulSoup

from autograder.course import REPOSITORY
from tests.faults.notebooks import pack
from tests.grading.courses import STEM, Course, right, unbiased
from tests.tools.servers import END_SECONDS, environment, running, wait_for

HUB, PROXY = shutil.which("jupyterhub"), shutil.which("configurable-http-proxy")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("jupyterhub"),  # its tests share a hub
    pytest.mark.skipif(
        HUB is None or PROXY is None, reason="needs jupyterhub and configurable-http-proxy on the PATH"
    ),
]

NAME = "convolutional_networks"
STUDENTS = {"anna": right, "ben": unbiased}
TOKEN = "0123456789abcdef0123456789abcdef"
SETTINGS = """
import os
c = get_config()
load_subconfig({config!r})
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub_port}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api_port}"
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{folder}/cookie_secret"
c.JupyterHub.authenticator_class = "dummy"
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{folder}/homes/{{username}}"
c.Spawner.environment |= {{"PYTHONPATH": os.environ["PYTHONPATH"], "HUB_HOME": os.environ["HOME"]}}
c.Spawner.args = ["--allow-root"]
c.JupyterHub.services = [{{"name": "tests", "api_token": {token!r}}}]
c.JupyterHub.load_roles = [
    {{
        "name": "tests",
        "services": ["tests"],
        "scopes": ["admin:users", "admin:servers", "access:servers", "list:users"],
    }}
]
"""
# All servers run as one system user, so nbgrader has to be told who a student is.
WHO = """
if os.environ["JUPYTERHUB_USER"] != "teacher":
    c.CourseDirectory.student_id = os.environ["JUPYTERHUB_USER"]
"""


class Hub:
    """A hub that runs, and its users."""

    def __init__(self, url, folder):
        self.url, self.folder = url, folder

    def ask(self, path, data=None, method=None):
        """Asks the hub or a user's server, as their pages do."""
        body = None if data is None else json.dumps(data).encode()
        headers = {"Authorization": f"token {TOKEN}", "Content-Type": "application/json"}
        with urlopen(Request(self.url + path, body, headers, method=method), timeout=300) as reply:
            text = reply.read()
        return json.loads(text) if text else None

    def answers(self):
        try:
            return bool(self.ask("hub/api/"))
        except (URLError, HTTPError):
            return False

    def start(self, user):
        """Logs somebody in."""
        if user not in [known["name"] for known in self.ask("hub/api/users")]:
            self.ask("hub/api/users", {"usernames": [user]})
        self.ask(f"hub/api/users/{user}/server", {})
        deadline = time.monotonic() + 120
        while not self.ask(f"hub/api/users/{user}")["servers"].get("", {}).get("ready"):
            assert time.monotonic() < deadline, f"the server of {user} does not start"
            time.sleep(0.2)

    def stop_all(self):
        deadline = time.monotonic() + END_SECONDS
        while users := [user["name"] for user in self.ask("hub/api/users") if user["servers"]]:
            assert time.monotonic() < deadline, f"the servers of {users} do not end"
            for user in users:
                self.ask(f"hub/api/users/{user}/server", method="DELETE")
            time.sleep(0.2)

    def formgrader(self, path):
        """Presses a button of the instructor's."""
        reply = self.ask(f"user/teacher/formgrader/api/{path}", {})
        assert reply["success"], reply
        return reply

    def student(self, user, action):
        """Presses a button in the student's list of assignments."""
        reply = self.ask(f"user/{user}/assignments/{action}", {"assignment_id": STEM, "course_id": NAME})
        assert reply["success"], reply
        return [each for each in reply["value"] if each["assignment_id"] == STEM]

    def home(self, user):
        return self.folder / "homes" / user


def _free_ports(count):
    """Ports that nobody uses now; taken together, so that they are different."""
    taken = [socket.socket() for _ in range(count)]
    try:
        for each in taken:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in taken]
    finally:
        for each in taken:
            each.close()


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The course of the instructor, with nothing in it yet."""
    return Course.make(tmp_path_factory.mktemp("hub") / "course", {})


@pytest.fixture(scope="module")
def hub(course):
    """A hub, with its proxy."""
    folder = course.folder.parent
    config, exchange = folder / "etc", folder / "exchange"
    config.mkdir()
    for path in (REPOSITORY / "deployment").glob("*.py"):
        shutil.copy(path, config)
    with (config / "nbgrader_config.py").open("a") as file:
        file.write(WHO)
    exchange.mkdir()
    exchange.chmod(0o777)
    port, hub_port, api_port = _free_ports(3)
    (folder / "config.py").write_text(
        SETTINGS.format(
            config=str(config / "jupyterhub_config.py"),
            port=port,
            hub_port=hub_port,
            api_port=api_port,
            proxy=PROXY,
            folder=folder,
            token=TOKEN,
        )
    )
    variables = environment(
        folder,
        COURSE_FOLDER=str(course.folder),
        NBGRADER_EXCHANGE=str(exchange),
        PATH=os.pathsep.join([str(Path(HUB).parent), os.environ["PATH"]]),
    )
    command = [str(Path(HUB).parent / "python"), "-m", "jupyterhub", "-f", str(folder / "config.py")]
    with running(command, folder, variables, folder / "log.txt") as process:
        started = Hub(f"http://127.0.0.1:{port}/", folder)
        wait_for(started.answers, process, folder / "log.txt")
        yield started
        started.stop_all()  # the hub leaves its users' servers running when it ends


@pytest.fixture(scope="module")
def round_(hub, course):
    """A whole round; what each student's list says at its end."""
    for user in ("teacher", *STUDENTS):
        hub.start(user)
    hub.formgrader(f"assignment/{STEM}/assign")
    hub.formgrader(f"assignment/{STEM}/release")
    for student, work in STUDENTS.items():
        hub.student(student, "fetch")
        notebook = hub.home(student) / STEM / f"{STEM}.ipynb"
        assert notebook.is_file()
        notebook.write_bytes(pack(work(1)))
        hub.student(student, "submit")
    hub.formgrader(f"assignment/{STEM}/collect")
    hub.formgrader(f"submission/{STEM}/anna/autograde")
    graded = course.grade("--workers", "1")  # what is not graded yet
    assert graded.status in (0, 1), graded.complaint
    hub.formgrader(f"assignment/{STEM}/generate_feedback")
    hub.formgrader(f"assignment/{STEM}/release_feedback")
    return {student: hub.student(student, "fetch_feedback") for student in STUDENTS}


def test_marks_are_those_of_the_safe_grader(round_, course):
    assert course.points() == {"anna": 24.0, "ben": 20.0}
    assert len(course.journal()) == 2


def test_everybody_gets_their_own_feedback(round_, hub):
    pages = {}
    for student in STUDENTS:
        (page,) = (hub.home(student) / STEM / "feedback").rglob("*.html")
        pages[student] = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").get_text()
    assert "Your variance is divided by m - 1" in pages["ben"]
    assert "✗ failed" not in pages["anna"] and "✓ passed" in pages["anna"]


def test_the_course_is_no_place_for_students(hub, round_, course):
    for student in STUDENTS:
        names = [each["name"] for each in hub.ask(f"user/{student}/api/contents/")["content"]]
        assert "solutions" not in names and STEM in names
    assert "solutions" in [each["name"] for each in hub.ask("user/teacher/api/contents/")["content"]]


def test_somebody_without_an_account_gets_nowhere(hub):
    with urlopen(f"{hub.url}user/teacher/lab", timeout=60) as page:
        assert "/hub/login" in page.url
    with pytest.raises(HTTPError, match="403"):
        urlopen(f"{hub.url}user/teacher/api/contents/", timeout=60)
