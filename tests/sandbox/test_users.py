"""Both ways to build the walls: as root, and as an ordinary user with user namespaces."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox import WarmKernels, bubblewrap

ROOT = os.geteuid() == 0
REPOSITORY = Path(__file__).resolve().parents[2]
NOBODY = 65534

# What the student's side must answer, whoever has started it.
PROBE = """
import os
from pathlib import Path
lines = Path('/proc/self/status').read_text().splitlines()
status = dict(line.split(':\\t') for line in lines if ':\\t' in line)
print(os.getuid() != 0, status['CapEff'], status['NoNewPrivs'], status['Seccomp'])
home = os.listdir('/home') if os.path.exists('/home') else []
print(sorted(name for name in os.listdir('/proc') if name.isdigit()), home)
for path in ('/x', '/usr/x', '/dev/x', '/etc/x', '/proc/sys/kernel/hostname', '/proc/1/environ'):
    try:
        open(path, 'a').close()
        print('opened', path)
    except OSError:
        pass
os.system('unshare -Ur true 2> /dev/null && echo namespace')
children = []
while len(children) < 200:
    try:
        child = os.fork()
    except OSError:
        break
    if child == 0:
        import time
        time.sleep(30)
        os._exit(0)
    children.append(child)
print(30 < len(children) < 64)
"""
EXPECTED = ["True 0000000000000000 1 2", "['1', '2'] []", "True"]


def test_the_ordinary_way_holds_too(start, limits):
    """Root may go the way of an ordinary user; only the count of processes is left to the watchdog then."""
    with WarmKernels(limits, preload=["numpy"], privileged=False) as kernels:
        session = start(kernels)
        text = session.run(PROBE.partition("children = []")[0]).text
        assert text.splitlines() == EXPECTED[:2]
        # The watchdog looks many times a second, but on a busy machine not at once.
        assert session.run(f"{PROBE}\nimport time; time.sleep(5)").died if ROOT else True
        assert session.kernel.cause == ("processes" if ROOT else None)


@pytest.mark.skipif(not ROOT, reason="an ordinary user has only one way, which all other tests take")
def test_roots_way(session):
    assert session.run(PROBE).text.splitlines() == EXPECTED


SCRIPT = """
import os, sys
os.setgroups([]); os.setgid({nobody}); os.setuid({nobody})
sys.path.insert(0, {repository!r})
import nbformat
from nbclient import NotebookClient
from autograder.sandbox import Limits, WarmKernels, bubblewrap, kernel_manager
assert not bubblewrap.is_privileged()
book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell({probe!r})])
with WarmKernels(Limits(processes=64), preload=["numpy"]) as kernels:
    bystander = kernels.start()
    NotebookClient(book, km=kernel_manager(kernels)).execute(cleanup_kc=True)
print("".join(output["text"] for output in book.cells[0].outputs if output["name"] == "stdout"), end="")
"""


@pytest.mark.skipif(not ROOT, reason="only root can become nobody")
def test_a_real_ordinary_user(tmp_path):
    """The Python installation may be root's own: bubblewrap shows it to nobody at the same place."""
    environment = bubblewrap.PythonEnvironment.current()
    call = [str(bubblewrap.find_bwrap()), "--dev-bind", "/", "/", "--tmpfs", "/root"]
    bound = [*environment.folders, *environment.links, REPOSITORY]
    for path in bound:
        if path.is_relative_to("/root"):
            for parent in reversed(path.parents):
                call += ["--dir", str(parent)]
            call += ["--ro-bind", str(path), str(path)]
    script = SCRIPT.format(nobody=NOBODY, repository=str(REPOSITORY), probe=PROBE)
    done = subprocess.run(
        [*call, sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"},
        cwd="/",
        timeout=120,
    )
    assert done.stdout.splitlines() == EXPECTED, done.stderr
